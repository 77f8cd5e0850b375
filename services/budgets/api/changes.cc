#include "services/budgets/api/changes.h"

#include <jointly/budgets/v1/budgets_events.pb.h>

#include "common/auth/cipher.h"
#include "services/budgets/domain/deadlines_of.h"

namespace jointly::budgets {
namespace {

std::string DigestOf(const google::protobuf::Message& message) {
  return auth::Sha256Hex(message.SerializeAsString());
}

// The noun of the aggregate, its id among all budgets, and its revision.
struct Subject {
  std::string_view noun;
  std::string id;
  std::int64_t revision = 0;
  std::string name;
};

template <typename EventMessage>
bus::Event EventOf(const Who& who, const Change& change, const Subject& subject,
                   EventMessage& message) {
  message.mutable_change()->set_action(std::string(change.action));
  message.mutable_change()->set_from(std::string(change.from));
  message.mutable_change()->set_to(std::string(change.to));
  message.mutable_change()->set_note(std::string(change.note));
  message.mutable_change()->set_actor(who.base.actor);
  rpc::ClearPersonal(message);
  bus::Event event = who.base;
  event.aggregate_type = "budgets." + std::string(subject.noun);
  event.aggregate_id = subject.id;
  event.revision = subject.revision;
  event.subject = subject.name;
  event.action = change.action;
  event.message_name = message.GetDescriptor()->full_name();
  event.body = message.SerializeAsString();
  event.from = change.from;
  event.to = change.to;
  return event;
}

void SetAudience(const Budget& budget, bus::Event& event) {
  if (!budget.institution.empty()) event.audience.push_back(budget.institution);
  for (const std::string& partner : budget.partners) {
    if (partner != budget.institution) event.audience.push_back(partner);
  }
}

// Whose budget a document is, so that nobody who hears of it has to ask.
void SetScope(const Budget& budget, pb::BudgetScope& scope) {
  // A refused grant that no budget pays.
  if (!budget.id.empty()) scope.set_budget(BudgetName(budget.id));
  scope.set_display_name(budget.display_name);
  scope.set_institution(budget.institution);
  scope.set_unit(budget.unit);
  for (const std::string& partner : budget.partners) scope.add_partners(partner);
}

void AddAlerts(const std::vector<Alert>& alerts, const Budget& budget,
               google::protobuf::RepeatedPtrField<pb::Alert>& messages) {
  for (const Alert& alert : alerts) *messages.Add() = ToProto(alert, budget.id, budget.currency);
}

}  // namespace

Who WhoOf(const rpc::Call& call) {
  return {.base = rpc::EventOf(call), .now = call.now, .seed = call.request_id};
}

Who TimerWho(Time now, const std::string& seed) {
  Who who{.base = {}, .now = now, .seed = seed};
  who.base.actor = "timer";
  return who;
}

Who FollowerWho(const bus::Message& cause, Time now) {
  Who who{.base = {}, .now = now, .seed = cause.message_id};
  who.base.actor = "service:budgets";
  who.base.traceparent = cause.traceparent;
  who.base.correlation_id = cause.correlation_id;
  who.base.causation_id = cause.message_id;
  return who;
}

const Period* FindPeriod(const std::vector<Period>& periods, std::string_view id) {
  for (const Period& period : periods) {
    if (period.id == id) return &period;
  }
  return nullptr;
}

bus::Event BudgetChanged(const Who& who, const Budget* before, const Budget& after,
                         const Change& change, const std::vector<Alert>& alerts,
                         const BudgetBalance* balance) {
  pb::BudgetEvent message;
  pb::Budget& told = *message.mutable_budget();
  told = ToProto(after);
  const std::string after_digest = DigestOf(told);
  if (balance != nullptr) {
    *told.mutable_totals() = ToProto(TotalOf(*balance, ""), balance->paid, after.currency);
    *told.mutable_pool() = AmountToProto({balance->pool, after.currency});
  }
  AddDeadlines(DeadlinesOf(after, who.now), told);
  AddAlerts(alerts, after, *message.mutable_alerts());
  bus::Event event =
      EventOf(who, change, {"budget", after.id, after.revision, BudgetName(after.id)}, message);
  SetAudience(after, event);
  if (before != nullptr) event.before_digest = DigestOf(ToProto(*before));
  event.after_digest = after_digest;
  return event;
}

bus::Event PeriodChanged(const Who& who, const Place& place, const Period* before,
                         const Period& after, const Change& change, const BudgetBalance* balance) {
  pb::PeriodEvent message;
  pb::Period& told = *message.mutable_period();
  told = ToProto(after);
  const std::string after_digest = DigestOf(told);
  if (balance != nullptr) {
    *told.mutable_totals() = ToProto(TotalOf(*balance, after.id), 0, place.budget.currency);
  }
  AddDeadlines(DeadlinesOf(after, place.budget, who.now), told);
  SetScope(place.budget, *message.mutable_budget());
  const std::string name = NameIn(after.budget, "periods", after.id);
  bus::Event event = EventOf(
      who, change, {"period", after.budget + "/" + after.id, after.revision, name}, message);
  SetAudience(place.budget, event);
  if (before != nullptr) event.before_digest = DigestOf(ToProto(*before));
  event.after_digest = after_digest;
  return event;
}

bus::Event CommitmentChanged(const Who& who, const Place& place, const Commitment* before,
                             const Commitment& after, const Change& change,
                             const std::vector<Alert>& alerts) {
  const money::Currency& currency = place.budget.currency;
  pb::CommitmentEvent message;
  pb::Commitment& told = *message.mutable_commitment();
  told = ToProto(after, currency);
  const std::string after_digest = DigestOf(told);
  if (const Period* period = FindPeriod(place.periods, after.line.period)) {
    AddDeadlines(DeadlinesOf(after, *period, place.budget, who.now), told);
  }
  AddAlerts(alerts, place.budget, *message.mutable_alerts());
  SetScope(place.budget, *message.mutable_budget());
  bus::Event event =
      EventOf(who, change, {"commitment", after.id, after.revision, told.name()}, message);
  SetAudience(place.budget, event);
  if (before != nullptr) event.before_digest = DigestOf(ToProto(*before, currency));
  event.after_digest = after_digest;
  return event;
}

bus::Event ClaimChanged(const Who& who, const Place& place, const ExpenseClaim* before,
                        const ExpenseClaim& after, const Change& change) {
  pb::ClaimEvent message;
  pb::ExpenseClaim& told = *message.mutable_claim();
  told = ToProto(after);
  // Digests outlive an erasure: they say nothing of the texts.
  rpc::ClearPersonal(told);
  const std::string after_digest = DigestOf(told);
  AddDeadlines(DeadlinesOf(after, place.budget, who.now), told);
  SetScope(place.budget, *message.mutable_budget());
  bus::Event event =
      EventOf(who, change, {"claim", after.id, after.revision, told.name()}, message);
  SetAudience(place.budget, event);
  event.audience.push_back(after.claimant);
  if (before != nullptr) {
    pb::ExpenseClaim earlier = ToProto(*before);
    rpc::ClearPersonal(earlier);
    event.before_digest = DigestOf(earlier);
  }
  event.after_digest = after_digest;
  return event;
}

bus::Event TransferChanged(const Who& who, const Place& place, const LineTransfer* before,
                           const LineTransfer& after, const Change& change) {
  const money::Currency& currency = place.budget.currency;
  pb::TransferEvent message;
  pb::LineTransfer& told = *message.mutable_transfer();
  told = ToProto(after, currency);
  const std::string after_digest = DigestOf(told);
  if (const Period* period = FindPeriod(place.periods, after.from.period)) {
    AddDeadlines(DeadlinesOf(after, *period, place.budget, who.now), told);
  }
  SetScope(place.budget, *message.mutable_budget());
  bus::Event event =
      EventOf(who, change, {"transfer", after.id, after.revision, told.name()}, message);
  SetAudience(place.budget, event);
  if (before != nullptr) event.before_digest = DigestOf(ToProto(*before, currency));
  event.after_digest = after_digest;
  return event;
}

bus::Event AmendmentChanged(const Who& who, const Place& place, const Amendment* before,
                            const Amendment& after, const Change& change) {
  const money::Currency& currency = place.budget.currency;
  pb::AmendmentEvent message;
  pb::Amendment& told = *message.mutable_amendment();
  told = ToProto(after, currency);
  const std::string after_digest = DigestOf(told);
  AddDeadlines(DeadlinesOf(after, place.budget, who.now), told);
  // Who joins is told what there is to sign; who leaves, that it has happened.
  Budget parties = place.budget;
  for (const auto* others : {&after.new_partners, &after.leaving_partners}) {
    for (const std::string& partner : *others) {
      if (!HasPartner(parties, partner)) parties.partners.push_back(partner);
    }
  }
  SetScope(parties, *message.mutable_budget());
  bus::Event event =
      EventOf(who, change, {"amendment", after.id, after.revision, told.name()}, message);
  SetAudience(parties, event);
  if (before != nullptr) event.before_digest = DigestOf(ToProto(*before, currency));
  event.after_digest = after_digest;
  return event;
}

bus::Event CarryOverChanged(const Who& who, const Place& place, const CarryOver* before,
                            const CarryOver& after, const Change& change) {
  const money::Currency& currency = place.budget.currency;
  pb::CarryOverEvent message;
  pb::CarryOver& told = *message.mutable_carry_over();
  told = ToProto(after, currency);
  const std::string after_digest = DigestOf(told);
  SetScope(place.budget, *message.mutable_budget());
  bus::Event event =
      EventOf(who, change, {"carry_over", after.id, after.revision, told.name()}, message);
  SetAudience(place.budget, event);
  if (before != nullptr) event.before_digest = DigestOf(ToProto(*before, currency));
  event.after_digest = after_digest;
  return event;
}

bus::Event DelegationChanged(const Who& who, const Budget& budget, const Delegation* before,
                             const Delegation& after, std::string_view action) {
  const auto state = [](const Delegation& delegation) {
    return delegation.revoked ? "revoked" : "given";
  };
  pb::DelegationEvent message;
  pb::Delegation& told = *message.mutable_delegation();
  told = ToProto(after);
  SetScope(budget, *message.mutable_budget());
  bus::Event event = EventOf(
      who, {.action = action, .from = before == nullptr ? "" : state(*before), .to = state(after)},
      {"delegation", after.id, after.revision, told.name()}, message);
  SetAudience(budget, event);
  event.audience.push_back(after.delegator);
  event.audience.push_back(after.delegate);
  if (before != nullptr) event.before_digest = DigestOf(ToProto(*before));
  event.after_digest = DigestOf(told);
  return event;
}

bus::Event ReportChanged(const Who& who, const Place& place, const PeriodicReport* before,
                         const PeriodicReport& after, const Change& change) {
  pb::ReportEvent message;
  pb::PeriodicReport& told = *message.mutable_report();
  told = ToProto(after);
  const std::string after_digest = DigestOf(told);
  AddDeadlines(DeadlinesOf(after, place.budget, who.now), told);
  SetScope(place.budget, *message.mutable_budget());
  bus::Event event = EventOf(
      who, change, {"report", after.budget + "/" + after.id, after.revision, told.name()}, message);
  SetAudience(place.budget, event);
  if (before != nullptr) event.before_digest = DigestOf(ToProto(*before));
  event.after_digest = after_digest;
  return event;
}

}  // namespace jointly::budgets
