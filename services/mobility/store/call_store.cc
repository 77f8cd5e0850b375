#include "services/mobility/store/call_store.h"

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/mobility/store/packed.h"

namespace jointly::mobility::store {
namespace {

CivilTime RequiredCivil(const std::string& text) {
  const auto civil = UnpackCivilTime(text);
  Check(civil.has_value(), "a call without one of its times");
  return *civil;
}

// A draft is its own office's; what was published is everybody's.
Condition CallScope(const Scope& scope) {
  Condition condition = ScopeCondition(
      scope, {.student = "", .institutions = {"call.home_institution"}, .units = {}}, /*first=*/1);
  condition.sql = "(call.state <> 'draft' OR " + condition.sql + ")";
  return condition;
}

std::int64_t InstantOf(const CivilTime& civil) {
  const auto instant = ToInstant(civil);
  return instant.ok() ? Micros(*instant) : 0;
}

db::Values ChangeableValues(const Call& call) {
  return {call.display_name,
          call.agreement,
          call.academic_year,
          Pack(call.open_time),
          Pack(call.close_time),
          Pack(call.decision_time),
          InstantOf(call.decision_time),
          call.minimum_choices,
          call.maximum_choices,
          Pack(call.required_documents),
          call.offer_validity_hours,
          call.appeal_working_days,
          call.priority,
          call.linked_group,
          Pack(call.nomination_open_time),
          Pack(call.nomination_close_time),
          call.funding_reference,
          Name(call.state),
          call.cancel_reason,
          call.update_time,
          call.revision,
          call.id};
}

}  // namespace

const std::string_view kCallColumns =
    "call.id, call.display_name, call.home_institution, call.agreement, call.academic_year, "
    "call.open_time, call.close_time, call.decision_time, call.minimum_choices, "
    "call.maximum_choices, call.required_documents, call.offer_validity_hours, "
    "call.appeal_working_days, call.priority, call.linked_group, call.nomination_open_time, "
    "call.nomination_close_time, call.funding_reference, call.state, call.cancel_reason, "
    "call.create_time, "
    "call.update_time, call.revision, call.demo";

Call ReadCall(db::Reader& reader) {
  Call call;
  call.id = reader.Text();
  call.display_name = reader.Text();
  call.home_institution = reader.Text();
  call.agreement = reader.Text();
  call.academic_year = reader.Text();
  call.open_time = RequiredCivil(reader.Text());
  call.close_time = RequiredCivil(reader.Text());
  call.decision_time = RequiredCivil(reader.Text());
  call.minimum_choices = reader.Int();
  call.maximum_choices = reader.Int();
  call.required_documents = UnpackTexts(reader.Text());
  call.offer_validity_hours = reader.Int();
  call.appeal_working_days = reader.Int();
  call.priority = reader.Int();
  call.linked_group = reader.Text();
  call.nomination_open_time = UnpackCivilTime(reader.Text());
  call.nomination_close_time = UnpackCivilTime(reader.Text());
  call.funding_reference = reader.Text();
  const auto state = ParseCallState(reader.Text());
  Check(state.has_value(), "a call in an unknown state");
  call.state = *state;
  call.cancel_reason = reader.Text();
  call.create_time = reader.At();
  call.update_time = reader.At();
  call.revision = reader.Integer();
  call.demo = reader.Bool();
  return call;
}

absl::StatusOr<Call> LoadCall(db::Tx& tx, const std::string& id, const Scope& scope, Lock lock) {
  Condition condition = CallScope(scope);
  condition.parameters.emplace_back(id);
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      tx.Query("SELECT " + std::string(kCallColumns) + " FROM call WHERE " + condition.sql +
                   " AND call.id = $" + std::to_string(condition.next) + db::LockToken(lock),
               condition.parameters));
  if (rows.empty()) {
    return NotFound(kCallNotFound, "no such call, or it is another institution's draft",
                    {{"call", "calls/" + id}});
  }
  db::Reader reader(rows.front());
  return ReadCall(reader);
}

int CallScopeParameters(const Scope& scope) { return CallScope(scope).next - 1; }

absl::StatusOr<std::vector<Call>> ListCalls(db::Tx& tx, const Scope& scope, const Slice& slice) {
  Condition condition = CallScope(scope);
  condition.parameters.insert(condition.parameters.end(), slice.parameters.begin(),
                              slice.parameters.end());
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query("SELECT " + std::string(kCallColumns) + " FROM call WHERE " +
                                condition.sql + slice.where + slice.order_and_limit,
                            condition.parameters));
  std::vector<Call> calls;
  for (const db::Row& row : rows) {
    db::Reader reader(row);
    calls.push_back(ReadCall(reader));
  }
  return calls;
}

void InsertCall(db::Tx& tx, const Call& call) {
  db::Values values = ChangeableValues(call);
  values.insert(values.end(), {call.home_institution, call.create_time, call.demo});
  tx.Execute(R"sql(
      INSERT INTO call (display_name, agreement, academic_year, open_time, close_time,
                        decision_time, decision_instant, minimum_choices, maximum_choices,
                        required_documents, offer_validity_hours, appeal_working_days, priority,
                        linked_group, nomination_open_time, nomination_close_time,
                        funding_reference, state, cancel_reason, update_time, revision, id,
                        home_institution, create_time, demo)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
              $20, $21, $22, $23, $24, $25))sql",
             values);
}

void SaveCall(db::Tx& tx, const Call& call) {
  tx.Execute(R"sql(
      UPDATE call
         SET display_name = $1, agreement = $2, academic_year = $3, open_time = $4,
             close_time = $5, decision_time = $6, decision_instant = $7, minimum_choices = $8,
             maximum_choices = $9, required_documents = $10, offer_validity_hours = $11,
             appeal_working_days = $12, priority = $13, linked_group = $14,
             nomination_open_time = $15, nomination_close_time = $16, funding_reference = $17,
             state = $18, cancel_reason = $19, update_time = $20, revision = $21
       WHERE id = $22)sql",
             ChangeableValues(call));
}

absl::StatusOr<CallUse> LoadCallUse(db::Tx& tx, const std::string& id) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT (SELECT COUNT(*) FROM application
               WHERE call = $1
                 AND (offer_time IS NOT NULL OR waitlist_quota <> ''
                      OR state IN ('rejected', 'rejected_final') OR appealed = 'rejected'
                      OR (state IN ('ranked', 'withdrawn') AND decision_time IS NOT NULL)))
             AS decisions,
             (SELECT COUNT(*) FROM mobility WHERE call = $1 AND state <> 'cancelled')
             AS mobilities)sql",
                                                 {id}));
  return CallUse{.decisions_exist = rows.front().Int("decisions") > 0,
                 .live_mobilities_exist = rows.front().Int("mobilities") > 0};
}

}  // namespace jointly::mobility::store
