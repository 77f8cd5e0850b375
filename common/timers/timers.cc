#include "common/timers/timers.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "common/db/insert.h"
#include "common/error/macros.h"
#include "common/telemetry/log.h"
#include "common/telemetry/metrics.h"

namespace jointly::timers {
namespace {

// The wall clock may jump while we wait, so no wait is longer than this.
constexpr std::chrono::milliseconds kWaitMax{1'000};
constexpr int kBatch = 500;
constexpr std::chrono::seconds kRetryMin{1};
constexpr std::chrono::seconds kRetryMax{300};

// 1 s, 2 s, 4 s ... 5 min.
std::chrono::seconds RetryDelay(std::int64_t attempts) {
  const auto doublings = std::min<std::int64_t>(attempts, 20);
  return std::min(kRetryMin * (std::int64_t{1} << doublings), kRetryMax);
}

struct Due {
  Timer timer;
  std::int64_t attempts = 0;
};

absl::StatusOr<std::vector<Due>> LoadDue(db::Database& database, Time now, int limit) {
  return database.Read([&](db::Tx& tx) -> absl::StatusOr<std::vector<Due>> {
    ASSIGN_OR_RETURN(const auto rows, tx.Query(R"sql(
        SELECT kind, subject, due_time, generation, payload, attempts
          FROM timer
         WHERE due_time <= $1
         ORDER BY due_time, kind, subject
         LIMIT $2)sql",
                                               {now, limit}));
    std::vector<Due> due;
    for (const db::Row& row : rows) {
      due.push_back({.timer = {.kind = row.Text("kind"),
                               .subject = row.Text("subject"),
                               .due = row.At("due_time"),
                               .generation = row.Int("generation"),
                               .payload = row.Text("payload")},
                     .attempts = row.Int("attempts")});
    }
    return due;
  });
}

absl::StatusOr<std::optional<Time>> NextDue(db::Database& database) {
  return database.Read([](db::Tx& tx) -> absl::StatusOr<std::optional<Time>> {
    ASSIGN_OR_RETURN(const auto rows,
                     tx.Query("SELECT due_time FROM timer ORDER BY due_time LIMIT 1"));
    if (rows.empty()) return std::nullopt;
    return rows.front().At("due_time");
  });
}

// Another ticker may have fired it, or somebody moved it, since it was read: then there is no such
// row, or another transaction holds it, and nothing happens.
absl::StatusOr<bool> Take(db::Tx& tx, const Timer& timer, Time now) {
  ASSIGN_OR_RETURN(const auto rows,
                   tx.Query(R"sql(
      SELECT due_time FROM timer
       WHERE kind = $1 AND subject = $2 AND generation = $3 AND due_time = $4 AND due_time <= $5
       {skip_locked})sql",
                            {timer.kind, timer.subject, timer.generation, timer.due, now}));
  if (rows.empty()) return false;
  // Before the handler, which may arm the same timer again.
  Cancel(tx, timer.kind, timer.subject);
  return true;
}

absl::Status Postpone(db::Database& database, const Due& due, Time until) {
  return database.Transact([&](db::Tx& tx) {
    tx.Execute(R"sql(
        UPDATE timer SET attempts = attempts + 1, due_time = $5
         WHERE kind = $1 AND subject = $2 AND generation = $3 AND due_time = $4)sql",
               {due.timer.kind, due.timer.subject, due.timer.generation, due.timer.due, until});
    return absl::OkStatus();
  });
}

}  // namespace

void Arm(db::Tx& tx, const Timer& timer) { ArmAll(tx, {timer}); }

void ArmAll(db::Tx& tx, const std::vector<Timer>& timers) {
  db::Values values;
  for (const Timer& timer : timers) {
    db::AddRow(values, timer.kind, timer.subject, timer.due, timer.generation, timer.payload, 0);
  }
  db::InsertRows(
      tx,
      {.into = "INSERT INTO timer (kind, subject, due_time, generation, payload, attempts)",
       .columns = 6,
       .conflict = "ON CONFLICT (kind, subject) DO UPDATE SET due_time = excluded.due_time, "
                   "generation = excluded.generation, payload = excluded.payload, attempts = 0"},
      std::move(values));
}

void Cancel(db::Tx& tx, const std::string& kind, const std::string& subject) {
  tx.Execute("DELETE FROM timer WHERE kind = $1 AND subject = $2", {kind, subject});
}

struct Ticker::State {
  State(db::Database& d, const Clock& c, std::map<std::string, Handler> h)
      : database(d), clock(c), handlers(std::move(h)) {}

  // Whether it fired; an error is the handler's or the database's.
  absl::StatusOr<bool> Fire(const Timer& timer);
  std::chrono::milliseconds TimeToWait();

  db::Database& database;
  const Clock& clock;
  const std::map<std::string, Handler> handlers;
  telemetry::Counter& fired =
      telemetry::GetCounter("jointly_timers_fired_total", "Timers whose handler committed");
  telemetry::Counter& failed =
      telemetry::GetCounter("jointly_timers_failed_total", "Timers put off after an error");

  std::mutex mutex;
  std::condition_variable changed;
  bool woken = false;
  bool stopping = false;
  std::thread thread;
};

absl::StatusOr<bool> Ticker::State::Fire(const Timer& timer) {
  const auto handler = handlers.find(timer.kind);
  if (handler == handlers.end()) {
    return Internal(kInternal, "no handler for timers of the kind " + timer.kind);
  }
  try {
    return database.Transact([&](db::Tx& tx) -> absl::StatusOr<bool> {
      ASSIGN_OR_RETURN(const bool taken, Take(tx, timer, clock.Now()));
      if (taken) RETURN_IF_ERROR(handler->second(tx, timer));
      return taken;
    });
  } catch (const std::exception& exception) {
    return Internal(kInternal, std::string("a timer's handler threw: ") + exception.what());
  }
}

std::chrono::milliseconds Ticker::State::TimeToWait() {
  const auto next = NextDue(database);
  if (!next.ok() || !next->has_value()) return kWaitMax;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(**next - clock.Now());
  return std::clamp(wait, std::chrono::milliseconds(0), kWaitMax);
}

Ticker::Ticker(db::Database& database, const Clock& clock, std::map<std::string, Handler> handlers)
    : state_(std::make_unique<State>(database, clock, std::move(handlers))) {}

Ticker::~Ticker() { Stop(); }

absl::StatusOr<int> Ticker::Step(int limit) {
  ASSIGN_OR_RETURN(const std::vector<Due> batch,
                   LoadDue(state_->database, state_->clock.Now(), limit));
  int fired = 0;
  for (const Due& due : batch) {
    const absl::StatusOr<bool> result = state_->Fire(due.timer);
    if (result.ok()) {
      if (*result) {
        ++fired;
        state_->fired.Add();
      }
      continue;
    }
    state_->failed.Add();
    telemetry::Warning("a timer failed and is put off", {{"kind", due.timer.kind},
                                                         {"subject", due.timer.subject},
                                                         {"attempts", due.attempts + 1},
                                                         {"reason", ReasonOf(result.status())},
                                                         {"error", MessageOf(result.status())}});
    RETURN_IF_ERROR(
        Postpone(state_->database, due, state_->clock.Now() + RetryDelay(due.attempts)));
  }
  return fired;
}

void Ticker::Start() {
  state_->thread = std::thread([this] {
    std::unique_lock lock(state_->mutex);
    while (!state_->stopping) {
      state_->woken = false;
      lock.unlock();
      const absl::StatusOr<int> fired = Step(kBatch);
      if (!fired.ok()) {
        telemetry::Warning("timers cannot be read", {{"error", MessageOf(fired.status())}});
      }
      // A full batch leaves more that is due; TimeToWait then finds it and does not wait. After an
      // error of the database it waits its longest.
      const std::chrono::milliseconds wait = fired.ok() ? state_->TimeToWait() : kWaitMax;
      lock.lock();
      state_->changed.wait_for(lock, wait, [&] { return state_->woken || state_->stopping; });
    }
  });
}

void Ticker::Wake() {
  const std::lock_guard lock(state_->mutex);
  state_->woken = true;
  state_->changed.notify_one();
}

void Ticker::Stop() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_one();
  }
  if (state_->thread.joinable()) state_->thread.join();
}

}  // namespace jointly::timers
