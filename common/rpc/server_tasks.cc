#include "common/rpc/server_tasks.h"

#include <exception>

#include "common/telemetry/log.h"

namespace jointly::rpc {

void Task::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Task::Nudge() {
  {
    const std::lock_guard lock(mutex_);
    nudged_ = true;
  }
  changed_.notify_one();
}

void Task::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Task::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    nudged_ = false;
    lock.unlock();
    try {
      work_();
    } catch (const std::exception& error) {
      telemetry::Error("a periodic task threw; it runs again later", {{"what", error.what()}});
    }
    lock.lock();
    changed_.wait_for(lock, interval_, [this] { return stopping_ || nudged_; });
  }
}

}  // namespace jointly::rpc
