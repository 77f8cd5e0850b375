#include "common/bus/reconcile.h"

#include "common/bus/envelope.h"
#include "common/error/macros.h"
#include "common/telemetry/log.h"

namespace jointly::bus {
namespace {

constexpr int kGapsPerStep = 20;
constexpr int kPageSize = 500;
constexpr std::size_t kRememberedPulls = 10'000;
// Far beyond any retry delay: only a clock that jumped back leaves such a time.
constexpr std::chrono::minutes kNextTimeHorizon{2};

}  // namespace

Reconciler::Reconciler(ReconcileOptions options, db::Database& database, FeedSource& feeds,
                       std::set<std::string> aggregates, const Clock& clock)
    : options_(std::move(options)),
      database_(database),
      feeds_(feeds),
      aggregates_(std::move(aggregates)),
      clock_(clock),
      pulled_(telemetry::GetCounter("jointly_inbox_pulled_total",
                                    "Missing events that were pulled from a producer's feed",
                                    {{"service", options_.service}})) {
  for (const std::string& aggregate : aggregates_) producers_.insert(ProducerOf(aggregate));
}

Reconciler::Outcome Reconciler::Step(bool walk_now, const std::atomic<bool>& stopping) {
  const std::lock_guard lock(mutex_);
  received_ = 0;
  absl::Status first = PullGaps();
  const auto now = clock_.Monotonic();
  if (walk_soon_.exchange(false) || walk_now || now >= next_walk_) {
    next_walk_ = now + options_.every;
    first.Update(database_.Transact([&](db::Tx& tx) -> absl::Status {
      RepairNextTimes(tx, clock_.Now(), kNextTimeHorizon);
      return absl::OkStatus();
    }));
    for (const std::string& producer : producers_) first.Update(Walk(producer, stopping));
  }
  return {.status = first, .received = received_};
}

absl::Status Reconciler::PullGaps() {
  const Time patient = clock_.Now() - options_.gap_patience;
  ASSIGN_OR_RETURN(const auto gaps,
                   database_.Read([&](db::Tx& tx) { return FindGaps(tx, patient, kGapsPerStep); }));
  absl::Status first;
  const auto now = clock_.Monotonic();
  if (next_pull_.size() > kRememberedPulls) next_pull_.clear();
  for (const Gap& gap : gaps) {
    auto& next = next_pull_[gap.key];
    if (now < next) continue;
    next = now + options_.gap_patience * 2;
    first.Update(PullGap(gap));
  }
  if (gaps.empty()) next_pull_.clear();
  return first;
}

absl::Status Reconciler::PullGap(const Gap& gap) {
  const std::string producer = ProducerOf(gap.key.type);
  ASSIGN_OR_RETURN(const FeedPage page,
                   feeds_.List(producer, {.page_size = kPageSize,
                                          .aggregate_type = gap.key.type,
                                          .aggregate_id = gap.key.id,
                                          .after_revision = gap.last_revision}));
  telemetry::Info("missing events are pulled from their producer",
                  {{"service", options_.service},
                   {"producer", producer},
                   {"aggregate", gap.key.type + "/" + gap.key.id},
                   {"after_revision", gap.last_revision},
                   {"events", page.events.size()}});
  pulled_.Add(static_cast<double>(page.events.size()));
  received_ += static_cast<int>(page.events.size());
  return database_.Transact([&](db::Tx& tx) -> absl::Status {
    for (const Message& message : page.events) InsertMessage(tx, message, clock_.Now());
    return absl::OkStatus();
  });
}

absl::StatusOr<std::string> Reconciler::CursorOf(const std::string& producer) {
  ASSIGN_OR_RETURN(const db::Rows rows, database_.Read([&](db::Tx& tx) {
    return tx.Query("SELECT cursor_text FROM feed_cursor WHERE producer = $1", {producer});
  }));
  return rows.empty() ? std::string() : rows.front().Text("cursor_text");
}

absl::Status Reconciler::Walk(const std::string& producer, const std::atomic<bool>& stopping) {
  ASSIGN_OR_RETURN(std::string cursor, CursorOf(producer));
  while (!stopping.load()) {
    ASSIGN_OR_RETURN(const FeedPage page,
                     feeds_.List(producer, {.cursor = cursor, .page_size = kPageSize}));
    if (!page.events.empty() || page.next_cursor != cursor) {
      RETURN_IF_ERROR(TakePage(producer, cursor, page));
    }
    received_ += static_cast<int>(page.events.size());
    if (page.at_end || page.next_cursor == cursor) break;
    cursor = page.next_cursor;
  }
  return absl::OkStatus();
}

// The cursor moves in the transaction that takes its events in.
absl::Status Reconciler::TakePage(const std::string& producer, const std::string& cursor,
                                  const FeedPage& page) {
  return database_.Transact([&](db::Tx& tx) -> absl::Status {
    const Time now = clock_.Now();
    for (const Message& message : page.events) {
      if (aggregates_.contains(message.aggregate_type)) InsertMessage(tx, message, now);
    }
    if (page.next_cursor != cursor) {
      tx.Execute(R"sql(
          INSERT INTO feed_cursor (producer, cursor_text, walk_time) VALUES ($1, $2, $3)
          ON CONFLICT (producer) DO UPDATE
            SET cursor_text = excluded.cursor_text, walk_time = excluded.walk_time)sql",
                 {producer, page.next_cursor, now});
    }
    return absl::OkStatus();
  });
}

}  // namespace jointly::bus
