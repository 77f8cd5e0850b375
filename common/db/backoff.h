#pragma once

#include <chrono>

// Internal to common/db.
namespace jointly::db {

// Waits with jitter between tries of one transaction; says no after a few, or when the deadline
// would pass.
class Backoff {
 public:
  explicit Backoff(std::chrono::steady_clock::time_point deadline) : deadline_(deadline) {}
  bool Again();

 private:
  static constexpr int kTriesMax = 6;
  std::chrono::steady_clock::time_point deadline_;
  int tries_ = 1;
};

}  // namespace jointly::db
