#include "common/bus/leadership.h"

#include "common/bus/envelope.h"

namespace jointly::bus {

Leadership::Leadership(db::Database& database, const Clock& clock, const std::string& job)
    : database_(database), clock_(clock), key_(static_cast<std::int64_t>(StableHash(job))) {}

bool Leadership::Holds() {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.Monotonic();
  if (now >= next_look_) {
    next_look_ = now + std::chrono::milliseconds(500);
    held_ = held_ ? database_.StillLeads(key_) : database_.TryLead(key_);
  }
  return held_;
}

}  // namespace jointly::bus
