#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>

#include "common/db/database.h"
#include "common/time/clock.h"

namespace jointly::bus {

// Whether this process does a job that one replica at a time does. Looks at the database's lock
// every half second: a lost connection loses the lock, and another replica leads within a second.
// Two leaders for a moment only cause duplicates. Any thread.
class Leadership {
 public:
  Leadership(db::Database& database, const Clock& clock, const std::string& job);
  bool Holds();
  // What Holds last found, without asking.
  bool held() const { return held_; }

 private:
  db::Database& database_;
  const Clock& clock_;
  const std::int64_t key_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point next_look_{};
  std::atomic<bool> held_{false};
};

}  // namespace jointly::bus
