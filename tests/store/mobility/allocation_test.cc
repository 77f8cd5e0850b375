#include "services/mobility/store/allocation_store.h"
#include "tests/store/mobility/world.h"

// Serial allocation of a whole call.
namespace jointly::mobility {
namespace {

using testing::ElementsAre;

class AllocationTest : public MobilityTest {
 protected:
  absl::StatusOr<pb::AllocateCallResponse> Allocate(const std::string& call) {
    pb::AllocateCallRequest request;
    request.set_name(call);
    rpc::Call caller = As(HomeOffice());
    return api().AllocateCall(caller, request);
  }
  std::string RankedWith(const std::string& call, int student, double score,
                         const World::Choices& choices) {
    return world().Ranked(call, student, score, choices).name();
  }
};

TEST_P(AllocationTest, EachTakesTheFirstChoiceWithAVacancy) {
  // "out" has two places, "labs" three semesters.
  const std::string call = world().PublishedCall();
  const std::string best = RankedWith(call, 1, 95, {{kOut, pb::FIRST}});
  const std::string second = RankedWith(call, 2, 90, {{kOut, pb::FIRST}, {kLabs, pb::FIRST}});
  const std::string third = RankedWith(call, 3, 85, {{kOut, pb::FIRST}, {kLabs, pb::FULL_YEAR}});
  const std::string fourth = RankedWith(call, 4, 80, {{kOut, pb::FIRST}});
  const std::string fifth = RankedWith(call, 5, 75, {{kOut, pb::FIRST}, {kLabs, pb::FULL_YEAR}});
  const std::string eligible_only = world().Submitted(call, 6).name();
  ASSERT_OK_AND_ASSIGN(const auto response, Allocate(call));
  std::vector<std::string> rows;
  for (const auto& row : response.allocations()) {
    rows.push_back(row.application() + " " + row.outcome() + " " + row.choice().condition() + " " +
                   std::to_string(row.position()));
  }
  EXPECT_THAT(rows,
              ElementsAre(best + " offered " + kOut + " 0", second + " offered " + kOut + " 0",
                          third + " offered " + kLabs + " 0", fourth + " waitlisted " + kOut + " 1",
                          fifth + " waitlisted " + kOut + " 2"));
  EXPECT_EQ(world().QuotaOf(kOut).held(), 2);
  EXPECT_EQ(world().QuotaOf(kOut).waiting(), 2);
  EXPECT_EQ(world().QuotaOf(kLabs).held(), 2) << "a full year takes two semesters";
  EXPECT_EQ(world().Get(HomeOffice(), fourth).waitlist_position(), 1);
  EXPECT_EQ(world().Get(HomeOffice(), eligible_only).state(), pb::Application::SUBMITTED);
  // One event of the ledger for the whole run.
  EXPECT_THAT(Actions("mobility.quota", world().QuotaOf(kOut).name()),
              ElementsAre("opened", "changed"));
  // Kept, and it replays.
  const auto run =
      Must(database().Read([&](db::Tx& tx) { return store::LoadRun(tx, response.run()); }));
  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(run->actor, "people/home");
  EXPECT_EQ(run->result.rows.size(), 5u);
  EXPECT_TRUE(Replays(run->result));
  // A second run has nobody to place.
  ASSERT_OK_AND_ASSIGN(const auto again, Allocate(call));
  EXPECT_EQ(again.allocations_size(), 0);
}

TEST_P(AllocationTest, ALiveOfferInALinkedCallCounts) {
  const auto linked = [](pb::Call& change) { change.set_linked_group("autumn"); };
  const std::string one = world().PublishedCall(linked);
  const std::string two = world().PublishedCall(linked);
  world().Offered(one, 1);
  const std::string blocked = world().Ranked(two, 1).name();
  const std::string free = world().Ranked(two, 2).name();
  ASSERT_OK_AND_ASSIGN(const auto response, Allocate(two));
  for (const auto& row : response.allocations()) {
    EXPECT_EQ(row.outcome() == "offered", row.application() == free) << row.ShortDebugString();
  }
  EXPECT_EQ(world().Get(HomeOffice(), free).state(), pb::Application::OFFERED);
  EXPECT_NE(world().Get(HomeOffice(), blocked).state(), pb::Application::OFFERED);
}

TEST_P(AllocationTest, AHundredStudentsOnTenPlaces) {
  auto agreement = world().UsualAgreement(10, 3);
  agreement.set_revision(2);
  world().TellAgreement(agreement);
  const std::string call = world().PublishedCall();
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) {
    names.push_back(world().Ranked(call, i, static_cast<double>((i * 37) % 100)).name());
  }
  ASSERT_OK_AND_ASSIGN(const auto response, Allocate(call));
  ASSERT_EQ(response.allocations_size(), 100);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(response.allocations(i).outcome(), i < 10 ? "offered" : "waitlisted");
    EXPECT_EQ(response.allocations(i).position(), i < 10 ? 0 : i - 9);
  }
  EXPECT_EQ(world().QuotaOf(kOut).held(), 10);
  EXPECT_EQ(world().QuotaOf(kOut).waiting(), 90);
}

INSTANTIATE_ON_ENGINES(AllocationTest);

}  // namespace
}  // namespace jointly::mobility
