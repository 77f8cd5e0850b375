#include <algorithm>
#include <limits>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "common/money/wide.h"
#include "services/budgets/domain/decide.h"
#include "services/budgets/domain/refuse.h"
#include "services/budgets/domain/text.h"

// Decisions on transfers, amendments and reports.
namespace jointly::budgets {
namespace {

std::string SubjectOf(const LineTransfer& transfer) {
  return "budgets/" + transfer.budget + "/transfers/" + transfer.id;
}
std::string SubjectOf(const Amendment& amendment) {
  return "budgets/" + amendment.budget + "/amendments/" + amendment.id;
}
std::string SubjectOf(const PeriodicReport& report) {
  return "budgets/" + report.budget + "/reports/" + report.id;
}

// What every decision sets on its object.
template <typename Decision, typename Object, typename Row>
Decision Begin(const Object& before, const Row* move, Time now) {
  Decision decision;
  decision.after = before;
  decision.after.state = move->to;
  decision.after.update_time = now;
  decision.after.revision += 1;
  decision.from = before.state;
  decision.move = move;
  return decision;
}

void Effect(const TransferFacts& facts, TransferAction action, TransferDecision& decision) {
  LineTransfer& after = decision.after;
  switch (action) {
    case TransferAction::kFindFree:
    case TransferAction::kFindBound:
      after.rule = facts.judgement.rule;
      after.rationale = facts.judgement.rationale;
      after.requester = facts.actor.hand;
      return;
    case TransferAction::kFunderApprove:
      after.funder_approval = facts.input.funder_approval;
      return;
    case TransferAction::kApprove:
      if (!facts.input.funder_approval.empty()) {
        after.funder_approval = facts.input.funder_approval;
      }
      after.rule = facts.judgement.rule;
      after.rationale = facts.judgement.rationale;
      after.approver = facts.actor.hand;
      decision.movements.push_back({.kind = MovementKind::kTransfer,
                                    .document = "transfers/" + after.id,
                                    .effective_date = after.effective_date,
                                    .line = after.from,
                                    .to = after.to,
                                    .amount = after.amount});
      return;
    case TransferAction::kRefuse:
      after.refusal = facts.input.reason;
      return;
    case TransferAction::kWithdraw:
      return;
  }
}

MovementPlan AmendmentMovement(const AmendmentFacts& facts, MovementKind kind,
                               std::int64_t amount) {
  return {.kind = kind,
          .document = "amendments/" + facts.amendment.id,
          .effective_date = MovementDate(facts),
          .amount = amount};
}

// Whose promise grows or shrinks when the amendment names no new source: the first cash source.
Source& FirstCash(Budget& budget) {
  for (Source& source : budget.sources) {
    if (source.kind == Kind::kCash) return source;
  }
  Die("a budget without a cash source is amended");
}

void Supplement(const AmendmentFacts& facts, AmendmentDecision& decision) {
  Budget& budget = *decision.budget;
  const Amendment& amendment = facts.amendment;
  budget.contract_amount += amendment.change;
  const auto authorise = [&](const std::string& organisation, std::int64_t amount) {
    MovementPlan plan = AmendmentMovement(facts, MovementKind::kAuthorise, amount);
    plan.organisation = organisation;
    decision.movements.push_back(std::move(plan));
  };
  if (amendment.new_sources.empty()) {
    Source& source = FirstCash(budget);
    source.promised += amendment.change;
    authorise(source.organisation, amendment.change);
    return;
  }
  for (const Source& source : amendment.new_sources) {
    budget.sources.push_back(source);
    if (source.kind == Kind::kCash) authorise(source.organisation, source.promised);
  }
}

// Lines give to the pool first, then the pool gives back: to the first cash source what it
// promised, the rest to the next ones.
void Deobligate(const AmendmentFacts& facts, AmendmentDecision& decision) {
  Budget& budget = *decision.budget;
  for (const Reallocation& row : facts.amendment.reallocations) {
    MovementPlan plan = AmendmentMovement(facts, MovementKind::kAllocate, row.change);
    plan.line = row.line;
    decision.movements.push_back(std::move(plan));
  }
  budget.contract_amount += facts.amendment.change;
  std::int64_t left = -facts.amendment.change;
  for (Source& source : budget.sources) {
    const std::int64_t part = std::min(left, source.promised);
    if (source.kind != Kind::kCash || part <= 0) continue;
    source.promised -= part;
    left -= part;
    MovementPlan plan = AmendmentMovement(facts, MovementKind::kAuthorise, -part);
    plan.organisation = source.organisation;
    decision.movements.push_back(std::move(plan));
  }
  Check(left == 0, "sources promise less than the pool has");
}

// Pairs what lines give with what lines get, in the order in which they are named.
void Rebudget(const AmendmentFacts& facts, AmendmentDecision& decision) {
  std::vector<Reallocation> givers;
  std::vector<Reallocation> takers;
  for (const Reallocation& row : facts.amendment.reallocations) {
    (row.change < 0 ? givers : takers).push_back(row);
  }
  std::size_t giver = 0;
  for (Reallocation& taker : takers) {
    while (taker.change > 0 && giver < givers.size()) {
      const std::int64_t part = std::min(taker.change, -givers[giver].change);
      if (part > 0) {
        MovementPlan plan = AmendmentMovement(facts, MovementKind::kTransfer, part);
        plan.line = givers[giver].line;
        plan.to = taker.line;
        decision.movements.push_back(std::move(plan));
      }
      taker.change -= part;
      givers[giver].change += part;
      if (givers[giver].change == 0) ++giver;
    }
  }
}

// "p3" is followed by "p4"; other ids get a suffix.
std::string NextPeriodId(const std::string& last) {
  const std::size_t digits = last.find_last_not_of("0123456789") + 1;
  if (digits >= last.size() || last.size() - digits > 6) return last + "-extended";
  return last.substr(0, digits) + std::to_string(std::stol(last.substr(digits)) + 1);
}

void MoveEnd(const AmendmentFacts& facts, AmendmentDecision& decision) {
  if (!facts.amendment.new_end_date.has_value() || facts.periods.empty()) return;
  const Date new_end = *facts.amendment.new_end_date;
  Budget& budget = *decision.budget;
  Period last = facts.periods.back();
  const bool extension = facts.amendment.type == AmendmentType::kNoCostExtension ||
                         facts.amendment.type == AmendmentType::kCostedExtension;
  if (extension) {
    // What was reported by the old end stays one period: the time that is won is a new one.
    Period added;
    added.budget = budget.id;
    added.id = NextPeriodId(last.id);
    added.start_date = AddDays(budget.end_date, 1);
    added.end_date = new_end;
    added.update_time = facts.now;
    decision.new_periods.push_back(std::move(added));
  } else {
    last.end_date = new_end;
    last.update_time = facts.now;
    // What was never opened was never told either: its first event is its opening.
    if (last.revision > 0) last.revision += 1;
    decision.changed_periods.push_back(std::move(last));
  }
  budget.end_date = new_end;
}

void PutInForce(const AmendmentFacts& facts, AmendmentDecision& decision) {
  decision.budget = facts.budget;
  Budget& budget = *decision.budget;
  budget.authorised_version += 1;
  budget.revision += 1;
  budget.update_time = facts.now;
  decision.after.authorised_version = budget.authorised_version;
  const Amendment& amendment = facts.amendment;
  if (amendment.change > 0) Supplement(facts, decision);
  if (amendment.change < 0) Deobligate(facts, decision);
  if (amendment.change == 0) {
    Rebudget(facts, decision);
    // In kind only: cash would change the amount.
    for (const Source& source : amendment.new_sources) budget.sources.push_back(source);
  }
  PromiseSources(amendment.new_sources, "amendments/" + amendment.id, MovementDate(facts),
                 decision.movements);
  for (const std::string& partner : amendment.new_partners) {
    if (!HasPartner(budget, partner)) budget.partners.push_back(partner);
  }
  for (const std::string& partner : amendment.leaving_partners) {
    std::erase(budget.partners, partner);
  }
  MoveEnd(facts, decision);
}

// Whether contract and sources could be added up with it, and every change can be turned round.
absl::Status CheckRange(const AmendmentFacts& facts) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  const Amendment& amendment = facts.amendment;
  const money::Currency& currency = facts.budget.currency;
  const money::Money zero{.minor = 0, .currency = currency};
  for (const Reallocation& row : amendment.reallocations) {
    RETURN_IF_ERROR(money::Subtract(zero, {row.change, currency}).status());
  }
  if (amendment.change == kLeast) return money::Subtract(zero, {kLeast, currency}).status();
  // No source promises more than all of them together.
  return money::Add({facts.budget.contract_amount, currency}, {amendment.change, currency})
      .status();
}

// What a money rule's refusal says.
Facts MoneyFacts(const AmendmentFacts& facts) {
  const Date on = MovementDate(facts);
  const Period* period = PeriodOn(facts.periods, on);
  if (!check::LastPeriodOpen(facts).passed) period = &facts.periods.back();
  const BudgetState state = facts.budget.state;
  const bool runs = TakesDocuments(state) || state == BudgetState::kSuspended;
  Facts figures = {
      {"available", Text(facts.pool, facts.budget.currency)},
      {"requested",
       Text(money::Clamped(-money::Wide{facts.amendment.change}), facts.budget.currency)},
      {"line", "pool"},
      {"state", std::string(runs && period != nullptr ? Name(period->state) : Name(state))},
      {"period", period == nullptr ? "" : period->id},
      {"date", FormatDate(on)},
      {"start", FormatDate(facts.budget.start_date)},
      {"end", FormatDate(facts.amendment.new_end_date.value_or(facts.budget.end_date))},
      {"requester", facts.amendment.requester.person}};
  for (const Standing& standing : facts.leaving) {
    if (IsFree(standing)) continue;
    figures.push_back({"partner", standing.partner});
    figures.push_back({"left", Text(standing.available, facts.budget.currency)});
    figures.push_back({"committed", Text(standing.committed, facts.budget.currency)});
    figures.push_back({"owed", Text(standing.owed, facts.budget.currency)});
    break;
  }
  return figures;
}

absl::Status CheckContent(const AmendmentFacts& facts) {
  const std::string& given = facts.input.content_hash;
  if (given.empty()) {
    return MissingInput("sign", "content_hash", "Name the content that you have read.");
  }
  if (given == facts.amendment.content_hash) return absl::OkStatus();
  return Aborted(kContentChanged, "the content is another one: read it again before you sign it",
                 {{"subject", SubjectOf(facts.amendment)},
                  {"content_hash", given},
                  {"current", facts.amendment.content_hash}});
}

}  // namespace

Date MovementDate(const AmendmentFacts& facts) {
  return facts.input.effective_date.value_or(facts.amendment.signed_date);
}

absl::StatusOr<TransferDecision> Decide(const TransferFacts& facts, TransferAction action,
                                        Role role) {
  const LineTransfer& before = facts.transfer;
  const std::string subject = SubjectOf(before);
  ASSIGN_OR_RETURN(const TransferMove* move,
                   RowFor(kTransferWorkflow, subject, before.state, action, role));
  if (action == TransferAction::kRefuse && facts.input.reason.empty()) {
    return MissingInput("refuse", "reason", "Say why.");
  }
  const money::Currency& currency = facts.budget.currency;
  RETURN_IF_ERROR(RefusalOf(
      Name(action), subject, workflow::Examine(*move, facts),
      {{"available", Text(facts.available, currency)},
       {"requested", Text(before.amount, currency)},
       {"line", Text(before.from)},
       {"period", facts.period.id},
       {"state", std::string(TakesDocuments(facts.budget.state) ? Name(facts.period.state)
                                                                : Name(facts.budget.state))},
       {"rule", facts.judgement.rule},
       {"cumulated", Text(facts.judgement.cumulated, currency)},
       {"limit", Text(facts.judgement.limit, currency)},
       {"category", before.to.category},
       {"requester", before.requester.person}}));
  auto decision = Begin<TransferDecision>(before, move, facts.now);
  Effect(facts, action, decision);
  return decision;
}

absl::StatusOr<AmendmentDecision> Decide(const AmendmentFacts& facts, AmendmentAction action,
                                         Role role) {
  const Amendment& before = facts.amendment;
  const std::string subject = SubjectOf(before);
  ASSIGN_OR_RETURN(const AmendmentMove* move,
                   RowFor(kAmendmentWorkflow, subject, before.state, action, role));
  const bool signs = action == AmendmentAction::kSign || action == AmendmentAction::kSignLast;
  if (signs) RETURN_IF_ERROR(CheckContent(facts));
  if (signs || action == AmendmentAction::kPutInForce) RETURN_IF_ERROR(CheckRange(facts));
  RETURN_IF_ERROR(
      RefusalOf(Name(action), subject, workflow::Examine(*move, facts), MoneyFacts(facts)));
  auto decision = Begin<AmendmentDecision>(before, move, facts.now);
  if (signs) {
    decision.after.signed_by.push_back(facts.input.institution);
    decision.after.signers.push_back(facts.actor.hand);
  }
  if (action == AmendmentAction::kPutInForce) PutInForce(facts, decision);
  return decision;
}

absl::StatusOr<ReportDecision> Decide(const ReportFacts& facts, ReportAction action, Role role) {
  const PeriodicReport& before = facts.report;
  const std::string subject = SubjectOf(before);
  ASSIGN_OR_RETURN(const ReportMove* move,
                   RowFor(kReportWorkflow, subject, before.state, action, role));
  RETURN_IF_ERROR(RefusalOf(Name(action), subject, workflow::Examine(*move, facts),
                            {{"requester", before.preparer.person}}));
  auto decision = Begin<ReportDecision>(before, move, facts.now);
  const std::string timer = before.budget + "/" + before.id;
  if (action == ReportAction::kFallDue) {
    decision.timers.push_back({.arm = true,
                               .kind = std::string(kReportDue),
                               .subject = timer,
                               .on = AddDays(before.due_date, 1)});
  }
  if (action == ReportAction::kPrepare) {
    decision.after.as_of_sequence = facts.input.as_of_sequence;
    decision.after.content_hash = facts.input.content_hash;
    decision.after.preparer = facts.actor.hand;
    decision.after.certifier = {};
    decision.timers.push_back({.arm = false, .kind = std::string(kReportDue), .subject = timer});
  }
  if (action == ReportAction::kCertify) decision.after.certifier = facts.actor.hand;
  if (action == ReportAction::kRevise) decision.after.certifier = {};
  return decision;
}

AmendmentAction SignAction(const Budget& budget, const Amendment& amendment,
                           const std::string& institution) {
  std::vector<std::string> wanted = budget.partners;
  wanted.insert(wanted.end(), amendment.new_partners.begin(), amendment.new_partners.end());
  const bool last = std::all_of(wanted.begin(), wanted.end(), [&](const std::string& partner) {
    const auto& done = amendment.signed_by;
    return partner == institution || std::find(done.begin(), done.end(), partner) != done.end();
  });
  return last ? AmendmentAction::kSignLast : AmendmentAction::kSign;
}

std::string ContentOf(const Amendment& amendment) {
  // One line per field, in a fixed order; texts with their length, so that nothing runs together.
  std::string text;
  const auto add = [&](std::string_view name, const std::string& value) {
    text += std::string(name) + ":" + std::to_string(value.size()) + ":" + value + "\n";
  };
  add("budget", amendment.budget);
  add("type", std::string(Name(amendment.type)));
  add("reason", amendment.reason);
  add("signed_date", FormatDate(amendment.signed_date));
  add("new_end_date",
      amendment.new_end_date.has_value() ? FormatDate(*amendment.new_end_date) : "");
  add("change", std::to_string(amendment.change));
  for (const Source& source : amendment.new_sources) {
    add("source", source.organisation);
    add("promised", std::to_string(source.promised));
    add("kind", std::string(Name(source.kind)));
  }
  for (const std::string& partner : amendment.new_partners) add("partner", partner);
  for (const std::string& partner : amendment.leaving_partners) add("leaving", partner);
  for (const Reallocation& row : amendment.reallocations) {
    add("line", row.line.period + "/" + row.line.category + "/" + row.line.partner + "/" +
                    std::string(Name(row.line.kind)));
    add("by", std::to_string(row.change));
  }
  return text;
}

std::string_view Name(MovementKind kind) {
  switch (kind) {
    case MovementKind::kAuthorise:
      return "authorise";
    case MovementKind::kAllocate:
      return "allocate";
    case MovementKind::kTransfer:
      return "transfer";
    case MovementKind::kReserve:
      return "reserve";
    case MovementKind::kRelease:
      return "release";
    case MovementKind::kLiquidate:
      return "liquidate";
    case MovementKind::kPay:
      return "pay";
    case MovementKind::kReverse:
      return "reverse";
    case MovementKind::kCarry:
      return "carry";
    case MovementKind::kReturn:
      return "return";
    case MovementKind::kPromise:
      return "promise";
    case MovementKind::kCredit:
      return "credit";
    case MovementKind::kRevalue:
      return "revalue";
  }
  Die("a movement of no kind");
}

std::vector<TransferAction> OpenActions(TransferState state, Role role) {
  return ActionsOf<TransferAction>(kTransferWorkflow, state, role);
}
std::vector<AmendmentAction> OpenActions(AmendmentState state, Role role) {
  return ActionsOf<AmendmentAction>(kAmendmentWorkflow, state, role);
}
std::vector<ReportAction> OpenActions(ReportState state, Role role) {
  return ActionsOf<ReportAction>(kReportWorkflow, state, role);
}
std::vector<Allowed<TransferAction>> AllowedActions(const TransferFacts& facts, Role role) {
  return AllowedIn<Allowed<TransferAction>>(kTransferWorkflow, facts, facts.transfer.state, role);
}
std::vector<Allowed<AmendmentAction>> AllowedActions(const AmendmentFacts& facts, Role role) {
  return AllowedIn<Allowed<AmendmentAction>>(kAmendmentWorkflow, facts, facts.amendment.state,
                                             role);
}
std::vector<Allowed<ReportAction>> AllowedActions(const ReportFacts& facts, Role role) {
  return AllowedIn<Allowed<ReportAction>>(kReportWorkflow, facts, facts.report.state, role);
}
std::vector<workflow::Edge> TransferEdges() { return EdgesOf(kTransferWorkflow); }
std::vector<workflow::Edge> AmendmentEdges() { return EdgesOf(kAmendmentWorkflow); }
std::vector<workflow::Edge> ReportEdges() { return EdgesOf(kReportWorkflow); }

}  // namespace jointly::budgets
