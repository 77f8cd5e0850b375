#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <set>

#include "common/bus/envelope.h"
#include "common/bus/inbox.h"
#include "common/bus/operations.h"
#include "common/error/macros.h"
#include "common/telemetry/log.h"

namespace jointly::bus {
namespace {

constexpr int kListedMax = 1'000;
constexpr int kPeekedMax = 200;

using google::protobuf::DescriptorPool;
using google::protobuf::MessageFactory;

// What an operator may see of a body: its text form without personal fields.
std::string Show(const OperationsContext& context, const std::string& name,
                 const std::string& body) {
  const std::string size = std::to_string(body.size()) + " bytes of " + name;
  const auto* type = DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  if (type == nullptr || !context.clear_personal) return size + ", not shown by this process";
  const std::unique_ptr<google::protobuf::Message> message(
      MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!message->ParseFromString(body)) return size + ", which do not parse";
  context.clear_personal(*message);
  std::string text;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  const auto printed = google::protobuf::util::MessageToJsonString(*message, &text, options);
  return printed.ok() ? text : size + ", which cannot be printed";
}

void SetTime(google::protobuf::Timestamp& out, Time time) {
  const std::int64_t micros = Micros(time);
  out.set_seconds(micros / 1'000'000);
  out.set_nanos(static_cast<std::int32_t>(micros % 1'000'000) * 1'000);
}

absl::StatusOr<pb::ListParkedResponse> ListFromDatabase(const OperationsContext& context,
                                                        const pb::ListParkedRequest& request) {
  const std::int64_t since =
      request.since().seconds() * 1'000'000 + request.since().nanos() / 1'000;
  ASSIGN_OR_RETURN(const db::Rows rows, context.database.Read([&](db::Tx& tx) {
    return tx.Query(
        R"sql(
        SELECT message_id, aggregate_type, aggregate_id, revision, event_type, headers, body,
               attempts, error, receive_time
          FROM inbox
         WHERE status = 'parked' AND receive_time >= $1
           AND (CAST($2 AS TEXT) = '' OR event_type = CAST($2 AS TEXT))
           AND (CAST($3 AS TEXT) = '' OR aggregate_id = CAST($3 AS TEXT))
           AND (CAST($4 AS TEXT) = '' OR message_id = CAST($4 AS TEXT))
         ORDER BY receive_time, message_id
         LIMIT $5)sql",
        {since, request.event_type(), request.aggregate_id(), request.message_id(), kListedMax});
  }));
  pb::ListParkedResponse response;
  for (const db::Row& row : rows) {
    pb::ParkedMessage& message = *response.add_messages();
    message.set_message_id(row.Text("message_id"));
    message.set_aggregate_type(row.Text("aggregate_type"));
    message.set_aggregate_id(row.Text("aggregate_id"));
    message.set_revision(row.Int("revision"));
    message.set_event_type(row.Text("event_type"));
    message.set_error(row.TextOr("error"));
    message.set_attempts(static_cast<std::int32_t>(row.Int("attempts")));
    SetTime(*message.mutable_receive_time(), row.At("receive_time"));
    message.set_place("database");
    if (!request.show()) continue;
    const auto headers = DecodeHeaders(row.Text("headers"));
    message.set_content(
        Show(context, headers.ok() ? MessageNameOf(*headers) : "", row.Bytes("body")));
  }
  return response;
}

bool Wanted(const pb::ListParkedRequest& request, const pb::ParkedMessage& message) {
  const auto fits = [](const std::string& wanted, const std::string& is) {
    return wanted.empty() || wanted == is;
  };
  return fits(request.event_type(), message.event_type()) &&
         fits(request.aggregate_id(), message.aggregate_id()) &&
         fits(request.message_id(), message.message_id());
}

pb::ParkedMessage FromBroker(const OperationsContext& context, WireMessage wire, bool show) {
  pb::ParkedMessage message;
  message.set_message_id(wire.message_id);
  message.set_event_type(wire.event_type);
  message.set_place("broker");
  message.mutable_receive_time()->set_seconds(wire.timestamp_seconds);
  const auto id = wire.headers.find(kHeaderPartitionKey);
  if (id != wire.headers.end()) message.set_aggregate_id(id->second);
  if (show) message.set_content(Show(context, MessageNameOf(wire.headers), wire.body));
  const auto read = ParseMessage(std::move(wire.headers), std::move(wire.body));
  if (read.ok()) {
    message.set_aggregate_type(read->aggregate_type);
    message.set_revision(read->revision);
  } else {
    message.set_error(MessageOf(read.status()));
  }
  return message;
}

// Who let a message be replayed or dropped, in the chain that cannot be edited.
void Audit(db::Tx& tx, const OperationsContext& context, const std::string& actor,
           const std::string& action, const std::string& message_id, std::int64_t revision,
           const std::string& note) {
  tx.Execute(R"sql(
      INSERT INTO audit (actor, action, subject, revision, from_state, to_state, request_id,
                         before_digest, after_digest, time, note)
      VALUES ($1, $2, $3, $4, 'parked', $5, '', '', '', $6, $7))sql",
             {actor, "message_" + action, "messages/" + message_id, revision, action,
              context.clock.Now(), note});
}

struct ParkedRow {
  std::string message_id;
  AggregateKey key;
  std::int64_t revision = 0;
};

absl::StatusOr<std::vector<ParkedRow>> FindParked(db::Tx& tx, const std::vector<std::string>& ids) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT message_id, aggregate_type, aggregate_id, revision FROM inbox
       WHERE status = 'parked' AND message_id {any $1}
       ORDER BY aggregate_type, aggregate_id, revision {for_update})sql",
                                                 {db::TextList{ids}}));
  std::vector<ParkedRow> found;
  for (const db::Row& row : rows) {
    found.push_back({.message_id = row.Text("message_id"),
                     .key = {row.Text("aggregate_type"), row.Text("aggregate_id")},
                     .revision = row.Int("revision")});
  }
  return found;
}

using Ids = std::vector<std::string>;

absl::StatusOr<Ids> ReplayInDatabase(const OperationsContext& context, const Ids& ids, bool dry_run,
                                     const std::string& actor) {
  return context.database.Transact([&](db::Tx& tx) -> absl::StatusOr<Ids> {
    Ids replayed;
    ASSIGN_OR_RETURN(const auto rows, FindParked(tx, ids));
    for (const ParkedRow& row : rows) {
      replayed.push_back(row.message_id);
      if (dry_run) continue;
      ASSIGN_OR_RETURN(const auto last, LockApplied(tx, {row.key}));
      // Applied beyond it: it was passed over, and its handler said that it bears that.
      const bool late = row.revision <= last[0];
      tx.Execute(R"sql(
          UPDATE inbox SET status = 'ready', attempts = 0, deaths = 0, late = $2, next_time = $3,
                           error = NULL
           WHERE message_id = $1)sql",
                 {row.message_id, late, context.clock.Now()});
      Audit(tx, context, actor, "replayed", row.message_id, row.revision, "");
    }
    return replayed;
  });
}

absl::StatusOr<Ids> DropInDatabase(const OperationsContext& context, const Ids& ids, bool dry_run,
                                   const std::string& actor, const std::string& reason) {
  return context.database.Transact([&](db::Tx& tx) -> absl::StatusOr<Ids> {
    Ids dropped;
    ASSIGN_OR_RETURN(const auto rows, FindParked(tx, ids));
    for (const ParkedRow& row : rows) {
      dropped.push_back(row.message_id);
      if (dry_run) continue;
      ASSIGN_OR_RETURN(const auto last, LockApplied(tx, {row.key}));
      DeleteMessage(tx, row.message_id);
      // Its revision counts as applied, so that the later ones go on.
      if (row.revision == last[0] + 1) {
        AdvanceApplied(tx, row.key, row.revision, context.clock.Now());
      }
      Audit(tx, context, actor, "dropped", row.message_id, row.revision, reason);
    }
    return dropped;
  });
}

// Those of `ids` that the database did not have: the broker's parked queue may.
Ids Without(const google::protobuf::RepeatedPtrField<std::string>& ids, const Ids& found) {
  const std::set<std::string> known(found.begin(), found.end());
  Ids rest;
  for (const std::string& id : ids) {
    if (!known.contains(id)) rest.push_back(id);
  }
  return rest;
}

absl::StatusOr<Ids> PresentInBroker(const OperationsContext& context, const Ids& ids) {
  ASSIGN_OR_RETURN(const auto peeked, context.parked_queue->Peek(kPeekedMax));
  const std::set<std::string> wanted(ids.begin(), ids.end());
  Ids present;
  for (const WireMessage& message : peeked) {
    if (wanted.contains(message.message_id)) present.push_back(message.message_id);
  }
  return present;
}

// The operator's command is on record before the broker acts on it.
absl::Status AuditFirst(const OperationsContext& context, const std::string& actor,
                        const std::string& action, const Ids& ids, const std::string& reason) {
  return context.database.Transact([&](db::Tx& tx) -> absl::Status {
    for (const std::string& id : ids) Audit(tx, context, actor, action, id, 0, reason);
    return absl::OkStatus();
  });
}

absl::Status CheckIds(const google::protobuf::RepeatedPtrField<std::string>& ids,
                      Violations& violations) {
  violations.Require(!ids.empty(), "message_ids", "names no message");
  violations.Require(ids.size() <= kListedMax, "message_ids", "names more than 1000 messages");
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<pb::ListParkedResponse> ListParked(const OperationsContext& context,
                                                  const pb::ListParkedRequest& request) {
  ASSIGN_OR_RETURN(pb::ListParkedResponse response, ListFromDatabase(context, request));
  if (context.parked_queue == nullptr) return response;
  auto peeked = context.parked_queue->Peek(kPeekedMax);
  if (!peeked.ok()) {
    response.set_broker_error(MessageOf(peeked.status()));
    return response;
  }
  for (WireMessage& wire : *peeked) {
    pb::ParkedMessage message = FromBroker(context, std::move(wire), request.show());
    const bool new_enough = message.receive_time().seconds() >= request.since().seconds();
    if (new_enough && Wanted(request, message)) *response.add_messages() = std::move(message);
  }
  return response;
}

absl::StatusOr<pb::ReplayParkedResponse> ReplayParked(const OperationsContext& context,
                                                      const pb::ReplayParkedRequest& request,
                                                      const std::string& actor) {
  Violations violations;
  RETURN_IF_ERROR(CheckIds(request.message_ids(), violations));
  const Ids ids(request.message_ids().begin(), request.message_ids().end());
  ASSIGN_OR_RETURN(Ids replayed, ReplayInDatabase(context, ids, request.dry_run(), actor));
  const Ids rest = Without(request.message_ids(), replayed);
  if (context.parked_queue != nullptr && !rest.empty()) {
    ASSIGN_OR_RETURN(Ids others, PresentInBroker(context, rest));
    if (!request.dry_run() && !others.empty()) {
      RETURN_IF_ERROR(AuditFirst(context, actor, "replayed", others, ""));
      ASSIGN_OR_RETURN(others, context.parked_queue->Replay(others, actor));
    }
    replayed.insert(replayed.end(), others.begin(), others.end());
  }
  pb::ReplayParkedResponse response;
  response.mutable_message_ids()->Add(replayed.begin(), replayed.end());
  return response;
}

absl::StatusOr<pb::DropParkedResponse> DropParked(const OperationsContext& context,
                                                  const pb::DropParkedRequest& request,
                                                  const std::string& actor) {
  Violations violations;
  violations.Require(request.reason().find_first_not_of(" \t\r\n") != std::string::npos, "reason",
                     "is required: it goes into the audit");
  violations.Require(request.reason().size() <= 1'000, "reason", "is longer than 1000 bytes");
  RETURN_IF_ERROR(CheckIds(request.message_ids(), violations));
  const Ids ids(request.message_ids().begin(), request.message_ids().end());
  ASSIGN_OR_RETURN(Ids dropped,
                   DropInDatabase(context, ids, request.dry_run(), actor, request.reason()));
  const Ids rest = Without(request.message_ids(), dropped);
  if (context.parked_queue != nullptr && !rest.empty()) {
    ASSIGN_OR_RETURN(Ids others, PresentInBroker(context, rest));
    if (!request.dry_run() && !others.empty()) {
      RETURN_IF_ERROR(AuditFirst(context, actor, "dropped", others, request.reason()));
      ASSIGN_OR_RETURN(others, context.parked_queue->Drop(others));
    }
    dropped.insert(dropped.end(), others.begin(), others.end());
  }
  pb::DropParkedResponse response;
  response.mutable_message_ids()->Add(dropped.begin(), dropped.end());
  return response;
}

}  // namespace jointly::bus
