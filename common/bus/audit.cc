#include "common/auth/cipher.h"
#include "common/bus/operations.h"
#include "common/error/macros.h"

namespace jointly::bus {
namespace {

constexpr int kVerifyPage = 1'000;
// A row younger than this may still have neighbours whose transactions run (SQLite: the group).
constexpr std::chrono::seconds kSealAge{1};

// Where the sealer goes on: after the last sealed row that is still there.
constexpr std::string_view kSqliteUnsealed = R"sql(
    SELECT a.id, a.actor, a.action, a.subject, a.revision, a.from_state, a.to_state, a.request_id,
           a.before_digest, a.after_digest, a.time, a.message_id, a.note
      FROM audit AS a
     WHERE a.id > COALESCE((SELECT MAX(audit_id) FROM seal), 0)
     ORDER BY a.id LIMIT $1)sql";

// As in the feed: below the oldest running transaction, in order of (transaction, id).
constexpr std::string_view kPostgresUnsealed = R"sql(
    WITH head AS (
        SELECT a.xid, a.id FROM seal AS s JOIN audit AS a ON a.id = s.audit_id
         ORDER BY s.sequence DESC LIMIT 1)
    SELECT a.id, a.actor, a.action, a.subject, a.revision, a.from_state, a.to_state, a.request_id,
           a.before_digest, a.after_digest, a.time, a.message_id, a.note
      FROM audit AS a
     WHERE (a.xid, a.id) > (COALESCE((SELECT xid FROM head), CAST('0' AS xid8)),
                            COALESCE((SELECT id FROM head), 0))
       AND a.xid < pg_snapshot_xmin(pg_current_snapshot())
       AND NOT EXISTS (SELECT 1 FROM seal WHERE audit_id = a.id)
     ORDER BY a.xid, a.id LIMIT $1)sql";

// Each field with its length before it, so that no two rows have the same text.
std::string Canonical(const db::Row& row) {
  std::string text;
  const auto add = [&](const std::string& field) {
    text += std::to_string(field.size()) + ":" + field + ",";
  };
  add(std::to_string(row.Int("id")));
  for (const char* column : {"actor", "action", "subject"}) add(row.Text(column));
  add(std::to_string(row.Int("revision")));
  for (const char* column :
       {"from_state", "to_state", "request_id", "before_digest", "after_digest"}) {
    add(row.Text(column));
  }
  add(std::to_string(row.Int("time")));
  for (const char* column : {"message_id", "note"}) add(row.Text(column));
  return text;
}

struct Head {
  std::int64_t sequence = 0;
  std::string hash;
};

struct Walk {
  Head head;
  std::int64_t bad_sequence = 0;
  std::string finding;
};

// Checks one link; says what is wrong with it.
std::string Judge(const db::Row& row, const Head& head) {
  if (row.Int("sequence") != head.sequence + 1) return "the link is missing from the chain";
  if (row.IsNull("id")) {
    return "the audit row " + std::to_string(row.Int("audit_id")) + " is missing";
  }
  if (row.Text("previous_hash") != head.hash) return "the link does not follow its predecessor";
  if (row.Text("hash") != auth::Sha256Hex(head.hash + Canonical(row))) {
    return "the audit row " + std::to_string(row.Int("audit_id")) + " is not what was sealed";
  }
  return std::string();
}

absl::StatusOr<Walk> WalkChain(db::Database& database) {
  Walk walk;
  for (;;) {
    ASSIGN_OR_RETURN(const db::Rows rows, database.Read([&](db::Tx& tx) {
      return tx.Query(R"sql(
          SELECT s.sequence, s.audit_id, s.previous_hash, s.hash, a.id, a.actor, a.action,
                 a.subject, a.revision, a.from_state, a.to_state, a.request_id, a.before_digest,
                 a.after_digest, a.time, a.message_id, a.note
            FROM seal AS s LEFT JOIN audit AS a ON a.id = s.audit_id
           WHERE s.sequence > $1
           ORDER BY s.sequence LIMIT $2)sql",
                      {walk.head.sequence, kVerifyPage});
    }));
    for (const db::Row& row : rows) {
      walk.finding = Judge(row, walk.head);
      if (!walk.finding.empty()) {
        walk.bad_sequence = walk.head.sequence + 1;
        return walk;
      }
      walk.head = {.sequence = row.Int("sequence"), .hash = row.Text("hash")};
    }
    if (rows.size() < static_cast<std::size_t>(kVerifyPage)) return walk;
  }
}

// Cutting off the chain together with its newest audit rows leaves a chain that verifies. But every
// event was written with an audit row: an event without one shows the cut.
absl::Status FindCut(db::Database& database, Walk& walk) {
  ASSIGN_OR_RETURN(const db::Rows rows, database.Read([](db::Tx& tx) {
    return tx.Query(R"sql(
        SELECT o.message_id FROM outbox AS o LEFT JOIN audit AS a ON a.message_id = o.message_id
         WHERE a.id IS NULL ORDER BY o.id LIMIT 1)sql");
  }));
  if (rows.empty()) return absl::OkStatus();
  walk.bad_sequence = walk.head.sequence + 1;
  walk.finding = "the event " + rows.front().Text("message_id") + " has no audit row: cut off";
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int> SealAudit(db::Database& database, const Clock& clock, int limit) {
  return database.Transact([&](db::Tx& tx) -> absl::StatusOr<int> {
    ASSIGN_OR_RETURN(const db::Rows rows,
                     tx.Query(tx.is_postgres() ? kPostgresUnsealed : kSqliteUnsealed, {limit}));
    if (rows.empty()) return 0;
    ASSIGN_OR_RETURN(const db::Rows last, tx.Query(R"sql(
        SELECT sequence, hash FROM seal ORDER BY sequence DESC LIMIT 1)sql"));
    Head head;
    if (!last.empty()) {
      head = {.sequence = last.front().Int("sequence"), .hash = last.front().Text("hash")};
    }
    const Time now = clock.Now();
    int sealed = 0;
    for (const db::Row& row : rows) {
      // Rows are sealed in order, so a young one ends the round. One from the future (the clock
      // jumped back) is not young.
      const Time time = row.At("time");
      if (time > now - kSealAge && time <= now) break;
      const std::string hash = auth::Sha256Hex(head.hash + Canonical(row));
      tx.Execute(R"sql(
          INSERT INTO seal (sequence, audit_id, previous_hash, hash) VALUES ($1, $2, $3, $4))sql",
                 {head.sequence + 1, row.Int("id"), head.hash, hash});
      head = {.sequence = head.sequence + 1, .hash = hash};
      ++sealed;
    }
    return sealed;
  });
}

absl::StatusOr<pb::VerifyAuditResponse> VerifyAudit(db::Database& database) {
  ASSIGN_OR_RETURN(Walk walk, WalkChain(database));
  if (walk.bad_sequence == 0) RETURN_IF_ERROR(FindCut(database, walk));
  ASSIGN_OR_RETURN(const db::Rows unsealed, database.Read([](db::Tx& tx) {
    return tx.Query(R"sql(
        SELECT COUNT(*) AS count FROM audit AS a
         WHERE NOT EXISTS (SELECT 1 FROM seal AS s WHERE s.audit_id = a.id))sql");
  }));
  pb::VerifyAuditResponse response;
  response.set_verified(walk.head.sequence);
  response.set_unsealed(unsealed.front().Int("count"));
  response.set_first_bad_sequence(walk.bad_sequence);
  response.set_finding(walk.bad_sequence == 0 ? "the chain is whole; head " + walk.head.hash
                                              : walk.finding);
  return response;
}

}  // namespace jointly::bus
