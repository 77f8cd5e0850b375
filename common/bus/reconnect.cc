#include "common/bus/reconnect.h"

#include <algorithm>

#include "common/bus/transport.h"

namespace jointly::bus {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kDelayMin{100};
constexpr milliseconds kOperatorDelay{30'000};
constexpr std::chrono::seconds kHealthy{10};

bool NeedsOperator(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  return reason == kBrokerRefused.name || reason == kTopologyDrift.name;
}

}  // namespace

milliseconds Reconnect::Remaining() const {
  const auto now = clock_.Monotonic();
  if (now >= next_) return milliseconds(0);
  return std::chrono::ceil<milliseconds>(next_ - now);
}

void Reconnect::Failed(const absl::Status& status) {
  const auto now = clock_.Monotonic();
  const bool was_connected = connected_at_ != std::chrono::steady_clock::time_point{};
  if (was_connected && now - connected_at_ >= kHealthy) delay_ = milliseconds(0);
  connected_at_ = {};
  if (NeedsOperator(status)) {
    delay_ = kOperatorDelay;
  } else {
    const auto span = std::max<milliseconds>(delay_ * 3, kDelayMin * 2) - kDelayMin;
    const auto jitter = rng_.Below(static_cast<std::uint64_t>(span.count()) + 1);
    delay_ = std::min(delay_max_, kDelayMin + milliseconds(jitter));
  }
  next_ = now + delay_;
}

}  // namespace jointly::bus
