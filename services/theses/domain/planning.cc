#include "services/theses/domain/planning.h"

#include <algorithm>

#include "services/theses/domain/residence.h"
#include "services/theses/domain/text.h"
#include "services/theses/domain/words.h"
#include "services/theses/domain/years.h"

// What must happen next, by name.
namespace jointly::theses {
namespace {

using deadlines::Obligation;
using deadlines::Plan;

struct Item {
  std::string side;    // Institution; empty: both.
  std::string item;    // Of words.h.
  std::string detail;  // "2026/2027", a member's id.
  const Obligation* obligation = nullptr;
};

const Obligation* Armed(const Plan& plan, std::string_view institution, std::string_view occasion,
                        std::string_view part) {
  for (const Obligation& row : plan.obligations) {
    if (row.state != deadlines::State::kArmed || row.occasion != occasion) continue;
    if (!institution.empty() && row.institution != institution) continue;
    if (row.rule_id.find(part) != std::string::npos) return &row;
  }
  return nullptr;
}

std::string_view RulePartOf(std::string_view step) {
  if (step == "csi_held" || step == "csi_report") return ".csi";
  if (step == "director_opinion") return "director_opinion";
  if (step == "school_proposal") return "school_proposal";
  return step == "enrolled" ? ".enrolment" : ".proof";
}

// The first year of a side in which something is missing and for which a rule asks.
void AddYears(const ThesisFacts& facts, std::vector<Item>& items) {
  for (const Side& side : facts.thesis.sides) {
    const Place& place = PlaceOf(facts.setting, side.institution);
    const Date last =
        std::max(facts.setting.today,
                 ExpectedEnd(facts.thesis, facts.setting).value_or(facts.setting.today));
    for (const Year& year : YearsUntil(side, place.academic_year_start_month, last)) {
      const auto missing = MissingSteps(side, place, year, facts.plan);
      if (missing.empty()) continue;
      const std::string id = YearId(year.academic_year);
      const auto* obligation = Armed(facts.plan, side.institution, id, RulePartOf(missing.front()));
      if (obligation == nullptr) continue;
      items.push_back(
          {side.institution, std::string(missing.front()), year.academic_year, obligation});
      break;
    }
  }
}

void AddOpinions(const Thesis& thesis, std::vector<Item>& items) {
  for (const Side& side : thesis.sides) {
    if (side.opinion != "favourable") items.push_back({side.institution, "opinion", "", nullptr});
  }
}

void AddToActivate(const ThesisFacts& facts, std::vector<Item>& items) {
  if (InForceOn(facts.setting.agreements, facts.setting.today) == nullptr) {
    items.push_back({"", "agreement_in_force", "", Armed(facts.plan, "", "", "agreement")});
  }
  bool enrolled = true;
  for (const Side& side : facts.thesis.sides) {
    const auto first = std::find_if(side.years.begin(), side.years.end(),
                                    [](const Year& year) { return year.enrolled.has_value(); });
    const bool there = first != side.years.end();
    if (there && first->proof_received.has_value()) continue;
    enrolled = false;
    items.push_back({side.institution, there ? "proof_received" : "enrolled",
                     there ? first->academic_year : "", nullptr});
  }
  if (items.empty() && enrolled) items.push_back({"", "activate", "", nullptr});
}

void AddToAuthorise(const ThesisFacts& facts, std::vector<Item>& items) {
  const DefencePlan& plan = *facts.thesis.defence;
  const std::string& charge = SideInCharge(facts.thesis).institution;
  const auto add = [&](std::string item, std::string detail, std::string_view part) {
    items.push_back({charge, std::move(item), std::move(detail), Armed(facts.plan, "", "", part)});
  };
  if (!plan.declared.has_value()) add("declared", "", "declaration");
  if (!plan.manuscript.has_value()) add("manuscript", "", "manuscript");
  if (!plan.deposit.has_value() || !plan.deposit_certified) add("deposit", "", "deposit");
  for (const JuryMember& member : plan.jury) {
    if (HasRole(member, "reviewer") && !member.report_date.has_value()) {
      add("report", member.id, "reports");
    }
  }
  for (const Side& side : facts.thesis.sides) {
    if (PlaceOf(facts.setting, side.institution).region != "JP") continue;
    if (FindMilestone(side, "preexamination") == nullptr) {
      items.push_back({side.institution, "preexamination", "",
                       Armed(facts.plan, side.institution, "", "preexamination")});
    }
  }
  if (items.empty()) add("authorisation", "", "authorisation");
}

void AddAfterDefence(const ThesisFacts& facts, std::vector<Item>& items) {
  const Thesis& thesis = facts.thesis;
  const DefencePlan& plan = *thesis.defence;
  if (thesis.state == ThesisState::kCorrectionsDue) {
    items.push_back({SideInCharge(thesis).institution, "corrections", "",
                     Armed(facts.plan, "", "", "corrections")});
  }
  if (thesis.state == ThesisState::kDefended) {
    items.push_back({SideInCharge(thesis).institution, "final_deposit", "", nullptr});
  }
  for (const Side& side : thesis.sides) {
    const bool japan = PlaceOf(facts.setting, side.institution).region == "JP";
    const auto add = [&](std::string item, std::string_view part) {
      items.push_back(
          {side.institution, std::move(item), "", Armed(facts.plan, side.institution, "", part)});
    };
    if (japan && !plan.conferral.has_value()) add("conferral", "conferral");
    if (japan && plan.conferral.has_value() && !plan.abstract_published.has_value()) {
      add("abstract_published", "summary_published");
    }
    if (japan && plan.conferral.has_value() && !plan.full_text_published.has_value()) {
      add("full_text_published", "full_text");
    }
    if (thesis.state == ThesisState::kDeposited && !side.diploma_date.has_value()) {
      add("diploma", "diploma");
    }
    if (thesis.state == ThesisState::kDiplomasIssued && !japan && thesis.theses_fr_number.empty()) {
      add("theses_fr", "theses_fr");
    }
  }
  if (items.empty() && thesis.state == ThesisState::kDiplomasIssued) {
    items.push_back({"", "close", "", nullptr});
  }
}

// What a side's rules ask for by a date and is not there: milestones, hours, a date to be met.
void AddOther(const Plan& plan, std::vector<Item>& items) {
  for (const Obligation& row : plan.obligations) {
    if (row.state != deadlines::State::kArmed || !row.broken) continue;
    const bool named = std::any_of(items.begin(), items.end(),
                                   [&](const Item& item) { return item.obligation == &row; });
    if (!named) items.push_back({row.institution, row.title.en, "", &row});
  }
}

std::vector<Item> ItemsOf(const ThesisFacts& facts) {
  std::vector<Item> items;
  switch (facts.thesis.state) {
    case ThesisState::kProposed:
      AddOpinions(facts.thesis, items);
      break;
    case ThesisState::kApprovedInPrinciple:
      items.push_back({"", "open_agreement", "", nullptr});
      break;
    case ThesisState::kAgreementPending:
      AddToActivate(facts, items);
      break;
    case ThesisState::kSuspended:
      items.push_back({"", "return", "", Armed(facts.plan, "", "", "thesis.return")});
      break;
    case ThesisState::kExtensionRequested:
      items.push_back({"", "decision_on_extension", "", nullptr});
      AddYears(facts, items);
      break;
    case ThesisState::kActive:
      AddYears(facts, items);
      items.push_back({"", "plan_defence", "", Armed(facts.plan, "", "", "duration")});
      break;
    case ThesisState::kDefencePlanned:
      AddToAuthorise(facts, items);
      AddYears(facts, items);
      break;
    case ThesisState::kAuthorised:
      items.push_back({SideInCharge(facts.thesis).institution, "defence", "", nullptr});
      break;
    case ThesisState::kDefended:
    case ThesisState::kCorrectionsDue:
    case ThesisState::kDeposited:
    case ThesisState::kDiplomasIssued:
      AddAfterDefence(facts, items);
      break;
    default:
      return items;
  }
  AddOther(facts.plan, items);
  return items;
}

std::string Line(const Item& item, std::string_view language) {
  const bool japanese = language == "ja";
  std::string text;
  if (!item.side.empty()) text += item.side + (japanese ? "：" : ": ");
  const bool titled = item.obligation != nullptr && item.item == item.obligation->title.en;
  text += deadlines::In(titled ? item.obligation->title : WordFor(item.item), language);
  if (!item.detail.empty())
    text += (japanese ? "（" : " (") + item.detail + (japanese ? "）" : ")");
  if (item.obligation == nullptr) return text;
  const std::string due = deadlines::DateText(item.obligation->due, language);
  if (language == "fr") {
    text += ", au plus tard le " + due;
  } else if (japanese) {
    text += "、期限 " + due;
  } else {
    text += ", by " + due;
  }
  if (!item.obligation->basis.empty()) text += " [" + item.obligation->basis + "]";
  return text;
}

}  // namespace

std::vector<std::string> NextSteps(const ThesisFacts& facts, std::string_view language) {
  std::vector<std::string> lines;
  for (const Item& item : ItemsOf(facts)) lines.push_back(Line(item, language));
  return lines;
}

}  // namespace jointly::theses
