#include "services/identity/store/session_store.h"

#include "common/error/macros.h"

namespace jointly::identity::store {

// An ended session is kept for a while, so that its tokens are told from forged ones in the logs.
constexpr std::chrono::hours kEndedSessionLife{24 * 7};

absl::StatusOr<std::optional<Session>> LockSession(db::Tx& tx, const std::string& id) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT session.id, session.person, session.generation, session.token_hash,
             session.create_time, session.refresh_time, session.end_time
        FROM person JOIN session ON session.person = person.id
       WHERE session.id = $1 {for_update})sql",
                                                 {id}));
  if (rows.empty()) return std::nullopt;
  const db::Row& row = rows.front();
  return Session{.id = row.Text("id"),
                 .person = row.Text("person"),
                 .generation = row.Int("generation"),
                 .token_hash = row.Text("token_hash"),
                 .create_time = row.At("create_time"),
                 .refresh_time = row.At("refresh_time"),
                 .end_time = row.MaybeAt("end_time")};
}

void InsertSession(db::Tx& tx, const Session& session) {
  tx.Execute(R"sql(
      INSERT INTO session (id, person, generation, token_hash, create_time, refresh_time, end_time)
      VALUES ($1, $2, $3, $4, $5, $6, $7))sql",
             {session.id, session.person, session.generation, session.token_hash,
              session.create_time, session.refresh_time, session.end_time});
}

void SaveSession(db::Tx& tx, const Session& session) {
  tx.Execute(
      R"sql(
      UPDATE session SET generation = $2, token_hash = $3, refresh_time = $4, end_time = $5
       WHERE id = $1)sql",
      {session.id, session.generation, session.token_hash, session.refresh_time, session.end_time});
}

void EndSessions(db::Tx& tx, const std::string& person, const std::string& except, Time now) {
  tx.Execute("UPDATE session SET end_time = $3 WHERE person = $1 AND id <> $2 AND end_time IS NULL",
             {person, except, now});
}

void DeleteSessionsOf(db::Tx& tx, const std::string& person) {
  tx.Execute("DELETE FROM session WHERE person = $1", {person});
}

void SweepSessions(db::Tx& tx, Time now) {
  tx.Execute(R"sql(
      DELETE FROM session WHERE refresh_time < $1 OR create_time < $2 OR end_time < $3)sql",
             {now - kSessionIdleMax, now - kSessionLifeMax, now - kEndedSessionLife});
}

}  // namespace jointly::identity::store
