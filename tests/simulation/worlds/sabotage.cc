#include "tests/simulation/worlds/sabotage.h"

#include <algorithm>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "common/telemetry/log.h"
#include "services/budgets/domain/movements.h"
#include "services/budgets/store/commitment_store.h"
#include "services/budgets/store/ledger_store.h"
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

// What a handler does that knows no commitment of before.
absl::Status ReserveAgain(db::Tx& tx, const bus::Message& message, IdSource& ids) {
  ASSIGN_OR_RETURN(const auto grant, budgets::store::FindCommitment(tx, message.aggregate_id,
                                                                    budgets::store::Lock::kNo));
  if (!grant.has_value() || grant->remaining == 0) return absl::OkStatus();
  const budgets::Entry entry{.budget = grant->budget,
                             .id = ids.Next(),
                             .effective_on = grant->effective_date,
                             .record_time = message.time,
                             .actor = "service:budgets",
                             .document = "commitments/" + grant->id,
                             .reference = "",
                             .currency = grant->amount.currency};
  const std::int64_t again = std::min<std::int64_t>(grant->remaining, 100);
  ASSIGN_OR_RETURN(budgets::Journal journal, budgets::Reserve(entry, grant->line, again));
  const auto posted =
      budgets::store::PostJournals(tx, grant->budget, {std::move(journal)}).status();
  // The line has nothing left, or was closed.
  return absl::IsFailedPrecondition(posted) ? absl::OkStatus() : posted;
}

bool ReserveTwice(World& world) {
  world.budgets().MeddleWithStays([&node = world.budgets()](db::Tx& tx, const bus::Message& message,
                                                            const bus::Handler& handler) {
    const absl::Status handled = handler(tx, message);
    return handled.ok() ? ReserveAgain(tx, message, node.ids()) : handled;
  });
  return true;
}

bool KeepReserved(World& world) {
  world.budgets().MeddleWithStays(
      [](db::Tx& tx, const bus::Message& message, const bus::Handler& handler) {
        const bool cancelled = message.event_type.find(".cancelled.") != std::string::npos;
        return cancelled ? absl::OkStatus() : handler(tx, message);
      });
  return true;
}

bool RepeatAlert(World& world) {
  BudgetsNode& node = world.budgets();
  const std::string alerted = First(node, R"sql(
      SELECT event_type AS id FROM outbox
       WHERE aggregate_type IN ('budgets.commitment', 'budgets.budget')
         AND instr(body, CAST('used' AS BLOB)) > 0 LIMIT 1)sql");
  if (alerted.empty()) return false;
  node.Execute("UPDATE budget_line SET thresholds = ''");
  return true;
}

bool KeepRemaining(World& world) {
  BudgetsNode& node = world.budgets();
  const std::string id = First(node, R"sql(
      SELECT id FROM commitment WHERE state = 'partially_liquidated' AND liquidated > paid
       LIMIT 1)sql");
  if (id.empty()) return false;
  node.Execute(R"sql(
      UPDATE commitment SET remaining = remaining + liquidated - paid, liquidated = paid
       WHERE id = $1)sql",
               {id});
  return true;
}

bool ForgetAnswer(World& world) {
  MobilityNode& node = world.mobility();
  const std::string id =
      First(node, "SELECT id FROM mobility WHERE funding_state = 'funded' LIMIT 1");
  if (id.empty()) return false;
  node.Execute("UPDATE mobility SET funding_state = 'requested' WHERE id = $1", {id});
  return true;
}

bool ForgetFigures(World& world) {
  MobilityNode& node = world.mobility();
  const std::string id = First(node, "SELECT id FROM mobility WHERE funding_facts <> '' LIMIT 1");
  if (id.empty()) return false;
  node.Execute("UPDATE mobility SET funding_facts = '' WHERE id = $1", {id});
  return true;
}

bool ApproveOwn(World& world) {
  BudgetsNode& node = world.budgets();
  const std::string id =
      First(node, "SELECT id FROM commitment WHERE approver <> '' AND mobility = '' LIMIT 1");
  if (id.empty()) return false;
  node.Execute("UPDATE commitment SET approver = requester WHERE id = $1", {id});
  return true;
}

bool PostIntoClose(World& world) {
  BudgetsNode& node = world.budgets();
  const db::Rows closed = node.Query(R"sql(
      SELECT budget, end_date FROM period WHERE state = 'closed' LIMIT 1)sql");
  if (closed.empty()) return false;
  const auto day = ParseDate(closed.front().Text("end_date"));
  const auto euro = money::FindCurrency("EUR");
  Check(day.ok() && euro.ok(), "a closed period has its last day");
  const absl::Status posted = node.database().Transact([&](db::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(budgets::Journal journal,
                     budgets::ReceiveInstalment({.budget = closed.front().Text("budget"),
                                                 .id = node.ids().Next(),
                                                 .effective_on = *day,
                                                 .record_time = world.clock().Now(),
                                                 .actor = "people/mallory",
                                                 .document = "",
                                                 .reference = "",
                                                 .currency = *euro},
                                                kUga, 1));
    return budgets::store::PostJournals(tx, closed.front().Text("budget"), {std::move(journal)})
        .status();
  });
  Check(posted.ok(), posted.ToString());
  return true;
}

bool EditDigest(World& world) {
  BudgetsNode& node = world.budgets();
  if (First(node, "SELECT id FROM period WHERE state = 'closed' LIMIT 1").empty()) return false;
  node.Execute("UPDATE period SET digest = $1 WHERE state = 'closed'", {std::string(64, '0')});
  return true;
}

bool SpoilBudgets(World& world, Sabotage sabotage) {
  switch (sabotage) {
    case Sabotage::kReserveTwice:
      return ReserveTwice(world);
    case Sabotage::kKeepReserved:
      return KeepReserved(world);
    case Sabotage::kRepeatAlert:
      return RepeatAlert(world);
    case Sabotage::kKeepRemaining:
      return KeepRemaining(world);
    case Sabotage::kForgetAnswer:
      return ForgetAnswer(world);
    case Sabotage::kForgetFigures:
      return ForgetFigures(world);
    case Sabotage::kApproveOwn:
      return ApproveOwn(world);
    case Sabotage::kPostIntoClose:
      return PostIntoClose(world);
    case Sabotage::kEditDigest:
      return EditDigest(world);
    default:
      Die("a sabotage of no kind");
  }
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
    default:
      return SpoilBudgets(world, sabotage);
  }
}

}  // namespace jointly::simulation
