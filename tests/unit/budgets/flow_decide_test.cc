#include <gtest/gtest.h>

#include <random>

#include "services/budgets/domain/movements.h"
#include "tests/support/table.h"
#include "tests/unit/budgets/flow_sample.h"

namespace jointly::budgets {
namespace {

using sample::Cents;
using sample::Day;
using sample::Line;
using test::Row;
using test::Table;

std::string FactOf(const absl::Status& status, std::string_view name) {
  for (const Fact& fact : FactsOf(status)) {
    if (fact.name == name) return fact.value;
  }
  return "";
}

// Both in the control currency; the foreign ones by their own day's rate.
CommitmentFacts YenOrder(std::int64_t yen, const std::string& reserved) {
  CommitmentFacts facts = sample::In(CommitmentState::kApproved);
  facts.commitment.amount = {.minor = yen, .currency = sample::Yen()};
  facts.commitment.original_remaining = yen;
  facts.commitment.reserved = facts.commitment.remaining = Cents(reserved);
  return facts;
}

// The worked example's two orders in yen, a partial invoice, and a tolerance.
TEST(CommitmentDecision, LiquidatesToTheCent) {
  for (const Row& row : Table(R"(
    order    reserved  invoice  costs     final  tolerance  spent     released  excess   remaining
    3000000  24828.27  3000000  24240.47  yes    0          24240.47  587.80    0        0
    1200000  9254.26   1200000  8866.56   yes    0          8866.56   387.70    0        0
    3000000  24828.27  1000000  8080.16   no     0          8080.16   195.93    0        16552.18
    3000000  24828.27  1000000  9000      no     0          9000      0         723.91   16552.18
    3000000  24828.27  3000000  25000     yes    0          25000     0         171.73   0
    3000000  24828.27  1000000  8080.16   yes    0          8080.16   16748.11  0        0
    3000000  24828.27  3150000  26000     no     5          26000     0         1171.73  0
  )")) {
    SCOPED_TRACE(row.text());
    CommitmentFacts facts = YenOrder(std::stoll(row["order"]), row["reserved"]);
    facts.budget.terms.liquidation_tolerance_percent = std::stoi(row["tolerance"]);
    facts.input.original = std::stoll(row["invoice"]);
    facts.input.control = Cents(row["costs"]);
    facts.input.final = row["final"] == "yes";
    const auto action = LiquidateAction(facts.commitment, facts.input.original, facts.input.final);
    const auto decision = Decide(facts, action, Role::kManager);
    ASSERT_TRUE(decision.ok()) << decision.status();
    const Commitment& after = decision->after;
    EXPECT_EQ(after.liquidated, Cents(row["spent"]));
    EXPECT_EQ(after.released, Cents(row["released"]));
    EXPECT_EQ(after.remaining, Cents(row["remaining"]));
    EXPECT_EQ(after.state, row["remaining"] == "0" ? CommitmentState::kLiquidated
                                                   : CommitmentState::kPartiallyLiquidated);
    ASSERT_EQ(decision->movements.size(), 1u);
    EXPECT_EQ(decision->movements[0].excess, Cents(row["excess"]));
    EXPECT_EQ(decision->movements[0].amount, Cents(row["spent"]));
  }
}

// The entry of a document says what it did to the reservation; taking it back undoes exactly that.
TEST(CommitmentDecision, ADocumentThatIsTakenBackLeavesNoTrace) {
  for (const Row& row : Table(R"(
    order    reserved  invoice  costs     final  expires     today       state     timer
    3000000  24828.27  3000000  24240.47  yes    2020-06-30  2020-07-01  approved  2020-07-02
    3000000  24828.27  3000000  25000     yes    2020-08-31  2020-07-01  approved  2020-09-01
    3000000  24828.27  1000000  8080.16   no     2020-06-30  2020-06-30  approved  2020-07-01
    3000000  24828.27  1000000  9000      no     -           2020-07-01  approved  -
    3000000  24828.27  1000000  8080.16   yes    -           2020-07-01  approved  -
  )")) {
    SCOPED_TRACE(row.text());
    CommitmentFacts facts = YenOrder(std::stoll(row["order"]), row["reserved"]);
    const Commitment before = facts.commitment;
    facts.role = Role::kAccountant;
    facts.today = Day(row["today"]);
    facts.input.original = std::stoll(row["invoice"]);
    facts.input.control = Cents(row["costs"]);
    facts.input.final = row["final"] == "yes";
    const auto used = Decide(
        facts, LiquidateAction(before, facts.input.original, facts.input.final), Role::kAccountant);
    ASSERT_TRUE(used.ok()) << used.status();
    const MovementPlan& plan = used->movements[0];
    const auto entry =
        Liquidate({.budget = "b", .currency = sample::Euro()}, {.line = plan.line,
                                                                .remaining = plan.from_reservation,
                                                                .cost = plan.amount,
                                                                .final = true});
    ASSERT_TRUE(entry.ok()) << entry.status();
    TakenBack back{.journal = "j", .line = plan.line, .use = UseOf(entry->journal)};
    EXPECT_EQ(back.use.excess, plan.excess);
    EXPECT_EQ(back.use.from_reservation, plan.from_reservation);
    back.use.original_used = used->original_used;
    back.effective_on = plan.effective_date;
    facts.commitment = used->after;
    facts.commitment.expire_date.reset();
    if (!row["expires"].empty()) facts.commitment.expire_date = Day(row["expires"]);
    facts.input.effective_date = Day("2020-07-01");
    facts.input.taken_back = back;
    const auto undone = Decide(facts, ReverseAction(facts.commitment, back), Role::kAccountant);
    ASSERT_TRUE(undone.ok()) << undone.status();
    const Commitment& after = undone->after;
    EXPECT_EQ(Name(after.state), row["state"]);
    EXPECT_EQ(after.reserved, before.reserved);
    EXPECT_EQ(after.liquidated, 0);
    EXPECT_EQ(after.released, 0);
    EXPECT_EQ(after.remaining, before.remaining);
    EXPECT_EQ(after.original_remaining, before.original_remaining);
    EXPECT_EQ(undone->timers.empty() ? "" : FormatDate(undone->timers[0].on), row["timer"]);
    facts.commitment.paid = 1;
    EXPECT_EQ(sample::ResultOf(facts, ReverseAction(facts.commitment, back), Role::kAccountant),
              "STILL_PAID");
    facts.input.effective_date = Day("2020-06-14");
    EXPECT_EQ(
        ReasonOf(Decide(facts, ReverseAction(facts.commitment, back), Role::kAccountant).status()),
        "DATE_OUTSIDE_BUDGET");
  }
}

TEST(CommitmentDecision, RefusesWithTheReasonOfTheMoneyRule) {
  const auto refuse = [](CommitmentFacts facts, CommitmentAction action) {
    return Decide(facts, action, Role::kManager).status();
  };
  CommitmentFacts facts = sample::In(CommitmentState::kRequested);
  facts.available = Cents("999.99");
  absl::Status status = refuse(facts, CommitmentAction::kApprove);
  EXPECT_EQ(ReasonOf(status), "AMOUNT_NOT_AVAILABLE");
  EXPECT_EQ(FactOf(status, "available"), "999.99 EUR");
  EXPECT_EQ(FactOf(status, "requested"), "1000.00 EUR");
  EXPECT_EQ(FactOf(status, "line"), "p1/EQUIP/tsukuba/cash");

  facts = sample::In(CommitmentState::kRequested);
  facts.period.state = PeriodState::kSoftClosed;
  facts.available = 0;
  status = refuse(facts, CommitmentAction::kApprove);
  EXPECT_EQ(ReasonOf(status), "PERIOD_NOT_OPEN");
  EXPECT_EQ(FactOf(status, "state"), "soft_closed");
  // All that refuses is named, not only the first.
  EXPECT_EQ(FactOf(status, "guards"), "PERIOD_NOT_OPEN,AMOUNT_NOT_AVAILABLE");

  facts = sample::In(CommitmentState::kRequested);
  facts.commitment.effective_date = Day("2021-04-01");
  status = refuse(facts, CommitmentAction::kApprove);
  EXPECT_EQ(ReasonOf(status), "DATE_OUTSIDE_BUDGET");
  EXPECT_EQ(FactOf(status, "end"), "2021-03-31");

  facts = sample::In(CommitmentState::kRequested);
  facts.commitment.line.category = "GIFTS";
  EXPECT_EQ(ReasonOf(refuse(facts, CommitmentAction::kApprove)), "CATEGORY_REFUSED");

  facts = sample::In(CommitmentState::kRequested);
  facts.budget.state = BudgetState::kSuspended;
  status = refuse(facts, CommitmentAction::kApprove);
  EXPECT_EQ(ReasonOf(status), "BUDGET_NOT_ACTIVE");
  EXPECT_EQ(FactOf(status, "state"), "suspended");

  facts = sample::In(CommitmentState::kRequested);
  facts.commitment.supplier_reference.clear();
  EXPECT_EQ(sample::Refusal(refuse(facts, CommitmentAction::kApprove)), "SUPPLIER_REFERENCE");

  facts = sample::In(CommitmentState::kApproved);
  facts.input.original = facts.input.control = Cents("1000.01");
  status = refuse(facts, CommitmentAction::kLiquidateAll);
  EXPECT_EQ(ReasonOf(status), "MORE_THAN_REMAINS");
  EXPECT_EQ(FactOf(status, "remaining"), "1000.00 EUR");

  // A tolerance reserves the excess first; the line must have it.
  facts.budget.terms.liquidation_tolerance_percent = 5;
  facts.available = 0;
  EXPECT_EQ(ReasonOf(refuse(facts, CommitmentAction::kLiquidateAll)), "AMOUNT_NOT_AVAILABLE");
  facts.available = 1;
  EXPECT_TRUE(refuse(facts, CommitmentAction::kLiquidateAll).ok());
}

// B14: the requester does not approve, however they come.
TEST(CommitmentDecision, KeepsRequesterAndApproverApart) {
  for (const Row& row : Table(R"(
    requester              approver                         delegated       result
    people/manager         people/other                     -               approved
    people/manager         people/manager                   -               SELF_APPROVAL
    people/manager         people/third for people/other    people/other    approved
    people/manager         people/third for people/manager  people/manager  SELF_APPROVAL
    people/manager         people/manager for people/other  people/other    SELF_APPROVAL
    people/manager         people/third for people/other    -               DELEGATION
    services/mobility      people/other                     -               approved
  )")) {
    SCOPED_TRACE(row.text());
    CommitmentFacts facts = sample::In(CommitmentState::kRequested);
    facts.commitment.requester = sample::Self(row["requester"]);
    const std::string approver = row["approver"];
    const std::size_t stands_in = approver.find(" for ");
    facts.actor.hand.person = approver.substr(0, stands_in);
    if (stands_in != std::string::npos)
      facts.actor.hand.in_place_of = approver.substr(stands_in + 5);
    if (!row["delegated"].empty()) {
      facts.actor.delegations.push_back({.id = "d1",
                                         .budget = facts.budget.id,
                                         .delegator = row["delegated"],
                                         .delegate = facts.actor.hand.person,
                                         .start_date = Day("2020-06-01"),
                                         .end_date = Day("2020-06-30")});
    }
    EXPECT_EQ(sample::ResultOf(facts, CommitmentAction::kApprove, Role::kManager), row["result"]);
  }
}

TEST(CommitmentDecision, SaysWhoElseCouldApprove) {
  CommitmentFacts facts = sample::In(CommitmentState::kRequested);
  facts.actor = sample::By("people/manager");
  absl::Status status = Decide(facts, CommitmentAction::kApprove, Role::kManager).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_EQ(FactOf(status, "requester"), "people/manager");
  EXPECT_NE(MessageOf(status).find("by people/other."), std::string::npos) << MessageOf(status);
  facts.actor.able = {"people/manager"};
  status = Decide(facts, CommitmentAction::kApprove, Role::kManager).status();
  EXPECT_NE(MessageOf(status).find("Nobody else"), std::string::npos) << MessageOf(status);
}

TEST(CommitmentDecision, RevaluesUpAndDownOrIsUndercovered) {
  CommitmentFacts facts = YenOrder(1'200'000, "9254.26");
  facts.input.control = Cents("9500");
  facts.available = Cents("245.73");
  EXPECT_EQ(sample::ResultOf(facts, CommitmentAction::kRevalue, Role::kAccountant),
            "AMOUNT_NOT_AVAILABLE");
  facts.available = Cents("245.74");
  auto decision = Decide(facts, CommitmentAction::kRevalue, Role::kAccountant);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->after.remaining, Cents("9500"));
  EXPECT_EQ(decision->movements[0].amount, Cents("245.74"));
  facts.input.control = Cents("9000");
  decision = Decide(facts, CommitmentAction::kRevalue, Role::kAccountant);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->after.released, Cents("254.26"));
}

TEST(CommitmentDecision, IsRevaluedInItsPeriodAndAfterItsDay) {
  for (const Row& row : Table(R"(
    date        period       result
    2020-06-14  open         DATE_OUTSIDE_BUDGET
    2020-06-15  open         approved
    2021-03-31  open         approved
    2021-03-31  soft_closed  approved
    2021-03-31  closed       PERIOD_NOT_OPEN
    2021-04-01  open         DATE_OUTSIDE_BUDGET
    1999-01-01  open         DATE_OUTSIDE_BUDGET
  )")) {
    SCOPED_TRACE(row.text());
    CommitmentFacts facts = sample::In(CommitmentState::kApproved);
    facts.role = Role::kAccountant;
    facts.period.state = *Parse<PeriodState>(row["period"]);
    facts.input.control = Cents("1001");
    facts.input.effective_date = Day(row["date"]);
    // Only what is foreign is revalued; the guards do not ask.
    facts.commitment.state = CommitmentState::kUndercovered;
    EXPECT_EQ(sample::ResultOf(facts, CommitmentAction::kRevalue, Role::kAccountant),
              row["result"]);
  }
}

TEST(CommitmentDecision, ExpiresOnItsLastDayAndNotBefore) {
  CommitmentFacts facts = sample::In(CommitmentState::kApproved);
  facts.today = Day("2020-06-30");
  EXPECT_EQ(sample::ResultOf(facts, CommitmentAction::kExpire, Role::kTimer), "EXPIRY_REACHED");
  facts.today = Day("2020-07-01");
  const auto decision = Decide(facts, CommitmentAction::kExpire, Role::kTimer);
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->movements[0].effective_date, Day("2020-06-30"));
  EXPECT_EQ(decision->after.released, Cents("1000"));
}

// B4 holds whatever comes, and what the ledger is told adds up to what the document says.
TEST(CommitmentDecision, AddsUpAfterRandomSteps) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::int64_t bound) {
      return static_cast<std::int64_t>(random()) % std::max<std::int64_t>(bound, 1);
    };
    const bool foreign = below(2) == 0;
    CommitmentFacts facts = sample::In(CommitmentState::kApproved);
    facts.budget.terms.liquidation_tolerance_percent = static_cast<int>(below(20));
    facts.available = below(200'000);
    const std::int64_t start = facts.available + facts.commitment.remaining;
    if (foreign) {
      facts.commitment.amount = {.minor = 1 + below(300'000), .currency = sample::Yen()};
      facts.commitment.original_remaining = facts.commitment.amount.minor;
    }
    for (int step = 0; step < 12 && IsOpen(facts.commitment.state); ++step) {
      facts.input.original = 1 + below(facts.commitment.original_remaining * 5 / 4);
      facts.input.control =
          foreign ? below(facts.commitment.remaining * 3 / 2 + 1) : facts.input.original;
      facts.input.final = below(4) == 0;
      CommitmentAction action =
          LiquidateAction(facts.commitment, facts.input.original, facts.input.final);
      if (below(3) == 0) {
        facts.input.original = std::min(facts.input.original, facts.commitment.original_remaining);
        action = ReleaseAction(facts.commitment, facts.input.original);
      }
      const auto decision = Decide(facts, action, Role::kManager);
      if (!decision.ok()) continue;
      const Commitment& after = decision->after;
      ASSERT_GE(after.remaining, 0) << "seed " << seed;
      ASSERT_GE(after.original_remaining, 0) << "seed " << seed;
      ASSERT_EQ(after.original_remaining == 0, !IsOpen(after.state)) << "seed " << seed;
      // What the line has is all that it had, less what is reserved or spent now.
      facts.available = start - after.remaining - after.liquidated;
      ASSERT_GE(facts.available, 0) << "seed " << seed;
      facts.commitment = after;
    }
  }
}

TEST(ClaimDecision, KeepsClaimantCertifierApproverAndPayerApart) {
  for (const Row& row : Table(R"(
    state       action    by                 role        result
    submitted   certify   people/researcher  manager     SELF_APPROVAL
    submitted   certify   people/manager     manager     certified
    certified   approve   people/researcher  manager     SELF_APPROVAL
    certified   approve   people/manager     manager     SELF_APPROVAL
    certified   approve   people/other       manager     approved
    approved    pay       people/researcher  accountant  SELF_APPROVAL
    approved    pay       people/manager     accountant  SELF_APPROVAL
    approved    pay       people/other       accountant  SELF_APPROVAL
    approved    pay       people/accountant  accountant  paid
  )")) {
    SCOPED_TRACE(row.text());
    ClaimFacts facts = sample::In(*Parse<ClaimState>(row["state"]));
    facts.actor = sample::By(row["by"]);
    EXPECT_EQ(
        sample::ResultOf(facts, *Parse<ClaimAction>(row["action"]), *Parse<Role>(row["role"])),
        row["result"]);
  }
}

TEST(ClaimDecision, JudgesDatesReceiptsAndAmount) {
  const auto submit = [](const ClaimFacts& facts) {
    return sample::ResultOf(facts, ClaimAction::kSubmit, Role::kClaimant);
  };
  ClaimFacts facts = sample::In(ClaimState::kDraft);
  facts.claim.attachments.clear();
  EXPECT_EQ(submit(facts), "RECEIPTS");
  facts = sample::In(ClaimState::kDraft);
  facts.claim.items[1].date = Day("2020-06-26");
  EXPECT_EQ(submit(facts), "DATE_OUTSIDE_BUDGET");
  facts = sample::In(ClaimState::kDraft);
  facts.claim.mission_end_date = Day("2021-04-02");
  EXPECT_EQ(submit(facts), "DATE_OUTSIDE_BUDGET");
  facts = sample::In(ClaimState::kDraft);
  facts.claim.items[0].amount = Cents("580.51");
  EXPECT_EQ(submit(facts), "MORE_THAN_REMAINS");
  facts.budget.terms.liquidation_tolerance_percent = 1;
  EXPECT_EQ(submit(facts), "submitted");
  facts.claim.items.clear();
  EXPECT_EQ(submit(facts), "ITEMS");
}

TEST(ClaimDecision, APaymentThatFailedComesBackAndIsPaidAgain) {
  ClaimFacts facts = sample::In(ClaimState::kPaid);
  const auto failed = Decide(facts, ClaimAction::kFailPayment, Role::kAccountant);
  ASSERT_TRUE(failed.ok());
  ASSERT_EQ(failed->movements.size(), 1u);
  EXPECT_EQ(failed->movements[0].kind, MovementKind::kReverse);
  EXPECT_EQ(failed->movements[0].reverses, "journal-9");
  facts.claim = failed->after;
  const auto again = Decide(facts, ClaimAction::kApprove, Role::kManager);
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(again->liquidates);  // The cost is in the ledger already.
  EXPECT_EQ(again->after.recognised, Cents("600"));
}

}  // namespace
}  // namespace jointly::budgets
