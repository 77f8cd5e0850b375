#include "common/bus/inbox.h"

#include <map>

#include "common/bus/envelope.h"
#include "common/error/macros.h"

namespace jointly::bus {
namespace {

db::TextList Ids(const std::vector<std::string>& message_ids) { return {message_ids}; }

// One query per type: a list of pairs has no portable form.
std::map<std::string, db::TextList> IdsByType(const std::vector<AggregateKey>& keys) {
  std::map<std::string, db::TextList> ids;
  for (const AggregateKey& key : keys) ids[key.type].values.push_back(key.id);
  return ids;
}

InboxRow FromRow(const db::Row& row) {
  return {.message_id = row.Text("message_id"),
          .aggregate_type = row.Text("aggregate_type"),
          .aggregate_id = row.Text("aggregate_id"),
          .revision = row.Int("revision"),
          .event_type = row.Text("event_type"),
          .headers = row.Text("headers"),
          .body = row.Bytes("body"),
          .status = row.Text("status"),
          .attempts = row.Int("attempts"),
          .deaths = row.Int("deaths"),
          .late = row.Bool("late")};
}

}  // namespace

void InsertMessage(db::Tx& tx, const Message& message, Time now) {
  // One statement per message and no look-up before it: a batch costs one round trip.
  tx.Execute(R"sql(
      INSERT INTO inbox (message_id, part, aggregate_type, aggregate_id, revision, event_type,
                         headers, body, status, next_time, receive_time)
      SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT),
             CAST($5 AS BIGINT), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS {blob}),
             CASE WHEN CAST($5 AS BIGINT) = last.revision + 1 THEN 'ready' ELSE 'waiting' END,
             CAST($9 AS BIGINT), CAST($9 AS BIGINT)
        FROM (SELECT COALESCE((SELECT last_revision FROM applied
                                WHERE aggregate_type = $3 AND aggregate_id = $4), 0)
                     AS revision) AS last
       WHERE CAST($5 AS BIGINT) > last.revision
      ON CONFLICT (message_id) DO NOTHING)sql",
             {message.message_id, SlotOf(message.aggregate_type, message.aggregate_id),
              message.aggregate_type, message.aggregate_id, message.revision, message.event_type,
              EncodeHeaders(message.headers), db::Blob{message.body}, now});
}

absl::StatusOr<std::vector<InboxRow>> FindDue(db::Tx& tx, Time now, WorkShare share, int limit) {
  // The waiting revisions right behind a ready one come along, so that a busy aggregate advances by
  // a batch and not by one revision per transaction.
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT w.message_id, w.aggregate_type, w.aggregate_id, w.revision, w.event_type, w.headers,
             w.body, w.status, w.attempts, w.deaths, w.late
        FROM (SELECT aggregate_type, aggregate_id, revision
                FROM inbox
               WHERE status = 'ready' AND next_time <= $1
                 AND part % CAST($2 AS BIGINT) = CAST($3 AS BIGINT)
               ORDER BY next_time
               LIMIT $4) AS head
        JOIN inbox AS w
          ON w.aggregate_type = head.aggregate_type AND w.aggregate_id = head.aggregate_id
         AND w.revision >= head.revision AND w.revision < head.revision + CAST($4 AS BIGINT)
       WHERE w.status = 'waiting' OR (w.status = 'ready' AND w.next_time <= $1)
       ORDER BY w.aggregate_type, w.aggregate_id, w.revision, w.message_id
       LIMIT $4)sql",
                                                 {now, share.workers, share.worker, limit}));
  std::vector<InboxRow> found;
  found.reserve(rows.size());
  for (const db::Row& row : rows) found.push_back(FromRow(row));
  return found;
}

void CountRuns(db::Tx& tx, const std::vector<std::string>& message_ids) {
  tx.Execute(R"sql(
      UPDATE inbox SET attempts = attempts + 1, deaths = deaths + 1
       WHERE message_id {any $1})sql",
             {Ids(message_ids)});
}

void TakeBackRuns(db::Tx& tx, const std::vector<std::string>& message_ids) {
  if (message_ids.empty()) return;
  tx.Execute(R"sql(
      UPDATE inbox SET attempts = attempts - 1, deaths = deaths - 1
       WHERE message_id {any $1} AND deaths > 0)sql",
             {Ids(message_ids)});
}

void RecordFailure(db::Tx& tx, const std::string& message_id, std::string_view error, Time next) {
  tx.Execute(R"sql(
      UPDATE inbox SET deaths = deaths - 1, error = $2, next_time = $3 WHERE message_id = $1)sql",
             {message_id, error, next});
}

void RecordParked(db::Tx& tx, const std::string& message_id, std::string_view error) {
  tx.Execute("UPDATE inbox SET status = 'parked', error = $2 WHERE message_id = $1",
             {message_id, error});
}

void CreateApplied(db::Tx& tx, const AggregateKey& key) {
  tx.Execute(R"sql(
      INSERT INTO applied (aggregate_type, aggregate_id, last_revision) VALUES ($1, $2, 0)
      ON CONFLICT (aggregate_type, aggregate_id) DO NOTHING)sql",
             {key.type, key.id});
}

absl::StatusOr<std::vector<std::int64_t>> LockApplied(db::Tx& tx,
                                                      const std::vector<AggregateKey>& keys) {
  std::map<AggregateKey, std::int64_t> found;
  for (const auto& [type, ids] : IdsByType(keys)) {
    // In one order everywhere, so that two who lock several do not wait for each other.
    ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
        SELECT aggregate_id, last_revision FROM applied
         WHERE aggregate_type = $1 AND aggregate_id {any $2}
         ORDER BY aggregate_id {for_update})sql",
                                                   {type, ids}));
    for (const db::Row& row : rows) {
      found[{type, row.Text("aggregate_id")}] = row.Int("last_revision");
    }
  }
  std::vector<std::int64_t> revisions;
  revisions.reserve(keys.size());
  for (const AggregateKey& key : keys) revisions.push_back(found[key]);
  return revisions;
}

absl::StatusOr<std::vector<AggregateKey>> FindInInbox(db::Tx& tx,
                                                      const std::vector<AggregateKey>& keys) {
  std::vector<AggregateKey> found;
  for (const auto& [type, ids] : IdsByType(keys)) {
    ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
        SELECT DISTINCT aggregate_id FROM inbox
         WHERE aggregate_type = $1 AND aggregate_id {any $2})sql",
                                                   {type, ids}));
    for (const db::Row& row : rows) found.push_back({type, row.Text("aggregate_id")});
  }
  return found;
}

absl::StatusOr<bool> LockLate(db::Tx& tx, const std::string& message_id) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT message_id FROM inbox
       WHERE message_id = $1 AND status = 'ready' AND late = 1 {for_update})sql",
                                                 {message_id}));
  return !rows.empty();
}

void SetApplied(db::Tx& tx, const AggregateKey& key, std::int64_t revision) {
  tx.Execute(R"sql(
      INSERT INTO applied (aggregate_type, aggregate_id, last_revision) VALUES ($1, $2, $3)
      ON CONFLICT (aggregate_type, aggregate_id)
      DO UPDATE SET last_revision = excluded.last_revision)sql",
             {key.type, key.id, revision});
}

void AdvanceApplied(db::Tx& tx, const AggregateKey& key, std::int64_t revision, Time now) {
  SetApplied(tx, key, revision);
  // By revision, not by id: a duplicate under another id has had its effect as well. What was
  // parked stays until an operator decides.
  tx.Execute(R"sql(
      DELETE FROM inbox
       WHERE aggregate_type = $1 AND aggregate_id = $2 AND revision <= $3
         AND status <> 'parked' AND late = 0)sql",
             {key.type, key.id, revision});
  tx.Execute(R"sql(
      UPDATE inbox SET status = 'ready', next_time = $4
       WHERE aggregate_type = $1 AND aggregate_id = $2 AND revision = $3
         AND status = 'waiting')sql",
             {key.type, key.id, revision + 1, now});
}

void DeleteMessage(db::Tx& tx, const std::string& message_id) {
  tx.Execute("DELETE FROM inbox WHERE message_id = $1", {message_id});
}

absl::StatusOr<std::vector<std::string>> FindOverlooked(db::Tx& tx, int limit) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT w.message_id
        FROM inbox AS w
        LEFT JOIN applied AS a
          ON a.aggregate_type = w.aggregate_type AND a.aggregate_id = w.aggregate_id
       WHERE w.status = 'waiting' AND w.revision <= COALESCE(a.last_revision, 0) + 1
       LIMIT $1)sql",
                                                 {limit}));
  std::vector<std::string> found;
  for (const db::Row& row : rows) found.push_back(row.Text("message_id"));
  return found;
}

void MakeWaiting(db::Tx& tx, const std::vector<std::string>& message_ids) {
  if (message_ids.empty()) return;
  tx.Execute("UPDATE inbox SET status = 'waiting' WHERE message_id {any $1} AND status = 'ready'",
             {Ids(message_ids)});
}

void MakeReady(db::Tx& tx, const std::vector<std::string>& message_ids, Time now) {
  tx.Execute(R"sql(
      UPDATE inbox SET status = 'ready', next_time = $2
       WHERE message_id {any $1} AND status = 'waiting')sql",
             {Ids(message_ids), now});
}

absl::StatusOr<std::vector<Gap>> FindGaps(db::Tx& tx, Time older_than, int limit) {
  // A row of the next revision in any state, parked included, is no gap: it is known.
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT behind.aggregate_type, behind.aggregate_id,
             COALESCE(a.last_revision, 0) AS last_revision
        FROM (SELECT aggregate_type, aggregate_id, MIN(receive_time) AS since
                FROM inbox
               WHERE status = 'waiting'
               GROUP BY aggregate_type, aggregate_id
              HAVING MIN(receive_time) <= $1) AS behind
        LEFT JOIN applied AS a
          ON a.aggregate_type = behind.aggregate_type AND a.aggregate_id = behind.aggregate_id
       WHERE NOT EXISTS (SELECT 1 FROM inbox AS next
                          WHERE next.aggregate_type = behind.aggregate_type
                            AND next.aggregate_id = behind.aggregate_id
                            AND next.revision = COALESCE(a.last_revision, 0) + 1)
       ORDER BY behind.since, behind.aggregate_type, behind.aggregate_id
       LIMIT $2)sql",
                                                 {older_than, limit}));
  std::vector<Gap> gaps;
  for (const db::Row& row : rows) {
    gaps.push_back({.key = {row.Text("aggregate_type"), row.Text("aggregate_id")},
                    .last_revision = row.Int("last_revision")});
  }
  return gaps;
}

void RepairNextTimes(db::Tx& tx, Time now, std::chrono::milliseconds horizon) {
  tx.Execute("UPDATE inbox SET next_time = $1 WHERE status = 'ready' AND next_time > $2",
             {now, now + horizon});
}

absl::StatusOr<Message> ToMessage(InboxRow row) {
  ASSIGN_OR_RETURN(Headers headers, DecodeHeaders(row.headers));
  return ParseMessage(std::move(headers), std::move(row.body));
}

}  // namespace jointly::bus
