#include "tests/store/mobility/world.h"

// A stay that a budget pays: asked for by the host's approval, answered by the budget.
namespace jointly::mobility {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Funding kFunded = {.state = FundingState::kFunded,
                         .commitment = "budgets/unit/commitments/c",
                         .amount = "2100.00",
                         .currency_code = "EUR",
                         .request_number = 1};

class FundingTest : public MobilityTest {
 protected:
  google::type::Date Day(int year, int month, int day) {
    google::type::Date date;
    date.set_year(year);
    date.set_month(month);
    date.set_day(day);
    return date;
  }

  std::string PaidCall() {
    return world().PublishedCall([](pb::Call& call) { call.set_funding_reference("grants"); });
  }

  absl::StatusOr<pb::MobilityCase> Nominate(const std::string& application, bool with_days) {
    pb::NominateApplicationRequest request;
    request.set_name(application);
    *request.mutable_nominee() = world().UsualNominee();
    if (with_days) {
      *request.mutable_planned_start_date() = Day(2027, 10, 1);
      *request.mutable_planned_end_date() = Day(2028, 2, 28);
    }
    rpc::Call office = As(HomeOffice());
    return api().NominateApplication(office, request);
  }

  pb::MobilityCase Approved() {
    const auto application = world().Confirmed(PaidCall(), 1);
    const auto nominated = Must(Nominate(application.name(), true));
    pb::ApproveNominationRequest request;
    request.set_name(nominated.name());
    request.set_proposal_id(nominated.proposal_id());
    rpc::Call host = As(HostOffice());
    return Must(api().ApproveNomination(host, request));
  }

  static Funding Refusal(int request_number) {
    return {.state = FundingState::kUnfunded,
            .reason = "AMOUNT_NOT_AVAILABLE",
            .message = "The line has 100.00 EUR. Transfer money to it.",
            .facts = {{"available", "100.00 EUR"}, {"requested", "250.00 EUR"}},
            .request_number = request_number};
  }

  absl::Status Answer(const std::string& name, const Funding& funding, bool holds = true) {
    const Actor actor = TimerActor(world().clock().Now());
    return world().database().Transact([&](db::Tx& tx) {
      return world().engine().AnswerFunding(tx, actor, IdOfName(name), funding, holds);
    });
  }

  pb::MobilityCase Get(const std::string& name) {
    pb::GetMobilityRequest request;
    request.set_name(name);
    rpc::Call office = As(HomeOffice());
    return Must(api().GetMobility(office, request));
  }

  // An answer after which nothing is held, to a stay that was cancelled while it waited for it.
  void CheckCancelledHears(const Funding& answer) {
    const pb::MobilityCase approved = Approved();
    pb::CancelMobilityRequest cancel;
    cancel.set_name(approved.name());
    cancel.set_reason("the student fell ill");
    rpc::Call office = As(HomeOffice());
    ASSERT_TRUE(api().CancelMobility(office, cancel).ok());
    ASSERT_TRUE(Answer(approved.name(), answer, /*holds=*/false).ok());
    EXPECT_EQ(Get(approved.name()).funding().state(), pb::Funding::RELEASED);
    EXPECT_EQ(Get(approved.name()).funding().reason(), answer.reason);
    const std::int64_t revision = Get(approved.name()).revision();
    ASSERT_TRUE(Answer(approved.name(), answer, /*holds=*/false).ok());
    EXPECT_EQ(Get(approved.name()).revision(), revision);
  }
};

TEST_P(FundingTest, APaidStayNeedsItsDays) {
  const auto application = world().Confirmed(PaidCall(), 1);
  const auto refused = Nominate(application.name(), false);
  EXPECT_EQ(Outcome(refused), "MISSING_INPUT");
  EXPECT_THAT(refused.status().ToString(), HasSubstr("planned_start_date"));
  pb::NominateApplicationRequest backwards;
  backwards.set_name(application.name());
  *backwards.mutable_nominee() = world().UsualNominee();
  *backwards.mutable_planned_start_date() = Day(2028, 2, 1);
  *backwards.mutable_planned_end_date() = Day(2027, 10, 1);
  rpc::Call office = As(HomeOffice());
  const auto unordered = api().NominateApplication(office, backwards);
  EXPECT_EQ(Code(unordered), "INVALID_ARGUMENT");
  EXPECT_THAT(unordered.status().ToString(), HasSubstr("planned_end_date"));
}

TEST_P(FundingTest, TheBudgetsAnswerIsTakenOnce) {
  const pb::MobilityCase approved = Approved();
  EXPECT_EQ(approved.funding().state(), pb::Funding::REQUESTED);
  EXPECT_EQ(approved.funding().funding_reference(), "grants");
  EXPECT_EQ(approved.planned_end_date().day(), 28);
  ASSERT_TRUE(Answer(approved.name(), kFunded).ok());
  ASSERT_TRUE(Answer(approved.name(), kFunded).ok());
  const pb::MobilityCase funded = Get(approved.name());
  EXPECT_EQ(funded.funding().state(), pb::Funding::FUNDED);
  EXPECT_EQ(funded.funding().commitment(), "budgets/unit/commitments/c");
  EXPECT_EQ(funded.funding().funding_reference(), "grants");
  EXPECT_EQ(funded.state(), pb::MobilityCase::APPROVED);
  EXPECT_THAT(Actions("mobility.mobility", approved.name()),
              ElementsAre("nominated", "approved", "funded"));
}

TEST_P(FundingTest, ARefusalSaysWhy) {
  const pb::MobilityCase approved = Approved();
  ASSERT_TRUE(Answer(approved.name(), Refusal(1)).ok());
  EXPECT_EQ(Get(approved.name()).funding().state(), pb::Funding::UNFUNDED);
  EXPECT_EQ(Get(approved.name()).funding().reason(), "AMOUNT_NOT_AVAILABLE");
}

// The figures of a budget are for the side that pays.
TEST_P(FundingTest, OnlyTheHomeOfficeSeesTheFigures) {
  const pb::MobilityCase approved = Approved();
  ASSERT_TRUE(Answer(approved.name(), Refusal(1)).ok());
  const auto funding = [&](const auth::Principal& who) {
    pb::GetMobilityRequest request;
    request.set_name(approved.name());
    rpc::Call call = As(who);
    return Must(api().GetMobility(call, request)).funding();
  };
  const pb::Funding seen = funding(HomeOffice());
  EXPECT_EQ(seen.message(), "The line has 100.00 EUR. Transfer money to it.");
  ASSERT_EQ(seen.facts_size(), 2);
  EXPECT_EQ(seen.facts(0).name() + " " + seen.facts(0).value(), "available 100.00 EUR");
  EXPECT_EQ(seen.facts(1).name() + " " + seen.facts(1).value(), "requested 250.00 EUR");
  for (const auth::Principal& other : {HostOffice(), Student(1)}) {
    EXPECT_EQ(funding(other).reason(), "AMOUNT_NOT_AVAILABLE");
    EXPECT_EQ(funding(other).message(), "");
    EXPECT_EQ(funding(other).facts_size(), 0);
  }
}

TEST_P(FundingTest, ARefusedGrantIsAskedForAgain) {
  const pb::MobilityCase approved = Approved();
  const auto ask = [&](const auth::Principal& who, bool validate_only = false) {
    pb::RequestFundingRequest request;
    request.set_name(approved.name());
    request.set_validate_only(validate_only);
    rpc::Call call = As(who);
    return api().RequestFunding(call, request);
  };
  EXPECT_EQ(approved.funding().request_number(), 1);
  EXPECT_EQ(Outcome(ask(HomeOffice())), "GUARD_REFUSED");  // It waits for its answer.
  ASSERT_TRUE(Answer(approved.name(), Refusal(1)).ok());
  EXPECT_EQ(Outcome(ask(HostOffice())), "WRONG_ROLE");
  EXPECT_EQ(Outcome(ask(Student(1))), "WRONG_ROLE");
  EXPECT_EQ(Must(ask(HomeOffice(), true)).funding().state(), pb::Funding::REQUESTED);
  EXPECT_EQ(Get(approved.name()).funding().state(), pb::Funding::UNFUNDED);
  const pb::Funding again = Must(ask(HomeOffice())).funding();
  EXPECT_EQ(again.state(), pb::Funding::REQUESTED);
  EXPECT_EQ(again.request_number(), 2);
  EXPECT_EQ(again.funding_reference(), "grants");
  EXPECT_EQ(again.reason() + again.message(), "");
  EXPECT_EQ(again.facts_size(), 0);
  // The answer to the first, once more and late.
  ASSERT_TRUE(Answer(approved.name(), Refusal(1)).ok());
  EXPECT_EQ(Get(approved.name()).funding().state(), pb::Funding::REQUESTED);
  Funding paid = kFunded;
  paid.request_number = 2;
  ASSERT_TRUE(Answer(approved.name(), paid).ok());
  ASSERT_TRUE(Answer(approved.name(), paid).ok());
  EXPECT_EQ(Get(approved.name()).funding().state(), pb::Funding::FUNDED);
  EXPECT_EQ(Get(approved.name()).funding().request_number(), 2);
  EXPECT_EQ(Outcome(ask(HomeOffice())), "GUARD_REFUSED");
  EXPECT_THAT(Actions("mobility.mobility", approved.name()),
              ElementsAre("nominated", "approved", "unfunded", "funding_requested", "funded"));
}

TEST_P(FundingTest, AnAnswerAfterTheEndIsNoNews) {
  const pb::MobilityCase approved = Approved();
  pb::CancelMobilityRequest cancel;
  cancel.set_name(approved.name());
  cancel.set_reason("the student fell ill");
  rpc::Call office = As(HomeOffice());
  ASSERT_TRUE(api().CancelMobility(office, cancel).ok());
  ASSERT_TRUE(Answer(approved.name(), kFunded).ok());
  EXPECT_EQ(Get(approved.name()).funding().state(), pb::Funding::REQUESTED);
  ASSERT_TRUE(
      Answer(approved.name(), {.state = FundingState::kReleased, .request_number = 1}).ok());
  EXPECT_EQ(Get(approved.name()).funding().state(), pb::Funding::RELEASED);
  EXPECT_EQ(Get(approved.name()).state(), pb::MobilityCase::CANCELLED);
  ASSERT_TRUE(Answer("mobilities/unknown", kFunded).ok());
}

// Cancelled while the budget was being asked: it does not ask for ever.
TEST_P(FundingTest, ACancelledStayHearsThatItWasRefused) { CheckCancelledHears(Refusal(1)); }

TEST_P(FundingTest, ACancelledStayHearsThatItsGrantIsSettled) { CheckCancelledHears(kFunded); }

TEST_P(FundingTest, AStayThatAskedForNothingGetsNothing) {
  const pb::MobilityCase nominated = world().Nominated(world().PublishedCall(), 1);
  ASSERT_TRUE(Answer(nominated.name(), kFunded).ok());
  EXPECT_FALSE(Get(nominated.name()).has_funding());
}

INSTANTIATE_ON_ENGINES(FundingTest);

}  // namespace
}  // namespace jointly::mobility
