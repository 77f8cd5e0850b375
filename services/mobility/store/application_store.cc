#include "services/mobility/store/application_store.h"

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/mobility/store/packed.h"
#include "services/mobility/store/replica_store.h"

namespace jointly::mobility::store {
namespace {

constexpr std::string_view kApplicationColumns =
    "application.id, application.call, application.student, application.home_institution, "
    "application.host_institution, application.host_unit, application.state, "
    "application.choices, application.profile, application.documents, application.reasons, "
    "application.score, application.waitlist_ticket, application.waitlist_condition, "
    "application.waitlist_term, application.waitlist_quota, application.offer_condition, "
    "application.offer_term, application.offer_quota, application.offer_places, "
    "application.offer_time, application.offer_expire_time, application.offer_answer_time, "
    "application.decision_note, application.appeal_grounds, application.decision_time, "
    "application.complete_until, application.appeal_until, application.appealed, "
    "application.mobility, application.veiled_revisions, application.veil_update_time, "
    "application.create_time, application.submit_time, application.update_time, "
    "application.revision, application.demo, mobility.state, personal_key.wrapped, "
    "CASE WHEN application.waitlist_quota = '' THEN 0 ELSE 1 + "
    "(SELECT COUNT(*) FROM application AS earlier "
    "WHERE earlier.waitlist_quota = application.waitlist_quota AND earlier.waitlist_quota <> '' "
    "AND earlier.waitlist_ticket < application.waitlist_ticket) END, ";

constexpr std::string_view kCaseJoins =
    " JOIN call ON call.id = application.call"
    " LEFT JOIN mobility ON mobility.application = application.id"
    " LEFT JOIN personal_key ON personal_key.person = application.student";

// A choice in the packed column is a condition's name and a tab. The lock is taken by an inner
// query, because PostgreSQL locks no outer join's nullable side.
constexpr std::string_view kChoiceJoin =
    " LEFT JOIN agreement_condition ON agreement_condition.agreement = call.agreement"
    " AND application.choices LIKE '%' || agreement_condition.name || $1";
constexpr std::string_view kChoiceEnd = "\t%";

ScopeColumns Columns() {
  return {.student = "application.student",
          .institutions = {"application.home_institution", "application.host_institution"},
          .units = {"application.home_unit", "application.host_unit"}};
}

ApplicationState StateOf(const std::string& name) {
  const auto state = ParseApplicationState(name);
  Check(state.has_value(), "an application in an unknown state");
  return *state;
}

std::optional<Choice> ReadChoice(db::Reader& reader) {
  Choice choice;
  choice.condition = reader.Text();
  choice.term = ParseTerm(reader.Text()).value_or(Term::kUnspecified);
  if (choice.condition.empty()) return std::nullopt;
  return choice;
}

void ReadOffer(db::Reader& reader, Application& application) {
  const auto choice = ReadChoice(reader);
  Offer offer;
  offer.quota = reader.Text();
  offer.places = reader.Int();
  const auto offer_time = reader.MaybeAt();
  const auto expire_time = reader.MaybeAt();
  offer.answer_time = reader.MaybeAt();
  if (!choice.has_value() || !offer_time.has_value() || !expire_time.has_value()) return;
  offer.choice = *choice;
  offer.offer_time = *offer_time;
  offer.expire_time = *expire_time;
  application.offer = std::move(offer);
}

Case ReadCase(db::Reader& reader) {
  Case row;
  Application& application = row.application;
  application.id = reader.Text();
  application.call = reader.Text();
  application.student = reader.Text();
  application.home_institution = reader.Text();
  row.host_institution = reader.Text();
  row.host_unit = reader.Text();
  application.state = StateOf(reader.Text());
  application.choices = UnpackChoices(reader.Text());
  application.profile = UnpackProfile(reader.Text());
  application.documents = UnpackDocuments(reader.Text());
  application.reasons = UnpackFindings(reader.Text());
  application.score = reader.MaybeDouble();
  application.waitlist_ticket = reader.Integer();
  application.waitlist_choice = ReadChoice(reader);
  application.waitlist_quota = reader.Text();
  ReadOffer(reader, application);
  application.decision_note = reader.Text();
  application.appeal_grounds = reader.Text();
  application.decision_time = reader.MaybeAt();
  application.complete_until = UnpackCivilTime(reader.Text());
  application.appeal_until = UnpackCivilTime(reader.Text());
  application.appealed = ParseApplicationState(reader.Text());
  application.mobility = reader.Text();
  row.veiled_revisions = reader.Integer();
  row.veil_update_time = reader.MaybeAt();
  application.create_time = reader.At();
  application.submit_time = reader.MaybeAt();
  application.update_time = reader.At();
  application.revision = reader.Integer();
  application.demo = reader.Bool();
  row.mobility = ParseMobilityState(reader.Text());
  row.wrapped_key = reader.Bytes();
  row.waitlist_position = reader.Int();
  row.call = ReadCall(reader);
  return row;
}

// Rows of one application stand together, one per condition among its choices.
std::vector<Case> ReadCases(const db::Rows& rows) {
  std::vector<Case> cases;
  for (const db::Row& row : rows) {
    db::Reader reader(row);
    Case read = ReadCase(reader);
    if (cases.empty() || cases.back().application.id != read.application.id) {
      cases.push_back(std::move(read));
    }
    auto condition = ReadCondition(reader);
    if (condition.has_value()) cases.back().conditions.push_back(*std::move(condition));
  }
  return cases;
}

// `inner` selects the applications themselves; $1 is kChoiceEnd.
std::string CaseQuery(const std::string& inner) {
  return "SELECT " + std::string(kApplicationColumns) + std::string(kCallColumns) + ", " +
         std::string(kConditionColumns) + " FROM (" + inner + ") AS application" +
         std::string(kCaseJoins) + std::string(kChoiceJoin) + std::string(kConditionJoins) +
         "ORDER BY application.id, agreement_condition.name";
}

// One live offer per student and linked group: what the unique index of offer_key guards.
std::optional<std::string> OfferKey(const Case& row) {
  const Application& application = row.application;
  const bool live = application.state == ApplicationState::kOffered ||
                    application.state == ApplicationState::kConfirmed;
  if (!live || row.call.linked_group.empty()) return std::nullopt;
  return application.student + ' ' + row.call.linked_group;
}

// The columns that an index covers. SQLite writes every index of a column that an UPDATE names,
// changed or not, so most saves leave these out.
struct Indexed {
  std::string home_unit;
  std::string host_institution;
  std::string host_unit;
  bool live = false;
  std::optional<std::string> offer_key;
  std::int64_t waitlist_ticket = 0;
  std::string waitlist_quota;
  friend bool operator==(const Indexed&, const Indexed&) = default;
};

Indexed IndexedOf(const Case& row) {
  const Application& application = row.application;
  return {.home_unit = application.profile.home_unit,
          .host_institution = row.host_institution,
          .host_unit = row.host_unit,
          .live = IsLive(application.state),
          .offer_key = OfferKey(row),
          .waitlist_ticket = application.waitlist_ticket,
          .waitlist_quota = application.waitlist_quota};
}

void AddValues(const Indexed& indexed, db::Values& values) {
  values.insert(values.end(),
                {indexed.home_unit, indexed.host_institution, indexed.host_unit, indexed.live,
                 indexed.offer_key, indexed.waitlist_ticket, indexed.waitlist_quota});
}

// What changes in an application's life, but the indexed columns: $1 to $28.
db::Values ContentValues(const Case& row) {
  const Application& application = row.application;
  const Choice waiting = application.waitlist_choice.value_or(Choice{});
  const Offer offer = application.offer.value_or(Offer{});
  const auto offered = [&](Time time) -> std::optional<Time> {
    return application.offer.has_value() ? std::optional(time) : std::nullopt;
  };
  return {Name(application.state),
          Pack(application.choices),
          Pack(application.profile),
          Pack(application.documents),
          Pack(application.reasons),
          application.score,
          waiting.condition,
          Name(waiting.term),
          offer.choice.condition,
          Name(offer.choice.term),
          offer.quota,
          offer.places,
          offered(offer.offer_time),
          offered(offer.expire_time),
          offer.answer_time,
          application.decision_note,
          application.appeal_grounds,
          application.decision_time,
          Pack(application.complete_until),
          Pack(application.appeal_until),
          application.appealed.has_value() ? Name(*application.appealed) : std::string_view(),
          application.mobility,
          row.veiled_revisions,
          row.veil_update_time,
          application.submit_time,
          application.update_time,
          application.revision,
          application.id};
}

constexpr std::string_view kSetContent = R"sql(
      UPDATE application
         SET state = $1, choices = $2, profile = $3, documents = $4, reasons = $5, score = $6,
             waitlist_condition = $7, waitlist_term = $8, offer_condition = $9, offer_term = $10,
             offer_quota = $11, offer_places = $12, offer_time = $13, offer_expire_time = $14,
             offer_answer_time = $15, decision_note = $16, appeal_grounds = $17,
             decision_time = $18, complete_until = $19, appeal_until = $20, appealed = $21,
             mobility = $22, veiled_revisions = $23, veil_update_time = $24, submit_time = $25,
             update_time = $26, revision = $27)sql";

}  // namespace

absl::StatusOr<Case> LoadCase(db::Tx& tx, const std::string& id, const Scope& scope, Lock lock) {
  Condition condition = ScopeCondition(scope, Columns(), /*first=*/3);
  db::Values parameters = {kChoiceEnd, id};
  parameters.insert(parameters.end(), condition.parameters.begin(), condition.parameters.end());
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(CaseQuery("SELECT * FROM application WHERE application.id = $2 AND " +
                                      condition.sql + db::LockToken(lock)),
                            parameters));
  std::vector<Case> cases = ReadCases(rows);
  if (cases.empty()) {
    return NotFound(kApplicationNotFound, "no such application within your reach",
                    {{"application", "applications/" + id}});
  }
  return std::move(cases.front());
}

int CaseScopeParameters(const Scope& scope) {
  return ScopeCondition(scope, Columns(), /*first=*/1).next - 1;
}

std::string VisibleStateSql(const Scope& scope) {
  if (scope.everywhere || scope.person.empty()) return "application.state";
  // The scope's first parameter is the person.
  return "CASE WHEN application.student = $1 AND call.decision_instant > " +
         std::to_string(Micros(scope.now)) +
         " AND application.state IN ('offered', 'waitlisted', 'rejected')"
         " THEN 'ranked' ELSE application.state END";
}

absl::StatusOr<std::vector<Case>> ListCases(db::Tx& tx, const Scope& scope, const Slice& slice) {
  Condition condition = ScopeCondition(scope, Columns(), /*first=*/1);
  condition.parameters.insert(condition.parameters.end(), slice.parameters.begin(),
                              slice.parameters.end());
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query("SELECT " + std::string(kApplicationColumns) + std::string(kCallColumns) +
                   " FROM application" + std::string(kCaseJoins) + " WHERE " + condition.sql +
                   slice.where + slice.order_and_limit,
               condition.parameters));
  std::vector<Case> cases;
  for (const db::Row& row : rows) {
    db::Reader reader(row);
    cases.push_back(ReadCase(reader));
  }
  return cases;
}

absl::StatusOr<std::vector<Case>> LockRanked(db::Tx& tx, const std::string& call) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(CaseQuery("SELECT * FROM application WHERE application.call = $2"
                                      " AND application.state = 'ranked'"
                                      " ORDER BY application.id {for_update}"),
                            {kChoiceEnd, call}));
  return ReadCases(rows);
}

void InsertCase(db::Tx& tx, const Case& row) {
  const Application& application = row.application;
  db::Values values = ContentValues(row);
  AddValues(IndexedOf(row), values);
  values.insert(values.end(), {application.call, application.student, application.home_institution,
                               application.create_time, application.demo});
  tx.Execute(R"sql(
      INSERT INTO application (state, choices, profile, documents, reasons, score,
                               waitlist_condition, waitlist_term, offer_condition, offer_term,
                               offer_quota, offer_places, offer_time, offer_expire_time,
                               offer_answer_time, decision_note, appeal_grounds, decision_time,
                               complete_until, appeal_until, appealed, mobility, veiled_revisions,
                               veil_update_time, submit_time, update_time, revision, id,
                               home_unit, host_institution, host_unit, live, offer_key,
                               waitlist_ticket, waitlist_quota, call, student, home_institution,
                               create_time, demo)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
              $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36,
              $37, $38, $39, $40))sql",
             std::move(values));
}

void SaveCase(db::Tx& tx, const Case& before, const Case& after) {
  static const std::string kContentOnly = std::string(kSetContent) + " WHERE id = $28";
  static const std::string kAll = std::string(kSetContent) + R"sql(,
             home_unit = $29, host_institution = $30, host_unit = $31, live = $32, offer_key = $33,
             waitlist_ticket = $34, waitlist_quota = $35
       WHERE id = $28)sql";
  const Indexed indexed = IndexedOf(after);
  db::Values values = ContentValues(after);
  if (indexed == IndexedOf(before)) return tx.Execute(kContentOnly, std::move(values));
  AddValues(indexed, values);
  tx.Execute(kAll, std::move(values));
}

absl::StatusOr<bool> HasLive(db::Tx& tx, const std::string& student, const std::string& call) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT id FROM application WHERE student = $1 AND call = $2 AND live = 1)sql",
                                                 {student, call}));
  return !rows.empty();
}

absl::StatusOr<std::vector<LinkedApplication>> LoadLinked(db::Tx& tx,
                                                          const Application& application,
                                                          const std::string& linked_group) {
  std::vector<LinkedApplication> linked;
  if (linked_group.empty()) return linked;
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(R"sql(
      SELECT application.id, call.id, call.priority, application.state, mobility.state
        FROM application
        JOIN call ON call.id = application.call
        LEFT JOIN mobility ON mobility.application = application.id
       WHERE application.student = $1 AND call.linked_group = $2 AND application.id <> $3)sql",
                            {application.student, linked_group, application.id}));
  for (const db::Row& row : rows) {
    db::Reader reader(row);
    LinkedApplication& other = linked.emplace_back();
    other.application = reader.Text();
    other.call = reader.Text();
    other.call_priority = reader.Int();
    other.state = StateOf(reader.Text());
    other.mobility = ParseMobilityState(reader.Text());
  }
  return linked;
}

absl::StatusOr<std::vector<WaitingRow>> ListWaiting(db::Tx& tx, const std::string& quota) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT id, waitlist_ticket, waitlist_term FROM application
       WHERE waitlist_quota = $1 AND waitlist_quota <> '' ORDER BY waitlist_ticket)sql",
                                                 {quota}));
  std::vector<WaitingRow> waiting;
  for (const db::Row& row : rows) {
    db::Reader reader(row);
    WaitingRow& next = waiting.emplace_back();
    next.application = reader.Text();
    next.ticket = reader.Integer();
    next.term = ParseTerm(reader.Text()).value_or(Term::kUnspecified);
  }
  return waiting;
}

absl::StatusOr<std::vector<std::string>> ApplicationsOf(db::Tx& tx, const std::string& student) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT id FROM application WHERE student = $1 ORDER BY id "
                            "{for_update}",
                            {student}));
  std::vector<std::string> ids;
  for (const db::Row& row : rows) {
    db::Reader reader(row);
    ids.push_back(reader.Text());
  }
  return ids;
}

}  // namespace jointly::mobility::store
