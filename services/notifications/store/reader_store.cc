#include "services/notifications/store/reader_store.h"

#include "common/error/macros.h"

namespace jointly::notifications::store {

void SaveReader(db::Tx& tx, const Reader& reader) {
  tx.Execute(R"sql(
      INSERT INTO reader (person, language, time_zone, institution, state, revision)
      VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (person) DO UPDATE
         SET language = excluded.language, time_zone = excluded.time_zone,
             institution = excluded.institution, state = excluded.state,
             revision = excluded.revision)sql",
             {reader.person, reader.language, reader.zone, reader.institution, reader.state,
              reader.revision});
  tx.Execute("DELETE FROM reader_role WHERE person = $1", {reader.person});
  for (const Reader::Role& role : reader.roles) {
    tx.Execute(R"sql(
        INSERT INTO reader_role (person, role, scope) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING)sql",
               {reader.person, role.role, role.scope});
  }
}

absl::StatusOr<std::optional<Reader>> LoadReader(db::Tx& tx, const std::string& person) {
  ASSIGN_OR_RETURN(const auto rows, tx.Query(R"sql(
      SELECT person, language, time_zone, institution, state, revision
        FROM reader WHERE person = $1)sql",
                                             {person}));
  if (rows.empty()) return std::nullopt;
  const db::Row& row = rows.front();
  Reader reader{.person = row.Text("person"),
                .language = row.Text("language"),
                .zone = row.Text("time_zone"),
                .institution = row.Text("institution"),
                .state = row.Text("state"),
                .revision = row.Int("revision")};
  ASSIGN_OR_RETURN(
      const auto roles,
      tx.Query("SELECT role, scope FROM reader_role WHERE person = $1 ORDER BY role, scope",
               {person}));
  for (const db::Row& role : roles) reader.roles.push_back({role.Text("role"), role.Text("scope")});
  return reader;
}

absl::StatusOr<std::vector<Recipient>> HoldersOf(db::Tx& tx, const std::string& role,
                                                 const std::string& institution,
                                                 const std::string& unit) {
  db::TextList scopes{{institution, "*"}};
  if (!unit.empty()) scopes.values.push_back(unit);
  ASSIGN_OR_RETURN(const auto rows, tx.Query(R"sql(
      SELECT DISTINCT reader.person, reader.time_zone
        FROM reader_role
        JOIN reader ON reader.person = reader_role.person
       WHERE reader_role.role = $1 AND reader_role.scope {any $2} AND reader.state = 'active'
       ORDER BY reader.person)sql",
                                             {role, scopes}));
  std::vector<Recipient> out;
  for (const db::Row& row : rows) out.push_back({row.Text("person"), row.Text("time_zone")});
  return out;
}

absl::StatusOr<std::vector<Recipient>> PersonAsRecipient(db::Tx& tx, const std::string& person) {
  ASSIGN_OR_RETURN(const auto rows,
                   tx.Query("SELECT time_zone, state FROM reader WHERE person = $1", {person}));
  if (rows.empty()) return std::vector<Recipient>{{.person = person}};
  if (rows.front().Text("state") != "active") return std::vector<Recipient>{};
  return std::vector<Recipient>{{.person = person, .zone = rows.front().Text("time_zone")}};
}

void SaveUnclaimed(db::Tx& tx, const Unclaimed& message) {
  tx.Execute(R"sql(
      INSERT INTO unclaimed (source, role, scope, kind, subject, parameters, email, event_time)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT DO NOTHING)sql",
             {message.source, message.role, message.scope, message.kind, message.subject,
              EncodeParameters(message.parameters), message.email, message.event_time});
}

namespace {

// A message to a unit waits for its institution's too, and either takes it from the other.
void Forget(db::Tx& tx, const Reader::Role& role, const std::string& source) {
  const std::string institution = role.scope.substr(0, role.scope.find("/units/"));
  tx.Execute(R"sql(
      DELETE FROM unclaimed
       WHERE role = $1 AND source = $2 AND (scope = $3 OR scope = $4 OR scope LIKE $5))sql",
             {role.role, source, role.scope, institution, role.scope + "/units/%"});
}

}  // namespace

absl::StatusOr<std::vector<Unclaimed>> Claim(db::Tx& tx, const std::vector<Reader::Role>& roles,
                                             Time oldest) {
  std::vector<Unclaimed> out;
  for (const Reader::Role& role : roles) {
    tx.Execute("DELETE FROM unclaimed WHERE role = $1 AND scope = $2 AND event_time < $3",
               {role.role, role.scope, oldest});
    ASSIGN_OR_RETURN(const auto rows, tx.Query(R"sql(
        SELECT source, role, scope, kind, subject, parameters, email, event_time
          FROM unclaimed WHERE role = $1 AND scope = $2
         ORDER BY event_time, source
         {for_update})sql",
                                               {role.role, role.scope}));
    for (const db::Row& row : rows) {
      out.push_back({.source = row.Text("source"),
                     .role = row.Text("role"),
                     .scope = row.Text("scope"),
                     .kind = row.Text("kind"),
                     .subject = row.Text("subject"),
                     .parameters = DecodeParameters(row.Text("parameters")),
                     .email = row.Bool("email"),
                     .event_time = row.At("event_time")});
    }
    for (const db::Row& row : rows) Forget(tx, role, row.Text("source"));
  }
  return out;
}

}  // namespace jointly::notifications::store
