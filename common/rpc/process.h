#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/auth/cipher.h"
#include "common/bus/outbox.h"
#include "common/bus/subscription.h"
#include "common/config/config.h"
#include "common/rpc/runtime.h"
#include "common/timers/timers.h"

// What every service's main has in common: configuration, logging, database with migrations, clock,
// keys, runtime, relay, consumer, timers, feed and operator calls. main.cc names only what is its
// own.
namespace jointly::rpc {

struct ProcessSpec {
  std::string name;                                       // "mobility".
  std::vector<db::MigrationSet> migrations;               // Its own; the kernel's come first.
  std::function<void(config::Options&)> declare_options;  // Its own flags, if any.
};

class Process {
 public:
  // Parses the configuration, opens and migrates the database (waits for it, bounded), loads keys.
  Process(int argc, char** argv, ProcessSpec spec);
  ~Process();

  const config::Common& config() const;
  const Clock& clock() const;
  Rng& rng();
  IdSource& ids();
  db::Database& database();
  bus::Outbox& outbox();
  auth::Verifier& verifier();
  Runtime& runtime();
  // Ends the process (exit 2) when the configuration names none.
  const auth::SecretKey& master_key() const;

  // Where user keys come from instead of identity's RPC: identity itself, before Run.
  void SupplyUserKeys(auth::FetchKeys fetch);
  // The port of the server; 0 before Run.
  int port() const;

  // A channel to a peer with this service's own token on every call, round robin over replicas.
  // Deadlines are the caller's. Nothing connects until the first call.
  std::shared_ptr<grpc::Channel> Peer(const std::string& service);
  // Adds the service's token (a channel of Peer does not add a second one) and the deadline to an
  // outgoing call.
  void Prepare(grpc::ClientContext& context, std::chrono::milliseconds timeout);

  // Work that runs on its own thread while the process serves: at the start, and again `interval`
  // after each end. For sweeps and mail queues. Before Run.
  void Every(std::chrono::milliseconds interval, std::function<void()> work);
  // The sooner the better: runs the work registered first under Every at once. Any thread.
  void Nudge();

  // Serves until SIGTERM or SIGINT, then drains in order: health, calls, consumer, relay. Returns
  // the exit code.
  int Run(const std::vector<grpc::Service*>& services, std::vector<bus::Subscription> subscriptions,
          std::map<std::string, timers::Handler> timers = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jointly::rpc
