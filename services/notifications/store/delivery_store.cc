#include "services/notifications/store/delivery_store.h"

#include "common/error/macros.h"

namespace jointly::notifications::store {
namespace {

constexpr std::string_view kSelect = R"sql(
    SELECT delivery.id, delivery.person, delivery.kind, delivery.subject, delivery.parameters,
           delivery.statutory, delivery.deadline, delivery.last_time, delivery.state,
           delivery.reason, delivery.attempts, delivery.uncertain, delivery.lease,
           delivery.next_time, delivery.last_reply, delivery.message_id, delivery.address_hash,
           delivery.language, delivery.create_time, delivery.accept_time, delivery.embargo_call,
           delivery.list_key
      FROM delivery)sql";

Delivery FromRow(const db::Row& row) {
  return {.id = row.Text("id"),
          .person = row.Text("person"),
          .kind = row.Text("kind"),
          .subject = row.Text("subject"),
          .parameters = DecodeParameters(row.Text("parameters")),
          .statutory = row.Bool("statutory"),
          .deadline = row.Text("deadline"),
          .last_time = row.MaybeAt("last_time"),
          .state = ParseDeliveryState(row.Text("state")),
          .reason = row.Text("reason"),
          .attempts = static_cast<int>(row.Int("attempts")),
          .uncertain = static_cast<int>(row.Int("uncertain")),
          .lease = row.Int("lease"),
          .next_time = row.At("next_time"),
          .last_reply = row.Text("last_reply"),
          .message_id = row.Text("message_id"),
          .address_hash = row.Text("address_hash"),
          .language = row.Text("language"),
          .create_time = row.At("create_time"),
          .accept_time = row.MaybeAt("accept_time"),
          .embargo_call = row.Text("embargo_call"),
          .list_key = row.Text("list_key")};
}

}  // namespace

void InsertDelivery(db::Tx& tx, const Delivery& delivery) {
  tx.Execute(
      R"sql(
      INSERT INTO delivery (id, person, kind, subject, parameters, channel, statutory, deadline,
                            last_time, state, reason, attempts, uncertain, lease, next_time,
                            last_reply, message_id, address_hash, language, create_time,
                            accept_time, embargo_call, list_key)
      VALUES ($1, $2, $3, $4, $5, 'email', $6, $7, $8, $9, $10, 0, 0, 0, $11, '', '', '', '', $12,
              NULL, $13, $14)
      ON CONFLICT DO NOTHING)sql",
      {delivery.id, delivery.person, delivery.kind, delivery.subject,
       EncodeParameters(delivery.parameters), delivery.statutory, delivery.deadline,
       delivery.last_time, Name(delivery.state), delivery.reason, delivery.next_time,
       delivery.create_time, delivery.embargo_call, ListKey(delivery.create_time, delivery.id)});
}

absl::StatusOr<bool> IsAnyDue(db::Tx& tx, Time now) {
  ASSIGN_OR_RETURN(const auto rows, tx.Query(R"sql(
      SELECT 1 AS due FROM delivery
       WHERE state IN ('queued', 'sending') AND next_time <= $1
       LIMIT 1)sql",
                                             {now}));
  return !rows.empty();
}

absl::StatusOr<std::vector<Delivery>> ClaimDue(db::Tx& tx, Time now, Time lease_until, int limit) {
  ASSIGN_OR_RETURN(const auto rows, tx.Query(std::string(kSelect) + R"sql(
       WHERE delivery.state IN ('queued', 'sending') AND delivery.next_time <= $1
       ORDER BY delivery.next_time
       LIMIT $2
       {skip_locked})sql",
                                             {now, limit}));
  std::vector<Delivery> out;
  for (const db::Row& row : rows) {
    Delivery delivery = FromRow(row);
    delivery.state = DeliveryState::kSending;
    delivery.lease += 1;
    tx.Execute("UPDATE delivery SET state = 'sending', lease = $2, next_time = $3 WHERE id = $1",
               {delivery.id, delivery.lease, lease_until});
    out.push_back(std::move(delivery));
  }
  return out;
}

absl::StatusOr<bool> RecordOutcome(db::Tx& tx, const Delivery& delivery) {
  ASSIGN_OR_RETURN(const auto rows, tx.Query(R"sql(
      SELECT lease FROM delivery WHERE id = $1 AND state = 'sending' AND lease = $2
      {for_update})sql",
                                             {delivery.id, delivery.lease}));
  if (rows.empty()) return false;
  tx.Execute(R"sql(
      UPDATE delivery
         SET state = $2, reason = $3, attempts = $4, uncertain = $5, next_time = $6,
             last_reply = $7, message_id = $8, address_hash = $9, language = $10, accept_time = $11
       WHERE id = $1)sql",
             {delivery.id, Name(delivery.state), delivery.reason, delivery.attempts,
              delivery.uncertain, delivery.next_time, delivery.last_reply, delivery.message_id,
              delivery.address_hash, delivery.language, delivery.accept_time});
  return true;
}

absl::StatusOr<bool> IsBadAddress(db::Tx& tx, const std::string& address_hash) {
  ASSIGN_OR_RETURN(
      const auto rows,
      tx.Query("SELECT 1 AS bad FROM bad_address WHERE address_hash = $1", {address_hash}));
  return !rows.empty();
}

void SaveBadAddress(db::Tx& tx, const std::string& address_hash, const std::string& reply,
                    Time time) {
  tx.Execute(R"sql(
      INSERT INTO bad_address (address_hash, reply, time) VALUES ($1, $2, $3)
      ON CONFLICT (address_hash) DO UPDATE SET reply = excluded.reply, time = excluded.time)sql",
             {address_hash, reply, time});
}

absl::StatusOr<std::int64_t> CountQueued(db::Tx& tx) {
  ASSIGN_OR_RETURN(
      const auto rows,
      tx.Query("SELECT COUNT(*) AS queued FROM delivery WHERE state IN ('queued', 'sending')"));
  return rows.front().Int("queued");
}

void SuppressForDeadline(db::Tx& tx, const std::string& deadline, std::string_view reason) {
  tx.Execute(R"sql(
      UPDATE delivery SET state = 'suppressed', reason = $2
       WHERE deadline <> '' AND deadline = $1 AND state = 'queued')sql",
             {deadline, reason});
}

void SuppressHeld(db::Tx& tx, const std::string& subject, const std::string& person, Time now) {
  tx.Execute(R"sql(
      UPDATE delivery SET state = 'suppressed', reason = 'superseded'
       WHERE embargo_call <> '' AND subject = $1 AND person = $2 AND state = 'queued'
         AND next_time > $3)sql",
             {subject, person, now});
}

void SuppressForPerson(db::Tx& tx, const std::string& person, std::string_view reason) {
  tx.Execute(R"sql(
      UPDATE delivery SET state = 'suppressed', reason = $2
       WHERE person = $1 AND state = 'queued')sql",
             {person, reason});
}

void MoveHeldDeliveries(db::Tx& tx, const std::string& call, Time until, Time now) {
  tx.Execute(R"sql(
      UPDATE delivery SET next_time = $2
       WHERE embargo_call <> '' AND embargo_call = $1 AND state = 'queued' AND attempts = 0
         AND next_time > $3)sql",
             {call, until, now});
}

ScopedQuery DeliveriesOf(const DeliveryScope& scope) {
  const std::string select(kSelect);
  if (scope.everywhere) return {select + " WHERE delivery.create_time <= $1", {kNever}};
  // That a mail waits for the end of an embargo would say what is under it.
  const std::string own =
      "(delivery.person = $1 AND (delivery.embargo_call = '' OR delivery.attempts > 0))";
  if (scope.institutions.empty()) return {select + " WHERE " + own, {scope.person}};
  return {select + " WHERE (" + own + R"sql( OR delivery.person IN (
              SELECT reader.person FROM reader WHERE reader.institution {any $2})))sql",
          {scope.person, db::TextList{scope.institutions}}};
}

absl::StatusOr<std::vector<Delivery>> ListDeliveries(db::Tx& tx, const ScopedQuery& query) {
  ASSIGN_OR_RETURN(const auto rows, tx.Query(query.sql, query.parameters));
  std::vector<Delivery> out;
  for (const db::Row& row : rows) out.push_back(FromRow(row));
  return out;
}

}  // namespace jointly::notifications::store
