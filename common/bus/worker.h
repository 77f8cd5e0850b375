#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "common/time/clock.h"

namespace jointly::bus {

// A thread that does round after round until it is stopped. A round says how long to sleep after
// it; Wake ends the sleep.
class Worker {
 public:
  Worker() = default;
  ~Worker() { Stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void Start(std::function<std::chrono::milliseconds()> round);
  void Wake();
  // Lets the current round end, and waits for it.
  void Stop();
  bool started() const { return thread_.joinable(); }
  // For long rounds.
  bool stopping() const { return stopping_.load(); }

 private:
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  std::thread thread_;
};

// Watches a thread that talks to the broker. librabbitmq sends without a deadline, so a broker that
// stops reading can hold a call for ever (messaging.md 4.3): when no Tick came for `limit`, `abort`
// breaks the connection under it.
class Watchdog {
 public:
  Watchdog(const Clock& clock, std::chrono::milliseconds limit, std::function<void()> abort)
      : clock_(clock), limit_(limit), abort_(std::move(abort)) {}
  void Start();
  void Tick() { tick_.store(clock_.Monotonic().time_since_epoch().count()); }
  void Stop() { worker_.Stop(); }

 private:
  const Clock& clock_;
  std::chrono::milliseconds limit_;
  std::function<void()> abort_;
  std::atomic<std::chrono::steady_clock::rep> tick_{0};
  Worker worker_;
};

}  // namespace jointly::bus
