#include "common/bus/topology.h"

#include <algorithm>

namespace jointly::bus {

const std::vector<QueueBinding>& Topology() {
  static const auto& bindings = *new std::vector<QueueBinding>{
      {"identity", {}},
      {"partnerships", {"identity.person"}},
      {"mobility",
       {"identity.person", "partnerships.institution", "partnerships.agreement",
        "budgets.commitment"}},
      {"budgets",
       {"partnerships.institution", "identity.person", "mobility.mobility", "theses.thesis"}},
      {"theses",
       {"identity.person", "partnerships.institution", "partnerships.unit",
        "partnerships.agreement", "mobility.mobility", "budgets.commitment"}},
      {"notifications",
       {"identity.person", "partnerships.institution", "partnerships.agreement", "mobility.call",
        "mobility.application", "mobility.mobility", "budgets.budget", "budgets.period",
        "budgets.commitment", "budgets.claim", "budgets.transfer", "budgets.amendment",
        "budgets.carry_over", "budgets.report", "budgets.delegation", "theses.thesis",
        "theses.cotutelle"}},
  };
  return bindings;
}

std::string QueueOf(std::string_view service) { return "jointly." + std::string(service); }

std::string ParkedQueueOf(std::string_view service) { return QueueOf(service) + ".parked"; }

std::vector<std::string> ExchangeNames() { return {kEventsExchange, kDeadExchange}; }

std::vector<QueueSpec> QueueSpecs() {
  std::vector<QueueSpec> queues;
  for (const QueueBinding& row : Topology()) {
    if (row.aggregates.empty()) continue;
    queues.push_back({.name = QueueOf(row.service),
                      .arguments = {
                          {"x-queue-type", "quorum"},
                          // One process applies at a time, and its successor keeps the order.
                          {"x-single-active-consumer", true},
                          // The limit counts every prefetched message of a dying consumer, so it is
                          // high; poison is judged in the database.
                          {"x-delivery-limit", std::int64_t{50}},
                          // Dead-lettering at least once needs reject-publish.
                          {"x-overflow", "reject-publish"},
                          {"x-max-length-bytes", std::int64_t{1} << 30},
                          {"x-dead-letter-exchange", kDeadExchange},
                          {"x-dead-letter-routing-key", row.service},
                          {"x-dead-letter-strategy", "at-least-once"},
                      }});
    // Not single-active: basic.get is refused on such a queue, and operators look with it.
    queues.push_back(
        {.name = ParkedQueueOf(row.service), .arguments = {{"x-queue-type", "quorum"}}});
  }
  return queues;
}

std::vector<BindingSpec> BindingSpecs() {
  std::vector<BindingSpec> bindings;
  for (const QueueBinding& row : Topology()) {
    if (row.aggregates.empty()) continue;
    for (const std::string& aggregate : row.aggregates) {
      bindings.push_back({kEventsExchange, QueueOf(row.service), aggregate + ".#"});
    }
    bindings.push_back({kDeadExchange, ParkedQueueOf(row.service), row.service});
  }
  return bindings;
}

bool IsBound(std::string_view service, std::string_view aggregate_type) {
  return std::ranges::any_of(Topology(), [&](const QueueBinding& row) {
    return row.service == service &&
           std::ranges::find(row.aggregates, aggregate_type) != row.aggregates.end();
  });
}

bool HasConsumer(std::string_view aggregate_type) {
  return std::ranges::any_of(Topology(), [&](const QueueBinding& row) {
    return std::ranges::find(row.aggregates, aggregate_type) != row.aggregates.end();
  });
}

}  // namespace jointly::bus
