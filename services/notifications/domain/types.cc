#include "services/notifications/domain/types.h"

#include <array>
#include <cstdio>

namespace jointly::notifications {
namespace {

struct StateName {
  DeliveryState state;
  std::string_view name;
};
constexpr std::array<StateName, 6> kStates{{{DeliveryState::kQueued, "queued"},
                                            {DeliveryState::kSending, "sending"},
                                            {DeliveryState::kAccepted, "accepted"},
                                            {DeliveryState::kUncertain, "uncertain"},
                                            {DeliveryState::kBounced, "bounced"},
                                            {DeliveryState::kSuppressed, "suppressed"}}};

}  // namespace

std::string_view Name(DeliveryState state) {
  for (const StateName& row : kStates) {
    if (row.state == state) return row.name;
  }
  return "";
}

DeliveryState ParseDeliveryState(std::string_view name) {
  for (const StateName& row : kStates) {
    if (row.name == name) return row.state;
  }
  return DeliveryState::kSuppressed;
}

std::string BudgetsOf(std::string_view scope) { return "budgets of " + std::string(scope); }

std::string ListKey(Time time, std::string_view id) {
  std::array<char, 24> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%018lld", static_cast<long long>(Micros(time)));
  return std::string(text.data(), static_cast<std::size_t>(length)) + "-" + std::string(id);
}

}  // namespace jointly::notifications
