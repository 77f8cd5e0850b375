#include <gtest/gtest.h>

#include <random>

#include "services/budgets/domain/deadlines_of.h"
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
    order    reserved  invoice  costs     final  tolerance  spent     released  excess   remaining  result
    3000000  24828.27  3000000  24240.47  yes    0          24240.47  587.80    0        0          liquidated
    1200000  9254.26   1200000  8866.56   yes    0          8866.56   387.70    0        0          liquidated
    3000000  24828.27  1000000  8080.16   no     0          8080.16   195.93    0        16552.18   partially_liquidated
    3000000  24828.27  1000000  9000      no     0          9000      0         723.91   16552.18   partially_liquidated
    3000000  24828.27  3000000  25000     yes    0          25000     0         171.73   0          liquidated
    3000000  24828.27  1000000  8080.16   yes    0          8080.16   16748.11  0        0          liquidated
    3000000  24828.27  3150000  26000     no     5          26000     0         1171.73  0          liquidated
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
    EXPECT_EQ(Name(after.state), row["result"]);
    ASSERT_EQ(decision->movements.size(), 1u);
    EXPECT_EQ(decision->movements[0].excess, Cents(row["excess"]));
    EXPECT_EQ(decision->movements[0].amount, Cents(row["spent"]));
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

// The close of P1: 12,009.53 goes on, line by line, and the lines are 0 afterwards.
TEST(PeriodDecision, CarriesTheWorkedExamplesFirstYear) {
  PeriodFacts facts = sample::In(PeriodState::kSoftClosed);
  for (const Row& row : Table(R"(
    line    left
    PERS    1600
    EQUIP   5759.53
    TRAVEL  2750
    CONS    800
    SERV    1100
    OVH     0
  )")) {
    facts.leftovers.push_back({Line("p1", row["line"]), Cents(row["left"])});
  }
  const auto decision = Decide(facts, PeriodAction::kClose, Role::kAccountant);
  ASSERT_TRUE(decision.ok()) << decision.status();
  std::int64_t carried = 0;
  for (const MovementPlan& plan : decision->movements) {
    EXPECT_EQ(plan.kind, MovementKind::kCarry);
    EXPECT_EQ(plan.to.period, "p2");
    EXPECT_EQ(plan.effective_date, Day("2021-03-31"));
    carried += plan.amount;
  }
  EXPECT_EQ(carried, Cents("12009.53"));
  EXPECT_EQ(decision->movements.size(), 5u);  // Nothing of OVH.
}

// The close of P2: 18,725.27 free and one commitment of 9,254.26.
TEST(PeriodDecision, CarriesOpenCommitmentsAlong) {
  PeriodFacts facts = sample::In(PeriodState::kSoftClosed);
  facts.leftovers = {{Line("p1", "EQUIP"), Cents("505.27")}, {Line("p1", "CONS"), Cents("18220")}};
  Commitment open = YenOrder(1'200'000, "9254.26").commitment;
  open.line = Line("p1", "EQUIP");
  facts.open_commitments = {open};
  auto decision = Decide(facts, PeriodAction::kClose, Role::kAccountant);
  ASSERT_TRUE(decision.ok()) << decision.status();
  std::int64_t moved = 0;
  for (const MovementPlan& plan : decision->movements) {
    moved += plan.amount;
    for (const std::int64_t remainder : plan.reserved) moved += remainder;
  }
  EXPECT_EQ(moved, Cents("27979.53"));
  EXPECT_EQ(decision->carried, std::vector<std::string>{"c1"});
  // A line with nothing free still gives its commitment.
  facts.leftovers[0].available = 0;
  decision = Decide(facts, PeriodAction::kClose, Role::kAccountant);
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->movements.size(), 2u);

  facts.next.reset();
  EXPECT_EQ(sample::ResultOf(facts, PeriodAction::kClose, Role::kAccountant), "ALL_SETTLED");
}

TEST(PeriodDecision, RefusesWhatIsNotReady) {
  PeriodFacts facts = sample::In(PeriodState::kSoftClosed);
  facts.drafts = 2;
  EXPECT_EQ(sample::ResultOf(facts, PeriodAction::kClose, Role::kAccountant), "NO_DRAFTS");
  facts = sample::In(PeriodState::kSoftClosed);
  facts.input.effective_date = Day("2021-03-30");
  EXPECT_EQ(sample::ResultOf(facts, PeriodAction::kClose, Role::kAccountant), "PERIOD_OVER");
  facts = sample::In(PeriodState::kPlanned);
  facts.previous = facts.period;
  facts.previous->state = PeriodState::kOpen;
  facts.input.reason.clear();
  EXPECT_EQ(sample::ResultOf(facts, PeriodAction::kOpenPeriod, Role::kManager), "PREDECESSOR");
  facts.input.reason = "The lab moves.";
  EXPECT_EQ(sample::ResultOf(facts, PeriodAction::kOpenPeriod, Role::kManager), "open");
  facts = sample::In(PeriodState::kClosed);
  facts.actor = sample::By("people/manager");
  EXPECT_EQ(sample::ResultOf(facts, PeriodAction::kReopen, Role::kManager), "SELF_APPROVAL");
}

TEST(AmendmentDecision, ProlongsInTimeOnly) {
  AmendmentFacts facts = sample::In(AmendmentState::kAllSigned);
  const auto decision = Decide(facts, AmendmentAction::kPutInForce, Role::kManager);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->budget->end_date, Day("2023-09-30"));
  EXPECT_EQ(decision->budget->authorised_version, 2);
  ASSERT_EQ(decision->new_periods.size(), 1u);
  EXPECT_EQ(decision->new_periods[0].id, "p4");
  EXPECT_EQ(decision->new_periods[0].start_date, Day("2023-04-01"));
  EXPECT_TRUE(decision->movements.empty());
  facts.amendment.signed_date = Day("2023-04-01");
  EXPECT_EQ(sample::ResultOf(facts, AmendmentAction::kPutInForce, Role::kManager),
            "SIGNED_IN_TIME");
}

TEST(AmendmentDecision, JudgesEachType) {
  for (const Row& row : Table(R"(
    type               end         change   result
    no_cost_extension  2023-09-30  0        in_force
    no_cost_extension  2023-03-31  0        END_MOVES
    no_cost_extension  2023-09-30  1        AMOUNT_FITS
    costed_extension   2023-09-30  50000    in_force
    costed_extension   2023-09-30  0        AMOUNT_FITS
    costed_extension   -           50000    END_MOVES
    supplement         -           50000    in_force
    supplement         -           -1       AMOUNT_FITS
    deobligation       -           -1000    in_force
    deobligation       -           -1000.01  AMOUNT_NOT_AVAILABLE
    deobligation       2023-09-30  -1000    END_MOVES
    date_change        2023-01-31  0        in_force
    date_change        2022-03-31  0        END_MOVES
    rebudget           -           0        REALLOCATION_BALANCED
    correction         -           0        in_force
  )")) {
    SCOPED_TRACE(row.text());
    AmendmentFacts facts = sample::In(AmendmentState::kAllSigned);
    facts.pool = Cents("1000");
    facts.amendment.type = *Parse<AmendmentType>(row["type"]);
    facts.amendment.new_end_date.reset();
    if (!row["end"].empty()) facts.amendment.new_end_date = Day(row["end"]);
    facts.amendment.change = Cents(row["change"]);
    EXPECT_EQ(sample::ResultOf(facts, AmendmentAction::kPutInForce, Role::kManager), row["result"]);
  }
}

TEST(AmendmentDecision, SupplementsAndReallocates) {
  AmendmentFacts facts = sample::In(AmendmentState::kAllSigned);
  facts.amendment.type = AmendmentType::kCostedExtension;
  facts.amendment.change = Cents("50000");
  auto decision = Decide(facts, AmendmentAction::kPutInForce, Role::kManager);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->budget->contract_amount, Cents("300000"));
  EXPECT_EQ(decision->budget->sources[0].promised, Cents("300000"));
  ASSERT_EQ(decision->movements.size(), 1u);
  EXPECT_EQ(decision->movements[0].amount, Cents("50000"));

  facts = sample::In(AmendmentState::kAllSigned);
  facts.amendment.type = AmendmentType::kRebudget;
  facts.amendment.new_end_date.reset();
  facts.amendment.reallocations = {{Line("p1", "EQUIP"), Cents("-300")},
                                   {Line("p1", "TRAVEL"), Cents("-200")},
                                   {Line("p2", "CONS"), Cents("100")},
                                   {Line("p1", "SERV"), Cents("400")}};
  facts.leftovers = {{Line("p1", "EQUIP"), Cents("300")}, {Line("p1", "TRAVEL"), Cents("200")}};
  decision = Decide(facts, AmendmentAction::kPutInForce, Role::kManager);
  ASSERT_TRUE(decision.ok()) << decision.status();
  std::int64_t moved = 0;
  for (const MovementPlan& plan : decision->movements) moved += plan.amount;
  EXPECT_EQ(moved, Cents("500"));
  EXPECT_EQ(decision->movements.size(), 3u);
  facts.leftovers[1].available = Cents("199.99");
  EXPECT_EQ(sample::ResultOf(facts, AmendmentAction::kPutInForce, Role::kManager),
            "AMOUNT_NOT_AVAILABLE");
}

TEST(AmendmentDecision, IsSignedByEveryPartnerOnceAndOfOneContent) {
  AmendmentFacts facts = sample::In(AmendmentState::kDraft);
  EXPECT_EQ(SignAction(facts.budget, facts.amendment, "institutions/tsukuba"),
            AmendmentAction::kSign);
  facts.amendment.signed_by = {"institutions/uga"};
  EXPECT_EQ(SignAction(facts.budget, facts.amendment, "institutions/tsukuba"),
            AmendmentAction::kSignLast);
  facts.amendment.new_partners = {"institutions/air-liquide"};
  EXPECT_EQ(SignAction(facts.budget, facts.amendment, "institutions/tsukuba"),
            AmendmentAction::kSign);
  facts.input.institution = "institutions/uga";
  EXPECT_EQ(sample::ResultOf(facts, AmendmentAction::kSign, Role::kManager), "NOT_SIGNED_YET");
  facts.input.institution = "institutions/elsewhere";
  EXPECT_EQ(sample::ResultOf(facts, AmendmentAction::kSign, Role::kPartner), "SIGNS_FOR_PARTNER");
  facts.input.content_hash = "another";
  const auto status = Decide(facts, AmendmentAction::kSign, Role::kPartner).status();
  EXPECT_TRUE(absl::IsAborted(status));
  EXPECT_EQ(ReasonOf(status), "CONTENT_CHANGED");
  Amendment other = facts.amendment;
  other.change = 1;
  EXPECT_NE(ContentOf(facts.amendment), ContentOf(other));
}

TEST(TransferDecision, NeedsTheFunderAboveTheLimit) {
  TransferFacts facts = sample::In(TransferState::kRequested);
  facts.judgement.free = false;
  EXPECT_EQ(sample::ResultOf(facts, TransferAction::kFindFree, Role::kManager),
            "TRANSFER_NEEDS_FUNDER");
  EXPECT_EQ(sample::ResultOf(facts, TransferAction::kFindBound, Role::kManager), "pending_funder");
  facts.transfer.state = TransferState::kPendingFunder;
  facts.input.funder_approval.clear();
  EXPECT_EQ(sample::ResultOf(facts, TransferAction::kApprove, Role::kManager),
            "TRANSFER_NEEDS_FUNDER");
  // A transfer that was free when it was asked for is bound when others were posted meanwhile.
  facts.transfer.state = TransferState::kAutoApproved;
  EXPECT_EQ(sample::ResultOf(facts, TransferAction::kApprove, Role::kManager),
            "TRANSFER_NEEDS_FUNDER");
  facts.period.state = PeriodState::kSoftClosed;
  EXPECT_EQ(sample::ResultOf(facts, TransferAction::kApprove, Role::kManager), "PERIOD_NOT_OPEN");
}

TEST(BudgetDecision, ChecksSourcesPeriodsAndStart) {
  BudgetFacts facts = sample::In(BudgetState::kDraft);
  facts.budget.contract_amount += 1;
  EXPECT_EQ(sample::ResultOf(facts, BudgetAction::kSubmit, Role::kManager), "SOURCES_ADD_UP");
  facts = sample::In(BudgetState::kDraft);
  facts.periods[1].start_date = Day("2021-04-02");
  EXPECT_EQ(sample::ResultOf(facts, BudgetAction::kSubmit, Role::kManager), "PERIODS_COVER");
  facts.periods.clear();
  EXPECT_EQ(sample::ResultOf(facts, BudgetAction::kSubmit, Role::kManager), "PERIODS_COVER");
  facts = sample::In(BudgetState::kDraft);
  facts.unknown_partners = {"institutions/nowhere"};
  EXPECT_EQ(sample::ResultOf(facts, BudgetAction::kSubmit, Role::kManager), "PARTNERS_EXIST");
  facts = sample::In(BudgetState::kSubmitted);
  facts.actor = sample::By("people/manager");
  EXPECT_EQ(sample::ResultOf(facts, BudgetAction::kApprove, Role::kManager), "SELF_APPROVAL");
  facts = sample::In(BudgetState::kApproved);
  facts.input.effective_date = Day("2020-03-31");
  EXPECT_EQ(sample::ResultOf(facts, BudgetAction::kActivate, Role::kManager), "START_REACHED");
  facts = sample::In(BudgetState::kApproved);
  facts.budget.agreement_reference.clear();
  EXPECT_EQ(sample::ResultOf(facts, BudgetAction::kActivate, Role::kManager), "AGREEMENT_SIGNED");
  facts = sample::In(BudgetState::kClosing);
  facts.pool = 1;
  EXPECT_EQ(sample::ResultOf(facts, BudgetAction::kClose, Role::kAccountant), "NOTHING_LEFT");
}

std::string DatesOf(const std::vector<deadlines::Deadline>& list) {
  std::string text;
  for (const auto& deadline : list) {
    text += (text.empty() ? "" : ", ") + deadline.kind + " " + FormatDate(deadline.due.date) + " " +
            std::string(deadlines::Name(deadline.state));
  }
  return text;
}

TEST(Deadlines, AreDatesOfTheBudgetsZone) {
  const Time now = sample::At("2021-03-20T09:00:00Z");
  const Budget budget = sample::GrenobleUnit();
  const Period period = sample::Periods()[0];
  EXPECT_EQ(DatesOf(DeadlinesOf(budget, now)),
            "start 2020-04-01 met, end 2023-03-31 armed, settle 2023-05-30 armed");
  EXPECT_EQ(DatesOf(DeadlinesOf(period, budget, now)),
            "end 2021-03-31 armed, close 2021-04-30 armed");
  EXPECT_EQ(
      DatesOf(DeadlinesOf(sample::In(CommitmentState::kApproved).commitment, period, budget, now)),
      "expire 2020-06-30 missed, settle 2021-03-31 armed");
  EXPECT_EQ(DatesOf(DeadlinesOf(sample::In(ClaimState::kDraft).claim, budget, now)),
            "submit 2020-07-25 missed");
  EXPECT_EQ(
      DatesOf(DeadlinesOf(sample::In(TransferState::kAutoApproved).transfer, period, budget, now)),
      "post 2021-03-16 missed");
  EXPECT_EQ(DatesOf(DeadlinesOf(sample::In(AmendmentState::kDraft).amendment, budget, now)),
            "notice 2023-03-01 armed");
  EXPECT_EQ(DatesOf(DeadlinesOf(sample::In(ReportState::kScheduled).report, budget, now)),
            "due 2021-05-30 armed");
  const auto end = DeadlinesOf(period, budget, now)[0];
  EXPECT_EQ(end.due.zone, "Europe/Paris");
  EXPECT_EQ(FormatTime(end.due_time), "2021-03-31T21:59:59.000000Z");
  EXPECT_EQ(end.id, "budgets/grenoble-unit/periods/p1/end");
}

TEST(Deadlines, OfAClaimThatIsApprovedEndWithItsPayment) {
  ClaimFacts facts = sample::In(ClaimState::kApproved);
  facts.claim.update_time = sample::At("2020-07-01T23:30:00Z");  // The 2nd in Grenoble.
  const Time now = sample::At("2020-07-05T09:00:00Z");
  EXPECT_EQ(DatesOf(DeadlinesOf(facts.claim, facts.budget, now)),
            "submit 2020-07-25 met, pay 2020-08-01 armed");
  facts.claim.state = ClaimState::kPaid;
  EXPECT_EQ(DatesOf(DeadlinesOf(facts.claim, facts.budget, now)),
            "submit 2020-07-25 met, pay 2020-08-01 met");
}

}  // namespace
}  // namespace jointly::budgets
