#include <jointly/mobility/v1/mobility_events.pb.h>

#include <map>
#include <set>

#include "common/auth/cipher.h"
#include "common/rpc/convert.h"
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
                    a.subject
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
                        .action = ActionOf(row.Text("event_type"))});
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

// No message of nothing: each has the key of an event that tells it, or of a deadline.
void CheckGhosts(Node& node, const std::vector<Event>& events, const char* table,
                 const char* channel, Findings& findings) {
  std::map<std::string, std::vector<const Event*>> by_subject;
  for (const Event& event : events) by_subject[event.subject].push_back(&event);
  for (const db::Row& row : node.Query("SELECT id, person, kind, subject FROM " +
                                       std::string(table) + " WHERE deadline = ''")) {
    const auto& candidates = by_subject[row.Text("subject")];
    const bool known = std::any_of(candidates.begin(), candidates.end(), [&](const Event* event) {
      return KeyOf(SourceOf(*event, row.Text("kind")), row.Text("person"), channel) ==
             row.Text("id");
    });
    if (!known) {
      findings.push_back(std::string(table) + " of no event: " + row.Text("kind") + " of " +
                         row.Text("subject") + " to " + row.Text("person"));
    }
  }
}

// Students who were never disabled hear of all that is told to them at once.
void CheckStudentsWereTold(Node& node, IdentityNode& identity, Node& mobility,
                           const std::vector<Event>& events, Findings& findings) {
  std::set<std::string> active;
  for (const db::Row& row : identity.Query("SELECT id FROM person WHERE state = 'active'")) {
    active.insert("people/" + row.Text("id"));
  }
  std::map<std::string, std::string> student_of;
  for (const db::Row& row : mobility.Query(R"sql(
           SELECT 'applications/' || id AS subject, student FROM application
            UNION ALL SELECT 'mobilities/' || id, student FROM mobility)sql")) {
    student_of[row.Text("subject")] = row.Text("student");
  }
  std::set<std::string> told;
  for (const db::Row& row : node.Query("SELECT id FROM notification")) told.insert(row.Text("id"));
  for (const Event& event : events) {
    const auto student = student_of.find(event.subject);
    if (student == student_of.end() || !active.contains(student->second)) continue;
    if (notifications::IsEmbargoed(event.aggregate, event.action)) continue;
    for (const auto& telling : notifications::TellingsOf(event.aggregate, event.action)) {
      if (telling.who != notifications::Who::kStudent) continue;
      if (told.contains(KeyOf(SourceOf(event, telling.kind), student->second, "inbox"))) continue;
      findings.push_back(student->second + " was not told " + std::string(telling.kind) + " of " +
                         event.subject);
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
                  Findings& findings) {
  const std::vector<Event> events = FollowedEvents(node, nodes);
  CheckActivities(node, events, findings);
  CheckGhosts(node, events, "notification", "inbox", findings);
  CheckGhosts(node, events, "delivery", "email", findings);
  for (Node* mobility : nodes) {
    if (mobility->service() != "mobility") continue;
    CheckStudentsWereTold(node, identity, *mobility, events, findings);
  }
  CheckMails(node, identity, findings);
}

void CheckDeadlines(MobilityNode& mobility, NotificationsNode& node, Findings& findings) {
  struct Kept {
    std::int64_t generation = 0;
    std::string due;
    std::string state;
    std::string subject;
  };
  std::map<std::string, Kept> kept;
  for (const db::Row& row : node.Query("SELECT * FROM deadline")) {
    kept[row.Text("id")] = {row.Int("generation"), row.Text("due_date"), row.Text("state"),
                            row.Text("subject")};
  }
  std::set<std::string> current;
  const auto compare = [&](const deadlines::v1::Deadline& said) {
    current.insert(said.id());
    const auto found = kept.find(said.id());
    if (found == kept.end()) {
      findings.push_back("the deadline " + said.id() + " is not known");
      return;
    }
    if (found->second.generation != said.generation()) {
      findings.push_back("the deadline " + said.id() + " is of generation " +
                         std::to_string(found->second.generation) + ", its owner's of " +
                         std::to_string(said.generation()));
    }
    // The closing of a draft follows its call, whose owner does not say it again for each draft.
    if (said.kind() == "submit") return;
    const auto date = rpc::FromProto(said.due_date());
    if (date.has_value() && FormatDate(*date) != found->second.due) {
      findings.push_back("the deadline " + said.id() + " is on another date than its owner says");
    }
  };
  for (const db::Row& row : mobility.Query(R"sql(
           SELECT aggregate_type, body FROM outbox AS o
            WHERE aggregate_type IN ('mobility.call', 'mobility.application')
              AND revision = (SELECT MAX(revision) FROM outbox AS later
                               WHERE later.aggregate_type = o.aggregate_type
                                 AND later.aggregate_id = o.aggregate_id))sql")) {
    mobility::v1::CallEvent call;
    mobility::v1::ApplicationEvent application;
    if (row.Text("aggregate_type") == "mobility.call") {
      if (!call.ParseFromString(row.Bytes("body"))) findings.push_back("an event does not parse");
      for (const auto& said : call.call().deadlines()) compare(said);
    } else {
      if (!application.ParseFromString(row.Bytes("body"))) {
        findings.push_back("an event does not parse");
      }
      for (const auto& said : application.application().deadlines()) compare(said);
    }
  }
  for (const auto& [id, row] : kept) {
    if (!current.contains(id) && row.state != "superseded") {
      findings.push_back("the deadline " + id + " is over for its owner and " + row.state);
    }
  }
}

}  // namespace jointly::simulation
