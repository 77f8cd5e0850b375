#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace jointly {

// An instant with the precision that both databases keep.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

inline std::int64_t Micros(Time time) { return time.time_since_epoch().count(); }
inline Time FromMicros(std::int64_t micros) { return Time(std::chrono::microseconds(micros)); }

// Every "now" of the product. Injected, so that tests and the simulator decide the time.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall time: what is stored and compared with deadlines. May jump.
  virtual Time Now() const = 0;
  // Never jumps back: for timeouts, backoff and rate limits.
  virtual std::chrono::steady_clock::time_point Monotonic() const = 0;
};

// The machine's clock. A demonstration or test may run at an offset; production refuses one.
class SystemClock final : public Clock {
 public:
  explicit SystemClock(std::chrono::seconds offset = std::chrono::seconds(0)) : offset_(offset) {}
  Time Now() const override;
  std::chrono::steady_clock::time_point Monotonic() const override;

 private:
  std::chrono::seconds offset_;
};

// Stands still until it is moved. Both faces move together.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : micros_(Micros(start)) {}
  Time Now() const override { return FromMicros(micros_.load()); }
  std::chrono::steady_clock::time_point Monotonic() const override {
    return std::chrono::steady_clock::time_point(std::chrono::microseconds(monotonic_.load()));
  }
  void Advance(std::chrono::microseconds by) {
    micros_ += by.count();
    monotonic_ += by.count();
  }
  // A jump of the wall clock alone, forwards or backwards.
  void Jump(std::chrono::microseconds by) { micros_ += by.count(); }

 private:
  std::atomic<std::int64_t> micros_;
  std::atomic<std::int64_t> monotonic_{0};
};

}  // namespace jointly
