#include "tests/simulation/worlds/sabotage.h"

#include "common/error/check.h"
#include "common/telemetry/log.h"
#include "tests/simulation/worlds/world.h"

// Faults that no service is meant to survive: the check must see each of them.
namespace jointly::simulation {
namespace {

// The first column of the first row; empty: there is none.
std::string First(Node& node, std::string_view sql) {
  const db::Rows rows = node.Query(sql);
  return rows.empty() ? std::string() : rows.front().Text("id");
}

bool LoseEvent(World& world) {
  MobilityNode& node = world.mobility();
  const std::string id = First(node, R"sql(
      SELECT message_id AS id FROM outbox
       WHERE publish_time IS NULL AND aggregate_type = 'mobility.application' LIMIT 1)sql");
  if (id.empty()) return false;
  node.Execute("UPDATE outbox SET publish_time = $2 WHERE message_id = $1",
               {id, world.clock().Now()});
  return true;
}

bool ForgetApplied(World& world) {
  world.notifications().Execute(
      "DELETE FROM applied WHERE aggregate_type = 'mobility.application'");
  return true;
}

bool TakePlace(World& world) {
  MobilityNode& node = world.mobility();
  const std::string id = First(node, R"sql(
      SELECT id FROM quota WHERE held + confirmed < places + adjustment LIMIT 1)sql");
  if (id.empty()) return false;
  node.Execute("UPDATE quota SET held = held + 1 WHERE id = $1", {id});
  return true;
}

// As an adjustment that forgets the waiting list.
bool SkipPromotion(World& world) {
  MobilityNode& node = world.mobility();
  const std::string id = First(node, "SELECT id FROM quota WHERE waiting > 0 LIMIT 1");
  if (id.empty()) return false;
  node.Execute("UPDATE quota SET adjustment = adjustment + 9 WHERE id = $1", {id});
  node.Execute(R"sql(
      INSERT INTO quota_entry (quota, application, sequence, kind, places, reason, actor, time)
      VALUES ($1, '', 999, 'adjusted', 9, 'sabotage', 'sabotage', 0))sql",
               {id});
  return true;
}

bool EditAudit(World& world) {
  world.mobility().Execute(R"sql(
      UPDATE audit SET actor = 'people/mallory'
       WHERE id = (SELECT audit_id FROM seal ORDER BY sequence DESC LIMIT 1))sql");
  return true;
}

bool RepeatMail(World& world) {
  Mailbox& mailbox = world.notifications().mailbox();
  for (const auto& [message_id, mail] : mailbox.taken()) {
    if (mailbox.MayRepeat(message_id)) continue;
    mailbox.Repeat(std::string(message_id));
    return true;
  }
  return false;
}

bool DropNotice(World& world) {
  world.notifications().Execute("DELETE FROM notification WHERE kind = 'application_eligible'");
  return true;
}

}  // namespace

bool Spoil(World& world, Sabotage sabotage) {
  switch (sabotage) {
    case Sabotage::kLoseEvent:
      return LoseEvent(world);
    case Sabotage::kForgetApplied:
      return ForgetApplied(world);
    case Sabotage::kTakePlace:
      return TakePlace(world);
    case Sabotage::kSkipPromotion:
      return SkipPromotion(world);
    case Sabotage::kEditAudit:
      return EditAudit(world);
    case Sabotage::kLeakToFile:
      world.mobility().Execute("UPDATE outbox SET last_error = 'sent to Quetzal' WHERE id = 1");
      return true;
    case Sabotage::kLeakToLog:
      telemetry::Warning("Quetzal has applied");
      return true;
    case Sabotage::kRepeatMail:
      return RepeatMail(world);
    case Sabotage::kStaleReplica:
      world.mobility().Execute("UPDATE student SET language = 'xx'");
      return true;
    case Sabotage::kDropNotice:
      return DropNotice(world);
    case Sabotage::kNone:
    case Sabotage::kLoseCommits:
    case Sabotage::kNewRequestId:
      return true;  // The world does these itself.
  }
  Die("a sabotage of no kind");
}

}  // namespace jointly::simulation
