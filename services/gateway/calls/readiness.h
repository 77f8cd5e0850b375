#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "common/time/clock.h"
#include "services/gateway/calls/peers.h"

namespace jointly::gateway {

// Whether the services behind us can be reached and say that they serve (grpc.health.v1).
class Readiness {
 public:
  struct Report {
    bool ready = false;
    std::map<std::string, std::string> peers;  // "ready", or what is wrong.
  };

  Readiness(Peers& peers, const Clock& clock) : peers_(peers), clock_(clock) {}

  // Asks all peers at once, each at most a second; callers that come meanwhile, or within half a
  // second of the last answer, share it. Calls `done` once, maybe on another thread.
  void Ask(std::function<void(const Report&)> done);

  // From now on not ready: the process is about to stop.
  void SetStopping();

 private:
  struct Round;
  void Start();
  void Finish(Report report);

  Peers& peers_;
  const Clock& clock_;
  std::mutex mutex_;
  bool stopping_ = false;
  bool asking_ = false;
  std::vector<std::function<void(const Report&)>> waiting_;
  Report last_;
  std::chrono::steady_clock::time_point last_time_{};
};

}  // namespace jointly::gateway
