#include "common/db/backoff.h"

#include <random>
#include <thread>

namespace jointly::db {

bool Backoff::Again() {
  if (tries_ >= kTriesMax) return false;
  // Not the injected Rng: the spread of colliding threads decides no outcome.
  thread_local std::minstd_rand engine{std::random_device{}()};
  const int span_us = 2'000 << tries_;
  const std::chrono::microseconds wait(std::uniform_int_distribution<int>(500, span_us)(engine));
  ++tries_;
  if (std::chrono::steady_clock::now() + wait >= deadline_) return false;
  std::this_thread::sleep_for(wait);
  return true;
}

}  // namespace jointly::db
