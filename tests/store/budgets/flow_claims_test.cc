#include <gtest/gtest.h>
#include <jointly/identity/v1/identity_events.pb.h>

#include "tests/store/budgets/flow_world.h"

// What people write in claims is sealed under the claimant's key, and gone with it.
namespace jointly::budgets {
namespace {

constexpr const char* kSecret = "Taxi to the clinic in Tsukuba";

class FlowClaimsTest : public FlowTest {
 protected:
  pb::ExpenseClaim Write(const std::string& who, const std::string& description) {
    pb::CreateClaimRequest request;
    request.set_parent("budgets/unit");
    pb::ExpenseClaim& claim = *request.mutable_claim();
    claim.set_commitment("budgets/unit/commitments/mission");
    *claim.mutable_mission_start_date() = Day("2020-07-01");
    *claim.mutable_mission_end_date() = Day("2020-07-05");
    pb::ExpenseItem& item = *claim.add_items();
    *item.mutable_date() = Day("2020-07-02");
    item.set_description(description);
    *item.mutable_amount() = Euro("600");
    rpc::Call call = world().As(who);
    return Must(api().CreateClaim(call, request), "claim");
  }
  pb::ExpenseClaim Read(const std::string& name) {
    pb::GetClaimRequest request;
    request.set_name(name);
    rpc::Call call = world().As("manager");
    return Must(api().GetClaim(call, request), "read");
  }
  void Mission() {
    world().Found();
    world().Order("mission", "p1", "TRAVEL", Euro("1000"), "2020-06-15");
    Must(world().Approve("mission"));
  }
  void Erase(const std::string& who) {
    identity::v1::PersonEvent event;
    event.mutable_person()->set_name("people/" + who);
    event.mutable_person()->set_state(identity::v1::Person::ERASED);
    const absl::Status status = world().Apply("identity.person", who, 9, event.SerializeAsString());
    ASSERT_TRUE(status.ok()) << status;
  }
  // Everything that a dump of the database would show of claims and of what was told of them.
  std::string Dump() {
    const auto rows = Must(world().database().Read([](db::Tx& tx) {
      return tx.Query("SELECT items || note || attachments || sealed AS text FROM claim");
    }));
    std::string text;
    for (const db::Row& row : rows) text += row.Text("text") + "\n";
    const auto events = Must(world().database().Read([](db::Tx& tx) {
      return tx.Query("SELECT body FROM outbox WHERE aggregate_type = 'budgets.claim'");
    }));
    for (const db::Row& row : events) text += row.Bytes("body");
    return text;
  }
};

TEST_P(FlowClaimsTest, TextsAreReadByPeopleAndNotByTheDatabase) {
  Mission();
  const pb::ExpenseClaim claim = Write("researcher", kSecret);
  EXPECT_EQ(claim.items(0).description(), kSecret);
  EXPECT_EQ(Read(claim.name()).items(0).description(), kSecret);
  EXPECT_EQ(Dump().find("clinic"), std::string::npos) << Dump();
  pb::ListClaimsRequest list;
  list.set_parent("budgets/unit");
  rpc::Call call = world().As("researcher");
  const auto listed = Must(api().ListClaims(call, list));
  ASSERT_EQ(listed.claims_size(), 1);
  EXPECT_EQ(listed.claims(0).items(0).description(), kSecret);
}

TEST_P(FlowClaimsTest, AnErasedPersonsClaimShowsAmountsOnly) {
  Mission();
  const pb::ExpenseClaim mine = Write("researcher", kSecret);
  const pb::ExpenseClaim other = Write("manager", "Train");
  Erase("researcher");
  const pb::ExpenseClaim left = Read(mine.name());
  EXPECT_EQ(left.items(0).description(), "");
  EXPECT_EQ(left.items(0).amount().value(), "600.00");
  EXPECT_EQ(left.total().value(), "600.00");
  EXPECT_EQ(left.claimant(), "people/researcher");
  EXPECT_EQ(Read(other.name()).items(0).description(), "Train");
  // Told twice, it is the same; and nothing is kept for the person again.
  Erase("researcher");
  EXPECT_EQ(Read(Write("researcher", kSecret).name()).items(0).description(), "");
  EXPECT_EQ(Dump().find("clinic"), std::string::npos);
}

// A ciphertext belongs to its claim: in another row it is no text.
TEST_P(FlowClaimsTest, ASealedTextCannotBeMovedToAnotherClaim) {
  Mission();
  const std::string first = Write("researcher", kSecret).name();
  const std::string second = Write("researcher", "Bus").name();
  const auto id = [](const std::string& name) { return name.substr(name.rfind('/') + 1); };
  const absl::Status moved = world().database().Transact([&](db::Tx& tx) {
    tx.Execute("UPDATE claim SET sealed = (SELECT sealed FROM claim WHERE id = $1) WHERE id = $2",
               {id(first), id(second)});
    return absl::OkStatus();
  });
  ASSERT_TRUE(moved.ok()) << moved;
  EXPECT_EQ(Read(second).items(0).description(), "");
  EXPECT_EQ(Read(first).items(0).description(), kSecret);
}

INSTANTIATE_ON_ENGINES(FlowClaimsTest);

}  // namespace
}  // namespace jointly::budgets
