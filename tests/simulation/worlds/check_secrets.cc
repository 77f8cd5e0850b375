#include "tests/simulation/worlds/canary.h"
#include "tests/simulation/worlds/check.h"
#include "tests/simulation/worlds/directory.h"

namespace jointly::simulation {

namespace {

// An erased person's keys and sealed data are nowhere, nor their inbox.
void CheckErased(const std::vector<Node*>& nodes, Findings& findings) {
  std::vector<std::string> erased;
  for (Node* node : nodes) {
    if (node->service() != "identity") continue;
    for (const db::Row& row : node->Query("SELECT id FROM person WHERE state = 'erased'")) {
      erased.push_back(row.Text("id"));
    }
  }
  for (Node* node : nodes) {
    for (const std::string& id : erased) {
      std::int64_t rows = 0;
      if (node->service() == "identity") {
        rows = node->Number(R"sql(
            SELECT (SELECT COUNT(*) FROM personal WHERE person = $1)
                   + (SELECT COUNT(*) FROM account WHERE person = $1) AS count)sql",
                            {id});
      } else if (node->service() == "mobility") {
        rows = node->Number(R"sql(
            SELECT (SELECT COUNT(*) FROM personal WHERE person = $1)
                   + (SELECT COUNT(*) FROM personal_key WHERE person = $1) AS count)sql",
                            {"people/" + id});
      } else if (node->service() == "notifications") {
        rows =
            node->Number("SELECT COUNT(*) FROM notification WHERE person = $1", {"people/" + id});
      }
      if (node->service() == "budgets") {
        rows = node->Number(R"sql(
            SELECT (SELECT COUNT(*) FROM claim WHERE claimant = $1 AND sealed <> '')
                   + (SELECT COUNT(*) FROM personal_key
                       WHERE person = $1 AND length(wrapped) > 0) AS count)sql",
                            {"people/" + id});
      }
      if (rows > 0) findings.push_back(node->service() + " keeps what was erased of people/" + id);
    }
  }
}

}  // namespace

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
  CheckErased(nodes, findings);
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
