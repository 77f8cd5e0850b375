#include "common/bus/outbox.h"

#include <utility>

#include "common/bus/envelope.h"
#include "common/db/insert.h"
#include "common/error/check.h"
#include "common/telemetry/failpoint.h"
#include "common/telemetry/log.h"

namespace jointly::bus {

void Outbox::AppendAll(db::Tx& tx, std::span<const Event> events) {
  if (events.empty()) return;
  const Time now = clock_.Now();
  db::Values rows;
  db::Values audits;
  for (const Event& event : events) {
    Check(event.revision >= 1 && !event.aggregate_id.empty() && !event.subject.empty(),
          "an event names its aggregate and revision");
    Check(ProducerOf(event.aggregate_type) == service_,
          "a service reports its own aggregates only");
    const std::string message_id = ids_.Next();
    const Headers headers = MakeHeaders(
        event,
        {.message_id = message_id, .service = service_, .deployment = deployment_, .time = now});
    if (event.body.size() > kBodyBytesMax) {
      // The table's constraint refuses the row, and with it the command; this says which one it
      // was.
      telemetry::Error("an event's body is longer than 256 KiB",
                       {{"subject", event.subject}, {"bytes", event.body.size()}});
    }
    db::AddRow(rows, message_id, SlotOf(event.aggregate_type, event.aggregate_id),
               event.aggregate_type, event.aggregate_id, event.revision, EventType(event),
               EncodeHeaders(headers), db::Blob{event.body}, now);
    db::AddRow(audits, event.actor, event.action, event.subject, event.revision, event.from,
               event.to, event.request_id, event.before_digest, event.after_digest, now,
               message_id);
  }
  db::InsertRows(tx,
                 {.into = "INSERT INTO outbox (message_id, part, aggregate_type, aggregate_id, "
                          "revision, event_type, headers, body, create_time)",
                  .columns = 9},
                 std::move(rows));
  db::InsertRows(tx,
                 {.into = "INSERT INTO audit (actor, action, subject, revision, from_state, "
                          "to_state, request_id, before_digest, after_digest, time, message_id)",
                  .columns = 11},
                 std::move(audits));
  tx.AfterCommit([this] {
    telemetry::Failpoint("outbox.after_commit");
    if (wake_) wake_();
  });
}

}  // namespace jointly::bus
