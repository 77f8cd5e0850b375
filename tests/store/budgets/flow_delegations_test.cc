#include <gtest/gtest.h>
#include <jointly/budgets/v1/budgets_events.pb.h>

#include "tests/store/budgets/flow_world.h"

// Who stands in for whom is told and kept as every other document is.
namespace jointly::budgets {
namespace {

class FlowDelegationsTest : public FlowTest {
 protected:
  pb::Delegation Delegate() {
    pb::CreateDelegationRequest request;
    request.set_parent("budgets/unit");
    request.mutable_delegation()->set_delegate("people/tsukuba");
    *request.mutable_delegation()->mutable_start_date() = Day("2020-04-01");
    *request.mutable_delegation()->mutable_end_date() = Day("2020-12-31");
    rpc::Call call = world().As("other");
    request.set_request_id(call.request_id);
    const pb::Delegation first = Must(api().CreateDelegation(call, request), "delegate");
    // The same command once more is the same delegation.
    EXPECT_EQ(Must(api().CreateDelegation(call, request), "again").name(), first.name());
    return first;
  }
  absl::StatusOr<pb::Delegation> Revoke(const pb::Delegation& delegation, const std::string& who) {
    pb::RevokeDelegationRequest request;
    request.set_name(delegation.name());
    rpc::Call call = world().As(who);
    return api().RevokeDelegation(call, request);
  }
  std::string Listed(const std::string& who) {
    pb::ListDelegationsRequest request;
    request.set_parent("budgets/unit");
    rpc::Call call = world().As(who);
    const auto listed = api().ListDelegations(call, request);
    if (!listed.ok()) return ReasonOf(listed.status());
    std::string text;
    for (const pb::Delegation& row : listed->delegations()) {
      text += row.delegator() + ">" + row.delegate() + (row.revoked() ? " revoked;" : ";");
    }
    return text;
  }
  db::Rows Query(std::string_view sql, const std::string& id) {
    return Must(world().database().Read([&](db::Tx& tx) { return tx.Query(sql, {id}); }));
  }
};

TEST_P(FlowDelegationsTest, AreToldAndKept) {
  world().Found();
  const pb::Delegation given = Delegate();
  const std::string id = given.name().substr(given.name().rfind('/') + 1);
  EXPECT_EQ(world().Actions("budgets.delegation", id), "created");
  EXPECT_EQ(Listed("manager"), "people/other>people/tsukuba;");
  EXPECT_EQ(Listed("auditor"), "people/other>people/tsukuba;");
  EXPECT_EQ(Listed("stranger"), "BUDGET_NOT_FOUND");
  EXPECT_EQ(Outcome(Revoke(given, "manager")), "WRONG_ROLE");
  EXPECT_TRUE(Must(Revoke(given, "other"), "revoke").revoked());
  EXPECT_TRUE(Must(Revoke(given, "other"), "again").revoked());  // Changes nothing.
  EXPECT_EQ(world().Actions("budgets.delegation", id), "created,revoked");
  EXPECT_EQ(Listed("manager"), "people/other>people/tsukuba revoked;");

  const db::Rows events =
      Query("SELECT body FROM outbox WHERE aggregate_id = $1 ORDER BY revision", id);
  ASSERT_EQ(events.size(), 2U);
  pb::DelegationEvent told;
  ASSERT_TRUE(told.ParseFromString(events[0].Bytes("body")));
  EXPECT_EQ(told.delegation().delegate(), "people/tsukuba");
  EXPECT_EQ(told.budget().budget(), "budgets/unit");
  EXPECT_EQ(told.change().from() + ">" + told.change().to(), ">given");
  ASSERT_TRUE(told.ParseFromString(events[1].Bytes("body")));
  EXPECT_EQ(told.change().from() + ">" + told.change().to(), "given>revoked");
  const db::Rows audit = Query(
      "SELECT action, actor, before_digest, after_digest FROM audit WHERE subject = $1"
      " ORDER BY id",
      given.name());
  ASSERT_EQ(audit.size(), 2U);
  EXPECT_EQ(audit[0].Text("action") + " " + audit[0].Text("actor"), "created people/other");
  EXPECT_EQ(audit[0].Text("after_digest"), audit[1].Text("before_digest"));
  EXPECT_NE(audit[1].Text("after_digest"), audit[1].Text("before_digest"));
}

INSTANTIATE_ON_ENGINES(FlowDelegationsTest);

}  // namespace
}  // namespace jointly::budgets
