#include "services/budgets/api/engine.h"

#include <algorithm>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/domain/grants.h"
#include "services/budgets/store/change_store.h"
#include "services/budgets/store/commitment_store.h"
#include "services/budgets/store/document_days.h"
#include "services/budgets/store/replica_store.h"

namespace jointly::budgets {
namespace {

// "<budget>/<id>", the subject of a timer.
std::pair<std::string, std::string> Split(const std::string& subject) {
  const std::size_t slash = subject.find('/');
  if (slash == std::string::npos) return {subject, ""};
  return {subject.substr(0, slash), subject.substr(slash + 1)};
}

// A timer of something that is gone, or that another step has overtaken, does nothing.
bool Overtaken(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsFailedPrecondition(status);
}

std::string SeedOf(const timers::Timer& timer, std::int64_t revision) {
  return "timer/" + timer.kind + "/" + timer.subject + "/" + std::to_string(revision);
}

// The request of what asks, before any budget looked at it.
Commitment RequestOf(const Asker& asker, Time now) {
  const bool stay = asker.kind == Asker::Kind::kStay;
  Commitment commitment;
  commitment.id = asker.id;
  commitment.display_name = "Grant of " + asker.name;
  commitment.supplier_reference = asker.name;
  (stay ? commitment.mobility : commitment.thesis) = asker.name;
  commitment.requester = {.person = stay ? "services/mobility" : "services/theses",
                          .in_place_of = ""};
  commitment.amount.currency = {.code = "EUR", .decimals = 2};
  commitment.create_time = commitment.update_time = now;
  commitment.demo = asker.demo;
  commitment.answer.request_number = asker.request_number;
  commitment.effective_date = std::chrono::floor<std::chrono::days>(now);
  return commitment;
}

// The same request, of which only the answer is new.
void Resume(const Commitment& before, Commitment& commitment) {
  commitment.id = before.id;
  commitment.budget = before.budget;
  commitment.state = before.state;
  commitment.create_time = before.create_time;
  commitment.revision = before.revision;
}

// What was refused, by a later asking than the one that it answered.
bool AsksAgain(const Commitment& known, const Asker& asker) {
  return known.state == CommitmentState::kRefused &&
         asker.request_number > std::max(1, known.answer.request_number);
}

absl::Status NobodyPays(const Asker& asker) {
  return NotFound(kBudgetNotFound,
                  "no active budget pays it: name its funding reference or its call in a budget, "
                  "activate that, and ask again",
                  {{"funding_reference", asker.funding_reference}, {"call", asker.call}});
}

absl::Status IdTaken(const Asker& asker, const Commitment& order) {
  const std::string name = "budgets/" + order.budget + "/commitments/" + order.id;
  return AlreadyExists(
      store::kCommitmentExists,
      name + " has the id of " + asker.name + ", whose grant would have it: pay it by hand",
      {{"commitment", name}});
}

struct Award {
  const GrantScheme* scheme = nullptr;
  money::Money amount;
};

absl::StatusOr<Award> AwardOf(const Budget& budget, const Asker& asker) {
  const bool stay = asker.kind == Asker::Kind::kStay;
  const GrantScheme* const scheme = stay ? SchemeFor(budget, asker.call) : ThesisSchemeOf(budget);
  if (scheme == nullptr) {
    return FailedPrecondition(kNoGrantScheme,
                              stay ? "the budget has no grant scheme for this call"
                                   : "the budget has no grant scheme for theses",
                              {{"budget", BudgetName(budget.id)}, {"call", asker.call}});
  }
  if (!stay) return Award{scheme, *scheme->amount_per_thesis};
  if (!asker.first.has_value() || !asker.last.has_value()) {
    return FailedPrecondition(kInvalidArgument, "the stay has no dates", {{"stay", asker.name}});
  }
  ASSIGN_OR_RETURN(const money::Money amount, GrantOf(*scheme, *asker.first, *asker.last));
  return Award{scheme, amount};
}

// Whoever was named when the budget was made may have left, or never had the office.
absl::Status CheckStandingApprover(const Desk& desk, const GrantScheme& scheme) {
  Actor approvers;
  RETURN_IF_ERROR(AddHolders(desk, auth::Role::kBudgetManager, approvers));
  const auto& able = approvers.able;
  if (std::find(able.begin(), able.end(), scheme.standing_approver) != able.end()) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      kNoStandingApprover,
      "the standing approver of the grant scheme " + scheme.id +
          " is no budget manager of the budget's office: name one who is, and ask again",
      {{"scheme", scheme.id}, {"budget", BudgetName(desk.budget().id)}});
}

}  // namespace

absl::StatusOr<BudgetFacts> FactsOf(Desk& desk) {
  BudgetFacts facts;
  facts.budget = desk.budget();
  facts.now = desk.who().now;
  facts.actor.today = desk.today();
  facts.periods = desk.periods();
  ASSIGN_OR_RETURN(facts.unknown_partners,
                   store::UnknownInstitutions(desk.tx(), desk.budget().partners));
  ASSIGN_OR_RETURN(facts.pool, desk.Pool());
  ASSIGN_OR_RETURN(const auto open,
                   store::OpenCommitments(desk.tx(), desk.budget().id, "", store::Lock::kNo));
  facts.open_commitments = static_cast<int>(open.size());
  ASSIGN_OR_RETURN(const std::vector<Leftover> leftovers, desk.Leftovers(""));
  for (const Leftover& leftover : leftovers) facts.lines_available += leftover.available;
  return facts;
}

absl::StatusOr<PeriodFacts> FactsOf(Desk& desk, const Period& period) {
  PeriodFacts facts;
  facts.budget = desk.budget();
  facts.period = period;
  if (const Period* before = desk.PeriodBefore(period.id)) facts.previous = *before;
  if (const Period* after = desk.PeriodAfter(period.id)) facts.next = *after;
  facts.now = desk.who().now;
  facts.actor.today = desk.today();
  ASSIGN_OR_RETURN(facts.drafts, store::CountDrafts(desk.tx(), period.budget, period.id));
  ASSIGN_OR_RETURN(facts.open_commitments,
                   store::OpenCommitments(desk.tx(), period.budget, period.id, store::Lock::kYes));
  ASSIGN_OR_RETURN(facts.leftovers, desk.Leftovers(period.id));
  ASSIGN_OR_RETURN(const std::vector<CarryOver> carry_overs,
                   store::CarryOversFrom(desk.tx(), period.budget, period.id, store::Lock::kYes));
  for (const CarryOver& carry_over : carry_overs) {
    if (carry_over.state == CarryOverState::kProposed) facts.proposed = carry_over;
    if (carry_over.state == CarryOverState::kApproved) facts.carry_over = carry_over;
    if (carry_over.state == CarryOverState::kRefused) facts.refused.push_back(carry_over);
  }
  return facts;
}

absl::StatusOr<CommitmentFacts> FactsOf(Desk& desk, const Commitment& commitment) {
  CommitmentFacts facts;
  facts.budget = desk.budget();
  if (commitment.line.period.empty()) {
    // A grant that was refused before it had a line: no period is its own.
    facts.period.start_date = facts.budget.start_date;
    facts.period.end_date = facts.budget.end_date;
  } else {
    ASSIGN_OR_RETURN(facts.period, desk.PeriodOf(commitment.line.period));
  }
  facts.commitment = commitment;
  facts.now = desk.who().now;
  facts.today = desk.today();
  facts.actor.today = facts.today;
  ASSIGN_OR_RETURN(facts.available, desk.Available(commitment.line));
  ASSIGN_OR_RETURN(facts.revalued_on, RevaluedOn(desk, commitment));
  return facts;
}

absl::StatusOr<std::optional<Date>> RevaluedOn(const Desk& desk, const Commitment& commitment) {
  // Only what is in another currency is ever revalued, and only what holds money has such steps. A
  // document is taken back at the third revision at the earliest.
  const bool foreign = commitment.amount.currency != desk.budget().currency;
  if (!IsOpen(commitment.state) || (!foreign && commitment.revision <= 2)) return std::nullopt;
  return store::LastRevaluation(desk.tx(), commitment.budget, commitment.id);
}

absl::Status Engine::ExpireCommitment(db::Tx& tx, const timers::Timer& timer) {
  const auto [budget, id] = Split(timer.subject);
  const auto seen = store::LoadCommitment(tx, budget, id, store::Lock::kNo);
  if (absl::IsNotFound(seen.status())) return absl::OkStatus();
  RETURN_IF_ERROR(seen.status());
  const Who who = TimerWho(clock_.Now(), SeedOf(timer, seen->revision));
  ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, who, budget, store::Everything()));
  ASSIGN_OR_RETURN(const Commitment before,
                   store::LoadCommitment(tx, budget, id, store::Lock::kYes));
  ASSIGN_OR_RETURN(CommitmentFacts facts, FactsOf(desk, before));
  facts.role = Role::kTimer;
  const auto decision = Decide(facts, CommitmentAction::kExpire, Role::kTimer);
  if (Overtaken(decision.status())) return absl::OkStatus();
  RETURN_IF_ERROR(decision.status());
  RETURN_IF_ERROR(desk.Carry(decision->movements));
  ASSIGN_OR_RETURN(const std::vector<Alert> alerts, desk.Settle());
  store::SaveCommitment(tx, decision->after);
  outbox_.Append(tx, CommitmentChanged(who, desk.place(), &before, decision->after,
                                       {.action = decision->move->event,
                                        .from = Name(decision->from),
                                        .to = Name(decision->after.state)},
                                       alerts));
  return absl::OkStatus();
}

absl::Status Engine::RemindOfClose(db::Tx& tx, const timers::Timer& timer) {
  const auto [budget, id] = Split(timer.subject);
  const Who who = TimerWho(clock_.Now(), SeedOf(timer, 0));
  auto desk = Desk::Open(tx, who, budget, store::Everything());
  if (absl::IsNotFound(desk.status())) return absl::OkStatus();
  RETURN_IF_ERROR(desk.status());
  ASSIGN_OR_RETURN(const Period before, desk->PeriodOf(id));
  PeriodFacts facts;
  facts.budget = desk->budget();
  facts.period = before;
  facts.now = who.now;
  facts.actor.today = desk->today();
  const auto decision = Decide(facts, PeriodAction::kRemind, Role::kTimer);
  if (Overtaken(decision.status())) return absl::OkStatus();
  RETURN_IF_ERROR(decision.status());
  desk->Save(decision->after);
  SetTimers(*desk, decision->timers);
  ASSIGN_OR_RETURN(const BudgetBalance balance, desk->Balance());
  outbox_.Append(tx, PeriodChanged(who, desk->place(), &before, decision->after,
                                   {.action = decision->move->event,
                                    .from = Name(decision->from),
                                    .to = Name(decision->after.state)},
                                   &balance));
  ASSIGN_OR_RETURN(const std::vector<Alert> alerts, OpenAlerts(*desk, decision->after));
  TellAlerts(*desk, alerts);
  return absl::OkStatus();
}

absl::Status Engine::MoveReport(db::Tx& tx, const timers::Timer& timer) {
  const auto [budget, id] = Split(timer.subject);
  const Who who = TimerWho(clock_.Now(), SeedOf(timer, 0));
  const auto desk = Desk::Open(tx, who, budget, store::Everything());
  if (absl::IsNotFound(desk.status())) return absl::OkStatus();
  RETURN_IF_ERROR(desk.status());
  ASSIGN_OR_RETURN(const PeriodicReport before,
                   store::LoadReport(tx, budget, id, store::Lock::kYes));
  ReportFacts facts;
  facts.budget = desk->budget();
  ASSIGN_OR_RETURN(facts.period, desk->PeriodOf(before.period));
  facts.report = before;
  facts.now = who.now;
  facts.today = desk->today();
  const ReportAction action =
      before.state == ReportState::kScheduled ? ReportAction::kFallDue : ReportAction::kFindOverdue;
  const auto decision = Decide(facts, action, Role::kTimer);
  if (Overtaken(decision.status())) return absl::OkStatus();
  RETURN_IF_ERROR(decision.status());
  store::SaveReport(tx, decision->after);
  SetTimers(*desk, decision->timers);
  outbox_.Append(tx, ReportChanged(who, desk->place(), &before, decision->after,
                                   {.action = decision->move->event,
                                    .from = Name(decision->from),
                                    .to = Name(decision->after.state)}));
  return absl::OkStatus();
}

absl::Status Engine::EndBudget(db::Tx& tx, const timers::Timer& timer) {
  const Who who = TimerWho(clock_.Now(), SeedOf(timer, 0));
  auto desk = Desk::Open(tx, who, timer.subject, store::Everything());
  if (absl::IsNotFound(desk.status())) return absl::OkStatus();
  RETURN_IF_ERROR(desk.status());
  const Budget before = desk->budget();
  // An extension came in time.
  if (desk->today() <= before.end_date) return absl::OkStatus();
  ASSIGN_OR_RETURN(const BudgetFacts facts, FactsOf(*desk));
  const auto decision = Decide(facts, BudgetAction::kBeginClosing, Role::kTimer);
  if (Overtaken(decision.status())) return absl::OkStatus();
  RETURN_IF_ERROR(decision.status());
  desk->Save(decision->after);
  ASSIGN_OR_RETURN(const BudgetBalance balance, desk->Balance());
  outbox_.Append(tx, BudgetChanged(who, &before, decision->after,
                                   {.action = decision->move->event,
                                    .from = Name(decision->from),
                                    .to = Name(decision->after.state)},
                                   {}, &balance));
  return absl::OkStatus();
}

absl::StatusOr<CommitmentDecision> Engine::DecideGrant(Desk& desk, const Asker& asker,
                                                       Commitment& commitment) {
  const Budget& budget = desk.budget();
  ASSIGN_OR_RETURN(const Award award, AwardOf(budget, asker));
  const GrantScheme& scheme = *award.scheme;
  commitment.amount = award.amount;
  commitment.line.category = scheme.category;
  commitment.line.partner = scheme.partner;
  // The budget is bound on the day of the request, wherever the stay or the thesis lies.
  commitment.effective_date = desk.today();
  const Period* period = desk.PeriodAt(commitment.effective_date);
  if (period == nullptr) {
    return FailedPrecondition(kDateOutsideBudget, "no period of the budget has this day",
                              {{"date", FormatDate(commitment.effective_date)},
                               {"start", FormatDate(budget.start_date)},
                               {"end", FormatDate(budget.end_date)}});
  }
  commitment.line.period = period->id;
  ASSIGN_OR_RETURN(CommitmentFacts facts, FactsOf(desk, commitment));
  ASSIGN_OR_RETURN(Cost cost, desk.CostOf(commitment.amount, commitment.effective_date));
  facts.input.control = cost.control;
  facts.input.conversion = std::move(cost.conversion);
  facts.actor.hand = {.person = scheme.standing_approver, .in_place_of = ""};
  RETURN_IF_ERROR(CheckStandingApprover(desk, scheme));
  return commitment.state == CommitmentState::kRefused
             ? Decide(facts, CommitmentAction::kReconsider, Role::kTimer)
             : Decide(facts, CommitmentAction::kApprove, Role::kManager);
}

absl::Status Engine::RefuseGrant(db::Tx& tx, const Who& who, const Grant& grant, const Place& place,
                                 const absl::Status& why) {
  GrantRefusal refusal = GrantRefusalOf(why);
  Commitment after = grant.commitment;
  after.state = CommitmentState::kRefused;
  after.refusal = std::move(refusal.reason);
  after.answer.message = std::move(refusal.message);
  after.answer.facts = std::move(refusal.facts);
  after.revision += 1;
  store::MoveCommitment(tx, grant.before.value_or(after), after);
  outbox_.Append(tx, CommitmentChanged(
                         who, place, grant.Before(), after,
                         {.action = "refused", .from = grant.From(), .to = Name(after.state)}, {}));
  return absl::OkStatus();
}

absl::Status Engine::AskForGrant(db::Tx& tx, const Who& who, const Asker& asker) {
  ASSIGN_OR_RETURN(auto known, store::FindGrant(tx, asker.name));
  if (known.has_value() && !AsksAgain(*known, asker)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto taken, store::FindCommitment(tx, asker.id, store::Lock::kNo));
  const bool occupied = taken.has_value() && AskerOf(*taken) != asker.name;
  Grant grant{.before = std::move(known), .commitment = RequestOf(asker, who.now)};
  Commitment& commitment = grant.commitment;
  if (grant.before.has_value()) {
    Resume(*grant.before, commitment);
  } else if (occupied) {
    // Who asked for a commitment under that id answered nothing: the refusal has another id.
    commitment.id = DerivedId(who.seed, 0);
  }
  ASSIGN_OR_RETURN(const auto payer, store::FindPayer(tx, asker.call, asker.funding_reference));
  if (!payer.has_value()) {
    // Kept without a budget, so that who asked has an answer and the event its revision.
    Budget nobody;
    nobody.currency = commitment.amount.currency;
    nobody.time_zone = "UTC";
    return RefuseGrant(tx, who, grant, {nobody, {}}, NobodyPays(asker));
  }
  ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, who, payer->id, store::Everything()));
  commitment.budget = payer->id;
  commitment.amount.currency = payer->currency;
  if (occupied) return RefuseGrant(tx, who, grant, desk.place(), IdTaken(asker, *taken));
  const auto decision = DecideGrant(desk, asker, commitment);
  if (!decision.ok()) {
    // What the budget does not allow is an answer; what went wrong here is tried again.
    const bool answer = absl::IsFailedPrecondition(decision.status()) ||
                        absl::IsInvalidArgument(decision.status()) ||
                        absl::IsOutOfRange(decision.status());
    if (!answer) return decision.status();
    return RefuseGrant(tx, who, grant, desk.place(), decision.status());
  }
  RETURN_IF_ERROR(desk.Carry(decision->movements));
  ASSIGN_OR_RETURN(const std::vector<Alert> alerts, desk.Settle());
  store::MoveCommitment(tx, grant.before.value_or(decision->after), decision->after);
  SetTimers(desk, decision->timers);
  outbox_.Append(tx, CommitmentChanged(who, desk.place(), grant.Before(), decision->after,
                                       {.action = decision->move->event,
                                        .from = grant.From(),
                                        .to = Name(decision->after.state)},
                                       alerts));
  return absl::OkStatus();
}

absl::Status Engine::ReleaseGrant(db::Tx& tx, const Who& who, const Asker& asker) {
  ASSIGN_OR_RETURN(const auto seen, store::FindGrant(tx, asker.name));
  if (!seen.has_value() || !IsOpen(seen->state)) return absl::OkStatus();
  ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, who, seen->budget, store::Everything()));
  ASSIGN_OR_RETURN(const Commitment before,
                   store::LoadCommitment(tx, seen->budget, seen->id, store::Lock::kYes));
  if (!IsOpen(before.state)) return absl::OkStatus();
  ASSIGN_OR_RETURN(CommitmentFacts facts, FactsOf(desk, before));
  // The service releases also while finance alone may book, and before the period that it was
  // carried to is opened: nothing is spent by it.
  facts.role = Role::kAccountant;
  if (facts.period.state == PeriodState::kPlanned) facts.period.state = PeriodState::kOpen;
  facts.input.original = before.original_remaining;
  facts.input.reason =
      asker.kind == Asker::Kind::kStay ? "the stay was cancelled" : "the thesis ended early";
  const Date first = std::max(facts.period.start_date, before.effective_date);
  facts.input.effective_date = std::clamp(desk.today(), first, facts.period.end_date);
  ASSIGN_OR_RETURN(const CommitmentDecision decision,
                   Decide(facts, ReleaseAction(before, before.original_remaining), Role::kTimer));
  RETURN_IF_ERROR(desk.Carry(decision.movements));
  ASSIGN_OR_RETURN(const std::vector<Alert> alerts, desk.Settle());
  store::SaveCommitment(tx, decision.after);
  SetTimers(desk, decision.timers);
  outbox_.Append(tx, CommitmentChanged(who, desk.place(), &before, decision.after,
                                       {.action = decision.move->event,
                                        .from = Name(decision.from),
                                        .to = Name(decision.after.state)},
                                       alerts));
  return absl::OkStatus();
}

}  // namespace jointly::budgets
