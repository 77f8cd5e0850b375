#include "services/theses/domain/decide.h"

#include <algorithm>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/theses/domain/text.h"

namespace jointly::theses {
namespace {

using A = ThesisAction;

absl::Status Need(bool there, A action, std::string_view field, std::string_view text) {
  return there ? absl::OkStatus() : MissingInput(Name(action), field, text);
}

absl::Status CheckInput(const ThesisInput& input, A action) {
  switch (action) {
    case A::kRefuse:
    case A::kRefuseExtension:
    case A::kAbandon:
    case A::kTransfer:
    case A::kLoseAgreement:
      return Need(!input.reason.empty(), action, "reason", "Say why.");
    case A::kFavour:
    case A::kApprove:
    case A::kDisfavour:
    case A::kIssueDiploma:
    case A::kIssueLastDiploma:
      return Need(!input.institution.empty(), action, "institution", "Name the side.");
    case A::kSuspend:
      return Need(input.suspension.has_value(), action, "suspension", "Give basis and days.");
    case A::kRequestExtension:
      RETURN_IF_ERROR(Need(input.end_date.has_value(), action, "end_date", "Until when?"));
      return Need(!input.reason.empty(), action, "reason", "Say why.");
    case A::kPlanDefence:
      return Need(input.defence.has_value(), action, "defence", "Give a date and a jury.");
    case A::kReport:
      RETURN_IF_ERROR(Need(!input.member.empty(), action, "member", "Name the reviewer."));
      return Need(!input.opinion.empty(), action, "opinion", "Favourable or unfavourable?");
    case A::kDefend:
    case A::kRequireCorrections:
    case A::kFail:
      return Need(!input.present.empty(), action, "present", "Name the members who sat.");
    default:
      return absl::OkStatus();
  }
}

void End(const ThesisFacts& facts, Thesis& after) {
  after.end_reason = facts.input.reason;
  after.ended = facts.date;
  after.open_obligations = OpenObligationsOf(after, facts.setting, facts.date);
}

void GiveOpinion(const ThesisFacts& facts, A action, Thesis& after) {
  Side* side = FindSide(after, facts.input.institution);
  Check(side != nullptr, "an opinion of no side");
  side->opinion = action == A::kDisfavour ? "unfavourable" : "favourable";
  side->opinion_date = facts.date;
}

void AskForFunding(Thesis& after) {
  if (after.funding_reference.empty() || after.funding.state != FundingState::kNone) return;
  after.funding.state = FundingState::kAsked;
}

void Activate(const ThesisFacts& facts, Thesis& after) {
  for (const Cotutelle& agreement : facts.setting.agreements) {
    if (InForceOn(agreement, facts.date) != nullptr) after.cotutelle = agreement.id;
  }
  AskForFunding(after);
}

void Suspend(const ThesisFacts& facts, Thesis& after) {
  after.suspensions.push_back(*facts.input.suspension);
}

// The days that are not suspended any more are none; a suspension that did not begin is undone.
void Resume(const ThesisFacts& facts, Thesis& after) {
  if (after.suspensions.empty()) return;
  Suspension& row = after.suspensions.back();
  if (facts.date > row.last) return;
  if (facts.date <= row.first) {
    after.suspensions.pop_back();
  } else {
    row.last = AddDays(facts.date, -1);
  }
}

void HoldDefence(const ThesisFacts& facts, A action, Thesis& after) {
  DefencePlan& plan = *after.defence;
  plan.held = facts.date;
  plan.present = facts.input.present;
  plan.outcome = action == A::kDefend               ? "passed"
                 : action == A::kRequireCorrections ? "passed_with_corrections"
                                                    : "failed";
}

void Report(const ThesisFacts& facts, Thesis& after) {
  for (JuryMember& member : after.defence->jury) {
    if (member.id != facts.input.member) continue;
    member.report_date = facts.date;
    member.report_opinion = facts.input.opinion;
  }
}

void RecordYear(const ThesisFacts& facts, Thesis& after) {
  Side* side = FindSide(after, facts.input.institution);
  Check(side != nullptr, "a year of no side");
  auto row = std::find_if(side->years.begin(), side->years.end(), [&](const Year& year) {
    return year.academic_year == facts.input.academic_year;
  });
  if (row == side->years.end()) {
    Year year;
    year.academic_year = facts.input.academic_year;
    row = side->years.insert(std::upper_bound(side->years.begin(), side->years.end(), year,
                                              [](const Year& a, const Year& b) {
                                                return a.academic_year < b.academic_year;
                                              }),
                             year);
  }
  std::optional<Date>* step = StepOf(*row, facts.input.step);
  Check(step != nullptr, "an unknown step of a year");
  *step = facts.date;
}

void RecordMilestone(const ThesisFacts& facts, Thesis& after) {
  Side* side = FindSide(after, facts.input.institution);
  Check(side != nullptr, "a milestone of no side");
  const Milestone& milestone = *facts.input.milestone;
  for (Milestone& row : side->milestones) {
    if (row.kind != milestone.kind) continue;
    row = milestone;
    return;
  }
  side->milestones.push_back(milestone);
}

void RecordDefenceStep(const ThesisFacts& facts, Thesis& after) {
  DefencePlan& plan = *after.defence;
  const std::string& step = facts.input.step;
  if (step == "declared") plan.declared = facts.date;
  if (step == "manuscript") plan.manuscript = facts.date;
  if (step == "deposit") {
    plan.deposit = facts.date;
    plan.deposit_certified = facts.input.certified;
  }
  if (step == "conferral") plan.conferral = facts.date;
  if (step == "abstract_published") plan.abstract_published = facts.date;
  if (step == "full_text_published") plan.full_text_published = facts.date;
}

void Record(const ThesisFacts& facts, Thesis& after) {
  if (facts.input.updated.has_value()) {
    after.themes = facts.input.updated->themes;
    after.theses_fr_number = facts.input.updated->theses_fr_number;
    after.funding_reference = facts.input.updated->funding_reference;
    // Before it is active nothing is asked for: a proposal may still be refused.
    if (after.state != ThesisState::kApprovedInPrinciple &&
        after.state != ThesisState::kAgreementPending) {
      AskForFunding(after);
    }
    return;
  }
  if (!facts.input.academic_year.empty()) return RecordYear(facts, after);
  if (facts.input.milestone.has_value()) return RecordMilestone(facts, after);
  RecordDefenceStep(facts, after);
}

void Update(const ThesisFacts& facts, Thesis& after) {
  const ThesisState state = after.state;
  after = *facts.input.updated;
  after.state = state;
}

void IssueDiploma(const ThesisFacts& facts, Thesis& after) {
  FindSide(after, facts.input.institution)->diploma_date = facts.date;
}

void Extend(bool granted, Thesis& after) {
  if (granted) after.extension_end = after.extension_request->end_date;
  after.extension_request.reset();
}

void Effect(const ThesisFacts& facts, A action, Thesis& after) {
  switch (action) {
    case A::kUpdate:
      return Update(facts, after);
    case A::kFavour:
    case A::kApprove:
    case A::kDisfavour:
      return GiveOpinion(facts, action, after);
    case A::kRefuse:
    case A::kAbandon:
    case A::kTransfer:
    case A::kLoseAgreement:
      return End(facts, after);
    case A::kOpenAgreement:
      return;
    case A::kActivate:
      return Activate(facts, after);
    case A::kSuspend:
      return Suspend(facts, after);
    case A::kResume:
      return Resume(facts, after);
    case A::kRequestExtension:
      after.extension_request = ExtensionRequest{
          .end_date = *facts.input.end_date, .requested = facts.date, .reason = facts.input.reason};
      return;
    case A::kExtend:
    case A::kRefuseExtension:
      return Extend(action == A::kExtend, after);
    case A::kPlanDefence:
      after = WithDefence(after, *facts.input.defence);
      return;
    case A::kUnplanDefence:
      after.defence.reset();
      return;
    case A::kReport:
      return Report(facts, after);
    case A::kAuthorise:
      after.defence->authorised = facts.date;
      return;
    case A::kDefend:
    case A::kRequireCorrections:
    case A::kFail:
      return HoldDefence(facts, action, after);
    case A::kCorrect:
      after.defence->corrections_accepted = facts.date;
      return;
    case A::kRecord:
      return Record(facts, after);
    case A::kDeposit:
      after.defence->final_deposit = facts.date;
      return;
    case A::kIssueDiploma:
    case A::kIssueLastDiploma:
      return IssueDiploma(facts, after);
    case A::kClose:
      after.ended = facts.date;
      return;
  }
}

// Of one row of the table per action, in its order.
std::string Possible(ThesisState state, Role role) {
  std::string names;
  for (const ThesisMove& move : kThesisWorkflow) {
    if (!move.from.Has(state) || !move.by.Has(role)) continue;
    if (!names.empty()) names += ",";
    names += Name(move.action);
  }
  return names;
}

// A director gives opinions; what an office decides or receives, the office records.
bool MayRecord(const ThesisFacts& facts, Role role) {
  return role != Role::kDirector || facts.input.step == "director_opinion";
}

}  // namespace

absl::StatusOr<ThesisDecision> Decide(const ThesisFacts& facts, ThesisAction action, Role role) {
  const Thesis& before = facts.thesis;
  const std::string subject = "theses/" + before.id;
  const ThesisMove* move = workflow::Find(kThesisWorkflow, before.state, action);
  if (move == nullptr) {
    return IllegalMove(subject, Name(action), Name(before.state), Possible(before.state, role));
  }
  if (!move->by.Has(role)) return WrongRole(subject, Name(action), move->by, role);
  if (action == A::kRecord && !MayRecord(facts, role)) {
    return WrongRole(subject, facts.input.step, Role::kOffice, role);
  }
  RETURN_IF_ERROR(CheckInput(facts.input, action));
  RETURN_IF_ERROR(workflow::RefusalOf(Name(action), subject, workflow::Examine(*move, facts)));
  ThesisDecision decision{.after = before, .from = before.state, .move = move};
  decision.after.state = move->to;
  Effect(facts, action, decision.after);
  return decision;
}

absl::StatusOr<ThesisAction> ActionFor(const ThesisFacts& facts, std::string_view word) {
  const Side* side = FindSide(facts.thesis, facts.input.institution);
  const Side* other = side == nullptr ? nullptr : &OtherSide(facts.thesis, *side);
  if (word == "favour") {
    return other != nullptr && other->opinion == "favourable" ? A::kApprove : A::kFavour;
  }
  if (word == "issue_diploma") {
    return other != nullptr && other->diploma_date.has_value() ? A::kIssueLastDiploma
                                                               : A::kIssueDiploma;
  }
  if (word == "passed") return A::kDefend;
  if (word == "passed_with_corrections") return A::kRequireCorrections;
  if (word == "failed") return A::kFail;
  if (const auto action = ParseThesisAction(word)) return *action;
  return InvalidArgument(kInvalidArgument, "\"" + std::string(word) + "\" is no action of a thesis",
                         {{"action", std::string(word)}});
}

Thesis WithDefence(const Thesis& thesis, const DefencePlan& plan) {
  Thesis after = thesis;
  after.state = ThesisState::kDefencePlanned;
  after.defence = plan;
  if (!thesis.defence.has_value() || thesis.defence->outcome == "failed") return after;
  const DefencePlan& before = *thesis.defence;
  DefencePlan& kept = *after.defence;
  if (!kept.declared.has_value()) kept.declared = before.declared;
  kept.manuscript = before.manuscript;
  kept.deposit = before.deposit;
  kept.deposit_certified = before.deposit_certified;
  for (JuryMember& member : kept.jury) {
    const JuryMember* same = FindMember(before, member.id);
    if (same == nullptr || same->display_name != member.display_name) continue;
    member.report_date = same->report_date;
    member.report_opinion = same->report_opinion;
  }
  return after;
}

std::vector<AllowedThesisAction> AllowedActions(const ThesisFacts& facts,
                                                const std::vector<Role>& roles) {
  std::vector<AllowedThesisAction> rows;
  for (const ThesisMove& move : kThesisWorkflow) {
    if (!move.from.Has(facts.thesis.state)) continue;
    const bool mine =
        std::any_of(roles.begin(), roles.end(), [&](const Role role) { return move.by.Has(role); });
    if (!mine) continue;
    // Two rows that a caller takes by one word: the one that it would be now.
    const bool approves =
        std::any_of(facts.thesis.sides.begin(), facts.thesis.sides.end(),
                    [](const Side& side) { return side.opinion == "favourable"; });
    const bool issued = std::any_of(facts.thesis.sides.begin(), facts.thesis.sides.end(),
                                    [](const Side& side) { return side.diploma_date.has_value(); });
    if (move.action == A::kApprove && !approves) continue;
    if (move.action == A::kIssueLastDiploma && !issued) continue;
    if (move.action == A::kIssueDiploma && issued) continue;
    std::vector<workflow::Finding> findings = workflow::Examine(move, facts);
    std::erase_if(findings, [](const workflow::Finding& row) { return row.verdict.passed; });
    rows.push_back({move.action, std::move(findings)});
  }
  return rows;
}

std::vector<std::string> OpenObligationsOf(const Thesis& thesis, const Setting& setting,
                                           Date date) {
  std::vector<std::string> rows;
  for (const Stay& stay : setting.stays) {
    if (stay.last < date) continue;
    rows.push_back("stay " + stay.mobility + " in " + stay.receiving + " until " +
                   FormatDate(stay.last));
    rows.push_back("residence permit for the stay " + stay.mobility);
  }
  if (thesis.funding.state == FundingState::kReserved) {
    rows.push_back("money reserved by " + thesis.funding.commitment);
  }
  return rows;
}

std::vector<workflow::Edge> ThesisEdges() { return LeavingEdges(kThesisWorkflow); }

}  // namespace jointly::theses
