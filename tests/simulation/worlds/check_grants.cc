#include <map>
#include <set>

#include "services/budgets/store/packed.h"
#include "tests/simulation/worlds/check.h"

// The saga of a stay and its grant, once all has been heard: see services/budgets/README.md.
namespace jointly::simulation {
namespace {

struct Answer {
  std::string name;
  std::string state;
  std::string refusal;
  budgets::GrantAnswer said;
  std::int64_t remaining = 0;
  std::int64_t amount = 0;
};

// What a stay says when its commitment is in this state.
std::string FundingOf(const std::string& state) {
  if (state == "refused") return "unfunded";
  return state == "cancelled" || state == "expired" ? "released" : "funded";
}

std::map<std::string, Answer> AnswersOf(BudgetsNode& node, Findings& findings) {
  std::map<std::string, Answer> answers;  // By mobility.
  for (const db::Row& row : node.Query("SELECT * FROM commitment WHERE mobility <> ''")) {
    const std::string name = "budgets/" + row.Text("budget") + "/commitments/" + row.Text("id");
    if (!answers
             .emplace(row.Text("mobility"),
                      Answer{.name = name,
                             .state = row.Text("state"),
                             .refusal = row.Text("refusal"),
                             .said = budgets::store::UnpackAnswer(row.Text("answer")),
                             .remaining = row.Int("remaining"),
                             .amount = row.Int("amount")})
             .second) {
      findings.push_back(row.Text("mobility") + " has two commitments");
    }
  }
  return answers;
}

void CheckStay(const db::Row& stay, const Answer& answer, Findings& findings) {
  const std::string name = "mobilities/" + stay.Text("id");
  const std::string& funding = stay.Text("funding_state");
  const std::string expected = FundingOf(answer.state);
  // A cancelled stay that never heard the answer hears only that nothing is held for it.
  const bool over = stay.Text("state") == "cancelled" && answer.remaining == 0;
  if (funding != expected && !(over && funding == "released")) {
    findings.push_back(name + " (" + stay.Text("state") + ") is " + funding +
                       ", its commitment is " + answer.state);
    return;
  }
  const bool refused = funding == "unfunded";
  if (refused &&
      (stay.Text("funding_reason").empty() || stay.Text("funding_reason") != answer.refusal)) {
    findings.push_back(name + " is unfunded for the reason '" + stay.Text("funding_reason") +
                       "', its budget says '" + answer.refusal + "'");
  }
  if (refused && (stay.Text("funding_message") != answer.said.message ||
                  stay.Text("funding_facts") != db::Pack(answer.said.facts))) {
    findings.push_back(name + " is unfunded by other figures than its budget's");
  }
  const std::int64_t asked = stay.Int("funding_request_number");
  if (asked < answer.said.request_number || (refused && asked != answer.said.request_number)) {
    findings.push_back(name + " asked " + std::to_string(asked) + " times, the answer is to " +
                       std::to_string(answer.said.request_number));
  }
  if (answer.state == "refused") return;
  if (!refused && stay.Text("funding_commitment") != answer.name) {
    findings.push_back(name + " is paid by " + stay.Text("funding_commitment") + " instead of " +
                       answer.name);
  }
  if (!refused && stay.Text("funding_amount").empty()) {
    findings.push_back(name + " does not know its grant");
  }
}

}  // namespace

void CheckGrants(MobilityNode& mobility, BudgetsNode& node, Findings& findings) {
  std::map<std::string, Answer> answers = AnswersOf(node, findings);
  for (const db::Row& stay : mobility.Query("SELECT * FROM mobility")) {
    const std::string name = "mobilities/" + stay.Text("id");
    const auto answer = answers.find(name);
    const bool asked = stay.Text("funding_state") != "none";
    if (!asked && answer == answers.end()) continue;
    if (!asked || answer == answers.end()) {
      findings.push_back(name + (asked ? " asked for its grant and has no commitment"
                                       : " never asked and has a commitment"));
      continue;
    }
    CheckStay(stay, answer->second, findings);
    if (stay.Text("state") == "cancelled" && answer->second.remaining != 0) {
      findings.push_back(name + " is cancelled and holds " +
                         std::to_string(answer->second.remaining) + " of " + answer->second.name);
    }
    answers.erase(answer);
  }
  for (const auto& [name, answer] : answers) {
    findings.push_back(answer.name + " is for " + name + ", which is no stay");
  }
}

void CheckBudgetReplicas(IdentityNode& identity, PartnershipsNode& partnerships,
                         BudgetsNode& budgets, Findings& findings) {
  const auto compare = [&](const char* what, Node& owner, std::string_view owned,
                           std::string_view kept) {
    std::set<std::string> expected;
    std::set<std::string> found;
    for (const db::Row& row : owner.Query(owned)) expected.insert(row.Text("line"));
    for (const db::Row& row : budgets.Query(kept)) found.insert(row.Text("line"));
    if (expected != found) {
      findings.push_back(std::string(what) + " of budgets are not their owner's");
    }
  };
  compare("the institutions", partnerships, R"sql(
      SELECT 'institutions/' || id || ' ' || time_zone || ' ' || revision AS line
        FROM institution)sql",
          "SELECT name || ' ' || time_zone || ' ' || revision AS line FROM institution");
  compare("the offices", identity, R"sql(
      SELECT 'people/' || person || ' ' || role || ' ' || scope AS line
        FROM grant_row JOIN person ON person.id = grant_row.person
       WHERE person.state = 'active')sql",
          "SELECT person || ' ' || role || ' ' || scope AS line FROM office");
}

}  // namespace jointly::simulation
