#include "services/partnerships/domain/agreement.h"

#include <algorithm>
#include <array>
#include <set>

#include "common/agreement/agreement.h"

namespace jointly::partnerships {
namespace {

using workflow::Guard;
using workflow::Set;
using workflow::Verdict;

Verdict TextIsComplete(const Facts& facts) {
  Violations violations;
  CheckText(*facts.agreement, "agreement", violations);
  if (violations.empty()) return {};
  return {false, std::string(violations.ToStatus().message()),
          "Complete the draft, then propose it."};
}

Verdict TextIsTheOneRead(const Facts& facts) {
  const std::string hash = ContentHashOf(*facts.agreement);
  if (facts.approved_hash == hash) return {};
  return {
      false,
      "the text in front of you has the hash " + facts.approved_hash + ", the proposed one " + hash,
      "Read the present text and approve its content_hash."};
}

// EWP: a unilateral end needs one academic year's notice, given by 1 September for the next year.
Verdict NoticeIsLongEnough(const Facts& facts) {
  const Date earliest = AddDays(facts.today, 365);
  if (facts.termination_date.has_value() &&
      std::chrono::sys_days(*facts.termination_date) >= std::chrono::sys_days(earliest)) {
    return {};
  }
  const std::string wanted =
      facts.termination_date.has_value() ? FormatDate(*facts.termination_date) : "no date";
  return {false, wanted + " is less than one year after " + FormatDate(facts.today),
          "Choose " + FormatDate(earliest) + " or later, or amend the end date together."};
}

constexpr Guard<Facts> kComplete{"A1", "The text is complete", &TextIsComplete};
constexpr Guard<Facts> kSameText{"A2", "The approval covers the present text", &TextIsTheOneRead};
constexpr Guard<Facts> kNotice{"A3", "One academic year of notice", &NoticeIsLongEnough};
constexpr const Guard<Facts>* kProposeGuards[] = {&kComplete};
constexpr const Guard<Facts>* kApproveGuards[] = {&kComplete, &kSameText};
constexpr const Guard<Facts>* kTerminateGuards[] = {&kNotice};

constexpr Set<Role> kEither = {Role::kPartner, Role::kCounterparty};

constexpr auto kWorkflow = [] {
  using enum State;
  return std::to_array<Move>({
      // action             from       to           by                   event
      {Action::kUpdate, kDraft, kDraft, kEither, "updated"},
      {Action::kPropose, kDraft, kProposed, kEither, "proposed", kProposeGuards},
      {Action::kApprove, kProposed, kInEffect, Role::kCounterparty, "approved", kApproveGuards},
      {Action::kReturn, kProposed, kDraft, Role::kCounterparty, "returned"},
      {Action::kAmend, kInEffect, kDraft, kEither, "amended"},
      {Action::kTerminate, kInEffect, kInEffect, kEither, "notice_given", kTerminateGuards},
      {Action::kEnd, {kDraft, kProposed, kInEffect}, kTerminated, Role::kTimer, "terminated"},
      {Action::kExpire, {kDraft, kProposed, kInEffect}, kExpired, Role::kTimer, "expired"},
  });
}();
static_assert(workflow::Deterministic(kWorkflow));
static_assert(workflow::Connected(kWorkflow, State::kDraft));

constexpr std::array kStates = {State::kDraft, State::kProposed, State::kInEffect,
                                State::kTerminated, State::kExpired};

agreement::Field FieldOf(const Condition& condition) {
  agreement::Field::List eqf;
  for (const int level : condition.eqf_levels) eqf.emplace_back(level);
  agreement::Field::List isced;
  for (const std::string& code : condition.isced_codes) isced.emplace_back(code);
  agreement::Field::List languages;
  for (const LanguageRequirement& language : condition.languages) {
    languages.emplace_back(agreement::Field::Object{{"language", language.language_code},
                                                    {"level", language.cefr_level},
                                                    {"group", language.alternative_group}});
  }
  return agreement::Field::Object{
      {"id", condition.id},
      {"sending_institution", condition.sending_institution},
      {"receiving_institution", condition.receiving_institution},
      {"sending_unit", condition.sending_unit},
      {"receiving_unit", condition.receiving_unit},
      {"first_academic_year", condition.first_academic_year},
      {"last_academic_year", condition.last_academic_year},
      {"places_per_year", condition.places_per_year},
      {"measure", static_cast<int>(condition.measure)},
      {"term", static_cast<int>(condition.term)},
      {"eqf_levels", eqf},
      {"isced_codes", isced},
      {"isced_match", static_cast<int>(condition.isced_match)},
      {"languages", languages},
      {"minimum_grade_thousandths", condition.minimum_grade_thousandths},
      {"maximum_months", condition.maximum_months}};
}

std::string OpenNow(const Agreement& agreement) {
  std::string open;
  for (const Move& move : kWorkflow) {
    if (!move.from.Has(agreement.state) || move.by.Has(Role::kTimer)) continue;
    open += (open.empty() ? "" : ", ") + std::string(Name(move.action));
  }
  return open.empty() ? "nothing" : open;
}

bool IsCefr(std::string_view level) {
  return level.size() == 2 && std::string_view("ABC").find(level[0]) != std::string_view::npos &&
         (level[1] == '1' || level[1] == '2');
}

bool IsIsced(std::string_view code) {
  return code.size() == 4 &&
         std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void CheckParties(const Agreement& agreement, const Condition& condition, const std::string& path,
                  Violations& violations) {
  const auto is_partner = [&](const std::string& name) {
    return std::find(agreement.partners.begin(), agreement.partners.end(), name) !=
           agreement.partners.end();
  };
  violations.Require(is_partner(condition.sending_institution), path + ".sending_institution",
                     "must be one of the partners");
  violations.Require(is_partner(condition.receiving_institution), path + ".receiving_institution",
                     "must be one of the partners");
  violations.Require(condition.sending_institution != condition.receiving_institution,
                     path + ".receiving_institution", "must differ from the sending institution");
  violations.Require(
      condition.sending_unit.empty() ||
          condition.sending_unit.starts_with(condition.sending_institution + "/units/"),
      path + ".sending_unit", "must be a unit of the sending institution");
  violations.Require(
      condition.receiving_unit.empty() ||
          condition.receiving_unit.starts_with(condition.receiving_institution + "/units/"),
      path + ".receiving_unit", "must be a unit of the receiving institution");
}

void CheckCondition(const Agreement& agreement, const Condition& condition, const std::string& path,
                    Violations& violations) {
  violations.Require(!condition.id.empty(), path + ".id", "is required, for example \"incoming\"");
  CheckParties(agreement, condition, path, violations);
  const bool first = AcademicYearPeriod(condition.first_academic_year, 9).has_value();
  const bool last = AcademicYearPeriod(condition.last_academic_year, 9).has_value();
  violations.Require(first, path + ".first_academic_year", "must look like 2026/2027");
  violations.Require(last, path + ".last_academic_year", "must look like 2026/2027");
  violations.Require(
      !first || !last || condition.first_academic_year <= condition.last_academic_year,
      path + ".last_academic_year", "must not lie before first_academic_year");
  violations.Require(condition.places_per_year >= 1 && condition.places_per_year <= 10000,
                     path + ".places_per_year", "must be 1 to 10000");
  violations.Require(condition.measure != Measure::kUnspecified, path + ".measure",
                     "must be PERSONS or SEMESTERS");
  for (const int level : condition.eqf_levels) {
    violations.Require(level >= 5 && level <= 8, path + ".eqf_levels", "must be 5 to 8");
  }
  for (const std::string& code : condition.isced_codes) {
    violations.Require(IsIsced(code), path + ".isced_codes", "must be 4 digits (ISCED-F 2013)");
  }
  for (const LanguageRequirement& language : condition.languages) {
    violations.Require(IsCefr(language.cefr_level), path + ".languages.cefr_level",
                       "must be A1 to C2");
    violations.Require(language.language_code.size() >= 2, path + ".languages.language_code",
                       "must be a language code like ja");
  }
  violations.Require(
      condition.minimum_grade_thousandths >= 0 && condition.minimum_grade_thousandths <= 20'000,
      path + ".minimum_grade", "must be 0 to 20");
  violations.Require(condition.maximum_months >= 0 && condition.maximum_months <= 24,
                     path + ".maximum_months", "must be 0 to 24");
}

// What a move changes beside the state.
void Apply(const Move& move, const Facts& facts, Agreement& after) {
  switch (move.action) {
    case Action::kPropose:
      after.proposer = facts.acting_partner;
      after.comment.clear();
      break;
    case Action::kApprove:
      after.effective_version = after.version;
      after.effective_conditions.clear();
      break;
    case Action::kAmend:
      after.effective_conditions = after.conditions;
      after.version += 1;
      after.proposer.clear();
      break;
    case Action::kTerminate:
      after.termination_date = facts.termination_date;
      break;
    case Action::kEnd:
    case Action::kExpire:
      after.effective_version = 0;
      after.effective_conditions.clear();
      break;
    case Action::kUpdate:
    case Action::kReturn:
      break;
  }
}

}  // namespace

std::string_view Name(State state) {
  constexpr std::array<std::string_view, 6> kNames = {"",          "draft",      "proposed",
                                                      "in_effect", "terminated", "expired"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view Name(Action action) {
  constexpr std::array<std::string_view, 8> kNames = {"update", "propose",   "approve", "return",
                                                      "amend",  "terminate", "expire",  "end"};
  return kNames[static_cast<std::size_t>(action)];
}

std::string_view Name(Role role) {
  constexpr std::array<std::string_view, 3> kNames = {"partner", "counterparty", "timer"};
  return kNames[static_cast<std::size_t>(role)];
}

std::optional<State> ParseState(std::string_view name) {
  for (const State state : kStates) {
    if (Name(state) == name) return state;
  }
  return std::nullopt;
}

std::vector<Move> AgreementMoves() { return {kWorkflow.begin(), kWorkflow.end()}; }

std::vector<workflow::Edge> AgreementEdges() {
  std::vector<workflow::Edge> edges;
  for (const Move& move : kWorkflow) {
    for (const State from : kStates) {
      if (!move.from.Has(from)) continue;
      edges.push_back(
          {std::string(Name(from)), std::string(Name(move.to)), std::string(Name(move.action))});
    }
  }
  return edges;
}

std::string ContentHashOf(const Agreement& agreement) {
  agreement::Field::List partners;
  for (const std::string& partner : agreement.partners) partners.emplace_back(partner);
  agreement::Field::List conditions;
  for (const Condition& condition : agreement.conditions) conditions.push_back(FieldOf(condition));
  const auto date = [](const std::optional<Date>& value) {
    return value.has_value() ? FormatDate(*value) : std::string();
  };
  return agreement::ContentHash(agreement::Field::Object{{"partners", partners},
                                                         {"version", agreement.version},
                                                         {"start_date", date(agreement.start_date)},
                                                         {"end_date", date(agreement.end_date)},
                                                         {"conditions", conditions}});
}

absl::StatusOr<Decision> Decide(const Agreement& before, Action action, Role role,
                                const Facts& facts, Time now) {
  const std::string name = "agreements/" + before.id;
  const Move* move = workflow::Find(kWorkflow, before.state, action);
  if (move == nullptr) {
    return FailedPrecondition(kIllegalMove,
                              name + " is " + std::string(Name(before.state)) + "; \"" +
                                  std::string(Name(action)) +
                                  "\" is not open. Open now: " + OpenNow(before) + ".",
                              {{"state", std::string(Name(before.state))},
                               {"action", std::string(Name(action))},
                               {"open", OpenNow(before)}});
  }
  if (!move->by.Has(role)) {
    return PermissionDenied(kWrongRole,
                            "\"" + std::string(Name(action)) + "\" of " + name +
                                " is for the partner that did not propose the text.",
                            {{"action", std::string(Name(action))}});
  }
  const absl::Status refused =
      workflow::RefusalOf(Name(action), name, workflow::Examine(*move, facts));
  if (!refused.ok()) return refused;
  Agreement after = before;
  Apply(*move, facts, after);
  after.state = move->to;
  after.update_time = now;
  after.revision += 1;
  return Decision{std::move(after), std::string(move->event)};
}

std::vector<std::string> AllowedActions(const Agreement& agreement, Role role) {
  std::vector<std::string> actions;
  for (const Move& move : kWorkflow) {
    if (move.from.Has(agreement.state) && move.by.Has(role) && role != Role::kTimer) {
      actions.emplace_back(Name(move.action));
    }
  }
  return actions;
}

void CheckText(const Agreement& agreement, std::string_view prefix, Violations& violations) {
  const std::string at(prefix);
  violations.Require(!agreement.display_name.empty() && agreement.display_name.size() <= 200,
                     at + ".display_name", "is required, at most 200 bytes");
  violations.Require(
      agreement.partners.size() == 2 && agreement.partners.front() != agreement.partners.back(),
      at + ".partners", "must be two different institutions");
  violations.Require(agreement.start_date.has_value(), at + ".start_date", "is required");
  violations.Require(
      !agreement.end_date.has_value() || !agreement.start_date.has_value() ||
          std::chrono::sys_days(*agreement.end_date) > std::chrono::sys_days(*agreement.start_date),
      at + ".end_date", "must lie after start_date");
  violations.Require(!agreement.conditions.empty(), at + ".conditions",
                     "needs at least one condition");
  violations.Require(agreement.conditions.size() <= 100, at + ".conditions", "at most 100");
  std::set<std::string> ids;
  for (std::size_t i = 0; i < agreement.conditions.size(); ++i) {
    const std::string path = at + ".conditions[" + std::to_string(i) + "]";
    CheckCondition(agreement, agreement.conditions[i], path, violations);
    violations.Require(ids.insert(agreement.conditions[i].id).second, path + ".id",
                       "must be unique in the agreement");
  }
}

std::optional<Date> LastDay(const Agreement& agreement) {
  if (!agreement.termination_date.has_value()) return agreement.end_date;
  if (!agreement.end_date.has_value()) return agreement.termination_date;
  return std::chrono::sys_days(*agreement.termination_date) <
                 std::chrono::sys_days(*agreement.end_date)
             ? agreement.termination_date
             : agreement.end_date;
}

}  // namespace jointly::partnerships
