#include <jointly/identity/v1/identity.grpc.pb.h>
#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "common/rpc/server_revocation.h"
#include "common/rpc/server_state.h"

// Making a process: configuration, logs, clock, database, keys. Each step that fails says what to
// do, and ends it.
namespace jointly::rpc {
namespace {

// A server may be starting beside us; a file is held at most by our dying predecessor.
constexpr std::chrono::seconds kServerPatience{30};
constexpr std::chrono::seconds kFilePatience{5};
constexpr std::chrono::milliseconds kDatabaseRetry{200};
constexpr std::chrono::milliseconds kKeySetTimeout{2'000};
// Arenas are memory that stays; the pool's threads mostly wait for the database.
constexpr int kArenasMax = 4;

// The signals that end a process are taken by Run alone: every thread made later inherits this.
void BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // A closed socket is an error to handle, not an end.
}

bool SignalPending() {
  sigset_t signals;
  sigpending(&signals);
  return sigismember(&signals, SIGTERM) == 1 || sigismember(&signals, SIGINT) == 1;
}

std::vector<auth::PublicKey> FromProto(const jointly::identity::v1::KeySet& set) {
  std::vector<auth::PublicKey> keys;
  for (const auto& key : set.keys()) {
    if (key.kty() != "EC" || key.crv() != "P-256" || key.alg() != "ES256") continue;
    keys.push_back({.kid = key.kid(), .x = key.x(), .y = key.y()});
  }
  return keys;
}

}  // namespace

void GiveUp(std::string_view text, const telemetry::Fields& fields, int code) {
  telemetry::Error(text, fields);
  telemetry::FlushLogs();
  std::_Exit(code);
}

void Process::State::LoadConfiguration(int argc, char** argv) {
  config.name = spec.name;
  config::Options options("Jointly " + spec.name + ": a service of Jointly.");
  config::Declare(options, config);
  if (spec.declare_options) spec.declare_options(options);
  options.Validate([this] {
    return config.database.empty() ? std::string(
                                         "database is missing: sqlite:///path/to/file.db "
                                         "or postgresql://user@host/name")
                                   : std::string();
  });
  options.Load(argc, argv);
  telemetry::StartLogging(
      {.process = spec.name, .level = config.log_level, .json = !config.log_text});
#ifndef JOINTLY_FAILPOINTS
  if (std::getenv("JOINTLY_FAIL") != nullptr) {
    GiveUp("JOINTLY_FAIL is set, and this binary has no failpoints: unset it", {}, 2);
  }
#endif
  clock = std::make_unique<SystemClock>(std::chrono::seconds(config.clock_offset_seconds));
  began = clock->Monotonic();
  ids = std::make_unique<IdSource>(*clock, rng);
}

void Process::State::OpenDatabase() {
  std::vector<db::MigrationSet> migrations = {{"kernel", &bus::KernelMigrations()}};
  migrations.insert(migrations.end(), spec.migrations.begin(), spec.migrations.end());
  const db::Options options{.url = config.database,
                            .connections = config.database_connections,
                            .schema = config.database_schema};
  const bool server = config.database.starts_with("postgresql://");
  const auto deadline = clock->Monotonic() + (server ? kServerPatience : kFilePatience);
  const std::string shown = config::MaskPassword(config.database);
  for (bool first = true;; first = false) {
    absl::Status status;
    auto opened = db::Open(options);
    if (opened.ok()) {
      status = (*opened)->Migrate(migrations, *clock);
      if (status.ok()) {
        database = *std::move(opened);
        return;
      }
    } else {
      status = opened.status();
    }
    const telemetry::Fields fields = {{"database", shown}, {"error", MessageOf(status)}};
    if (SignalPending()) GiveUp("stopped while waiting for the database", fields, 1);
    if (status.code() != absl::StatusCode::kUnavailable || clock->Monotonic() >= deadline) {
      GiveUp("the database cannot be used", fields, 1);
    }
    if (first) telemetry::Warning("waiting for the database", fields);
    std::this_thread::sleep_for(kDatabaseRetry);
  }
}

void Process::State::MakeKeys() {
  keys = LoadKeys(config);
  for (const std::string& problem : keys.problems) telemetry::Error(problem);
  if (!keys.problems.empty()) GiveUp("the keys cannot be used", {}, 2);
  KeepRepliesUnder(ReplyKeyOf(keys));
  peers = std::make_unique<Peers>(
      config.peers,
      std::make_shared<ServiceTokens>(*keys.signing, spec.name, config.deployment, *clock));
  verifier = std::make_unique<auth::Verifier>(
      auth::VerifierOptions{.deployment = config.deployment,
                            .fetch_user_keys = [this] { return FetchUserKeys(); },
                            .service_keys = keys.services},
      *clock);
}

absl::StatusOr<std::vector<auth::PublicKey>> Process::State::FetchUserKeys() {
  auth::FetchKeys supplied;
  {
    const std::lock_guard lock(fetch_mutex);
    supplied = fetch_user_keys;
  }
  if (supplied != nullptr) return supplied();
  grpc::ClientContext context;
  peers->Prepare(context, kKeySetTimeout);
  // identity may have started a moment after us: its channel then waits for its next try.
  context.set_wait_for_ready(true);
  jointly::identity::v1::KeySet set;
  RETURN_IF_ERROR(FromGrpc(jointly::identity::v1::Identity::NewStub(peers->To("identity"))
                               ->GetKeySet(&context, {}, &set)));
  return FromProto(set);
}

Process::Process(int argc, char** argv, ProcessSpec spec)
    : state_(std::make_unique<State>(std::move(spec))) {
  BlockSignals();
  mallopt(M_ARENA_MAX, kArenasMax);
  State& state = *state_;
  state.LoadConfiguration(argc, argv);
  state.MakeKeys();
  state.OpenDatabase();
  const absl::Status loaded = LoadTokenFloors(*state.database, *state.clock, *state.verifier);
  if (!loaded.ok()) {
    GiveUp("the revoked tokens cannot be read", {{"error", MessageOf(loaded)}}, 1);
  }
  state.outbox = std::make_unique<bus::Outbox>(state.spec.name, state.config.deployment,
                                               *state.clock, *state.ids);
  state.runtime =
      std::make_unique<Runtime>(RuntimeOptions{.service = state.spec.name,
                                               .listen_address = state.config.listen_address,
                                               .pool_threads = state.config.pool_threads,
                                               .pool_queue = state.config.pool_queue},
                                *state.verifier, *state.clock, *state.ids, state.rng);
}

Process::~Process() = default;

const config::Common& Process::config() const { return state_->config; }
const Clock& Process::clock() const { return *state_->clock; }
Rng& Process::rng() { return state_->rng; }
IdSource& Process::ids() { return *state_->ids; }
db::Database& Process::database() { return *state_->database; }
bus::Outbox& Process::outbox() { return *state_->outbox; }
auth::Verifier& Process::verifier() { return *state_->verifier; }
Runtime& Process::runtime() { return *state_->runtime; }
int Process::port() const { return state_->port; }

const auth::SecretKey& Process::master_key() const {
  if (!state_->keys.master.has_value()) {
    GiveUp("master-key-file is missing: this service keeps personal data, sealed with it", {}, 2);
  }
  return *state_->keys.master;
}

void Process::SupplyUserKeys(auth::FetchKeys fetch) {
  const std::lock_guard lock(state_->fetch_mutex);
  state_->fetch_user_keys = std::move(fetch);
}

std::shared_ptr<grpc::Channel> Process::Peer(const std::string& service) {
  return state_->peers->To(service);
}

void Process::Prepare(grpc::ClientContext& context, std::chrono::milliseconds timeout) {
  state_->peers->Prepare(context, timeout);
}

void Process::Every(std::chrono::milliseconds interval, std::function<void()> work) {
  state_->tasks.push_back(std::make_unique<Task>(interval, std::move(work)));
}

void Process::Nudge() {
  if (!state_->tasks.empty()) state_->tasks.front()->Nudge();
}

}  // namespace jointly::rpc
