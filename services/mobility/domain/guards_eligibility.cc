#include <algorithm>
#include <map>

#include "services/mobility/domain/guards.h"
#include "services/mobility/domain/text.h"

// G1 to G8: what a student must bring, and what each chosen destination asks.
namespace jointly::mobility::check {
namespace {

using workflow::Verdict;

// What a guard says about one choice.
struct Line {
  bool passed = true;
  std::string text;
};

// Asks `check` of every choice. A refusal names each refusing choice; a pass shows what was seen.
template <typename Check>
Verdict OfEveryChoice(const ApplicationFacts& facts, std::string_view remedy, Check check) {
  std::vector<std::string> refused;
  std::vector<std::string> seen;
  if (facts.application.choices.empty()) refused.push_back("no destination is chosen");
  for (const Choice& choice : facts.application.choices) {
    const AgreementCondition* condition = FindCondition(facts, choice.condition);
    const Line line =
        condition == nullptr ? Line{false, "not known here"} : check(choice, *condition);
    std::string text = Text(choice) + ": " + line.text;
    (line.passed ? seen : refused).push_back(std::move(text));
  }
  if (refused.empty()) return {true, Join(seen, "; "), ""};
  return {false, Join(refused, "; "), std::string(remedy)};
}

Line Covers(const ApplicationFacts& facts, const Choice& choice,
            const AgreementCondition& condition) {
  const std::string& year = facts.call.academic_year;
  const auto stay = StayPeriod(year, condition.receiving_year_start_month, choice.term);
  if (!stay.has_value()) return {false, "\"" + year + "\" is not an academic year"};
  const std::string period = FormatDate(stay->first) + " to " + FormatDate(stay->last);
  if (!condition.agreement_effective) return {false, condition.agreement + " is not in effect"};
  if (year < condition.first_academic_year || condition.last_academic_year < year) {
    return {false, "the condition holds for " + condition.first_academic_year + " to " +
                       condition.last_academic_year + ", the stay is in " + year};
  }
  const bool covered =
      condition.agreement_start <= stay->first &&
      (!condition.agreement_end.has_value() || *condition.agreement_end >= stay->last);
  const std::string validity =
      "valid " + FormatDate(condition.agreement_start) + " to " +
      (condition.agreement_end.has_value() ? FormatDate(*condition.agreement_end) : "open end");
  return {covered, "stay " + period + ", " + validity};
}

// The best that the certificates prove in one language on the first day of the stay.
LanguageLevel BestLevel(const ApplicationFacts& facts, const AgreementCondition& condition,
                        const std::string& language, const std::optional<Period>& stay) {
  std::optional<LanguageLevel> best;
  for (const LanguageEvidence& evidence : facts.application.profile.languages) {
    if (evidence.language_code != language) continue;
    LanguageLevel level = LevelOf(evidence, condition.accepts_bare_jlpt);
    if (evidence.expire_date.has_value() && stay.has_value() &&
        *evidence.expire_date < stay->first) {
      level.level = Cefr::kNone;
      level.why += ", expired on " + FormatDate(*evidence.expire_date) + " before the start " +
                   FormatDate(stay->first);
    }
    if (!best.has_value() || best->level < level.level) best = std::move(level);
  }
  if (!best.has_value()) return {Cefr::kNone, language + ": no certificate"};
  best->why = language + ": " + best->why;
  return *best;
}

Line LanguageOf(const ApplicationFacts& facts, const Choice& choice,
                const AgreementCondition& condition) {
  if (condition.languages.empty()) return {true, "no language is required"};
  const auto stay =
      StayPeriod(facts.call.academic_year, condition.receiving_year_start_month, choice.term);
  // Requirements of one group are alternatives; group 0 is no group: each stands by itself.
  std::map<int, std::vector<const LanguageRequirement*>> groups;
  int single = 0;
  for (const LanguageRequirement& requirement : condition.languages) {
    const int group = requirement.alternative_group == 0 ? --single : requirement.alternative_group;
    groups[group].push_back(&requirement);
  }
  Line line;
  std::vector<std::string> required;
  std::vector<std::string> seen;
  for (const auto& [group, alternatives] : groups) {
    bool reached = false;
    std::vector<std::string> names;
    for (const LanguageRequirement* requirement : alternatives) {
      names.push_back(requirement->language_code + " " + std::string(Name(requirement->level)));
      const LanguageLevel best = BestLevel(facts, condition, requirement->language_code, stay);
      seen.push_back(best.why);
      reached = reached || best.level >= requirement->level;
    }
    required.push_back(Join(names, " or "));
    line.passed = line.passed && reached;
  }
  line.text = Join(seen, ", ") + "; required: " + Join(required, " and ");
  return line;
}

bool FieldMatches(const AgreementCondition& condition, std::string_view code) {
  if (condition.isced_codes.empty() || condition.isced_match == IscedMatch::kAny) return true;
  const std::size_t digits = condition.isced_match == IscedMatch::kExact ? 4 : 3;
  return code.size() == 4 &&
         std::any_of(condition.isced_codes.begin(), condition.isced_codes.end(),
                     [&](std::string_view listed) {
                       return listed.substr(0, digits) == code.substr(0, digits);
                     });
}

std::string NumbersOf(const std::vector<int>& values) {
  std::vector<std::string> texts;
  for (const int value : values) texts.push_back(std::to_string(value));
  return Join(texts, ", ");
}

// Why a choice cannot be asked for in this call; empty when it can.
std::string FaultOf(const ApplicationFacts& facts, const Choice& choice) {
  const AgreementCondition* condition = FindCondition(facts, choice.condition);
  if (condition == nullptr) return "not known here";
  if (condition->agreement != facts.call.agreement) {
    return "belongs to " + condition->agreement + ", the call is for " + facts.call.agreement;
  }
  if (condition->sending_institution != facts.application.home_institution) {
    return "sends from " + condition->sending_institution;
  }
  if (choice.term == Term::kUnspecified) return "no term is chosen";
  if (condition->term != Term::kUnspecified && condition->term != choice.term) {
    return "is offered for the term " + std::string(Name(condition->term)) + " only";
  }
  return "";
}

}  // namespace

Verdict CallOpen(const ApplicationFacts& facts) {
  const Call& call = facts.call;
  if (call.state != CallState::kPublished) {
    return {false, "the call is " + std::string(Name(call.state)),
            "Choose a call that is published."};
  }
  const auto open = ToInstant(call.open_time);
  const auto close = ToInstant(call.close_time);
  if (!open.ok() || !close.ok()) {
    return {false, "the call's time zone is unknown", "Ask the home office to correct the call."};
  }
  const std::string window = "open " + Text(call.open_time) + " to " + Text(call.close_time) +
                             ", now " + Text(facts.now, call.close_time.zone);
  if (facts.now < *open) return {false, window, "Submit once the call is open."};
  if (facts.now > *close)
    return {false, window, "Ask the home office whether the call is extended."};
  return {true, window, ""};
}

Verdict Documents(const ApplicationFacts& facts) {
  std::vector<std::string> missing;
  for (const std::string& kind : facts.call.required_documents) {
    const auto& documents = facts.application.documents;
    const bool present = std::any_of(documents.begin(), documents.end(),
                                     [&](const Document& d) { return d.kind == kind; });
    if (!present) missing.push_back(kind);
  }
  const std::string required = facts.call.required_documents.empty()
                                   ? "no document is required"
                                   : "required: " + Join(facts.call.required_documents, ", ");
  if (missing.empty()) return {true, required, ""};
  return {false, required + "; missing: " + Join(missing, ", "),
          "Upload: " + Join(missing, ", ") + "."};
}

Verdict Choices(const ApplicationFacts& facts) {
  const auto& choices = facts.application.choices;
  const int count = static_cast<int>(choices.size());
  std::vector<std::string> faults;
  const std::string allowed = std::to_string(facts.call.minimum_choices) + " to " +
                              std::to_string(facts.call.maximum_choices);
  if (count < facts.call.minimum_choices || count > facts.call.maximum_choices) {
    faults.push_back(std::to_string(count) + " chosen, " + allowed + " allowed");
  }
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const std::string fault = FaultOf(facts, choices[i]);
    if (!fault.empty()) faults.push_back(Text(choices[i]) + ": " + fault);
    if (std::find(choices.begin(), choices.begin() + static_cast<std::ptrdiff_t>(i), choices[i]) !=
        choices.begin() + static_cast<std::ptrdiff_t>(i)) {
      faults.push_back(Text(choices[i]) + ": chosen twice");
    }
  }
  if (faults.empty()) return {true, std::to_string(count) + " chosen, " + allowed + " allowed", ""};
  return {false, Join(faults, "; "), "Correct the choices."};
}

Verdict AgreementCovers(const ApplicationFacts& facts) {
  return OfEveryChoice(facts,
                       "Take the destination out, or have the agreement extended beyond the stay.",
                       [&](const Choice& choice, const AgreementCondition& condition) {
                         return Covers(facts, choice, condition);
                       });
}

Verdict OfferedAgreementCovers(const ApplicationFacts& facts) {
  const auto& offer = facts.application.offer;
  const bool placed = facts.application.state == ApplicationState::kConfirmed && offer.has_value();
  const std::optional<Choice> choice = placed ? offer->choice : EffectiveChoice(facts);
  if (!choice.has_value()) return {false, "no destination is chosen", "Name one."};
  const AgreementCondition* condition = FindCondition(facts, choice->condition);
  const Line line =
      condition == nullptr ? Line{false, "not known here"} : Covers(facts, *choice, *condition);
  return {line.passed, Text(*choice) + ": " + line.text,
          line.passed ? "" : "Offer another destination, or have the agreement extended."};
}

Verdict EqfLevel(const ApplicationFacts& facts) {
  const int level = facts.application.profile.eqf_level;
  return OfEveryChoice(facts, "Correct the level at departure, or take the destination out.",
                       [&](const Choice&, const AgreementCondition& condition) -> Line {
                         if (condition.eqf_levels.empty()) return {true, "any level"};
                         const bool listed =
                             std::find(condition.eqf_levels.begin(), condition.eqf_levels.end(),
                                       level) != condition.eqf_levels.end();
                         return {listed, "EQF level " + std::to_string(level) +
                                             "; allowed: " + NumbersOf(condition.eqf_levels)};
                       });
}

Verdict Field(const ApplicationFacts& facts) {
  const std::string& code = facts.application.profile.isced_code;
  return OfEveryChoice(facts, "Correct the programme's ISCED-F code, or take the destination out.",
                       [&](const Choice&, const AgreementCondition& condition) -> Line {
                         if (condition.isced_codes.empty()) return {true, "any field"};
                         return {FieldMatches(condition, code),
                                 "ISCED-F \"" + code +
                                     "\"; allowed: " + Join(condition.isced_codes, ", ") + " (" +
                                     std::string(Name(condition.isced_match)) + ")"};
                       });
}

Verdict Language(const ApplicationFacts& facts) {
  return OfEveryChoice(facts, "Add a certificate of the required level, or take the choice out.",
                       [&](const Choice& choice, const AgreementCondition& condition) {
                         return LanguageOf(facts, choice, condition);
                       });
}

Verdict Grade(const ApplicationFacts& facts) {
  const StudyProfile& profile = facts.application.profile;
  const auto grade = GradeOfTwenty(profile.grade, profile.grade_scale_maximum);
  const std::string seen =
      Text(profile.grade) + " of " + Text(profile.grade_scale_maximum) +
      (grade.has_value() ? " = " + Text(*grade) + " of 20" : ": not a grade on its scale");
  return OfEveryChoice(facts, "Correct the grade and its scale, or take the destination out.",
                       [&](const Choice&, const AgreementCondition& condition) -> Line {
                         if (condition.minimum_grade <= 0) return {true, "no minimum grade"};
                         // A scale change is exact to far less than any grade's last digit.
                         constexpr double kRounding = 1e-9;
                         const bool reached =
                             grade.has_value() && *grade + kRounding >= condition.minimum_grade;
                         return {reached, seen + "; minimum " + Text(condition.minimum_grade)};
                       });
}

Verdict Months(const ApplicationFacts& facts) {
  constexpr int kCycleMonths = 12;
  constexpr int kShortestMonths = 2;
  const int prior = facts.application.profile.prior_mobility_months;
  const int planned = facts.application.profile.planned_months;
  const std::string seen =
      std::to_string(prior) + " months before + " + std::to_string(planned) + " planned";
  return OfEveryChoice(
      facts, "Plan a stay within the limits.",
      [&](const Choice&, const AgreementCondition& condition) -> Line {
        const int longest = condition.maximum_months > 0 ? condition.maximum_months : kCycleMonths;
        const bool fits = prior >= 0 && planned >= kShortestMonths && planned <= longest &&
                          prior + planned <= kCycleMonths;
        return {fits, seen + "; a stay is " + std::to_string(kShortestMonths) + " to " +
                          std::to_string(longest) + " months, a study cycle has " +
                          std::to_string(kCycleMonths) + " at most"};
      });
}

Verdict Enrolled(const ApplicationFacts& facts) {
  if (facts.application.profile.enrolled) {
    return {true, "declared as enrolled through the whole stay", ""};
  }
  return {false, "not declared as enrolled through the whole stay",
          "Enrol at the home institution for the whole stay and say so in the profile."};
}

}  // namespace jointly::mobility::check
