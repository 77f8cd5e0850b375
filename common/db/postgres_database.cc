#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "common/db/backoff.h"
#include "common/db/engines.h"
#include "common/db/metrics.h"
#include "common/db/postgres_pool.h"
#include "common/db/postgres_transaction.h"
#include "common/error/macros.h"
#include "common/telemetry/log.h"

namespace jointly::db {
namespace {

constexpr std::chrono::seconds kLeadTimeout{2};
// A leader looks twice a second; one that is stopped or stuck gives way after this.
constexpr std::string_view kLoseWhenIdle = "SET idle_session_timeout = '5s'";

// Session locks on a connection of their own: they are lost with it, never with a command's.
class Leadership {
 public:
  explicit Leadership(PostgresTarget target) : target_(std::move(target)) {}

  bool TryLead(std::int64_t key) {
    const std::lock_guard lock(mutex_);
    if (StillLeadsLocked(key)) return true;
    if (connection_ == nullptr) {
      auto connected = PostgresConnection::Connect(target_, Patience());
      if (!connected.ok()) return false;
      connection_ = *std::move(connected);
      Ask(kLoseWhenIdle, {});
      if (connection_ == nullptr) return false;
    }
    const Rows rows = Ask("SELECT pg_try_advisory_lock($1) AS held", {InSchema(key)});
    if (rows.empty() || !rows.front().Bool("held")) return false;
    held_.insert(key);
    return true;
  }

  bool StillLeads(std::int64_t key) {
    const std::lock_guard lock(mutex_);
    return StillLeadsLocked(key);
  }

 private:
  static std::chrono::steady_clock::time_point Patience() {
    return std::chrono::steady_clock::now() + kLeadTimeout;
  }

  // A session that answers still has its locks.
  bool StillLeadsLocked(std::int64_t key) {
    return held_.contains(key) && !Ask("SELECT 1 AS alive", {}).empty();
  }

  // Advisory locks are the whole database's: schemas that share it must not meet.
  std::int64_t InSchema(std::int64_t key) const {
    std::uint64_t hash = 14695981039346656037U;  // FNV-1a.
    for (const char c : target_.schema) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    }
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(key) ^ hash);
  }

  Rows Ask(std::string_view sql, const Values& parameters) {
    connection_->Send(sql, parameters);
    Segment segment = connection_->Receive(Patience());
    if (segment.status.ok()) return std::move(segment.rows);
    telemetry::Warning("leadership is lost with its connection",
                       {{"error", MessageOf(segment.status)}});
    held_.clear();
    connection_.reset();
    return Rows();
  }

  PostgresTarget target_;
  std::mutex mutex_;
  std::unique_ptr<PostgresConnection> connection_;
  std::set<std::int64_t> held_;
};

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(PostgresTarget target, int connections)
      : pool_(target, connections), leadership_(std::move(target)) {}

  bool is_postgres() const override { return true; }
  bool TryLead(std::int64_t key) override { return leadership_.TryLead(key); }
  bool StillLeads(std::int64_t key) override { return leadership_.StillLeads(key); }

 protected:
  absl::Status Run(const std::function<absl::Status(Tx&)>& body, const TransactOptions& options,
                   bool read_only) override;

 private:
  struct Attempt {
    absl::Status status;
    Fault fault = Fault::kNone;
    std::vector<std::function<void()>> after_commit;
  };
  absl::StatusOr<Attempt> Try(const std::function<absl::Status(Tx&)>& body,
                              PostgresPool::Deadline deadline, bool read_only);

  DatabaseMetrics metrics_;
  PostgresPool pool_;
  Leadership leadership_;
};

absl::StatusOr<PostgresDatabase::Attempt> PostgresDatabase::Try(
    const std::function<absl::Status(Tx&)>& body, PostgresPool::Deadline deadline, bool read_only) {
  ASSIGN_OR_RETURN(PostgresPool::Lease lease, pool_.Acquire(deadline));
  Attempt attempt;
  {
    PostgresTx tx(*lease, read_only, deadline);
    attempt.status = body(tx);
    if (attempt.status.ok()) attempt.status = tx.Commit();
    tx.Rollback();
    attempt.fault = tx.fault();
    if (!tx.failure().ok()) attempt.status = tx.failure();
    attempt.after_commit = tx.TakeAfterCommit();
  }
  if (attempt.fault == Fault::kStale) lease.GiveUp();
  return attempt;
}

absl::Status PostgresDatabase::Run(const std::function<absl::Status(Tx&)>& body,
                                   const TransactOptions& options, bool read_only) {
  const PostgresPool::Deadline deadline = DeadlineOf(options);
  const ScopeTimer timer(read_only ? metrics_.reads : metrics_.writes);
  Backoff backoff(deadline);
  while (true) {
    ASSIGN_OR_RETURN(const Attempt attempt, Try(body, deadline, read_only));
    const bool again = attempt.fault == Fault::kContention || attempt.fault == Fault::kStale ||
                       attempt.fault == Fault::kLost;
    if (again && backoff.Again()) {
      metrics_.retries.Add();
      continue;
    }
    if (attempt.status.ok()) {
      for (const auto& action : attempt.after_commit) action();
    }
    return attempt.status;
  }
}

// A plain name, because it goes into SQL and into a connection option unquoted.
bool IsSchemaName(std::string_view name) {
  if (name.size() > 63) return false;
  for (const char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return name.empty() || (name[0] >= 'a' && name[0] <= 'z');
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenPostgres(const Options& options) {
  if (!IsSchemaName(options.schema)) {
    return InvalidArgument(kInvalidArgument,
                           "a schema name is of lower case letters, digits and underscores");
  }
  char* message = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(options.url.c_str(), &message);
  if (parsed == nullptr) {
    // The message quotes the URL, which may hold a password.
    PQfreemem(message);
    return InvalidArgument(kInvalidArgument,
                           "the database URL is not postgresql://user@host:port/name");
  }
  PQconninfoFree(parsed);
  // Nothing connects before the first transaction, so a service can start while its database is
  // down, and says so in its health.
  return std::make_unique<PostgresDatabase>(
      PostgresTarget{.url = options.url, .schema = options.schema}, options.connections);
}

}  // namespace jointly::db
