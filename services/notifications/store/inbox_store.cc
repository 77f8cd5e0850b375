#include "services/notifications/store/inbox_store.h"

#include "common/error/macros.h"

namespace jointly::notifications::store {
namespace {

constexpr std::string_view kColumns =
    "id, person, kind, subject, parameters, visible_time, list_key, read_time, revision, "
    "create_time, deadline, embargo_call";

Notification FromRow(const db::Row& row) {
  return {.id = row.Text("id"),
          .person = row.Text("person"),
          .kind = row.Text("kind"),
          .subject = row.Text("subject"),
          .parameters = DecodeParameters(row.Text("parameters")),
          .visible_time = row.At("visible_time"),
          .read_time = row.MaybeAt("read_time"),
          .revision = row.Int("revision"),
          .create_time = row.At("create_time"),
          .deadline = row.Text("deadline"),
          .embargo_call = row.Text("embargo_call"),
          .list_key = row.Text("list_key")};
}

}  // namespace

void InsertNotification(db::Tx& tx, const Notification& notification) {
  tx.Execute(R"sql(
      INSERT INTO notification (id, person, kind, subject, parameters, hold_time, visible_time,
                                list_key, read_time, revision, create_time, deadline, embargo_call)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, 1, $9, $10, $11)
      ON CONFLICT DO NOTHING)sql",
             {notification.id, notification.person, notification.kind, notification.subject,
              EncodeParameters(notification.parameters), notification.hold_time,
              notification.visible_time, ListKey(notification.visible_time, notification.id),
              notification.create_time, notification.deadline, notification.embargo_call});
}

absl::StatusOr<std::optional<Notification>> LoadNotification(db::Tx& tx, const std::string& id,
                                                             const std::string& person, Time now) {
  ASSIGN_OR_RETURN(const auto rows, tx.Query("SELECT " + std::string(kColumns) + R"sql(
        FROM notification WHERE id = $1 AND person = $2 AND hold_time <= $3
       {for_update})sql",
                                             {id, person, now}));
  if (rows.empty()) return std::nullopt;
  return FromRow(rows.front());
}

void SaveRead(db::Tx& tx, const Notification& notification) {
  tx.Execute("UPDATE notification SET read_time = $2, revision = $3 WHERE id = $1",
             {notification.id, notification.read_time, notification.revision});
}

absl::StatusOr<int> MarkAllRead(db::Tx& tx, const std::string& person, Time now) {
  ASSIGN_OR_RETURN(const auto rows, tx.Query(R"sql(
      SELECT id FROM notification
       WHERE person = $1 AND hold_time <= $2 AND read_time IS NULL
       {for_update})sql",
                                             {person, now}));
  tx.Execute(R"sql(
      UPDATE notification SET read_time = $2, revision = revision + 1
       WHERE person = $1 AND hold_time <= $2 AND read_time IS NULL)sql",
             {person, now});
  return static_cast<int>(rows.size());
}

absl::StatusOr<int> CountUnread(db::Tx& tx, const std::string& person, Time now) {
  ASSIGN_OR_RETURN(const auto rows, tx.Query(R"sql(
      SELECT COUNT(*) AS unread FROM notification
       WHERE person = $1 AND hold_time <= $2 AND read_time IS NULL)sql",
                                             {person, now}));
  return static_cast<int>(rows.front().Int("unread"));
}

ScopedQuery InboxOf(const std::string& person, Time now) {
  return {.sql = "SELECT " + std::string(kColumns) +
                 " FROM notification WHERE person = $1 AND hold_time <= $2",
          .parameters = {person, now}};
}

absl::StatusOr<std::vector<Notification>> ListNotifications(db::Tx& tx, const ScopedQuery& query) {
  ASSIGN_OR_RETURN(const auto rows, tx.Query(query.sql, query.parameters));
  std::vector<Notification> out;
  for (const db::Row& row : rows) out.push_back(FromRow(row));
  return out;
}

void DropHeldNotifications(db::Tx& tx, const std::string& subject, const std::string& person,
                           Time now) {
  tx.Execute(R"sql(
      DELETE FROM notification
       WHERE embargo_call <> '' AND subject = $1 AND person = $2 AND hold_time > $3)sql",
             {subject, person, now});
}

void DropPlannedNotifications(db::Tx& tx, const std::string& deadline, Time now) {
  tx.Execute("DELETE FROM notification WHERE deadline <> '' AND deadline = $1 AND hold_time > $2",
             {deadline, now});
}

void DropInbox(db::Tx& tx, const std::string& person) {
  tx.Execute("DELETE FROM notification WHERE person = $1", {person});
}

absl::Status MoveHeldNotifications(db::Tx& tx, const std::string& call, Time until, Time now) {
  ASSIGN_OR_RETURN(const auto rows, tx.Query(R"sql(
      SELECT id FROM notification
       WHERE embargo_call <> '' AND embargo_call = $1 AND hold_time > $2
       ORDER BY id
       {for_update})sql",
                                             {call, now}));
  for (const db::Row& row : rows) {
    tx.Execute(R"sql(
        UPDATE notification SET hold_time = $2, visible_time = $2, list_key = $3 WHERE id = $1)sql",
               {row.Text("id"), until, ListKey(until, row.Text("id"))});
  }
  return absl::OkStatus();
}

}  // namespace jointly::notifications::store
