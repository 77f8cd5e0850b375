#include "common/rpc/server_pool.h"

#include <exception>

#include "common/telemetry/log.h"
#include "common/telemetry/metrics.h"

namespace jointly::rpc {
namespace {

// The load is an average over about so many posts; it is forgotten after a pause.
constexpr double kLoadPosts = 32;
constexpr std::chrono::milliseconds kLoadLife{100};

telemetry::Gauge& QueueGauge() {
  static telemetry::Gauge& gauge =
      telemetry::GetGauge("jointly_rpc_queue", "Calls that wait for a thread of the pool.");
  return gauge;
}

telemetry::Gauge& ThreadsGauge() {
  static telemetry::Gauge& gauge =
      telemetry::GetGauge("jointly_rpc_threads", "Threads that the pool has started.");
  return gauge;
}

}  // namespace

Pool::Pool(int threads_max, int queue_max)
    : threads_max_(static_cast<std::size_t>(threads_max)),
      queue_max_(static_cast<std::size_t>(queue_max)) {}

Pool::~Pool() { Stop(); }

bool Pool::Post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= queue_max_) return false;
    queue_.push_back(std::move(work));
    const auto busy = static_cast<double>(threads_.size() - idle_ + queue_.size());
    load_ += (busy - load_) / kLoadPosts;
    last_post_ = std::chrono::steady_clock::now();
    QueueGauge().Set(static_cast<double>(queue_.size()));
    // Threads are made when the work needs them, so an idle process stays small.
    if (queue_.size() > idle_ && threads_.size() < threads_max_) {
      threads_.emplace_back([this] { Work(); });
      ThreadsGauge().Set(static_cast<double>(threads_.size()));
    }
  }
  changed_.notify_one();
  return true;
}

double Pool::Load() const {
  const std::lock_guard lock(mutex_);
  const bool fresh = std::chrono::steady_clock::now() - last_post_ < kLoadLife;
  return fresh ? load_ : 0;
}

void Pool::Stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
  }
  changed_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

void Pool::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) return;
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    QueueGauge().Set(static_cast<double>(queue_.size()));
    lock.unlock();
    try {
      work();
    } catch (const std::exception& error) {
      // Unary calls are caught nearer; this is the work of a stream, which must answer for itself.
      telemetry::Error("posted work threw", {{"what", error.what()}});
    }
    work = nullptr;  // What it holds is freed outside the lock.
    lock.lock();
  }
}

}  // namespace jointly::rpc
