#include "services/budgets/domain/deadlines_of.h"

#include <algorithm>

#include "common/deadlines/holidays.h"

namespace jointly::budgets {
namespace {

using deadlines::Audience;
using deadlines::Deadline;
using deadlines::Severity;
using DeadlineState = deadlines::State;

constexpr std::chrono::seconds kEndOfDay{23 * 3600 + 59 * 60 + 59};
constexpr std::string_view kManagers = "budget_manager";
constexpr std::string_view kAccountants = "accountant";

// A deadline as its object sees it: `days` after `anchor`.
struct Line {
  std::string kind;
  std::string occurrence = {};  // Of a kind that comes again: the end of its id.
  Date anchor{};
  int days = 0;
  Severity severity = Severity::kLocal;
  DeadlineState state = DeadlineState::kArmed;
  std::vector<Audience> audience;
  std::string basis = {};
};

// Whose dates they are, and when they are looked at.
struct Subject {
  std::string name;
  std::int64_t generation = 0;
  const Budget& budget;
  Time now;
};

// Adds the deadline; one that is armed although its time has passed is missed.
void Add(std::vector<Deadline>& list, const Subject& subject, Line line) {
  const deadlines::Rule rule{.kind = line.kind,
                             .days = line.days,
                             .clock = kEndOfDay,
                             .severity = line.severity,
                             .basis = line.basis};
  const CivilTime anchor{.date = line.anchor, .clock = kEndOfDay, .zone = subject.budget.time_zone};
  const deadlines::NamedCalendar& place = deadlines::CalendarOfZone(subject.budget.time_zone);
  const auto due = deadlines::Evaluate(rule, anchor, place.calendar);
  if (!due.ok()) return;  // Budgets with an unknown zone are refused before they are stored.
  Deadline deadline;
  deadline.id = subject.name + "/" + line.kind;
  if (!line.occurrence.empty()) deadline.id += "/" + line.occurrence;
  deadline.generation = subject.generation;
  deadline.kind = std::move(line.kind);
  deadline.subject = subject.name;
  deadline.due = due->civil;
  deadline.due_time = due->instant;
  deadline.severity = line.severity;
  const bool late = line.state == DeadlineState::kArmed && subject.now > due->instant;
  deadline.state = late ? DeadlineState::kMissed : line.state;
  deadline.audience = std::move(line.audience);
  deadline.basis = std::move(line.basis);
  deadline.rationale = due->rationale;
  if (!place.calendar.IsOpen(due->civil.date)) {
    deadline.rationale += ", a closed day (" + place.name + ")";
  }
  list.push_back(std::move(deadline));
}

Audience Office(std::string_view role, const Budget& budget) {
  return {.person = {},
          .role = std::string(role),
          .institution = budget.institution,
          .unit = budget.unit};
}
Audience Managers(const Budget& budget) { return Office(kManagers, budget); }
Audience Accountants(const Budget& budget) { return Office(kAccountants, budget); }
Audience Person(const std::string& name) {
  return {.person = name, .role = {}, .institution = {}, .unit = {}};
}

std::string NameOf(const Budget& budget) { return "budgets/" + budget.id; }

// Nothing has begun or everything is over.
bool Rests(BudgetState state) {
  return state == BudgetState::kDraft || state == BudgetState::kRejected ||
         state == BudgetState::kArchived;
}

DeadlineState When(bool armed, bool met) {
  if (met) return DeadlineState::kMet;
  return armed ? DeadlineState::kArmed : DeadlineState::kCancelled;
}

// French institutions have exercices of civil years.
constexpr std::string_view kFrenchZone = "Europe/Paris";

// The 1 January of a year, where the budget has that day.
void AddExercice(int year, const Budget& budget, const Subject& subject,
                 std::vector<Deadline>& list) {
  const Date first = Date(std::chrono::year{year} / std::chrono::January / 1);
  if (first < budget.start_date || first > budget.end_date) return;
  const bool declared =
      std::any_of(budget.exercices.begin(), budget.exercices.end(),
                  [&](const DeclaredExercice& exercice) { return exercice.year == year; });
  const auto today = ToCivil(subject.now, budget.time_zone);
  const bool over = today.ok() && today->date > first;
  DeadlineState state = When(budget.state == BudgetState::kActive, declared);
  if (over && !declared) state = DeadlineState::kWaived;
  Add(list, subject,
      {.kind = "exercice",
       .occurrence = std::to_string(year),
       .anchor = first,
       .severity = Severity::kStatutory,
       .state = state,
       .audience = {Managers(budget), Accountants(budget)},
       .basis = "Code de l'education R719-76: 80 % of the exercice before when it is not executory "
                "on 1 January"});
}

}  // namespace

std::vector<Deadline> DeadlinesOf(const Budget& budget, Time now) {
  std::vector<Deadline> list;
  if (Rests(budget.state)) return list;
  const Subject subject{NameOf(budget), budget.revision, budget, now};
  const BudgetState state = budget.state;
  const bool waits = state == BudgetState::kSubmitted || state == BudgetState::kApproved;
  Add(list, subject,
      {.kind = "start",
       .anchor = budget.start_date,
       .state = When(waits, !waits),
       .audience = {Managers(budget)},
       .basis = "a budget starts on its start date, with a signed agreement"});
  const bool runs = state == BudgetState::kActive || state == BudgetState::kSuspended;
  Add(list, subject,
      {.kind = "end",
       .anchor = budget.end_date,
       .severity = Severity::kAgreement,
       .state = When(waits || runs, !waits && !runs),
       .audience = {Managers(budget), Accountants(budget)},
       .basis = "the agreement's end"});
  Add(list, subject,
      {.kind = "settle",
       .anchor = budget.end_date,
       .days = 60,
       .severity = Severity::kAgreement,
       .state = When(true, state == BudgetState::kClosed),
       .audience = {Managers(budget), Accountants(budget)},
       .basis = "open commitments are settled within 60 days after the end"});
  const auto today = ToCivil(now, budget.time_zone);
  if (!today.ok() || budget.time_zone != kFrenchZone) return list;
  const int year = static_cast<int>(std::chrono::year_month_day(today->date).year());
  for (const int of : {year, year + 1}) AddExercice(of, budget, subject, list);
  return list;
}

std::vector<Deadline> DeadlinesOf(const Period& period, const Budget& budget, Time now) {
  std::vector<Deadline> list;
  if (Rests(budget.state)) return list;
  const Subject subject{NameOf(budget) + "/periods/" + period.id, period.revision, budget, now};
  const PeriodState state = period.state;
  const bool ended = state == PeriodState::kSoftClosed || state == PeriodState::kClosed ||
                     state == PeriodState::kReopened;
  Add(list, subject,
      {.kind = "end",
       .anchor = period.end_date,
       .state = When(true, ended),
       .audience = {Managers(budget), Accountants(budget)},
       .basis = "announced 60, 30 and 7 days before the period's end"});
  Add(list, subject,
      {.kind = "close",
       .anchor = period.end_date,
       .days = 30,
       .state = When(true, state == PeriodState::kClosed),
       .audience = {Accountants(budget)},
       .basis = "a period is closed within 30 days after its end"});
  return list;
}

std::vector<Deadline> DeadlinesOf(const Commitment& commitment, const Period& period,
                                  const Budget& budget, Time now) {
  std::vector<Deadline> list;
  const Subject subject{NameOf(budget) + "/commitments/" + commitment.id, commitment.revision,
                        budget, now};
  const bool open = IsOpen(commitment.state);
  const bool waits = commitment.state == CommitmentState::kRequested;
  const bool used = commitment.state == CommitmentState::kLiquidated;
  std::vector<Audience> audience = {Managers(budget)};
  if (commitment.requester.person.rfind("people/", 0) == 0) {
    audience.push_back(Person(commitment.requester.person));
  }
  if (commitment.expire_date.has_value()) {
    Line line{.kind = "expire",
              .anchor = *commitment.expire_date,
              .state = When(open || waits, used),
              .audience = audience,
              .basis = "what is not used by then goes back to the line"};
    if (commitment.state == CommitmentState::kExpired) line.state = DeadlineState::kMissed;
    Add(list, subject, std::move(line));
  }
  Add(list, subject,
      {.kind = "settle",
       .anchor = period.end_date,
       .state = When(open, used),
       .audience = std::move(audience),
       .basis = "liquidated, released or carried by the period's end"});
  return list;
}

std::vector<Deadline> DeadlinesOf(const ExpenseClaim& claim, const Budget& budget, Time now) {
  std::vector<Deadline> list;
  const Subject subject{NameOf(budget) + "/claims/" + claim.id, claim.revision, budget, now};
  const ClaimState state = claim.state;
  const bool own = state == ClaimState::kDraft || state == ClaimState::kChangesRequested;
  const bool declined = state == ClaimState::kDeclined;
  Add(list, subject,
      {.kind = "submit",
       .anchor = claim.mission_end_date,
       .days = 30,
       .state = When(own, !own && !declined),
       .audience = {Person(claim.claimant)},
       .basis = "claims are submitted within 30 days after the mission"});
  const bool approved = state == ClaimState::kApproved || state == ClaimState::kPaymentFailed;
  if (!approved && state != ClaimState::kPaid) return list;
  const auto since = ToCivil(claim.update_time, budget.time_zone);
  if (!since.ok()) return list;
  Add(list, subject,
      {.kind = "pay",
       .anchor = since->date,
       .days = 30,
       .state = When(approved, !approved),
       .audience = {Accountants(budget)},
       .basis = "claims are paid within 30 days after their approval"});
  return list;
}

std::vector<Deadline> DeadlinesOf(const LineTransfer& transfer, const Period& period,
                                  const Budget& budget, Time now) {
  std::vector<Deadline> list;
  const Subject subject{NameOf(budget) + "/transfers/" + transfer.id, transfer.revision, budget,
                        now};
  const TransferState state = transfer.state;
  const bool ended = state == TransferState::kRefused || state == TransferState::kWithdrawn;
  Add(list, subject,
      {.kind = "post",
       .anchor = period.end_date,
       .days = -15,
       .state = When(!ended, state == TransferState::kPosted),
       .audience = {Managers(budget)},
       .basis = "transfers are posted 15 days before the period's end"});
  return list;
}

std::vector<Deadline> DeadlinesOf(const Amendment& amendment, const Budget& budget, Time now) {
  std::vector<Deadline> list;
  const Subject subject{NameOf(budget) + "/amendments/" + amendment.id, amendment.revision, budget,
                        now};
  const AmendmentState state = amendment.state;
  Add(list, subject,
      {.kind = "notice",
       .anchor = budget.end_date.year() / budget.end_date.month() / 1,
       .severity = Severity::kAgreement,
       .state = When(state != AmendmentState::kVoid, state == AmendmentState::kInForce),
       .audience = {Managers(budget)},
       .basis = "funders take extensions until the first day of the last month"});
  return list;
}

std::vector<Deadline> DeadlinesOf(const PeriodicReport& report, const Budget& budget, Time now) {
  std::vector<Deadline> list;
  const Subject subject{NameOf(budget) + "/reports/" + report.id, report.revision, budget, now};
  const bool sent = report.state == ReportState::kSent || report.state == ReportState::kAccepted;
  Add(list, subject,
      {.kind = "due",
       .anchor = report.due_date,
       .severity = Severity::kAgreement,
       .state = When(true, sent),
       .audience = {Managers(budget), Accountants(budget)},
       .basis = "the funder's report is due 60 days after the period's end"});
  return list;
}

}  // namespace jointly::budgets
