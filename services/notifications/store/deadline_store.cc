#include "services/notifications/store/deadline_store.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "common/error/macros.h"

namespace jointly::notifications::store {
namespace {

using deadlines::Deadline;
using deadlines::Severity;
using deadlines::State;

constexpr std::string_view kSelect = R"sql(
    SELECT id, generation, kind, subject, due_date, due_clock, time_zone, due_time, severity, state,
           basis, rationale, parameters, list_key
      FROM deadline)sql";

Severity ParseSeverity(std::string_view name) {
  for (const Severity severity : {Severity::kStatutory, Severity::kAgreement, Severity::kLocal}) {
    if (deadlines::Name(severity) == name) return severity;
  }
  return Severity::kCourtesy;
}

State ParseState(std::string_view name) {
  for (const State state :
       {State::kArmed, State::kMet, State::kWaived, State::kMissed, State::kSuperseded}) {
    if (deadlines::Name(state) == name) return state;
  }
  return State::kCancelled;
}

absl::StatusOr<KeptDeadline> FromRow(const db::Row& row) {
  KeptDeadline kept;
  Deadline& deadline = kept.deadline;
  deadline.id = row.Text("id");
  deadline.generation = row.Int("generation");
  deadline.kind = row.Text("kind");
  deadline.subject = row.Text("subject");
  ASSIGN_OR_RETURN(deadline.due.date, ParseDate(row.Text("due_date")));
  ASSIGN_OR_RETURN(deadline.due.clock, ParseClock(row.Text("due_clock")));
  deadline.due.zone = row.Text("time_zone");
  deadline.due_time = row.At("due_time");
  deadline.severity = ParseSeverity(row.Text("severity"));
  deadline.state = ParseState(row.Text("state"));
  deadline.basis = row.Text("basis");
  deadline.rationale = row.Text("rationale");
  kept.parameters = DecodeParameters(row.Text("parameters"));
  return kept;
}

struct AudienceRow {
  deadlines::Audience audience;
  Hold hold;
};

absl::StatusOr<std::map<std::string, std::vector<AudienceRow>>> Audiences(
    db::Tx& tx, std::vector<std::string> ids) {
  std::map<std::string, std::vector<AudienceRow>> out;
  if (ids.empty()) return out;
  ASSIGN_OR_RETURN(const auto rows, tx.Query(R"sql(
      SELECT deadline, person, role, institution, unit, hold_time, embargo_call
        FROM deadline_audience WHERE deadline {any $1}
       ORDER BY deadline, position)sql",
                                             {db::TextList{std::move(ids)}}));
  for (const db::Row& row : rows) {
    out[row.Text("deadline")].push_back(
        {.audience = {.person = row.Text("person"),
                      .role = row.Text("role"),
                      .institution = row.Text("institution"),
                      .unit = row.Text("unit")},
         .hold = {.call = row.Text("embargo_call"), .until = row.At("hold_time")}});
  }
  return out;
}

absl::StatusOr<std::vector<KeptDeadline>> WithAudiences(db::Tx& tx, const db::Rows& rows) {
  std::vector<KeptDeadline> out;
  std::vector<std::string> ids;
  for (const db::Row& row : rows) {
    ASSIGN_OR_RETURN(KeptDeadline kept, FromRow(row));
    ids.push_back(kept.deadline.id);
    out.push_back(std::move(kept));
  }
  ASSIGN_OR_RETURN(auto audiences, Audiences(tx, std::move(ids)));
  for (KeptDeadline& kept : out) {
    for (AudienceRow& row : audiences[kept.deadline.id]) {
      kept.deadline.audience.push_back(std::move(row.audience));
      kept.holds.push_back(std::move(row.hold));
    }
  }
  return out;
}

void SaveAudience(db::Tx& tx, const KeptDeadline& kept) {
  tx.Execute("DELETE FROM deadline_audience WHERE deadline = $1", {kept.deadline.id});
  for (std::size_t i = 0; i < kept.deadline.audience.size(); ++i) {
    const deadlines::Audience& audience = kept.deadline.audience[i];
    tx.Execute(R"sql(
        INSERT INTO deadline_audience (deadline, position, person, role, institution, unit,
                                       hold_time, embargo_call)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8))sql",
               {kept.deadline.id, i, audience.person, audience.role, audience.institution,
                audience.unit, kept.holds.at(i).until, kept.holds.at(i).call});
  }
}

}  // namespace

absl::StatusOr<std::optional<KeptDeadline>> LockDeadline(db::Tx& tx, const std::string& id) {
  ASSIGN_OR_RETURN(const auto rows,
                   tx.Query(std::string(kSelect) + " WHERE id = $1 {for_update}", {id}));
  ASSIGN_OR_RETURN(auto found, WithAudiences(tx, rows));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

absl::StatusOr<std::vector<KeptDeadline>> LockDeadlinesOf(db::Tx& tx, const std::string& subject) {
  ASSIGN_OR_RETURN(
      const auto rows,
      tx.Query(std::string(kSelect) + " WHERE subject = $1 ORDER BY id {for_update}", {subject}));
  return WithAudiences(tx, rows);
}

absl::StatusOr<std::vector<KeptDeadline>> LockDeadlinesOfApplicants(db::Tx& tx,
                                                                    const std::string& call) {
  ASSIGN_OR_RETURN(const auto rows, tx.Query(std::string(kSelect) + R"sql(
     WHERE state = 'armed'
       AND subject IN (SELECT applicant.application FROM applicant WHERE applicant.call = $1)
     ORDER BY id
     {for_update})sql",
                                             {call}));
  return WithAudiences(tx, rows);
}

void SaveDeadline(db::Tx& tx, const KeptDeadline& kept, bool audience_changed) {
  const Deadline& deadline = kept.deadline;
  tx.Execute(R"sql(
      INSERT INTO deadline (id, generation, kind, subject, due_date, due_clock, time_zone, due_time,
                            severity, state, basis, rationale, parameters, list_key)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
      ON CONFLICT (id) DO UPDATE
         SET generation = excluded.generation, kind = excluded.kind, subject = excluded.subject,
             due_date = excluded.due_date, due_clock = excluded.due_clock,
             time_zone = excluded.time_zone, due_time = excluded.due_time,
             severity = excluded.severity, state = excluded.state, basis = excluded.basis,
             rationale = excluded.rationale, parameters = excluded.parameters,
             list_key = excluded.list_key)sql",
             {deadline.id, deadline.generation, deadline.kind, deadline.subject,
              FormatDate(deadline.due.date), FormatClock(deadline.due.clock), deadline.due.zone,
              deadline.due_time, deadlines::Name(deadline.severity),
              deadlines::Name(deadline.state), deadline.basis, deadline.rationale,
              EncodeParameters(kept.parameters), ListKey(deadline.due_time, deadline.id)});
  if (audience_changed) SaveAudience(tx, kept);
}

absl::StatusOr<std::vector<std::string>> MoveHeldAudiences(db::Tx& tx, const std::string& call,
                                                           Time until, Time now) {
  ASSIGN_OR_RETURN(const auto rows, tx.Query(R"sql(
      SELECT DISTINCT deadline FROM deadline_audience
       WHERE embargo_call <> '' AND embargo_call = $1 AND hold_time > $2
       ORDER BY deadline)sql",
                                             {call, now}));
  tx.Execute(R"sql(
      UPDATE deadline_audience SET hold_time = $2
       WHERE embargo_call <> '' AND embargo_call = $1 AND hold_time > $3)sql",
             {call, until, now});
  std::vector<std::string> out;
  for (const db::Row& row : rows) out.push_back(row.Text("deadline"));
  return out;
}

absl::StatusOr<std::set<Step>> SettledSteps(db::Tx& tx, const std::string& deadline, Date due) {
  ASSIGN_OR_RETURN(const auto rows,
                   tx.Query("SELECT name FROM step WHERE deadline = $1 AND due_date = $2",
                            {deadline, FormatDate(due)}));
  std::set<Step> out;
  for (const db::Row& row : rows) {
    const std::string& name = row.Text("name");
    Step step = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), step);
    if (error == std::errc() && end == name.data() + name.size()) out.insert(step);
  }
  return out;
}

absl::StatusOr<bool> WasTold(db::Tx& tx, const std::string& deadline) {
  ASSIGN_OR_RETURN(
      const auto rows,
      tx.Query("SELECT 1 AS told FROM step WHERE deadline = $1 AND outcome = 'sent' LIMIT 1",
               {deadline}));
  return !rows.empty();
}

void SaveStep(db::Tx& tx, const StepRecord& record) {
  tx.Execute(R"sql(
      INSERT INTO step (deadline, due_date, name, generation, outcome, time)
      VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT DO NOTHING)sql",
             {record.deadline, FormatDate(record.due), record.name, record.generation,
              record.outcome, record.time});
}

ScopedQuery DeadlinesOf(const DeadlineScope& scope, Time now) {
  ScopedQuery query{.sql = std::string(kSelect) + R"sql(
     WHERE EXISTS (SELECT 1 FROM deadline_audience AS a
                    WHERE a.deadline = deadline.id AND a.hold_time <= $2
                      AND (a.person = $1)sql",
                    .parameters = {scope.person, now}};
  for (const Reader::Role& role : scope.roles) {
    query.sql += " OR (a.role = $" + std::to_string(query.next_parameter());
    query.parameters.emplace_back(role.role);
    if (role.scope != "*") {
      const std::string number = "$" + std::to_string(query.next_parameter());
      query.sql += " AND (a.institution = " + number + " OR a.unit = " + number + ")";
      query.parameters.emplace_back(role.scope);
    }
    query.sql += ")";
  }
  query.sql += "))";
  return query;
}

absl::StatusOr<std::vector<ListedDeadline>> ListDeadlines(db::Tx& tx, const ScopedQuery& query) {
  ASSIGN_OR_RETURN(const auto rows, tx.Query(query.sql, query.parameters));
  ASSIGN_OR_RETURN(auto kept, WithAudiences(tx, rows));
  std::vector<ListedDeadline> out;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    out.push_back({std::move(kept[i].deadline), rows[i].Text("list_key")});
  }
  return out;
}

}  // namespace jointly::notifications::store
