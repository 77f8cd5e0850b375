#include "services/budgets/api/payments.h"

#include <algorithm>
#include <map>

#include "common/error/macros.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/domain/text.h"
#include "services/budgets/store/payable_store.h"
#include "services/budgets/store/statement_store.h"

namespace jointly::budgets {
namespace {

absl::Status NotOpen(const Period& period) {
  const std::string state(Name(period.state));
  return FailedPrecondition(kPeriodNotOpen,
                            "the period " + period.id + " is " + state +
                                ": date it in an open "
                                "period, or ask the accountant",
                            {{"period", period.id}, {"state", state}});
}

absl::Status OutsideBudget(const Desk& desk, Date date) {
  return FailedPrecondition(kDateOutsideBudget, FormatDate(date) + " is not in the budget",
                            {{"date", FormatDate(date)},
                             {"period", ""},
                             {"start", FormatDate(desk.budget().start_date)},
                             {"end", FormatDate(desk.budget().end_date)}});
}

absl::Status MoreThanOwed(const Desk& desk, const std::string& partner, std::int64_t owed,
                          std::int64_t amount) {
  const money::Currency& currency = desk.budget().currency;
  return FailedPrecondition(kMoreThanRemains,
                            "of what was recognised as owed to " + partner + " " +
                                Text(owed, currency) + " remains to be paid on this day",
                            {{"remaining", Text(owed, currency)},
                             {"requested", Text(amount, currency)},
                             {"partner", partner}});
}

}  // namespace

absl::StatusOr<Period> CheckDate(const Desk& desk, Date date, const std::string& period_id,
                                 Role role) {
  const Period* period = desk.PeriodAt(date);
  const Period* wanted = FindPeriod(desk.periods(), period_id);
  if (wanted != nullptr && wanted != period) {
    return FailedPrecondition(kDateOutsideBudget,
                              FormatDate(date) + " is not in the line's period " + period_id,
                              {{"date", FormatDate(date)},
                               {"period", period_id},
                               {"start", FormatDate(wanted->start_date)},
                               {"end", FormatDate(wanted->end_date)}});
  }
  if (period == nullptr || (!period_id.empty() && wanted == nullptr)) {
    return OutsideBudget(desk, date);
  }
  if (TakesEntries(period->state, role)) return *period;
  return NotOpen(*period);
}

absl::Status CheckNotClosed(const Desk& desk, Date date) {
  const Period* period = desk.PeriodAt(date);
  if (period == nullptr) return OutsideBudget(desk, date);
  const bool takes = period->state == PeriodState::kPlanned || period->state == PeriodState::kOpen;
  return takes ? absl::OkStatus() : NotOpen(*period);
}

absl::Status CheckOwed(Desk& desk, const std::string& partner, Date date, std::int64_t amount) {
  ASSIGN_OR_RETURN(const std::vector<MovementSum> sums,
                   store::LoadSums(desk.tx(), desk.budget().id, store::AsOf{}));
  const std::string account = PayableAccount(partner);
  std::map<Month, std::int64_t> months = {{MonthOf(date), 0}};
  for (const MovementSum& sum : sums) {
    if (sum.account == account) months[sum.month] += sum.posted_credit - sum.posted_debit;
  }
  std::int64_t owed = 0;
  std::optional<std::int64_t> least;
  for (const auto& [month, change] : months) {
    owed += change;
    if (month >= MonthOf(date)) least = std::min(owed, least.value_or(owed));
  }
  return amount <= *least ? absl::OkStatus() : MoreThanOwed(desk, partner, *least, amount);
}

absl::Status CheckOwedWithoutCommitment(Desk& desk, Actor payer, const std::string& partner,
                                        std::int64_t amount) {
  const Budget& budget = desk.budget();
  ASSIGN_OR_RETURN(const std::int64_t owed,
                   store::OwedWithoutCommitment(desk.tx(), budget.id, partner));
  if (amount > owed) return MoreThanOwed(desk, partner, owed, amount);
  ASSIGN_OR_RETURN(const std::int64_t own, store::OwnOwedWithoutCommitment(
                                               desk.tx(), budget.id, partner, payer.hand.person));
  if (amount <= owed - own) return absl::OkStatus();
  RETURN_IF_ERROR(AddAble(desk, auth::Role::kAccountant, payer));
  const workflow::Verdict verdict = AnotherPerson(payer, {{"recognised", payer.hand}});
  return FailedPrecondition(
      kSelfApproval,
      verdict.evidence + ": of " + Text(owed, budget.currency) + " that is owed to " + partner +
          " only " + Text(std::max<std::int64_t>(0, owed - own), budget.currency) +
          " was recognised by others. " + verdict.remedy,
      {{"requester", payer.hand.person},
       {"available", Text(std::max<std::int64_t>(0, owed - own), budget.currency)},
       {"requested", Text(amount, budget.currency)},
       {"partner", partner}});
}

absl::StatusOr<CommitmentDecision> TakeBack(Desk& desk, const CommitmentFacts& facts,
                                            const std::string& reason) {
  const TakenBack& back = *facts.input.taken_back;
  const Commitment& commitment = facts.commitment;
  const bool cost = back.use.spent > 0;
  ASSIGN_OR_RETURN(
      CommitmentDecision decision,
      Decide(facts, cost ? ReverseAction(commitment, back) : CommitmentAction::kReversePayment,
             Role::kAccountant));
  if (cost) {
    RETURN_IF_ERROR(
        CheckOwed(desk, commitment.line.partner, *facts.input.effective_date, back.use.spent));
  }
  RETURN_IF_ERROR(desk.Carry(decision.movements, reason));
  return decision;
}

}  // namespace jointly::budgets
