#include <algorithm>

#include "services/theses/domain/guards.h"
#include "services/theses/domain/jury.h"
#include "services/theses/domain/text.h"

// Guards on the defence: its day, its jury, what must be there before it, and who sat.
namespace jointly::theses::check {

using workflow::Verdict;

namespace {

constexpr int kReportDays = 14;
constexpr std::size_t kQuorumMembers = 4;

// The plan that a command is about: the one it brings, else the one there is.
const DefencePlan* PlanOf(const ThesisFacts& facts) {
  if (facts.input.defence.has_value()) return &*facts.input.defence;
  return facts.thesis.defence.has_value() ? &*facts.thesis.defence : nullptr;
}

bool Has(const ThesisFacts& facts, std::string_view region) {
  return std::any_of(facts.setting.places.begin(), facts.setting.places.end(),
                     [&](const Place& place) { return place.region == region; });
}

const CotutelleText* TextOf(const ThesisFacts& facts, const DefencePlan& plan) {
  return InForceOn(facts.setting.agreements, plan.time.date);
}

bool Derogates(const CotutelleText* text, std::string_view rule) {
  return text != nullptr && std::find(text->derogations.begin(), text->derogations.end(), rule) !=
                                text->derogations.end();
}

Verdict Judge(const ThesisFacts& facts, std::string_view rule) {
  const DefencePlan* plan = PlanOf(facts);
  if (plan == nullptr) return {true, "asked with a jury", ""};
  if (!Has(facts, "FR")) return {true, "no side is French", ""};
  return JudgeJury(FindJuryRule(rule), *plan, TextOf(facts, *plan));
}

}  // namespace

Verdict DefenceFeasible(const ThesisFacts& facts) {
  if (!facts.input.defence.has_value()) return {true, "asked with a date", ""};
  const std::string day = FormatDate(facts.input.defence->time.date);
  if (facts.forbidding.empty()) return {true, day + " is allowed by both sides' rules", ""};
  std::vector<std::string> broken;
  for (const deadlines::Requirement& row : facts.forbidding) {
    std::string text = row.rule_id + "@" + std::to_string(row.rule_version);
    if (!row.institution.empty()) text += " of " + row.institution;
    text += " (" + (row.title.en.empty() ? row.basis : row.title.en) + ")";
    broken.push_back(std::move(text));
  }
  return {false, day + " is forbidden by " + Join(broken, "; "),
          "Choose a day that CheckFeasibility names, or fulfil the rule."};
}

Verdict AgreementCoversDefence(const ThesisFacts& facts) {
  const DefencePlan* plan = PlanOf(facts);
  if (plan == nullptr) return {true, "asked with a date", ""};
  const std::string day = FormatDate(plan->time.date);
  if (InForceOn(facts.setting.agreements, plan->time.date) != nullptr) {
    return {true, "in force on " + day, ""};
  }
  std::string evidence = "no agreement covers " + day;
  for (const Cotutelle& agreement : facts.setting.agreements) {
    if (!agreement.in_force_date.has_value()) continue;
    evidence += "; cotutelles/" + agreement.id + " ends " + FormatDate(agreement.head().end_date);
  }
  return {false, evidence, "Amend the agreement's end, or choose an earlier day."};
}

Verdict JurySize(const ThesisFacts& facts) { return Judge(facts, "fr.jury_size"); }
Verdict JuryExternals(const ThesisFacts& facts) { return Judge(facts, "fr.jury_externals"); }
Verdict JuryRank(const ThesisFacts& facts) { return Judge(facts, "fr.jury_rank"); }
Verdict JuryPresident(const ThesisFacts& facts) { return Judge(facts, "fr.jury_president"); }
Verdict JuryDirector(const ThesisFacts& facts) { return Judge(facts, "fr.jury_director"); }
Verdict JuryReviewers(const ThesisFacts& facts) { return Judge(facts, "fr.reviewers"); }
Verdict JuryIndependence(const ThesisFacts& facts) {
  return Judge(facts, "fr.reviewers_independence");
}

Verdict ReviewerKnown(const ThesisFacts& facts) {
  if (facts.input.member.empty()) return {};
  const JuryMember* member = FindMember(*facts.thesis.defence, facts.input.member);
  if (member == nullptr || !HasRole(*member, "reviewer")) {
    return {false, facts.input.member + " is no reviewer of this jury",
            "Name a member whose role is reviewer."};
  }
  if (member->report_date.has_value()) {
    return {false, member->id + " reported on " + FormatDate(*member->report_date),
            "A report is recorded once."};
  }
  return {true, member->id + " is a reviewer", ""};
}

// Where a rule of a side gives the reports another day, this is the day; the law's is the latest.
Verdict ReportsFavourable(const ThesisFacts& facts) {
  const DefencePlan& plan = *facts.thesis.defence;
  if (!Has(facts, "FR")) return {true, "no side is French", ""};
  const Date latest = AddDays(plan.time.date, -kReportDays);
  const bool any_day = Derogates(TextOf(facts, plan), "fr.reports");
  std::vector<std::string> faults;
  int reviewers = 0;
  for (const JuryMember& member : plan.jury) {
    if (!HasRole(member, "reviewer")) continue;
    reviewers += 1;
    if (!member.report_date.has_value()) {
      faults.push_back(member.id + " has not reported");
      continue;
    }
    if (member.report_opinion != "favourable") {
      faults.push_back(member.id + " is " + member.report_opinion);
    }
    if (!any_day && *member.report_date > latest) {
      faults.push_back(member.id + " reported on " + FormatDate(*member.report_date) + ", after " +
                       FormatDate(latest));
    }
  }
  const std::string evidence =
      std::to_string(reviewers) + " reviewers, reports by " + FormatDate(latest);
  if (faults.empty()) return {true, evidence, ""};
  return {false, Join(faults, "; "), "Wait for the reports, or move the defence."};
}

Verdict DepositCertified(const ThesisFacts& facts) {
  const DefencePlan& plan = *facts.thesis.defence;
  if (!Has(facts, "FR")) return {true, "no side is French", ""};
  const bool passed = plan.deposit.has_value() && plan.deposit_certified;
  const std::string evidence = "deposit " + Text(plan.deposit, "missing") +
                               (plan.deposit_certified ? ", certified" : ", not certified");
  return {passed, evidence, passed ? "" : "Record the deposit with its certificate."};
}

Verdict Preexamined(const ThesisFacts& facts) {
  for (const Side& side : facts.thesis.sides) {
    if (PlaceOf(facts.setting, side.institution).region != "JP") continue;
    const Milestone* row = FindMilestone(side, "preexamination");
    if (row == nullptr) {
      return {false, "no preexamination of " + side.institution,
              "Record the milestone preexamination of " + side.institution + "."};
    }
    return {true, "passed " + Text(row->date), ""};
  }
  return {true, "no side is Japanese", ""};
}

Verdict HeldAsPlanned(const ThesisFacts& facts) {
  const DefencePlan& plan = *facts.thesis.defence;
  const bool passed = facts.date == plan.time.date;
  return {passed,
          "held " + FormatDate(facts.date) + ", authorised for " + FormatDate(plan.time.date),
          passed ? "" : "Plan and authorise the other day first."};
}

Verdict Quorum(const ThesisFacts& facts) {
  if (facts.input.present.empty()) return {};
  const DefencePlan& plan = *facts.thesis.defence;
  DefencePlan sat = plan;
  sat.jury.clear();
  for (const std::string& id : facts.input.present) {
    const JuryMember* member = FindMember(plan, id);
    if (member == nullptr) return {false, id + " is no member", "Name members of the jury."};
    sat.jury.push_back(*member);
  }
  const std::string evidence =
      std::to_string(sat.jury.size()) + " of " + std::to_string(plan.jury.size()) + " sat";
  const bool derogated = Derogates(TextOf(facts, plan), "fr.jury_size");
  if (!Has(facts, "FR") || derogated) {
    const bool passed = 2 * sat.jury.size() > plan.jury.size();
    return {passed, evidence, passed ? "" : "More than half must sit."};
  }
  if (sat.jury.size() < kQuorumMembers) return {false, evidence, "At least 4 members must sit."};
  for (const std::string_view rule : {"fr.jury_externals", "fr.jury_rank"}) {
    Verdict verdict = JudgeJury(FindJuryRule(rule), sat, TextOf(facts, plan));
    if (!verdict.passed) return verdict;
  }
  return {true, evidence, ""};
}

Verdict PresidentSat(const ThesisFacts& facts) {
  if (facts.input.present.empty()) return {};
  if (!Has(facts, "FR")) return {true, "no side is French", ""};
  const DefencePlan& plan = *facts.thesis.defence;
  const JuryMember* president = nullptr;
  for (const std::string& id : facts.input.present) {
    const JuryMember* member = FindMember(plan, id);
    if (member != nullptr && HasRole(*member, "president")) president = member;
  }
  if (president == nullptr) {
    return {false, "no president sat", "Name the president in the jury before the defence."};
  }
  return JudgeJury(FindJuryRule("fr.jury_president"), plan, TextOf(facts, plan));
}

Verdict DefencePassed(const ThesisFacts& facts) {
  const bool passed = Passed(facts.thesis) && facts.date >= *facts.thesis.defence->held;
  const std::string evidence = Passed(facts.thesis)
                                   ? "defended on " + FormatDate(*facts.thesis.defence->held)
                                   : std::string("not defended");
  return {passed, evidence, passed ? "" : "It belongs after a defence that was passed."};
}

Verdict DiplomaOpen(const ThesisFacts& facts) {
  if (facts.input.institution.empty()) return {};
  const Side* side = FindSide(facts.thesis, facts.input.institution);
  if (side == nullptr) return {false, facts.input.institution + " is no side", "Name a side."};
  if (side->diploma_date.has_value()) {
    return {false, side->institution + " issued it on " + FormatDate(*side->diploma_date),
            "A diploma is issued once."};
  }
  return {true, side->institution + " has not issued it", ""};
}

// A Japanese degree is conferred by the university in one of its sessions.
Verdict Conferred(const ThesisFacts& facts) {
  if (FindSide(facts.thesis, facts.input.institution) == nullptr) return {};
  if (PlaceOf(facts.setting, facts.input.institution).region != "JP") return {};
  const auto& plan = facts.thesis.defence;
  const bool passed = plan.has_value() && plan->conferral.has_value();
  return {passed, passed ? "conferred on " + FormatDate(*plan->conferral) : "not conferred yet",
          passed ? "" : "Record the conferral first."};
}

Verdict ListedInFrance(const ThesisFacts& facts) {
  if (!Has(facts, "FR")) return {true, "no side is French", ""};
  const std::string& number = facts.thesis.theses_fr_number;
  return {!number.empty(), number.empty() ? "no number of theses.fr" : number,
          number.empty() ? "Set theses_fr_number when theses.fr shows the cotutelle." : ""};
}

Verdict Published(const ThesisFacts& facts) {
  if (!Has(facts, "JP") || !facts.thesis.defence.has_value()) {
    return {true, "no side is Japanese", ""};
  }
  std::vector<std::string> missing;
  const DefencePlan& plan = *facts.thesis.defence;
  if (!plan.abstract_published.has_value()) missing.emplace_back("abstract_published");
  if (!plan.full_text_published.has_value()) missing.emplace_back("full_text_published");
  if (missing.empty()) return {true, "both are published", ""};
  return {false, "missing: " + Join(missing, ", "), "Record the publications of the thesis."};
}

}  // namespace jointly::theses::check
