#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include "tests/simulation/worlds/check.h"

namespace jointly::simulation {
namespace {

// What a service's database says of the commands it carried out.
struct Record {
  std::set<std::tuple<std::string, std::string, std::string>> replies;  // Of the request table.
  std::map<std::string, std::set<std::string>> subjects;                // By request id.
};

// Commands that change nothing that is told to others.
bool IsPrivate(const Command& command) {
  constexpr const char* kPrivate[] = {".RotateKey", ".AllocateCall", ".ImportRates",
                                      ".RevalueBudget", ".CreateDelegation"};
  return command.service == "notifications" ||
         std::any_of(std::begin(kPrivate), std::end(kPrivate),
                     [&](const char* method) { return command.method.ends_with(method); });
}

Record ReadRecord(Node& node, Findings& findings) {
  Record record;
  for (const db::Row& row : node.Query("SELECT principal, method, request_id FROM request")) {
    record.replies.emplace(row.Text("principal"), row.Text("method"), row.Text("request_id"));
  }
  for (const db::Row& row : node.Query(R"sql(
           SELECT request_id, subject, action, COUNT(*) AS times FROM audit
            WHERE request_id <> '' GROUP BY request_id, subject, action)sql")) {
    record.subjects[row.Text("request_id")].insert(row.Text("subject"));
    if (row.Int("times") == 1) continue;
    findings.push_back(node.service() + ": request " + row.Text("request_id") + " took effect " +
                       std::to_string(row.Int("times")) + " times: " + row.Text("action") + " " +
                       row.Text("subject"));
  }
  return record;
}

void CheckCommand(const Command& command, const Record& record, Findings& findings) {
  using Outcome = Command::Outcome;
  const bool replied =
      record.replies.contains({command.caller.name, command.method, command.request_id});
  const auto effects = record.subjects.find(command.request_id);
  const bool done = effects != record.subjects.end();
  const auto find = [&](const char* what) {
    findings.push_back(command.method + " by " + command.caller.name + " (request " +
                       command.request_id + ") " + what);
  };
  if (!command.changes || command.outcome == Outcome::kRefused) {
    if (done) find("was refused or only asked, and took effect");
    if (replied && command.changes) find("was refused and has a stored reply");
    return;
  }
  if (!IsPrivate(command) && replied != done) find("has a stored reply or an effect, not both");
  if (command.outcome != Outcome::kAcknowledged) return;
  if (!replied) find("was acknowledged and is not there");
  if (!IsPrivate(command) && done && !command.subject.empty() &&
      !effects->second.contains(command.subject)) {
    find("was acknowledged and did not change what it was about");
  }
}

}  // namespace

void CheckCommands(const std::vector<Node*>& nodes, const std::deque<Command>& commands, Time since,
                   Findings& findings) {
  std::map<std::string, Record> records;
  for (Node* node : nodes) records[node->service()] = ReadRecord(*node, findings);
  std::set<std::string> known;
  for (const Command& command : commands) {
    known.insert(command.request_id);
    CheckCommand(command, records[command.service], findings);
  }
  for (Node* node : nodes) {
    for (const db::Row& row : node->Query(R"sql(
             SELECT request_id, action, subject FROM audit
              WHERE request_id <> '' AND time >= $1)sql",
                                          {since})) {
      if (known.contains(row.Text("request_id"))) continue;
      findings.push_back("an effect of no command: " + row.Text("action") + " " +
                         row.Text("subject"));
    }
  }
}

}  // namespace jointly::simulation
