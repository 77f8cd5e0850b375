#include "services/theses/domain/amendment_decide.h"

#include <algorithm>

#include "common/error/macros.h"
#include "services/theses/domain/cotutelle_rows.h"
#include "services/theses/domain/cotutelle_text.h"

namespace jointly::theses {
namespace {

using Action = AmendmentAction;
using workflow::Verdict;

std::string SubjectOf(const Amendment& amendment) {
  return "cotutelles/" + amendment.cotutelle + "/amendments/" + amendment.id;
}

bool Changes(const Amendment& amendment, std::string_view path) {
  return std::find(amendment.paths.begin(), amendment.paths.end(), path) != amendment.paths.end();
}

void VoidAgreement(Amendment& amendment) {
  amendment.content_hash.clear();
  amendment.base_hash.clear();
  amendment.approvals.clear();
  amendment.ladder.clear();
  amendment.ladder_date.reset();
}

AmendmentDecision Moved(const Amendment& before, const AmendmentMove& move, Time now) {
  AmendmentDecision decision{.after = before, .from = before.state, .move = &move};
  decision.after.state = move.to;
  decision.after.revision += 1;
  decision.after.update_time = now;
  return decision;
}

// Whether the effective date fits the texts that the agreement had so far.
Verdict DateWithinTerm(const AmendmentFacts& facts) {
  const Cotutelle& cotutelle = facts.cotutelle;
  if (cotutelle.timeline.empty()) return {false, "the agreement never was in force", ""};
  const Date first = cotutelle.timeline.back().first;
  const Date last = std::max(cotutelle.head().end_date, facts.today);
  const Date on = facts.amendment.effective_date;
  if (first <= on && on <= last) return {};
  return {false,
          FormatDate(on) + " does not lie within " + FormatDate(first) +
              ", when the present text came into force, and " + FormatDate(last),
          "Give an effective_date within."};
}

absl::StatusOr<const AmendmentMove*> RowFor(const Amendment& amendment, Action action,
                                            OfficeRole role) {
  return rows::Find(kAmendmentWorkflow, SubjectOf(amendment), amendment.state, action, role);
}

}  // namespace

namespace check {

Verdict ChangesSound(const AmendmentFacts& facts) {
  const CotutelleText text = Amended(facts.cotutelle, facts.amendment);
  Violations violations;
  CheckText(text, {facts.cotutelle.partners}, /*complete=*/true, "changes", violations);
  violations.Require(!Differences(text, facts.cotutelle.head()).empty(), "changes",
                     "must change something");
  if (violations.empty()) return {};
  return {false, MessageOf(violations.ToStatus()), "Correct the changes."};
}

Verdict BaseCurrent(const AmendmentFacts& facts) {
  if (facts.amendment.base_hash == ContentHashOf(facts.cotutelle.head())) return {};
  return {false, "the agreement's text was amended since this amendment was frozen",
          "Return it and freeze it upon the present text, so that both sides read what they sign."};
}

Verdict ChangesApproved(const AmendmentFacts& facts) {
  CotutelleFacts as_text;
  as_text.cotutelle.partners = facts.cotutelle.partners;
  as_text.cotutelle.approvals = facts.amendment.approvals;
  as_text.cotutelle.content_hash = facts.amendment.content_hash;
  return ApprovedByBoth(as_text);
}

Verdict ChangesBack(const AmendmentFacts& facts) {
  CotutelleFacts as_text;
  as_text.cotutelle.ladder = facts.amendment.ladder;
  return OriginalsBack(as_text);
}

Verdict AgreementHolds(const AmendmentFacts& facts) {
  const CotutelleState state = facts.cotutelle.state;
  if (state == CotutelleState::kInForce || state == CotutelleState::kSuspended ||
      state == CotutelleState::kNoticeWindow) {
    return DateWithinTerm(facts);
  }
  return {false, "cotutelles/" + facts.cotutelle.id + " is " + std::string(Name(state)),
          "Only an agreement in force is amended; before that its text is changed."};
}

Verdict EffectiveReached(const AmendmentFacts& facts) {
  if (facts.amendment.effective_date <= facts.today) return {};
  return {false,
          "it takes effect on " + FormatDate(facts.amendment.effective_date) + ", today is " +
              FormatDate(facts.today),
          "It comes into force by itself on that day."};
}

Verdict EndMovable(const AmendmentFacts& facts) {
  if (!Changes(facts.amendment, "end_date")) return {};
  const Date end = facts.amendment.changes.end_date;
  const std::string other = OverlapOf(facts.cotutelle, facts.siblings, end);
  if (!other.empty()) return {false, other, "Choose an end before it."};
  const auto& defence = facts.thesis.defence;
  if (defence.has_value() && !defence->held.has_value() && defence->time.date > end) {
    return {false,
            "the defence is planned for " + FormatDate(defence->time.date) + ", after " +
                FormatDate(end),
            "The agreement must be in force on the day of the defence."};
  }
  if (facts.amendment.effective_date <= end) return {};
  return {false, FormatDate(end) + " lies before the effective date", "Choose a later end."};
}

}  // namespace check

void CheckAmendment(const Amendment& amendment, std::string_view prefix, Violations& violations) {
  const std::string path(prefix);
  std::string known;
  for (const std::string_view name : AmendablePaths()) {
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  violations.Require(!amendment.paths.empty(), path + ".paths",
                     "is required: which fields change, of " + known);
  for (const std::string& name : amendment.paths) {
    const bool ok =
        std::find(AmendablePaths().begin(), AmendablePaths().end(), name) != AmendablePaths().end();
    violations.Require(ok, path + ".paths",
                       "\"" + name + "\" can not be amended; what can: " + known);
  }
  violations.Require(amendment.effective_date != Date{}, path + ".effective_date", "is required");
}

absl::StatusOr<Amendment> CreateAmendment(const AmendmentFacts& facts, Time now) {
  const Verdict verdict = check::AgreementHolds(facts);
  RETURN_IF_ERROR(workflow::RefusalOf(
      "amend", "cotutelles/" + facts.cotutelle.id,
      {{.guard = "AGREEMENT_HOLDS", .title = "The agreement is in force", .verdict = verdict}}));
  Amendment created = facts.amendment;
  created.cotutelle = facts.cotutelle.id;
  created.state = CotutelleState::kNegotiating;
  created.revision = 1;
  created.create_time = now;
  created.update_time = now;
  return created;
}

absl::StatusOr<AmendmentDecision> UpdateAmendment(const AmendmentFacts& facts,
                                                  const Amendment& edited, Time now) {
  ASSIGN_OR_RETURN(const AmendmentMove* move,
                   RowFor(facts.amendment, Action::kUpdate, OfficeRole::kOffice));
  AmendmentDecision decision = Moved(facts.amendment, *move, now);
  decision.after.changes = edited.changes;
  decision.after.paths = edited.paths;
  decision.after.effective_date = edited.effective_date;
  VoidAgreement(decision.after);
  return decision;
}

absl::StatusOr<AmendmentDecision> Decide(const AmendmentFacts& facts, Action action,
                                         OfficeRole role, const CotutelleInput& input, Time now) {
  const Amendment& before = facts.amendment;
  ASSIGN_OR_RETURN(const AmendmentMove* move, RowFor(before, action, role));
  const bool explains = action == Action::kReturn || action == Action::kWithdraw;
  if (role == OfficeRole::kOffice && explains && input.reason.empty()) {
    return InvalidArgument(kMissingAgreementInput, "say why, in reason",
                           {{"action", std::string(Name(action))}, {"field", "reason"}});
  }
  RETURN_IF_ERROR(
      workflow::RefusalOf(Name(action), SubjectOf(before), workflow::Examine(*move, facts)));
  AmendmentDecision decision = Moved(before, *move, now);
  Amendment& after = decision.after;
  if (action == Action::kFreeze) {
    after.version += 1;
    after.base_hash = ContentHashOf(facts.cotutelle.head());
    after.content_hash = ContentHashOf(after, after.base_hash);
  } else if (action == Action::kReturn) {
    VoidAgreement(after);
  } else if (action == Action::kStartSigning) {
    after.ladder = agreement::MakeLadder(facts.cotutelle.head().signatories);
    after.ladder_date = facts.on;
  }
  return decision;
}

absl::StatusOr<AmendmentDecision> Approve(const AmendmentFacts& facts, const CotutelleInput& input,
                                          Time now) {
  const Amendment& before = facts.amendment;
  if (!before.content_hash.empty() || before.state == CotutelleState::kNegotiating) {
    RETURN_IF_ERROR(agreement::MatchContent(input.content_hash, before.content_hash));
  }
  ASSIGN_OR_RETURN(const AmendmentMove* move,
                   RowFor(before, Action::kApprove, OfficeRole::kOffice));
  const bool known =
      std::any_of(before.approvals.begin(), before.approvals.end(),
                  [&](const auto& approval) { return approval.institution == input.institution; });
  if (known) {
    return FailedPrecondition(kAlreadyApproved, input.institution + " approved this already",
                              {{"institution", input.institution}});
  }
  AmendmentDecision decision = Moved(before, *move, now);
  decision.after.approvals.push_back({.institution = input.institution,
                                      .content_hash = input.content_hash,
                                      .person = input.person,
                                      .time = now});
  return decision;
}

absl::StatusOr<AmendmentDecision> Sign(const AmendmentFacts& facts, const CotutelleInput& input,
                                       Time now) {
  const Amendment& before = facts.amendment;
  agreement::Ladder ladder = before.ladder;
  const auto open = agreement::Unsigned(ladder).size();
  const int first_open = static_cast<int>(ladder.size() - open) + 1;
  Action action = Action::kSign;
  if (input.signing.step >= 1 && input.signing.step < first_open) {
    action = Action::kRecordOriginal;
  } else if (open == 1) {
    action = Action::kSignLast;
  }
  ASSIGN_OR_RETURN(const AmendmentMove* move, RowFor(before, action, OfficeRole::kOffice));
  RETURN_IF_ERROR(agreement::MatchContent(input.content_hash, before.content_hash));
  RETURN_IF_ERROR(agreement::Sign(ladder, input.signing));
  AmendmentDecision decision = Moved(before, *move, now);
  decision.after.ladder = std::move(ladder);
  if (action == Action::kSign) decision.after.ladder_date = input.signing.signed_date;
  if (action == Action::kSignLast) decision.after.ladder_date.reset();
  return decision;
}

std::vector<AllowedAmendmentAction> AllowedActions(const AmendmentFacts& facts) {
  return rows::AllowedIn<AllowedAmendmentAction>(kAmendmentWorkflow, facts.amendment.state, facts);
}

std::optional<Action> ParseAmendmentMove(std::string_view name) {
  for (const Action action : {Action::kFreeze, Action::kReturn, Action::kStartSigning,
                              Action::kPutInForce, Action::kWithdraw}) {
    if (Name(action) == name) return action;
  }
  return std::nullopt;
}

CotutelleText Amended(const Cotutelle& cotutelle, const Amendment& amendment) {
  CotutelleText text = cotutelle.head();
  CopyPaths(amendment.changes, amendment.paths, text);
  return text;
}

Thesis ApplyAmendment(Thesis thesis, const CotutelleText& changes,
                      const std::vector<std::string>& paths) {
  const auto changed = [&](std::string_view path) {
    return std::find(paths.begin(), paths.end(), path) != paths.end();
  };
  if (changed("title")) thesis.title = changes.title;
  if (changed("award_mode")) thesis.award_mode = changes.award_mode;
  if (changed("director_a")) thesis.sides[0].director = changes.director_a;
  if (changed("director_b")) thesis.sides[1].director = changes.director_b;
  if (changed("language_code")) thesis.language_code = changes.language_code;
  if (changed("defence_language_code")) {
    thesis.defence_language_code = changes.defence_language_code;
  }
  if (changed("defence_institution")) {
    for (Side& side : thesis.sides) {
      side.in_charge = side.institution == changes.defence_institution;
    }
  }
  return thesis;
}

}  // namespace jointly::theses
