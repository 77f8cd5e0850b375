#include "services/notifications/store/activity_store.h"

#include "common/error/macros.h"

namespace jointly::notifications::store {
namespace {

constexpr std::string_view kSelect = R"sql(
    SELECT activity.id, activity.subject, activity.event_type, activity.aggregate, activity.action,
           activity.from_state, activity.to_state, activity.actor, activity.time,
           activity.parameters, activity.list_key
      FROM activity)sql";

// Newest first, testing each: most rows are the office's.
constexpr std::string_view kOffice = R"sql( WHERE EXISTS (
      SELECT 1 FROM activity_audience
       WHERE activity_audience.activity = activity.id
         AND activity_audience.visible_time <= $2 AND activity_audience.audience {any $1}))sql";
constexpr std::string_view kAllButBudgets = R"sql( WHERE activity.time <= $2 AND (
      activity.aggregate NOT LIKE 'budgets.%' OR EXISTS (
      SELECT 1 FROM activity_audience
       WHERE activity_audience.activity = activity.id
         AND activity_audience.visible_time <= $2 AND activity_audience.audience {any $1})))sql";
constexpr std::string_view kPerson = R"sql(
      JOIN activity_audience ON activity_audience.activity = activity.id
     WHERE activity_audience.audience = $1 AND activity_audience.visible_time <= $2)sql";
constexpr std::string_view kEverywhere = " WHERE activity.time <= $1";

Activity FromRow(const db::Row& row) {
  return {.id = row.Text("id"),
          .subject = row.Text("subject"),
          .event_type = row.Text("event_type"),
          .aggregate = row.Text("aggregate"),
          .action = row.Text("action"),
          .from = row.Text("from_state"),
          .to = row.Text("to_state"),
          .actor = row.Text("actor"),
          .time = row.At("time"),
          .parameters = DecodeParameters(row.Text("parameters")),
          .list_key = row.Text("list_key")};
}

}  // namespace

void InsertActivity(db::Tx& tx, const Activity& activity, const std::vector<Viewer>& viewers) {
  const std::string key = ListKey(activity.time, activity.id);
  tx.Execute(R"sql(
      INSERT INTO activity (id, subject, event_type, aggregate, action, from_state, to_state, actor,
                            time, parameters, list_key)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      ON CONFLICT DO NOTHING)sql",
             {activity.id, activity.subject, activity.event_type, activity.aggregate,
              activity.action, activity.from, activity.to, activity.actor, activity.time,
              EncodeParameters(activity.parameters), key});
  for (const Viewer& viewer : viewers) {
    tx.Execute(R"sql(
        INSERT INTO activity_audience (activity, audience, visible_time, embargo_call, list_key)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING)sql",
               {activity.id, viewer.name, viewer.hold.until, viewer.hold.call, key});
  }
}

void MoveHeldActivities(db::Tx& tx, const std::string& call, Time until, Time now) {
  tx.Execute(R"sql(
      UPDATE activity_audience SET visible_time = $2
       WHERE embargo_call <> '' AND embargo_call = $1 AND visible_time > $3)sql",
             {call, until, now});
}

ScopedQuery ActivitiesOf(const ActivityScope& scope, Time now) {
  const std::string select(kSelect);
  if (scope.everywhere) return {select + std::string(kEverywhere), {now}};
  if (scope.all_but_budgets) {
    return {select + std::string(kAllButBudgets), {db::TextList{scope.viewers}, now}};
  }
  if (scope.person_only) return {select + std::string(kPerson), {scope.viewers.front(), now}};
  return {select + std::string(kOffice), {db::TextList{scope.viewers}, now}};
}

absl::StatusOr<std::vector<Activity>> ListActivities(db::Tx& tx, const ScopedQuery& query) {
  ASSIGN_OR_RETURN(const auto rows, tx.Query(query.sql, query.parameters));
  std::vector<Activity> out;
  for (const db::Row& row : rows) out.push_back(FromRow(row));
  return out;
}

}  // namespace jointly::notifications::store
