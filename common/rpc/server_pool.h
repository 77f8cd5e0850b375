#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

// The bounded pool that runs handlers. Private to common/rpc.
namespace jointly::rpc {

class Pool {
 public:
  Pool(int threads_max, int queue_max);
  ~Pool();  // Stops.

  // False when the queue is full or the pool is stopping: the caller must answer itself.
  bool Post(std::function<void()> work);
  // Runs what is queued, then ends all threads.
  void Stop();
  // Works that run or wait, averaged over the last few dozen; 0 when none came for a moment.
  double Load() const;

 private:
  void Work();

  const std::size_t threads_max_;
  const std::size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  double load_ = 0;
  std::chrono::steady_clock::time_point last_post_{};
  bool stopping_ = false;
};

}  // namespace jointly::rpc
