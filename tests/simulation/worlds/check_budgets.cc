#include <map>

#include "services/budgets/api/desk.h"
#include "tests/simulation/worlds/check.h"

namespace jointly::simulation {

void CheckRefusals(BudgetsNode& node, const std::deque<Command>& commands, Findings& findings) {
  std::map<std::string, std::string> journals;
  for (const db::Row& row : node.Query("SELECT id, movement FROM journal")) {
    journals[row.Text("id")] = row.Text("movement");
  }
  for (const Command& command : commands) {
    const bool refused = !command.changes || command.outcome == Command::Outcome::kRefused;
    if (command.service != "budgets" || !refused) continue;
    const auto posted = journals.find(budgets::DerivedId(command.request_id, 0));
    if (posted == journals.end()) continue;
    findings.push_back(command.method +
                       " was refused or only asked, and posted: " + posted->second);
  }
}

}  // namespace jointly::simulation
