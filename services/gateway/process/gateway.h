#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "common/bus/transport.h"
#include "services/gateway/feed/feed.h"
#include "services/gateway/front/front.h"
#include "services/gateway/http/server.h"
#include "services/gateway/limits/rate_limiter.h"

namespace jointly::gateway {

struct GatewayOptions {
  HttpOptions http;
  std::string grpc_listen_address = "127.0.0.1:8081";  // Empty: no gRPC.
  FrontOptions front;
  RateLimits rates;
  FeedOptions feed;
  std::map<std::string, std::string> peers;
  std::string deployment = "local";
  std::string broker;  // Empty: a live feed without events.
  std::chrono::seconds heartbeat{10};
  std::chrono::seconds clock_offset{0};
  int drain_seconds = 5;
};

// Keeps SIGTERM and SIGINT for Run. Before any thread starts, so that none of them takes one.
void HoldSignals();

// The whole gateway, without main: also for tests.
class Gateway {
 public:
  explicit Gateway(GatewayOptions options);
  ~Gateway();

  // Listens; an address in use ends the process and is named.
  void Start();
  int http_port() const;
  int grpc_port() const;
  // What the broker's listener calls; public for tests.
  void OnHint(const bus::WireMessage& message);
  void OnResync();
  // Not ready, no new connections, streams end, calls in work end; true: all ended in time.
  bool Stop();
  // Serves until SIGTERM or SIGINT, then stops. Returns the exit code.
  int Run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jointly::gateway
