#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

// Work that is done again and again on a thread of its own. Private to common/rpc.
namespace jointly::rpc {

class Task {
 public:
  Task(std::chrono::milliseconds interval, std::function<void()> work)
      : interval_(interval), work_(std::move(work)) {}
  ~Task() { Stop(); }

  void Start();  // The first run is at once.
  void Nudge();  // Runs without waiting for the interval. Any thread.
  void Stop();   // Waits for a run that is under way.

 private:
  void Run();

  const std::chrono::milliseconds interval_;
  const std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool nudged_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace jointly::rpc
