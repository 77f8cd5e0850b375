#include <jointly/mobility/v1/mobility_events.pb.h>

#include <map>
#include <set>

#include "common/rpc/convert.h"
#include "tests/simulation/worlds/check.h"

namespace jointly::simulation {

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
