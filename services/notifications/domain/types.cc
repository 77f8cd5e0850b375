#include "services/notifications/domain/types.h"

#include <array>
#include <cstdio>

#include "common/text/names.h"

namespace jointly::notifications {
namespace {

constexpr Named<DeliveryState> kStates[] = {
    {DeliveryState::kQueued, "queued"},     {DeliveryState::kSending, "sending"},
    {DeliveryState::kAccepted, "accepted"}, {DeliveryState::kUncertain, "uncertain"},
    {DeliveryState::kBounced, "bounced"},   {DeliveryState::kSuppressed, "suppressed"}};

}  // namespace

std::string_view Name(DeliveryState state) { return NameOf(kStates, state); }

DeliveryState ParseDeliveryState(std::string_view name) {
  return ValueOf(kStates, name).value_or(DeliveryState::kSuppressed);
}

std::string BudgetsOf(std::string_view scope) { return "budgets of " + std::string(scope); }

std::string ListKey(Time time, std::string_view id) {
  std::array<char, 24> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%018lld", static_cast<long long>(Micros(time)));
  return std::string(text.data(), static_cast<std::size_t>(length)) + "-" + std::string(id);
}

}  // namespace jointly::notifications
