#include "common/bus/worker.h"

#include "common/telemetry/log.h"

namespace jointly::bus {

void Worker::Start(std::function<std::chrono::milliseconds()> round) {
  stopping_ = false;
  thread_ = std::thread([this, round = std::move(round)] {
    while (!stopping_.load()) {
      const std::chrono::milliseconds pause = round();
      if (pause <= std::chrono::milliseconds(0)) continue;
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, pause, [&] { return woken_ || stopping_.load(); });
      woken_ = false;
    }
  });
}

void Worker::Wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

void Worker::Stop() {
  stopping_ = true;
  Wake();
  if (thread_.joinable()) thread_.join();
}

void Watchdog::Start() {
  Tick();
  worker_.Start([this] {
    using std::chrono::steady_clock;
    const steady_clock::time_point tick{steady_clock::duration(tick_.load())};
    if (clock_.Monotonic() - tick > limit_) {
      telemetry::Error("a call to the broker hangs; its connection is broken off",
                       {{"limit_ms", limit_.count()}});
      abort_();
      Tick();  // Gives the thread the same time again before the next try.
    }
    return std::chrono::milliseconds(100);
  });
}

}  // namespace jointly::bus
