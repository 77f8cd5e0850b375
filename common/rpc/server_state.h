#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/bus/amqp.h"
#include "common/bus/consumer.h"
#include "common/bus/operations.h"
#include "common/bus/relay.h"
#include "common/rpc/process.h"
#include "common/rpc/server_feed.h"
#include "common/rpc/server_keys.h"
#include "common/rpc/server_peers.h"
#include "common/rpc/server_tasks.h"
#include "common/telemetry/log.h"
#include "common/telemetry/metrics.h"

// What a Process is made of, in the order of its making. Private to common/rpc.
namespace jointly::rpc {

struct Process::State {
  explicit State(ProcessSpec s) : spec(std::move(s)) {}

  // Made by the constructor (server_process.cc).
  ProcessSpec spec;
  config::Common config;
  std::chrono::steady_clock::time_point began;
  std::unique_ptr<SystemClock> clock;
  SystemRng rng;
  std::unique_ptr<IdSource> ids;
  std::unique_ptr<db::Database> database;
  Keys keys;
  std::unique_ptr<bus::Outbox> outbox;
  std::unique_ptr<Peers> peers;
  std::mutex fetch_mutex;
  auth::FetchKeys fetch_user_keys;
  std::unique_ptr<auth::Verifier> verifier;
  std::unique_ptr<Runtime> runtime;
  std::vector<std::unique_ptr<Task>> tasks;

  void LoadConfiguration(int argc, char** argv);
  void OpenDatabase();
  void MakeKeys();
  absl::StatusOr<std::vector<auth::PublicKey>> FetchUserKeys();

  // Made by Run (server_run.cc).
  std::unique_ptr<RpcFeedSource> feeds;
  std::unique_ptr<bus::AmqpBroker> broker;
  std::unique_ptr<bus::Relay> relay;
  std::unique_ptr<bus::Consumer> consumer;
  std::unique_ptr<timers::Ticker> ticker;
  std::unique_ptr<telemetry::MetricsServer> metrics;
  std::atomic<bool> database_ok{true};
  int slow_probes = 0;  // In a row. Of the housekeeping thread.
  std::atomic<int> port{0};
  std::chrono::steady_clock::time_point next_sweep{};

  void MakeBus(std::vector<bus::Subscription> subscriptions);
  void ServePages();
  // Once a second: looks at the database, seals the audit chain where no relay does, sweeps.
  void KeepHouse();
  telemetry::Page Readiness() const;
  void StartThreads();
  void Drain();
};

// Tells why on the log, and ends the process. 2: the configuration is wrong; 1: anything else.
[[noreturn]] void GiveUp(std::string_view text, const telemetry::Fields& fields, int code);

}  // namespace jointly::rpc
