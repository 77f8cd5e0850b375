#include "tests/simulation/worlds/paymasters.h"

// What changes the frame: transfers, periods, amendments, carry-overs, reports, the budget itself.
namespace jointly::simulation {

namespace pb = budgets::v1;
using Api = budgets::Api;

void Paymasters::ActOnTransfer() {
  const auto see = std::function(
      [money = &money_](const pb::LineTransfer& seen) { money->transfers[seen.name()] = seen; });
  std::vector<pb::LineTransfer> open;
  for (const auto& [name, transfer] : money_.transfers) {
    if (transfer.state() < pb::LineTransfer::POSTED) open.push_back(transfer);
  }
  if (open.empty() || world_.Chance(40)) {
    const std::string budget = AnyBudget().name();
    const Period period = AnyPeriod(budget);
    pb::CreateTransferRequest request;
    request.set_parent(budget);
    *request.mutable_transfer()->mutable_from() = LineIn(period);
    *request.mutable_transfer()->mutable_to() =
        LineIn(world_.Chance(95) ? period : AnyPeriod(budget));
    *request.mutable_transfer()->mutable_amount() =
        Euro(static_cast<std::int64_t>(1 + world_.rng().Below(90'000)));
    *request.mutable_transfer()->mutable_effective_date() = DayIn(period);
    request.mutable_transfer()->set_reason("Borders are closed.");
    request.set_validate_only(world_.Chance(5));
    world_.Send(world_.budgets(), AnyManager(), &Api::CreateTransfer, request,
                request.validate_only() ? nullptr : see);
    return;
  }
  const pb::LineTransfer& chosen = world_.AnyOf(open);
  const std::uint64_t chance = world_.rng().Below(100);
  pb::MoveTransferRequest request;
  request.set_name(chosen.name());
  const bool bound = chosen.state() == pb::LineTransfer::PENDING_FUNDER;
  request.set_action(chance < 70   ? (bound && chance < 40 ? "funder_approve" : "approve")
                     : chance < 85 ? "refuse"
                                   : "withdraw");
  if (request.action() == "funder_approve") request.set_funder_approval("Letter " + Digits());
  if (request.action() == "refuse") request.set_reason("Not needed.");
  request.set_etag(SomeEtag(chosen.etag()));
  world_.Send(world_.budgets(), AnyManager(), &Api::MoveTransfer, request, see);
}

void Paymasters::ActOnPeriod() {
  const Period period = world_.AnyOf(PeriodsOf(AnyBudget().name()));
  const std::uint64_t chance = world_.rng().Below(100);
  std::string action = "open";
  switch (period.state()) {
    case Period::OPEN:
      action = chance < 90 ? "soft_close" : "close";
      break;
    case Period::SOFT_CLOSED:
    case Period::REOPENED:
      action = chance < 95 ? "close" : "reopen";
      break;
    case Period::CLOSED:
      action = period.reopen_requester().empty() ? "request_reopen" : "reopen";
      break;
    default:
      break;
  }
  pb::MovePeriodRequest request;
  request.set_name(period.name());
  request.set_action(action);
  // Two periods side by side need a reason; so does an opening again.
  if (action == "request_reopen" || world_.Chance(60)) request.set_reason("An invoice was found.");
  request.set_etag(SomeEtag(period.etag()));
  request.set_validate_only(world_.Chance(8));
  world_.Send(world_.budgets(), world_.Chance(60) ? AnyAccountant() : AnyManager(),
              &Api::MovePeriod, request, request.validate_only() ? nullptr : SeePeriod());
}

void Paymasters::ActOnAmendment() {
  const auto see = std::function(
      [money = &money_](const pb::Amendment& seen) { money->amendments[seen.name()] = seen; });
  std::vector<pb::Amendment> open;
  for (const auto& [name, amendment] : money_.amendments) {
    if (amendment.state() < pb::Amendment::IN_FORCE) open.push_back(amendment);
  }
  if (open.empty() || world_.Chance(10)) {
    pb::CreateAmendmentRequest request;
    request.set_parent(AnyBudget().name());
    pb::Amendment& amendment = *request.mutable_amendment();
    amendment.set_reason("The laboratory goes on.");
    *amendment.mutable_signed_date() = Today();
    const bool more = world_.Chance(60);
    amendment.set_type(more ? pb::Amendment::SUPPLEMENT : pb::Amendment::DEOBLIGATION);
    *amendment.mutable_change() = Euro(static_cast<std::int64_t>(1 + world_.rng().Below(90'000)));
    if (!more) amendment.mutable_change()->set_value("-" + amendment.change().value());
    world_.Send(world_.budgets(), AnyManager(), &Api::CreateAmendment, request, see);
    return;
  }
  const pb::Amendment chosen = world_.AnyOf(open);
  pb::MoveAmendmentRequest request;
  request.set_name(chosen.name());
  request.set_action(chosen.state() == pb::Amendment::ALL_SIGNED ? "put_in_force" : "sign");
  if (world_.Chance(4)) request.set_action("void");
  request.set_content_hash(world_.Chance(95) ? chosen.content_hash() : std::string(64, '0'));
  const bool partner = chosen.state() == pb::Amendment::PARTLY_SIGNED || world_.Chance(30);
  world_.Send(world_.budgets(),
              partner && request.action() == "sign" ? money_.partner : AnyManager(),
              &Api::MoveAmendment, request, see);
}

void Paymasters::ActOnCarryOver() {
  const auto see = std::function(
      [money = &money_](const pb::CarryOver& seen) { money->carry_overs[seen.name()] = seen; });
  if (money_.carry_overs.empty() || world_.Chance(40)) {
    const std::vector<Period> periods = PeriodsOf(AnyBudget().name());
    const std::size_t from = world_.rng().Below(periods.size());
    pb::CreateCarryOverRequest request;
    request.set_parent(periods[from].name().substr(0, periods[from].name().find("/periods/")));
    pb::CarryOver& carry_over = *request.mutable_carry_over();
    carry_over.set_from_period(periods[from].name());
    carry_over.set_to_period(periods[std::min(from + 1, periods.size() - 1)].name());
    carry_over.set_reason("The machine comes later.");
    world_.Send(world_.budgets(), AnyManager(), &Api::CreateCarryOver, request, see);
    return;
  }
  pb::MoveCarryOverRequest request;
  request.set_name(world_.AnyOf(money_.carry_overs).first);
  request.set_action(world_.Chance(85) ? "approve" : "refuse");
  world_.Send(world_.budgets(), AnyManager(), &Api::MoveCarryOver, request, see);
}

void Paymasters::ActOnReport() {
  if (money_.reports.empty() || world_.Chance(30)) {
    pb::ListReportsRequest request;
    request.set_parent(AnyBudget().name());
    world_.Send(world_.budgets(), Anybody(), &Api::ListReports, request,
                std::function([money = &money_](const pb::ListReportsResponse& reply) {
                  for (const auto& row : reply.reports()) money->reports[row.name()] = row;
                }));
    return;
  }
  constexpr const char* kActions[] = {"prepare", "certify", "send", "accept", "revise"};
  pb::MoveReportRequest request;
  request.set_name(world_.AnyOf(money_.reports).first);
  request.set_action(kActions[world_.rng().Below(5)]);
  world_.Send(world_.budgets(), world_.Chance(50) ? AnyAccountant() : AnyManager(),
              &Api::MoveReport, request,
              std::function([money = &money_](const pb::PeriodicReport& seen) {
                money->reports[seen.name()] = seen;
              }));
}

// Suspended now and then, and soon resumed; hardly ever on the way to its end.
void Paymasters::ActOnBudget() {
  const Budget budget = AnyBudget();
  pb::MoveBudgetRequest request;
  request.set_name(budget.name());
  const std::uint64_t chance = world_.rng().Below(100);
  const bool suspended = budget.state() == Budget::SUSPENDED;
  request.set_action(chance < 88 ? (suspended ? "resume" : "suspend")
                                 : (chance < 92 ? "begin_closing" : "close"));
  if (request.action() == "suspend") request.set_reason("The funder asks.");
  request.set_validate_only(!suspended && world_.Chance(50));
  world_.Send(world_.budgets(), AnyManager(), &Api::MoveBudget, request,
              request.validate_only() ? nullptr : SeeBudget());
}

}  // namespace jointly::simulation
