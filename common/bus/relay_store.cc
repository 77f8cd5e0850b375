#include "common/bus/relay_store.h"

#include <algorithm>

#include "common/bus/envelope.h"
#include "common/error/macros.h"

namespace jointly::bus {
namespace {

absl::StatusOr<PendingEvent> FromRow(const db::Row& row) {
  PendingEvent event;
  event.id = row.Int("id");
  event.aggregate_type = row.Text("aggregate_type");
  event.create_time = row.At("create_time");
  Message message;
  message.message_id = row.Text("message_id");
  message.event_type = row.Text("event_type");
  message.time = event.create_time;
  ASSIGN_OR_RETURN(message.headers, DecodeHeaders(row.Text("headers")));
  message.body = row.Bytes("body");
  event.body_bytes = message.body.size();
  event.wire = ToWire(std::move(message));
  return event;
}

}  // namespace

absl::StatusOr<std::vector<PendingEvent>> RelayStore::Fetch(Time now,
                                                            const std::vector<std::int64_t>& known,
                                                            int limit) {
  db::TextList ids;
  for (const std::int64_t id : known) ids.values.push_back(std::to_string(id));
  ASSIGN_OR_RETURN(const db::Rows rows, database_.Read([&](db::Tx& tx) {
    return tx.Query(R"sql(
        SELECT id, message_id, aggregate_type, event_type, headers, body, create_time
          FROM outbox
         WHERE publish_time IS NULL AND retry_time <= $1
           AND part % CAST($2 AS BIGINT) = CAST($3 AS BIGINT)
           AND NOT (CAST(id AS TEXT) {any $4})
         ORDER BY id
         LIMIT $5)sql",
                    {now, partitions_, partition_, ids, limit});
  }));
  std::vector<PendingEvent> events;
  events.reserve(rows.size());
  for (const db::Row& row : rows) {
    ASSIGN_OR_RETURN(PendingEvent event, FromRow(row));
    events.push_back(std::move(event));
  }
  return events;
}

absl::Status RelayStore::MarkPublished(std::vector<std::int64_t> ids, Time now) {
  std::sort(ids.begin(), ids.end());
  return database_.Transact([&](db::Tx& tx) -> absl::Status {
    // Confirmed ids mostly follow each other: one statement per run of them.
    for (std::size_t first = 0; first < ids.size();) {
      std::size_t last = first;
      while (last + 1 < ids.size() && ids[last + 1] == ids[last] + 1) ++last;
      tx.Execute(R"sql(
          UPDATE outbox SET publish_time = $1
           WHERE id >= $2 AND id <= $3 AND publish_time IS NULL)sql",
                 {now, ids[first], ids[last]});
      first = last + 1;
    }
    return absl::OkStatus();
  });
}

absl::Status RelayStore::Postpone(const std::vector<std::int64_t>& nacked,
                                  const std::vector<PendingEvent>& unroutable,
                                  const PostponeOptions& options) {
  return database_.Transact([&](db::Tx& tx) -> absl::Status {
    for (const std::int64_t id : nacked) {
      tx.Execute(R"sql(
          UPDATE outbox SET attempts = attempts + 1, retry_time = $2, last_error = 'nack'
           WHERE id = $1)sql",
                 {id, options.now + options.nack});
    }
    for (const PendingEvent& event : unroutable) {
      // The first retry is quick: declaring the topology again usually heals it.
      tx.Execute(R"sql(
          UPDATE outbox
             SET retry_time = CASE WHEN last_error = 'unroutable' THEN CAST($2 AS BIGINT)
                                   ELSE CAST($3 AS BIGINT) END,
                 attempts = attempts + 1, last_error = 'unroutable'
           WHERE id = $1)sql",
                 {event.id, options.now + options.unroutable,
                  options.now + std::min(options.unroutable, options.nack)});
    }
    return absl::OkStatus();
  });
}

absl::Status RelayStore::RepairRetryTimes(Time now, std::chrono::milliseconds horizon) {
  ASSIGN_OR_RETURN(const db::Rows far, database_.Read([&](db::Tx& tx) {
    return tx.Query(R"sql(
        SELECT id FROM outbox WHERE publish_time IS NULL AND retry_time > $1 LIMIT 1)sql",
                    {now + horizon});
  }));
  if (far.empty()) return absl::OkStatus();
  return database_.Transact([&](db::Tx& tx) -> absl::Status {
    tx.Execute(R"sql(
        UPDATE outbox SET retry_time = $1 WHERE publish_time IS NULL AND retry_time > $2)sql",
               {now, now + horizon});
    return absl::OkStatus();
  });
}

absl::StatusOr<std::int64_t> RelayStore::Backlog() {
  ASSIGN_OR_RETURN(const db::Rows rows, database_.Read([](db::Tx& tx) {
    return tx.Query(R"sql(
        SELECT COALESCE(MAX(id) - MIN(id) + 1, 0) AS span
          FROM outbox WHERE publish_time IS NULL)sql");
  }));
  return rows.front().Int("span");
}

}  // namespace jointly::bus
