#include <map>
#include <set>

#include "common/auth/cipher.h"
#include "services/notifications/domain/parameters.h"
#include "services/notifications/domain/rules.h"
#include "tests/simulation/worlds/canary.h"
#include "tests/simulation/worlds/check.h"

namespace jointly::simulation {
namespace {

constexpr std::size_t kIdDigits = 32;

// The key of a message, as notifications makes it: its source, who it is for, and the channel.
std::string KeyOf(const std::string& source, const std::string& person, const char* channel) {
  return auth::Sha256Hex(source + "\n" + person + "\n" + channel).substr(0, kIdDigits);
}

struct Event {
  std::string message_id;
  std::string type;
  std::string aggregate;
  std::string aggregate_id;
  std::int64_t revision = 0;
  std::string subject;
  std::string action;
  std::string actor;
};

std::string ActionOf(const std::string& event_type) {
  const std::string rest = event_type.substr(0, event_type.rfind('.'));
  return rest.substr(rest.rfind('.') + 1);
}

std::vector<Event> FollowedEvents(const NotificationsNode& notifications,
                                  const std::vector<Node*>& nodes) {
  std::vector<Event> events;
  for (Node* producer : nodes) {
    for (const db::Row& row : producer->Query(R"sql(
             SELECT o.message_id, o.event_type, o.aggregate_type, o.aggregate_id, o.revision,
                    a.subject, a.actor
               FROM outbox AS o JOIN audit AS a ON a.message_id = o.message_id)sql")) {
      const auto& follows = notifications.follows();
      if (std::find(follows.begin(), follows.end(), row.Text("aggregate_type")) == follows.end()) {
        continue;
      }
      events.push_back({.message_id = row.Text("message_id"),
                        .type = row.Text("event_type"),
                        .aggregate = row.Text("aggregate_type"),
                        .aggregate_id = row.Text("aggregate_id"),
                        .revision = row.Int("revision"),
                        .subject = row.Text("subject"),
                        .action = ActionOf(row.Text("event_type")),
                        .actor = row.Text("actor")});
    }
  }
  return events;
}

void CheckActivities(Node& node, const std::vector<Event>& events, Findings& findings) {
  std::map<std::string, std::string> activities;
  for (const db::Row& row : node.Query("SELECT id, event_type, subject FROM activity")) {
    activities[row.Text("id")] = row.Text("event_type") + " " + row.Text("subject");
  }
  std::map<std::string, std::string> expected;
  for (const Event& event : events) expected[event.message_id] = event.type + " " + event.subject;
  for (const auto& [id, text] : expected) {
    const auto found = activities.find(id);
    if (found == activities.end()) findings.push_back("no activity for " + text);
  }
  for (const auto& [id, text] : activities) {
    const auto found = expected.find(id);
    if (found == expected.end()) findings.push_back("an activity of no event: " + text);
    if (found != expected.end() && found->second != text) {
      findings.push_back("the activity of " + found->second + " says " + text);
    }
  }
}

std::string SourceOf(const Event& event, std::string_view kind) {
  return event.aggregate + "/" + event.aggregate_id + "/" + std::to_string(event.revision) + "/" +
         std::string(kind);
}

// A budget's warning travels with events and has a key of its own.
bool IsWarning(const std::string& kind) {
  const auto alerts = notifications::AllAlerts();
  return std::any_of(alerts.begin(), alerts.end(),
                     [&](const notifications::Telling& row) { return row.kind == kind; });
}

// No message of nothing: each has the key of an event that tells it, or of a deadline.
void CheckGhosts(Node& node, const std::vector<Event>& events, const char* table,
                 const char* channel, Findings& findings) {
  std::map<std::string, std::vector<const Event*>> by_subject;
  for (const Event& event : events) by_subject[event.subject].push_back(&event);
  for (const db::Row& row : node.Query("SELECT id, person, kind, subject, parameters FROM " +
                                       std::string(table) + " WHERE deadline = ''")) {
    const auto& candidates = by_subject[row.Text("subject")];
    const auto is_of = [&](const std::string& source) {
      return KeyOf(source, row.Text("person"), channel) == row.Text("id");
    };
    const std::string kind = row.Text("kind");
    const bool known =
        IsWarning(kind)
            ? is_of(notifications::AlertSource(
                  row.Text("subject"), notifications::DecodeParameters(row.Text("parameters"))))
            : std::any_of(candidates.begin(), candidates.end(),
                          [&](const Event* event) { return is_of(SourceOf(*event, kind)); });
    if (!known) {
      findings.push_back(std::string(table) + " of no event: " + row.Text("kind") + " of " +
                         row.Text("subject") + " to " + row.Text("person"));
    }
  }
}

// What mobility says of a subject: who its student is, and until when what is decided is hidden.
struct Matter {
  std::string student;
  Time decision_time;
};

std::map<std::string, Matter> MattersOf(Node& mobility) {
  std::map<std::string, Matter> matters;
  for (const db::Row& row : mobility.Query(R"sql(
           SELECT 'applications/' || application.id AS subject, student, decision_instant
             FROM application JOIN call ON call.id = application.call
            UNION ALL
           SELECT 'mobilities/' || mobility.id, student, decision_instant
             FROM mobility JOIN call ON call.id = mobility.call)sql")) {
    matters[row.Text("subject")] = {row.Text("student"), row.At("decision_instant")};
  }
  return matters;
}

// Who must have been told; empty: nobody, or it depends on what cannot be seen any more.
std::string ReaderOf(const Event& event, const notifications::Telling& telling,
                     const Matter& matter, const Board& board) {
  switch (telling.who) {
    case notifications::Who::kStudent:
      return matter.student;
    // Whoever did it knows.
    case notifications::Who::kHomeOffice:
      return event.actor == board.home_office.name ? "" : board.home_office.name;
    case notifications::Who::kHostOffice:
      return event.actor == board.host_office.name ? "" : board.host_office.name;
    default:
      return "";
  }
}

// Whoever was never disabled has heard of everything, and a student of no decision before its time.
void CheckReaders(Node& node, IdentityNode& identity, Node& mobility,
                  const std::vector<Event>& events, const Board& board, Findings& findings) {
  std::set<std::string> active;
  for (const db::Row& row : identity.Query("SELECT id FROM person WHERE state = 'active'")) {
    active.insert("people/" + row.Text("id"));
  }
  std::map<std::string, Time> visible;  // By key.
  for (const db::Row& row : node.Query("SELECT id, visible_time FROM notification")) {
    visible[row.Text("id")] = row.At("visible_time");
  }
  const std::map<std::string, Matter> matters = MattersOf(mobility);
  for (const Event& event : events) {
    const auto matter = matters.find(event.subject);
    if (matter == matters.end()) continue;
    const bool veiled = notifications::IsEmbargoed(event.aggregate, event.action);
    for (const auto& telling : notifications::TellingsOf(event.aggregate, event.action)) {
      const std::string reader = ReaderOf(event, telling, matter->second, board);
      if (!active.contains(reader)) continue;
      const auto told = visible.find(KeyOf(SourceOf(event, telling.kind), reader, "inbox"));
      const bool hidden = veiled && telling.who == notifications::Who::kStudent;
      // A later decision replaces what nobody has seen.
      if (told == visible.end() && !hidden) {
        findings.push_back(reader + " was not told " + std::string(telling.kind) + " of " +
                           event.subject);
      }
      if (told != visible.end() && hidden && told->second < matter->second.decision_time) {
        findings.push_back(reader + " is told " + std::string(telling.kind) + " of " +
                           event.subject + " before the decision time");
      }
    }
  }
}

// The names of other people in a text: each family name is "Quetzal" and a number of its own.
bool NamesAnother(const std::string& text, const std::string& own) {
  constexpr std::string_view kName = "Quetzal";
  for (std::size_t at = text.find(kName); at != std::string::npos; at = text.find(kName, at + 1)) {
    std::size_t end = at + kName.size();
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    const std::string name = text.substr(at, end - at);
    if (name != kName && own.find(name) == std::string::npos) return true;
  }
  return false;
}

void CheckMails(NotificationsNode& node, IdentityNode& identity, Findings& findings) {
  struct Mail {
    std::string person;
    std::string state;
    bool earlier = false;  // It went out before this world began.
  };
  std::map<std::string, Mail> deliveries;  // By Message-ID.
  DirectContacts contacts(identity);
  for (const db::Row& row : node.Query(R"sql(
           SELECT id, person, state, accept_time FROM delivery)sql")) {
    const auto accepted = row.MaybeAt("accept_time");
    deliveries["<" + row.Text("id") + "@world.example>"] = {
        row.Text("person"), row.Text("state"),
        accepted.has_value() && *accepted < node.mailbox().since()};
  }
  const auto& taken = node.mailbox().taken();
  for (const auto& [message_id, mail] : taken) {
    const auto delivery = deliveries.find(message_id);
    if (delivery == deliveries.end()) {
      findings.push_back("a mail of no delivery went out: " + message_id);
      continue;
    }
    const bool may_repeat = node.mailbox().MayRepeat(message_id);
    if (mail.times > 1 && !may_repeat) findings.push_back("a mail went out twice: " + message_id);
    if (delivery->second.state != "accepted" && !may_repeat) {
      findings.push_back("a mail went out and is " + delivery->second.state + ": " + message_id);
    }
    const auto known = contacts.Get({delivery->second.person});
    if (!known.ok() || known->empty()) continue;  // Erased since.
    const notifications::Contact& reader = known->begin()->second;
    if (mail.to != reader.email) findings.push_back("a mail went to another: " + message_id);
    if (NamesAnother(mail.text, reader.display_name)) {
      findings.push_back("a mail names somebody else: " + message_id);
    }
  }
  for (const auto& [message_id, delivery] : deliveries) {
    if (delivery.state == "accepted" && !delivery.earlier && !taken.contains(message_id)) {
      findings.push_back("a mail counts as accepted and never went out: " + message_id);
    }
  }
}

}  // namespace

void CheckNotices(NotificationsNode& node, IdentityNode& identity, const std::vector<Node*>& nodes,
                  const Board& board, Findings& findings) {
  const std::vector<Event> events = FollowedEvents(node, nodes);
  CheckActivities(node, events, findings);
  CheckGhosts(node, events, "notification", "inbox", findings);
  CheckGhosts(node, events, "delivery", "email", findings);
  for (Node* mobility : nodes) {
    if (mobility->service() != "mobility") continue;
    CheckReaders(node, identity, *mobility, events, board, findings);
  }
  CheckMails(node, identity, findings);
}

}  // namespace jointly::simulation
