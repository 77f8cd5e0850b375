#include <map>
#include <set>

#include "common/bus/operations.h"
#include "common/error/check.h"
#include "tests/simulation/worlds/check.h"
#include "tests/support/bus_side.h"

namespace jointly::simulation {
namespace {

struct StateTable {
  const char* service;
  const char* table;
  const char* aggregate;
  const char* id = "state.id";  // The id of the aggregate.
};
constexpr StateTable kStateTables[] = {
    {"identity", "person", "identity.person"},
    {"partnerships", "institution", "partnerships.institution"},
    {"partnerships", "unit", "partnerships.unit"},
    {"partnerships", "agreement", "partnerships.agreement"},
    {"mobility", "call", "mobility.call"},
    {"mobility", "application", "mobility.application"},
    {"mobility", "mobility", "mobility.mobility"},
    {"mobility", "quota", "mobility.quota"},
    {"budgets", "budget", "budgets.budget"},
    {"budgets", "period", "budgets.period", "state.budget || '/' || state.id"},
    {"budgets", "commitment", "budgets.commitment"},
    {"budgets", "claim", "budgets.claim"},
    {"budgets", "line_transfer", "budgets.transfer"},
    {"budgets", "amendment", "budgets.amendment"},
    {"budgets", "carry_over", "budgets.carry_over"},
    {"budgets", "report", "budgets.report", "state.budget || '/' || state.id"},
    {"budgets", "delegation", "budgets.delegation"},
};

// Adds a finding for each row of a query that must give none; its columns are what it says.
void MustBeNone(Node& node, Findings& findings, const char* what, std::string_view sql,
                const db::Values& parameters = {}) {
  for (const db::Row& row : node.Query(sql, parameters)) {
    findings.push_back(node.service() + ": " + what + ": " + row.Text("who"));
  }
}

void CheckLeftOvers(Node& node, Findings& findings) {
  MustBeNone(node, findings, "an event is not published", R"sql(
      SELECT event_type || ' ' || aggregate_id AS who FROM outbox WHERE publish_time IS NULL)sql");
  MustBeNone(node, findings, "a message is left in the inbox", R"sql(
      SELECT status || ' ' || event_type || ' ' || aggregate_id || ' ' || COALESCE(error, '')
             AS who FROM inbox)sql");
  MustBeNone(node, findings, "a timer is overdue", R"sql(
      SELECT kind || ' ' || subject AS who FROM timer WHERE due_time <= $1)sql",
             {node.outside().clock.Now()});
}

// State row, event and audit row of a revision are one transaction's.
void CheckRevisions(Node& node, Findings& findings) {
  MustBeNone(node, findings, "revisions of the events are not 1, 2, 3", R"sql(
      SELECT aggregate_type || ' ' || aggregate_id AS who FROM outbox
       GROUP BY aggregate_type, aggregate_id
      HAVING MIN(revision) <> 1 OR MAX(revision) <> COUNT(*))sql");
  MustBeNone(node, findings, "an event has not exactly one audit row", R"sql(
      SELECT o.event_type || ' ' || o.aggregate_id AS who
        FROM outbox AS o LEFT JOIN audit AS a ON a.message_id = o.message_id
       GROUP BY o.message_id HAVING COUNT(a.id) <> 1 OR MIN(a.revision) <> MIN(o.revision))sql");
  MustBeNone(node, findings, "an audit row has no event", R"sql(
      SELECT a.action || ' ' || a.subject AS who
        FROM audit AS a LEFT JOIN outbox AS o ON o.message_id = a.message_id
       WHERE a.message_id <> '' AND o.id IS NULL)sql");
  for (const StateTable& row : kStateTables) {
    if (node.service() != row.service) continue;
    const std::string table(row.table);
    const std::string id(row.id);
    MustBeNone(node, findings, "state and events differ in their revision",
               "SELECT '" + table + " ' || " + id + " AS who FROM " + table +
                   " AS state WHERE state.revision <> (SELECT COUNT(*) FROM outbox"
                   " WHERE aggregate_type = $1 AND aggregate_id = " +
                   id + ")",
               {row.aggregate});
    MustBeNone(node, findings, "an event is of nothing",
               "SELECT aggregate_type || ' ' || aggregate_id AS who FROM outbox"
               " WHERE aggregate_type = $1 AND revision = 1"
               " AND NOT EXISTS (SELECT 1 FROM " +
                   table + " AS state WHERE " + id + " = outbox.aggregate_id)",
               {row.aggregate});
  }
}

void CheckAudit(Node& node, Findings& findings) {
  const auto verified = bus::VerifyAudit(node.database());
  Check(verified.ok(), verified.status().ToString());
  if (verified->first_bad_sequence() != 0) {
    findings.push_back(node.service() + ": the audit chain: " + verified->finding());
  }
  if (verified->unsealed() != 0) {
    findings.push_back(node.service() + ": audit rows are not sealed");
  }
}

std::vector<test::Effect> EffectsOf(Node& node) {
  std::vector<test::Effect> effects;
  for (const db::Row& row : node.Query("SELECT aggregate, revision FROM effect ORDER BY id")) {
    effects.push_back({row.Text("aggregate"), row.Int("revision")});
  }
  return effects;
}

}  // namespace

void CheckNode(Node& node, Findings& findings) {
  CheckLeftOvers(node, findings);
  CheckRevisions(node, findings);
  CheckAudit(node, findings);
}

void CheckFollowers(const std::vector<Node*>& nodes, Findings& findings) {
  std::map<std::string, std::map<std::string, std::int64_t>> made;  // By aggregate type.
  for (Node* producer : nodes) {
    for (const db::Row& row : producer->Query(R"sql(
             SELECT aggregate_type, aggregate_id, MAX(revision) AS last FROM outbox
              GROUP BY aggregate_type, aggregate_id)sql")) {
      made[row.Text("aggregate_type")]
          [row.Text("aggregate_type") + "/" + row.Text("aggregate_id")] = row.Int("last");
    }
  }
  for (Node* follower : nodes) {
    std::map<std::string, std::int64_t> expected;
    for (const std::string& aggregate : follower->follows()) {
      expected.insert(made[aggregate].begin(), made[aggregate].end());
    }
    const std::string wrong = test::Missing(EffectsOf(*follower), expected);
    if (!wrong.empty()) findings.push_back(follower->service() + " applied: " + wrong);
    std::map<std::string, std::int64_t> applied;
    for (const db::Row& row : follower->Query("SELECT * FROM applied")) {
      applied[row.Text("aggregate_type") + "/" + row.Text("aggregate_id")] =
          row.Int("last_revision");
    }
    if (applied != expected) {
      findings.push_back(follower->service() + ": what counts as applied is not what was made");
    }
  }
}

}  // namespace jointly::simulation
