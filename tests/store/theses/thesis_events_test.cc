#include "services/theses/domain/residence.h"
#include "tests/store/theses/thesis_world.h"

// What happens elsewhere: stays, money, framework agreements, erased people; and what the thesis
// tells others.
namespace jointly::theses::theses_world {
namespace {

namespace budgets = jointly::budgets::v1;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kTsukuba = "institutions/tsukuba";

class ThesisEventsTest : public ThesisTest {
 protected:
  std::vector<std::string> WarningsOf(const std::string& id) {
    const pb::Thesis thesis = world().Get(id);
    return {thesis.warnings().begin(), thesis.warnings().end()};
  }
  // An office says what is to pay the thesis.
  absl::StatusOr<pb::Thesis> NameFunding(const std::string& reference) {
    pb::UpdateThesisRequest update;
    update.mutable_thesis()->set_name("theses/t1");
    update.mutable_thesis()->set_funding_reference(reference);
    update.mutable_update_mask()->add_paths("funding_reference");
    rpc::Call office = world().As("office-a");
    return api().UpdateThesis(office, update);
  }
};

// From 2024-10-01 to 2027-09-30 are 1095 days: 365 in Tsukuba are a third.
TEST_P(ThesisEventsTest, StaysMakeTheResidence) {
  World& w = world();
  w.Activate("t1", kTsukuba, "2028-08-31", {}, 30);
  w.GoTo("2025-09-30");  // 365 days.
  EXPECT_EQ(w.Get("t1").sides(0).residence_percent(), 100);
  EXPECT_THAT(
      WarningsOf("t1"),
      Contains(HasSubstr("residence in institutions/tsukuba will be 0 %, the agreement asks "
                         "for 30 %: a stay until the defence must begin by 2026-11-06")));
  w.TellStay("s1", "2025-04-01", "2025-09-30");  // 183 days.
  EXPECT_EQ(w.Get("t1").sides(1).residence_percent(), 50);
  EXPECT_EQ(w.Get("t1").sides(1).residence_forecast_percent(), 16);
  w.TellStay("s2", "2026-04-01", "2026-09-30");  // Planned, 183 days.
  EXPECT_EQ(w.Get("t1").sides(1).residence_forecast_percent(), 33);
  EXPECT_EQ(w.Get("t1").sides(0).residence_forecast_percent(), 66);
  EXPECT_THAT(WarningsOf("t1"), IsEmpty());
  w.TellStay("s2", "2026-04-01", "2026-09-30", /*cancelled=*/true);
  EXPECT_EQ(w.Get("t1").sides(1).residence_forecast_percent(), 16);
  // A stay elsewhere is no residence at the other side.
  w.TellStay("s3", "2026-04-01", "2026-09-30", false, "institutions/sapporo");
  EXPECT_EQ(w.Get("t1").sides(1).residence_forecast_percent(), 16);
  w.GoTo("2027-08-01");
  EXPECT_THAT(WarningsOf("t1"), Contains(HasSubstr("does not reach it any more")));
}

TEST_P(ThesisEventsTest, TheFrameworkThatEndsIsAWarning) {
  World& w = world();
  w.Activate("t1");
  w.TellFramework("uga-tsukuba", true);
  EXPECT_THAT(WarningsOf("t1"), IsEmpty());
  const auto before = Actions("t1").size();
  w.TellFramework("uga-tsukuba", false);
  EXPECT_THAT(WarningsOf("t1"), Contains(HasSubstr("agreements/uga-tsukuba")));
  EXPECT_EQ(Actions("t1").size(), before + 1);
  EXPECT_EQ(Actions("t1").back(), "recomputed");
  EXPECT_THAT(LastEvent("t1").thesis().warnings(), Contains(HasSubstr("agreements/uga-tsukuba")));
}

// What a commitment says to the thesis that it is of.
budgets::Commitment CommitmentOf(const std::string& name, const std::string& thesis,
                                 budgets::Commitment::State state) {
  budgets::Commitment commitment;
  commitment.set_name(name);
  if (!thesis.empty()) commitment.set_thesis("theses/" + thesis);
  commitment.set_state(state);
  if (state == budgets::Commitment::REFUSED) commitment.set_refusal("AMOUNT_NOT_AVAILABLE");
  return commitment;
}

TEST_P(ThesisEventsTest, ABudgetAnswers) {
  World& w = world();
  w.Activate("t1");
  EXPECT_EQ(w.Get("t1").funding_state(), "");
  EXPECT_EQ(Outcome(NameFunding("budgets/unit/lines/x")), "INVALID_ARGUMENT");
  EXPECT_EQ(Must(NameFunding("unit-grants"), "reference").funding_state(), "asked");
  EXPECT_EQ(LastEvent("t1").thesis().funding_state(), "asked");
  EXPECT_EQ(LastEvent("t1").thesis().funding_reference(), "unit-grants");
  EXPECT_EQ(Outcome(NameFunding("budgets/unit")), "INVALID_ARGUMENT") << "it asks once";
  w.TellCommitment(CommitmentOf("budgets/unit/commitments/t1", "", budgets::Commitment::APPROVED));
  EXPECT_EQ(w.Get("t1").funding_state(), "asked") << "an order that has the thesis's id";
  w.TellCommitment(
      CommitmentOf("budgets/unit/commitments/t2", "t2", budgets::Commitment::APPROVED));
  EXPECT_EQ(w.Get("t1").funding_state(), "asked") << "of another thesis";
  const std::string name = "budgets/unit/commitments/t1";
  w.TellCommitment(CommitmentOf(name, "t1", budgets::Commitment::APPROVED));
  EXPECT_EQ(w.Get("t1").funding_state(), "reserved");
  EXPECT_EQ(w.Get("t1").funding_commitment(), name);
  EXPECT_EQ(Actions("t1").back(), "funding");
  const auto events = Actions("t1").size();
  for (const budgets::Commitment::State state :
       {budgets::Commitment::APPROVED, budgets::Commitment::PARTIALLY_LIQUIDATED,
        budgets::Commitment::CARRIED, budgets::Commitment::LIQUIDATED}) {
    w.TellCommitment(CommitmentOf(name, "t1", state));
  }
  EXPECT_EQ(Actions("t1").size(), events) << "the same answer again";
  w.TellCommitment(CommitmentOf(name, "t1", budgets::Commitment::CANCELLED));
  EXPECT_EQ(w.Get("t1").funding_state(), "released");
  EXPECT_EQ(w.Get("t1").funding_commitment(), "");
  EXPECT_EQ(Actions("t1").size(), events + 1);
}

TEST_P(ThesisEventsTest, ABudgetRefusesWithItsReason) {
  World& w = world();
  w.Activate("t1");
  Must(NameFunding("budgets/unit"), "reference");
  // When no budget has this reference, the refusal is in none.
  w.TellCommitment(CommitmentOf("commitments/t1", "t1", budgets::Commitment::REFUSED));
  EXPECT_EQ(w.Get("t1").funding_state(), "refused");
  EXPECT_EQ(w.Get("t1").funding_note(), "AMOUNT_NOT_AVAILABLE");
  EXPECT_EQ(w.Get("t1").funding_commitment(), "");
  EXPECT_EQ(LastEvent("t1").thesis().funding_note(), "AMOUNT_NOT_AVAILABLE");
}

// What ended early names what it leaves to others.
TEST_P(ThesisEventsTest, WhatEndsLeavesObligations) {
  World& w = world();
  w.Activate("t1");
  w.TellStay("s1", "2025-04-01", "2025-09-30");
  w.GoTo("2025-06-01");
  const pb::Thesis ended =
      Must(w.Move("student", "t1", "abandon", "2025-05-30", "another life"), "abandon");
  EXPECT_THAT(ended.open_obligations(),
              ElementsAre("stay mobilities/s1 in institutions/tsukuba until 2025-09-30",
                          "residence permit for the stay mobilities/s1"));
  EXPECT_EQ(ended.end_reason(), "another life");
  const auto event = LastEvent("t1");
  EXPECT_EQ(event.thesis().end_reason(), "") << "personal: never in an event";
  EXPECT_EQ(event.thesis().deadlines_size(), 0) << "nothing is due any more";
  w.TellPerson("student", /*erased=*/true);
  EXPECT_EQ(w.Get("t1").end_reason(), "");
  EXPECT_EQ(w.Get("t1").title(), "Two cities and their energy");
}

TEST_P(ThesisEventsTest, EventsCarryDeadlinesAndNothingPersonal) {
  World& w = world();
  w.Activate("t1");
  w.GoTo("2026-06-01");
  Must(w.Plan("office-a", "t1", "2026-11-10"), "plan");
  const auto event = LastEvent("t1");
  EXPECT_EQ(event.change().action(), "defence_planned");
  EXPECT_EQ(event.change().from(), "active");
  ASSERT_EQ(event.thesis().defence().jury_size(), 5);
  for (const auto& member : event.thesis().defence().jury()) EXPECT_EQ(member.display_name(), "");
  bool reports = false;
  for (const auto& deadline : event.thesis().deadlines()) {
    EXPECT_EQ(deadline.generation(), event.thesis().revision());
    EXPECT_TRUE(deadline.id().starts_with("theses/t1/")) << deadline.id();
    EXPECT_FALSE(deadline.rationale().empty()) << deadline.id();
    EXPECT_GT(deadline.audience_size(), 0) << deadline.id();
    if (deadline.kind() != "fr.reports") continue;
    reports = true;
    EXPECT_EQ(Text(deadline.due_date()), "2026-10-27");
    EXPECT_EQ(deadline.audience(0).role(), "doctoral_office");
  }
  EXPECT_TRUE(reports);
  EXPECT_EQ(w.Get("t1").defence().jury(0).display_name(), "Member 1");
}

// A computation that changes no date tells nothing.
TEST_P(ThesisEventsTest, OnlyNewDatesAreToldAgain) {
  World& w = world();
  w.Activate("t1");
  const auto told = database().Transact([&](db::Tx& tx) {
    return w.engine().Recompute(tx, ServiceWho(w.engine().clock().Now()), "t1");
  });
  EXPECT_FALSE(Must(told));
  EXPECT_THAT(Actions("t1"), Not(Contains("recomputed")));
}

INSTANTIATE_ON_ENGINES(ThesisEventsTest);

}  // namespace
}  // namespace jointly::theses::theses_world
