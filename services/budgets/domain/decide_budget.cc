#include <algorithm>
#include <map>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/budgets/domain/decide.h"
#include "services/budgets/domain/refuse.h"
#include "services/budgets/domain/text.h"
#include "services/budgets/domain/watch.h"

// Decisions on budgets and periods.
namespace jointly::budgets {
namespace {

// Reports to the funder are due this many days after a period's end.
constexpr int kReportDays = 60;
constexpr int kReportNoticeDays = 30;

std::string SubjectOf(const Budget& budget) { return "budgets/" + budget.id; }
std::string SubjectOf(const Period& period) {
  return "budgets/" + period.budget + "/periods/" + period.id;
}

absl::Status CheckInput(const BudgetFacts& facts, BudgetAction action) {
  const bool needs_reason = action == BudgetAction::kReject || action == BudgetAction::kSuspend;
  if (needs_reason && facts.input.reason.empty()) {
    return MissingInput(Name(action), "reason", "Say why.");
  }
  if (action == BudgetAction::kUpdate) Check(facts.input.updated.has_value(), "no text to update");
  return absl::OkStatus();
}

void Authorise(const BudgetFacts& facts, BudgetDecision& decision) {
  Budget& after = decision.after;
  const Date on = facts.input.effective_date.value_or(facts.actor.today);
  after.authorised_version = 1;
  for (const Source& source : after.sources) {
    if (source.kind != Kind::kCash || source.promised == 0) continue;
    decision.movements.push_back({.kind = MovementKind::kAuthorise,
                                  .document = SubjectOf(after),
                                  .effective_date = on,
                                  .amount = source.promised,
                                  .organisation = source.organisation});
  }
  PromiseSources(after.sources, SubjectOf(after), on, decision.movements);
  decision.timers.push_back({.arm = true,
                             .kind = std::string(kBudgetEnds),
                             .subject = after.id,
                             .on = AddDays(after.end_date, 1)});
}

void Effect(const BudgetFacts& facts, BudgetAction action, BudgetDecision& decision) {
  Budget& after = decision.after;
  switch (action) {
    case BudgetAction::kSubmit:
      after.requester = facts.actor.hand;
      after.approver = {};
      after.state_reason.clear();
      return;
    case BudgetAction::kApprove:
      after.approver = facts.actor.hand;
      return;
    case BudgetAction::kReject:
    case BudgetAction::kSuspend:
      after.state_reason = facts.input.reason;
      return;
    case BudgetAction::kResume:
      after.state_reason.clear();
      return;
    case BudgetAction::kActivate:
      Authorise(facts, decision);
      return;
    case BudgetAction::kBeginClosing:
    case BudgetAction::kClose:
      decision.timers.push_back(
          {.arm = false, .kind = std::string(kBudgetEnds), .subject = after.id});
      return;
    case BudgetAction::kUpdate:
    case BudgetAction::kArchive:
      return;
  }
}

// Whatever an update says, these are the service's.
void KeepOwn(const Budget& before, Budget& after) {
  after.id = before.id;
  after.institution = before.institution;
  after.currency = before.currency;
  after.requester = before.requester;
  after.approver = before.approver;
  after.authorised_version = before.authorised_version;
  after.exercices = before.exercices;
  after.create_time = before.create_time;
  after.demo = before.demo;
}

// The next day on which the close of a period is announced.
void AnnounceClose(const Period& period, Date today, std::vector<TimerPlan>& timers) {
  const auto on = NextCloseNotice(period, today);
  if (!on.has_value()) return;
  timers.push_back({.arm = true,
                    .kind = std::string(kPeriodDue),
                    .subject = period.budget + "/" + period.id,
                    .on = *on});
}

using Remainders = std::map<LineKey, std::vector<std::int64_t>>;

// Remainders of open commitments by line: they go along with the balance.
Remainders RemaindersOf(const PeriodFacts& facts) {
  Remainders remainders;
  for (const Commitment& commitment : facts.open_commitments) {
    remainders[commitment.line].push_back(commitment.remaining);
  }
  return remainders;
}

std::string FunderOf(const Budget& budget) {
  for (const Source& source : budget.sources) {
    if (source.kind == Kind::kCash) return source.organisation;
  }
  Die("a budget without a cash source runs");
}

MovementPlan CloseMovement(const PeriodFacts& facts, MovementKind kind, const LineKey& line,
                           std::int64_t amount) {
  MovementPlan plan{.kind = kind,
                    .document = SubjectOf(facts.period),
                    .effective_date = facts.period.end_date,
                    .line = line,
                    .amount = amount};
  if (kind == MovementKind::kCarry) {
    plan.to = line;
    plan.to.period = facts.next->id;
  } else {
    plan.organisation = FunderOf(facts.budget);
  }
  return plan;
}

void Close(const PeriodFacts& facts, PeriodDecision& decision) {
  decision.carry_over =
      JudgeCarryOver({.terms = facts.budget.terms,
                      .currency = facts.budget.currency,
                      .leftovers = facts.leftovers,
                      .approved = facts.carry_over.has_value() ? &*facts.carry_over : nullptr,
                      .has_next_period = facts.next.has_value(),
                      .period_end = facts.period.end_date});
  Remainders remainders = RemaindersOf(facts);
  for (const Reallocation& row : decision.carry_over.carried) {
    MovementPlan plan = CloseMovement(facts, MovementKind::kCarry, row.line, row.change);
    const auto open = remainders.extract(row.line);
    if (!open.empty()) plan.reserved = open.mapped();
    decision.movements.push_back(std::move(plan));
  }
  // Lines that have nothing free but open commitments.
  for (const auto& [line, reserved] : remainders) {
    MovementPlan plan = CloseMovement(facts, MovementKind::kCarry, line, 0);
    plan.reserved = reserved;
    decision.movements.push_back(std::move(plan));
  }
  for (const Reallocation& row : decision.carry_over.returned) {
    decision.movements.push_back(CloseMovement(facts, MovementKind::kReturn, row.line, row.change));
  }
  for (const Commitment& commitment : facts.open_commitments) {
    decision.carried.push_back(commitment.id);
  }
  decision.after.reopen_requester = {};
  decision.after.reopen_reason.clear();
  decision.timers.push_back({.arm = false,
                             .kind = std::string(kPeriodDue),
                             .subject = facts.period.budget + "/" + facts.period.id});
}

void Open(const PeriodFacts& facts, PeriodDecision& decision) {
  const Period& period = facts.period;
  PeriodicReport report{.id = period.id,
                        .budget = period.budget,
                        .period = period.id,
                        .due_date = AddDays(period.end_date, kReportDays),
                        .content_hash = {},
                        .preparer = {},
                        .certifier = {},
                        .create_time = facts.now,
                        .update_time = facts.now};
  decision.timers.push_back({.arm = true,
                             .kind = std::string(kReportDue),
                             .subject = period.budget + "/" + period.id,
                             .on = AddDays(report.due_date, -kReportNoticeDays)});
  decision.report = std::move(report);
  AnnounceClose(period, facts.actor.today, decision.timers);
  decision.timers.push_back({.arm = true,
                             .kind = std::string(kLinesWatched),
                             .subject = period.budget,
                             .on = FirstOfNextMonth(facts.actor.today)});
}

void Effect(const PeriodFacts& facts, PeriodAction action, PeriodDecision& decision) {
  switch (action) {
    case PeriodAction::kOpenPeriod:
      Open(facts, decision);
      return;
    case PeriodAction::kRemind:
      AnnounceClose(facts.period, facts.actor.today, decision.timers);
      return;
    case PeriodAction::kClose:
      Close(facts, decision);
      return;
    case PeriodAction::kRequestReopen:
      decision.after.reopen_requester = facts.actor.hand;
      decision.after.reopen_reason = facts.input.reason;
      return;
    case PeriodAction::kReopen:
    case PeriodAction::kSoftClose:
      return;
  }
}

}  // namespace

void PromiseSources(const std::vector<Source>& sources, const std::string& document,
                    Date effective_date, std::vector<MovementPlan>& movements) {
  for (const Source& source : sources) {
    if (source.kind != Kind::kInKind || source.promised == 0) continue;
    movements.push_back({.kind = MovementKind::kPromise,
                         .document = document,
                         .effective_date = effective_date,
                         .amount = source.promised,
                         .partner = source.organisation});
  }
}

absl::StatusOr<BudgetDecision> Decide(const BudgetFacts& facts, BudgetAction action, Role role) {
  const Budget& before = facts.budget;
  const std::string subject = SubjectOf(before);
  ASSIGN_OR_RETURN(const BudgetMove* move,
                   RowFor(kBudgetWorkflow, subject, before.state, action, role));
  RETURN_IF_ERROR(CheckInput(facts, action));
  RETURN_IF_ERROR(RefusalOf(
      Name(action), subject, workflow::Examine(*move, facts),
      {{"state", std::string(Name(before.state))}, {"requester", before.requester.person}}));
  BudgetDecision decision;
  decision.after = action == BudgetAction::kUpdate ? *facts.input.updated : before;
  KeepOwn(before, decision.after);
  decision.after.state = move->to;
  decision.after.update_time = facts.now;
  decision.after.revision = before.revision + 1;
  decision.from = before.state;
  decision.move = move;
  Effect(facts, action, decision);
  return decision;
}

absl::StatusOr<PeriodDecision> Decide(const PeriodFacts& facts, PeriodAction action, Role role) {
  const Period& before = facts.period;
  const std::string subject = SubjectOf(before);
  ASSIGN_OR_RETURN(const PeriodMove* move,
                   RowFor(kPeriodWorkflow, subject, before.state, action, role));
  if (action == PeriodAction::kRequestReopen && facts.input.reason.empty()) {
    return MissingInput(Name(action), "reason", "Say why it must be opened again.");
  }
  RETURN_IF_ERROR(RefusalOf(Name(action), subject, workflow::Examine(*move, facts),
                            {{"state", std::string(Name(facts.budget.state))},
                             {"period", before.id},
                             {"requester", before.reopen_requester.person}}));
  PeriodDecision decision;
  decision.after = before;
  decision.after.state = move->to;
  decision.after.update_time = facts.now;
  decision.after.revision += 1;
  decision.from = before.state;
  decision.move = move;
  Effect(facts, action, decision);
  return decision;
}

std::vector<BudgetAction> OpenActions(BudgetState state, Role role) {
  return ActionsOf<BudgetAction>(kBudgetWorkflow, state, role);
}
std::vector<PeriodAction> OpenActions(PeriodState state, Role role) {
  return ActionsOf<PeriodAction>(kPeriodWorkflow, state, role);
}
std::vector<Allowed<BudgetAction>> AllowedActions(const BudgetFacts& facts, Role role) {
  return AllowedIn<Allowed<BudgetAction>>(kBudgetWorkflow, facts, facts.budget.state, role);
}
std::vector<Allowed<PeriodAction>> AllowedActions(const PeriodFacts& facts, Role role) {
  return AllowedIn<Allowed<PeriodAction>>(kPeriodWorkflow, facts, facts.period.state, role);
}
std::vector<workflow::Edge> BudgetEdges() { return EdgesOf(kBudgetWorkflow); }
std::vector<workflow::Edge> PeriodEdges() { return EdgesOf(kPeriodWorkflow); }

}  // namespace jointly::budgets
