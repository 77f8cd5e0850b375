#include "tests/simulation/worlds/canary.h"
#include "tests/simulation/worlds/check.h"
#include "tests/simulation/worlds/directory.h"

namespace jointly::simulation {

void CheckSecrets(const std::vector<Node*>& nodes, const std::string& directory, const LogTap& logs,
                  Findings& findings) {
  for (const std::string& line : logs.leaks()) findings.push_back("a log line leaks: " + line);
  for (const auto& [name, content] : ReadFiles(directory)) {
    if (HoldsPersonal(content)) findings.push_back(name + " holds a name or an address");
    const bool foreign = name.starts_with("notifications") || name.starts_with("identity");
    if (foreign && content.find(kNoteCanary) != std::string::npos) {
      findings.push_back(name + " holds words that are for one person's eyes");
    }
  }
  for (Node* node : nodes) {
    for (const db::Row& row : node->Query("SELECT event_type, headers, body FROM outbox")) {
      if (HoldsCanary(row.Text("headers")) || HoldsCanary(row.Bytes("body"))) {
        findings.push_back("the event " + row.Text("event_type") + " holds what must not travel");
      }
    }
    for (const db::Row& row : node->Query(R"sql(
             SELECT actor || action || subject || note || from_state || to_state AS text
               FROM audit)sql")) {
      if (HoldsCanary(row.Text("text"))) findings.push_back("an audit row holds personal data");
    }
  }
}

}  // namespace jointly::simulation
