#include "tests/simulation/worlds/paymasters.h"

#include <algorithm>

#include "common/error/check.h"
#include "common/money/money.h"
#include "common/rpc/convert.h"
#include "services/budgets/api/amounts.h"

// Commitments, and the stays that ask for one.
namespace jointly::simulation {

namespace pb = budgets::v1;
using Api = budgets::Api;

namespace {

bool HoldsMoney(const pb::Commitment& commitment) {
  switch (commitment.state()) {
    case pb::Commitment::APPROVED:
    case pb::Commitment::PARTIALLY_LIQUIDATED:
    case pb::Commitment::CARRIED:
    case pb::Commitment::UNDERCOVERED:
      return true;
    default:
      return false;
  }
}

money::Currency CurrencyOf(const std::string& code) {
  const auto currency = money::FindCurrency(code);
  Check(currency.ok(), "a currency of the world");
  return *currency;
}

std::int64_t MinorOf(const pb::Amount& amount) {
  if (amount.value().empty()) return 0;
  const auto parsed = money::ParseMoney(amount.value(), CurrencyOf(amount.currency_code()));
  Check(parsed.ok(), "an amount of the service does not parse");
  return parsed->minor;
}

pb::Amount AmountOf(std::int64_t minor, const std::string& code) {
  return budgets::AmountToProto({.minor = minor, .currency = CurrencyOf(code)});
}

}  // namespace

void Paymasters::Act() {
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 22) return ActOnStay();
  if (chance < 32) return Order();
  if (chance < 57) return ActOnCommitment();
  if (chance < 66) return ActOnClaim();
  if (chance < 76) return Post();
  if (chance < 82) return ActOnTransfer();
  if (chance < 89) return ActOnPeriod();
  if (chance < 91) return ActOnAmendment();
  if (chance < 93) return ActOnCarryOver();
  if (chance < 94) return ActOnReport();
  if (chance < 96) return ActOnBudget();
  Look();
}

void Paymasters::ActOnStay() {
  if (board_.mobilities.empty()) return Look();
  const mobility::v1::MobilityCase stay = world_.AnyOf(board_.mobilities).second;
  const std::uint64_t chance = world_.rng().Below(100);
  const bool waits = stay.state() == mobility::v1::MobilityCase::NOMINATED;
  const auto see = std::function([board = &board_](const mobility::v1::MobilityCase& seen) {
    board->mobilities[seen.name()] = seen;
  });
  if (stay.funding().state() == mobility::v1::Funding::UNFUNDED && world_.Chance(40)) {
    mobility::v1::RequestFundingRequest request;
    request.set_name(stay.name());
    world_.Send(world_.mobility(), board_.home_office, &mobility::Api::RequestFunding, request,
                see);
  } else if (chance < (waits ? 70 : 20)) {
    mobility::v1::ApproveNominationRequest request;
    request.set_name(stay.name());
    request.set_proposal_id(stay.proposal_id());
    world_.Send(world_.mobility(), board_.host_office, &mobility::Api::ApproveNomination, request,
                see);
  } else if (chance < (waits ? 78 : 45)) {
    mobility::v1::CancelMobilityRequest request;
    request.set_name(stay.name());
    request.set_reason("The borders are closed.");
    world_.Send(world_.mobility(), board_.home_office, &mobility::Api::CancelMobility, request,
                see);
  } else if (chance < 70) {
    mobility::v1::GetMobilityRequest request;
    request.set_name(stay.name());
    world_.Send(world_.mobility(), board_.home_office, &mobility::Api::GetMobility, request, see);
  } else {
    Players(world_).ActOnNomination();
  }
}

// A foreign order is for fewer units of a larger amount.
void Paymasters::Order() {
  const Budget& budget = AnyBudget();
  const Period period = AnyPeriod(budget.name());
  pb::CreateCommitmentRequest request;
  request.set_parent(budget.name());
  // Now and then under the id of a stay, whose grant it is not.
  if (!board_.mobilities.empty() && world_.Chance(4)) {
    const std::string stay = world_.AnyOf(board_.mobilities).first;
    request.set_commitment_id(stay.substr(stay.rfind('/') + 1));
  }
  Commitment& commitment = *request.mutable_commitment();
  *commitment.mutable_line() = LineIn(period);
  commitment.set_display_name("An order");
  if (!world_.Chance(5)) commitment.set_supplier_reference("PO " + Digits());
  *commitment.mutable_amount() = SomeAmount();
  *commitment.mutable_effective_date() = DayIn(period);
  if (world_.Chance(30)) {
    *commitment.mutable_expire_date() = Today(static_cast<int>(world_.rng().Below(6)));
  }
  world_.Send(world_.budgets(), AnyManager(), &Api::CreateCommitment, request, SeeCommitment());
}

void Paymasters::ActOnCommitment() {
  if (money_.commitments.empty() || world_.Chance(10)) return LookAtCommitments();
  const Commitment* chosen = &world_.AnyOf(money_.commitments).second;
  for (int tries = 0; tries < 3; ++tries) {
    if (HoldsMoney(*chosen) || chosen->state() == Commitment::REQUESTED) break;
    chosen = &world_.AnyOf(money_.commitments).second;
  }
  TakeStep(Commitment(*chosen));
}

void Paymasters::TakeStep(const Commitment& commitment) {
  const std::uint64_t chance = world_.rng().Below(100);
  if (commitment.state() == Commitment::REQUESTED && chance < 92) {
    return chance < 82 ? Approve(commitment) : Refuse(commitment);
  }
  if (HoldsMoney(commitment) || chance < 6) {
    if (chance < 50) return Liquidate(commitment);
    if (chance < 72) return Release(commitment);
    return chance < 90 ? PayFor(commitment) : Approve(commitment);
  }
  if (commitment.state() == Commitment::LIQUIDATED && chance < 60) return PayFor(commitment);
  pb::GetCommitmentRequest request;
  request.set_name(commitment.name());
  world_.Send(world_.budgets(), Anybody(), &Api::GetCommitment, request, SeeCommitment());
}

void Paymasters::Approve(const Commitment& commitment) {
  pb::ApproveCommitmentRequest request;
  request.set_name(commitment.name());
  request.set_etag(SomeEtag(commitment.etag()));
  request.set_validate_only(world_.Chance(6));
  if (world_.Chance(5)) request.set_on_behalf_of(AnyManager().name);
  world_.Send(world_.budgets(), AnyManager(), &Api::ApproveCommitment, request,
              request.validate_only() ? nullptr : SeeCommitment());
}

void Paymasters::Refuse(const Commitment& commitment) {
  pb::RefuseCommitmentRequest request;
  request.set_name(commitment.name());
  request.set_reason("Not this year.");
  world_.Send(world_.budgets(), AnyManager(), &Api::RefuseCommitment, request, SeeCommitment());
}

// Part of what remains, all of it, or more.
void Paymasters::Liquidate(const Commitment& commitment) {
  const std::int64_t remains = MinorOf(commitment.original_remaining());
  const auto percent = static_cast<std::int64_t>(world_.Chance(30) ? 100 : world_.rng().Below(125));
  pb::LiquidateCommitmentRequest request;
  request.set_name(commitment.name());
  *request.mutable_amount() = AmountOf(std::max<std::int64_t>(1, remains * percent / 100),
                                       commitment.amount().currency_code());
  request.set_final(world_.Chance(25));
  const auto period = money_.periods.find(commitment.line().period());
  *request.mutable_effective_date() =
      period == money_.periods.end() ? Today() : DayIn(period->second);
  request.set_invoice_reference("F " + Digits());
  request.set_etag(SomeEtag(commitment.etag()));
  request.set_validate_only(world_.Chance(4));
  world_.Send(world_.budgets(), world_.Chance(50) ? AnyAccountant() : AnyManager(),
              &Api::LiquidateCommitment, request,
              request.validate_only() ? nullptr : SeeCommitment());
}

void Paymasters::Release(const Commitment& commitment) {
  pb::ReleaseCommitmentRequest request;
  request.set_name(commitment.name());
  request.set_reason("It came cheaper.");
  if (world_.Chance(60)) {
    const std::int64_t remains = MinorOf(commitment.original_remaining());
    const auto percent = static_cast<std::int64_t>(1 + world_.rng().Below(115));
    *request.mutable_amount() = AmountOf(std::max<std::int64_t>(1, remains * percent / 100),
                                         commitment.amount().currency_code());
  }
  if (world_.Chance(20)) *request.mutable_effective_date() = Today();
  world_.Send(world_.budgets(), AnyManager(), &Api::ReleaseCommitment, request, SeeCommitment());
}

void Paymasters::PayFor(const Commitment& commitment) {
  const std::string budget = commitment.name().substr(0, commitment.name().find("/commitments/"));
  const std::int64_t recognised = MinorOf(commitment.liquidated());
  const auto percent = static_cast<std::int64_t>(world_.Chance(40) ? 100 : world_.rng().Below(130));
  pb::PayCostRequest request;
  request.set_name(budget);
  request.set_document(commitment.name());
  *request.mutable_amount() = Euro(std::max<std::int64_t>(1, recognised * percent / 100));
  *request.mutable_effective_date() = DayIn(AnyPeriod(budget));
  request.set_reference("T " + Digits());
  world_.Send(world_.budgets(), AnyAccountant(), &Api::PayCost, request);
}

void Paymasters::LookAtCommitments() {
  pb::ListCommitmentsRequest request;
  request.set_parent(AnyBudget().name());
  request.set_page_size(100);
  world_.Send(world_.budgets(), Anybody(), &Api::ListCommitments, request,
              std::function([see = SeeCommitment()](const pb::ListCommitmentsResponse& reply) {
                for (const Commitment& commitment : reply.commitments()) see(commitment);
              }));
}

void Paymasters::Look() {
  const std::string budget = AnyBudget().name();
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 30) return LookAtCommitments();
  if (chance < 45) {
    pb::GetStatementRequest request;
    request.set_name(budget);
    world_.Send(world_.budgets(), Anybody(), &Api::GetStatement, request);
  } else if (chance < 60) {
    pb::GetBudgetRequest request;
    request.set_name(budget);
    world_.Send(world_.budgets(), Anybody(), &Api::GetBudget, request, SeeBudget());
  } else if (chance < 80) {
    pb::ListPeriodsRequest request;
    request.set_parent(budget);
    world_.Send(world_.budgets(), Anybody(), &Api::ListPeriods, request,
                std::function([money = &money_](const pb::ListPeriodsResponse& reply) {
                  for (const Period& period : reply.periods()) {
                    money->periods[period.name()] = period;
                  }
                }));
  } else {
    pb::ListTransfersRequest request;
    request.set_parent(budget);
    world_.Send(world_.budgets(), Anybody(), &Api::ListTransfers, request,
                std::function([money = &money_](const pb::ListTransfersResponse& reply) {
                  for (const auto& row : reply.transfers()) money->transfers[row.name()] = row;
                }));
  }
}

std::function<void(const pb::Budget&)> Paymasters::SeeBudget() {
  return [money = &money_](const Budget& seen) { money->budgets[seen.name()] = seen; };
}

std::function<void(const pb::Commitment&)> Paymasters::SeeCommitment() {
  return [money = &money_](const Commitment& seen) { money->commitments[seen.name()] = seen; };
}

std::function<void(const pb::ExpenseClaim&)> Paymasters::SeeClaim() {
  return [money = &money_](const Claim& seen) { money->claims[seen.name()] = seen; };
}

std::function<void(const pb::MovePeriodResponse&)> Paymasters::SeePeriod() {
  return [money = &money_](const pb::MovePeriodResponse& seen) {
    money->periods[seen.period().name()] = seen.period();
    for (const Commitment& carried : seen.carried()) money->commitments[carried.name()] = carried;
  };
}

const auth::Principal& Paymasters::AnyManager() {
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 40) return money_.manager;
  if (chance < 80) return money_.second_manager;
  if (chance < 92) return money_.both;
  return chance < 96 ? money_.partner : money_.accountant;
}

const auth::Principal& Paymasters::AnyAccountant() {
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 40) return money_.accountant;
  if (chance < 75) return money_.payer;
  return chance < 95 ? money_.both : money_.manager;
}

const auth::Principal& Paymasters::Anybody() {
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 60) return AnyManager();
  if (chance < 90) return AnyAccountant();
  return chance < 95 ? board_.auditor : board_.home_office;
}

const pb::Budget& Paymasters::AnyBudget() {
  Check(!money_.budgets.empty(), "a world of budgets has some");
  const auto first = money_.budgets.find("budgets/unit");
  const bool known = first != money_.budgets.end();
  return known && world_.Chance(75) ? first->second : world_.AnyOf(money_.budgets).second;
}

std::vector<pb::Period> Paymasters::PeriodsOf(const std::string& budget) {
  std::vector<Period> periods;
  for (const auto& [name, period] : money_.periods) {
    if (name.starts_with(budget + "/")) periods.push_back(period);
  }
  Check(!periods.empty(), budget + " has periods");
  return periods;
}

// Mostly one that takes entries.
pb::Period Paymasters::AnyPeriod(const std::string& budget) {
  const std::vector<Period> periods = PeriodsOf(budget);
  Period period = world_.AnyOf(periods);
  for (int tries = 0; tries < 4 && period.state() != Period::OPEN; ++tries) {
    period = world_.AnyOf(periods);
  }
  return period;
}

google::type::Date Paymasters::DayIn(const Period& period) {
  const auto first = rpc::FromProto(period.start_date());
  const auto last = rpc::FromProto(period.end_date());
  Check(first.has_value() && last.has_value(), "a period without dates");
  const auto days = static_cast<std::uint64_t>(
      (std::chrono::sys_days(*last) - std::chrono::sys_days(*first)).count() + 1);
  const bool outside = world_.Chance(7);
  const auto later = static_cast<int>(world_.rng().Below(outside ? days + 20 : days));
  return rpc::ToProto(AddDays(*first, outside ? later - 10 : later));
}

google::type::Date Paymasters::Today(int days_later) {
  const auto civil = ToCivil(world_.clock().Now(), "Europe/Paris");
  Check(civil.ok(), "the time in Paris");
  return rpc::ToProto(AddDays(civil->date, days_later));
}

pb::LineKey Paymasters::LineIn(const Period& period) {
  constexpr const char* kCategories[] = {"TRAVEL", "EQUIP", "PERS", "OVH", "NONE"};
  const std::uint64_t chance = world_.rng().Below(100);
  pb::LineKey line;
  line.set_period(period.name());
  line.set_category(kCategories[chance < 45 ? 0 : chance < 70 ? 1 : chance < 88 ? 2 : 3]);
  if (world_.Chance(2)) line.set_category(kCategories[4]);
  line.set_partner(world_.Chance(80) ? kTsukuba : kUga);
  return line;
}

pb::Amount Paymasters::Euro(std::int64_t cents) { return AmountOf(cents, "EUR"); }
pb::Amount Paymasters::Yen(std::int64_t yen) { return AmountOf(yen, "JPY"); }

pb::Amount Paymasters::SomeAmount() {
  const auto cents = static_cast<std::int64_t>(1 + world_.rng().Below(200'000));
  if (world_.Chance(25)) return Yen(cents);
  return Euro(world_.Chance(10) ? cents * 10 : cents);
}

std::string Paymasters::Digits() { return std::to_string(world_.rng().Below(1'000'000)); }

std::string Paymasters::SomeEtag(const std::string& known) {
  const std::uint64_t chance = world_.rng().Below(100);
  if (chance < 85) return "";
  return chance < 96 ? known : "\"1\"";
}

}  // namespace jointly::simulation
