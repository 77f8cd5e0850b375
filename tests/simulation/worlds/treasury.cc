#include "services/budgets/domain/ledger.h"
#include "tests/simulation/worlds/paymasters.h"

// Postings without a document of their own.
namespace jointly::simulation {

namespace pb = budgets::v1;
using Api = budgets::Api;

void Paymasters::Post() {
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 30) return Recognise();
  if (chance < 42) return Allocate();
  if (chance < 52) return Receive();
  if (chance < 60) return Return();
  if (chance < 66) return RecordInKind();
  if (chance < 84) return Reverse();
  return chance < 94 ? Revalue() : ImportRates();
}

void Paymasters::Allocate() {
  const std::string budget = AnyBudget().name();
  pb::AllocateBudgetRequest request;
  request.set_name(budget);
  const std::uint64_t rows = 1 + world_.rng().Below(2);
  for (std::uint64_t i = 0; i < rows; ++i) {
    pb::Allocation& row = *request.add_allocations();
    *row.mutable_line() = LineIn(AnyPeriod(budget));
    *row.mutable_amount() = Euro(static_cast<std::int64_t>(1 + world_.rng().Below(60'000)));
  }
  *request.mutable_effective_date() = DayIn(world_.AnyOf(PeriodsOf(budget)));
  request.set_validate_only(world_.Chance(5));
  world_.Send(world_.budgets(), AnyManager(), &Api::AllocateBudget, request);
}

void Paymasters::Recognise() {
  const std::string budget = AnyBudget().name();
  const Period period = AnyPeriod(budget);
  pb::RecogniseCostRequest request;
  request.set_name(budget);
  *request.mutable_line() = LineIn(period);
  *request.mutable_amount() = SomeAmount();
  *request.mutable_effective_date() = DayIn(period);
  request.set_reference("Payroll " + Digits());
  request.set_validate_only(world_.Chance(5));
  world_.Send(world_.budgets(), world_.Chance(50) ? AnyManager() : AnyAccountant(),
              &Api::RecogniseCost, request);
}

void Paymasters::Receive() {
  const std::string budget = AnyBudget().name();
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 60) {
    pb::ReceiveInstalmentRequest request;
    request.set_name(budget);
    *request.mutable_amount() = SomeAmount();
    *request.mutable_effective_date() = DayIn(world_.AnyOf(PeriodsOf(budget)));
    world_.Send(world_.budgets(), AnyAccountant(), &Api::ReceiveInstalment, request);
    return;
  }
  pb::PayCostRequest request;
  request.set_name(budget);
  request.set_partner(kTsukuba);
  *request.mutable_amount() = SomeAmount();
  *request.mutable_effective_date() = DayIn(world_.AnyOf(PeriodsOf(budget)));
  world_.Send(world_.budgets(), AnyAccountant(), &Api::PayCost, request);
}

void Paymasters::Return() {
  const std::string budget = AnyBudget().name();
  const Period period = world_.AnyOf(PeriodsOf(budget));
  pb::ReturnUnspentRequest request;
  request.set_name(budget);
  if (world_.Chance(50)) *request.mutable_line() = LineIn(period);
  *request.mutable_amount() = Euro(static_cast<std::int64_t>(1 + world_.rng().Below(20'000)));
  *request.mutable_effective_date() = DayIn(period);
  world_.Send(world_.budgets(), AnyAccountant(), &Api::ReturnUnspent, request);
}

void Paymasters::RecordInKind() {
  const std::string budget = AnyBudget().name();
  const Period period = AnyPeriod(budget);
  pb::RecordInKindRequest request;
  request.set_name(budget);
  request.set_partner(kTsukuba);
  request.set_category("EQUIP");
  *request.mutable_value() = Euro(static_cast<std::int64_t>(1 + world_.rng().Below(40'000)));
  request.set_valuation("12 h x 45.00");
  *request.mutable_effective_date() = DayIn(period);
  world_.Send(world_.budgets(), AnyManager(), &Api::RecordInKind, request);
}

// Any entry at all: most belong to a document and must stay.
void Paymasters::Reverse() {
  const std::string budget = AnyBudget().name();
  pb::ReverseJournalRequest request;
  request.set_name(budget + "/journals/" + std::to_string(1 + world_.rng().Below(60)));
  request.set_reason("Credit note " + Digits());
  *request.mutable_effective_date() = DayIn(AnyPeriod(budget));
  world_.Send(world_.budgets(), AnyAccountant(), &Api::ReverseJournal, request);
}

void Paymasters::Revalue() {
  const std::string budget = AnyBudget().name();
  pb::RevalueBudgetRequest request;
  request.set_name(budget);
  *request.mutable_rate_date() = Today(-static_cast<int>(world_.rng().Below(5)));
  *request.mutable_effective_date() = DayIn(AnyPeriod(budget));
  request.set_validate_only(world_.Chance(10));
  world_.Send(world_.budgets(), AnyAccountant(), &Api::RevalueBudget, request,
              std::function([see = SeeCommitment()](const pb::RevalueBudgetResponse& reply) {
                for (const Commitment& commitment : reply.undercovered()) see(commitment);
              }));
}

// Days that are known keep their rate; now and then somebody says another.
void Paymasters::ImportRates() {
  if (world_.Chance(80)) {
    SendRates();
    return;
  }
  pb::ImportRatesRequest request;
  request.set_format("history_csv");
  request.set_content("Date,JPY,\n2026-10-16,99.99,\n");
  world_.Send(world_.budgets(), AnyAccountant(), &Api::ImportRates, request);
}

}  // namespace jointly::simulation
