#include <jointly/budgets/v1/budgets_events.pb.h>
#include <jointly/mobility/v1/mobility_events.pb.h>

#include <map>
#include <set>

#include "common/rpc/convert.h"
#include "tests/simulation/worlds/check.h"

namespace jointly::simulation {
namespace {

using Said = std::vector<deadlines::v1::Deadline>;

// The last event of each thing, with the deadlines that its owner says it has.
template <typename Event, typename Resource>
void Collect(Node& owner, const char* aggregate, const Resource& (Event::*resource)() const,
             Said& said, Findings& findings) {
  for (const db::Row& row : owner.Query(R"sql(
           SELECT body FROM outbox AS o
            WHERE aggregate_type = $1
              AND revision = (SELECT MAX(revision) FROM outbox AS later
                               WHERE later.aggregate_type = o.aggregate_type
                                 AND later.aggregate_id = o.aggregate_id))sql",
                                        {aggregate})) {
    Event event;
    if (!event.ParseFromString(row.Bytes("body"))) findings.push_back("an event does not parse");
    for (const auto& deadline : (event.*resource)().deadlines()) said.push_back(deadline);
  }
}

Said SaidBy(MobilityNode& mobility, BudgetsNode* budgets, Findings& findings) {
  Said said;
  namespace mpb = mobility::v1;
  Collect(mobility, "mobility.call", &mpb::CallEvent::call, said, findings);
  Collect(mobility, "mobility.application", &mpb::ApplicationEvent::application, said, findings);
  if (budgets == nullptr) return said;
  namespace bpb = budgets::v1;
  Collect(*budgets, "budgets.budget", &bpb::BudgetEvent::budget, said, findings);
  Collect(*budgets, "budgets.period", &bpb::PeriodEvent::period, said, findings);
  Collect(*budgets, "budgets.commitment", &bpb::CommitmentEvent::commitment, said, findings);
  Collect(*budgets, "budgets.claim", &bpb::ClaimEvent::claim, said, findings);
  Collect(*budgets, "budgets.transfer", &bpb::TransferEvent::transfer, said, findings);
  Collect(*budgets, "budgets.amendment", &bpb::AmendmentEvent::amendment, said, findings);
  Collect(*budgets, "budgets.report", &bpb::ReportEvent::report, said, findings);
  return said;
}

struct Kept {
  std::int64_t generation = 0;
  std::string due;
  std::string state;
};

}  // namespace

void CheckDeadlines(MobilityNode& mobility, BudgetsNode* budgets, NotificationsNode& node,
                    Findings& findings) {
  std::map<std::string, Kept> kept;
  for (const db::Row& row : node.Query("SELECT * FROM deadline")) {
    kept[row.Text("id")] = {row.Int("generation"), row.Text("due_date"), row.Text("state")};
  }
  std::set<std::string> current;
  for (const deadlines::v1::Deadline& said : SaidBy(mobility, budgets, findings)) {
    current.insert(said.id());
    const auto found = kept.find(said.id());
    if (found == kept.end()) {
      findings.push_back("the deadline " + said.id() + " is not known");
      continue;
    }
    if (found->second.generation != said.generation()) {
      findings.push_back("the deadline " + said.id() + " is of generation " +
                         std::to_string(found->second.generation) + ", its owner's of " +
                         std::to_string(said.generation()));
    }
    // The closing of a draft follows its call, whose owner does not say it again for each draft.
    if (said.kind() == "submit") continue;
    const auto date = rpc::FromProto(said.due_date());
    if (date.has_value() && FormatDate(*date) != found->second.due) {
      findings.push_back("the deadline " + said.id() + " is on another date than its owner says");
    }
  }
  for (const auto& [id, row] : kept) {
    if (!current.contains(id) && row.state != "superseded") {
      findings.push_back("the deadline " + id + " is over for its owner and " + row.state);
    }
  }
}

}  // namespace jointly::simulation
