#include <gtest/gtest.h>

#include <limits>

#include "tests/support/table.h"
#include "tests/unit/budgets/flow_sample.h"

// Amounts at the ends of 64 bits: what is added up before the ledger looks at it is added without
// wrapping, and refused by its own reason.
namespace jointly::budgets {
namespace {

using sample::Cents;
using sample::Line;
using test::Row;
using test::Table;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

std::int64_t Amount(const std::string& text) {
  if (text == "most") return kMost;
  if (text == "-most") return -kMost;
  if (text == "least") return kLeast;
  return Cents(text);
}

AmendmentFacts Amending(AmendmentType type, std::int64_t change) {
  AmendmentFacts facts = sample::In(AmendmentState::kAllSigned);
  facts.amendment.type = type;
  facts.amendment.new_end_date.reset();
  facts.amendment.change = change;
  facts.pool = Cents("1000");
  return facts;
}
std::string InForce(const AmendmentFacts& facts) {
  return sample::ResultOf(facts, AmendmentAction::kPutInForce, Role::kManager);
}

TEST(AmendmentRange, RefusesWhatTheContractCannotBecome) {
  for (const Row& row : Table(R"(
    type          change  result
    supplement    most    AMOUNT_OUT_OF_RANGE
    supplement    1       in_force
    deobligation  least   AMOUNT_OUT_OF_RANGE
    deobligation  -most   AMOUNT_NOT_AVAILABLE
    correction    least   AMOUNT_OUT_OF_RANGE
  )")) {
    SCOPED_TRACE(row.text());
    AmendmentFacts facts = Amending(*Parse<AmendmentType>(row["type"]), Amount(row["change"]));
    EXPECT_EQ(InForce(facts), row["result"]);
    facts.amendment.state = AmendmentState::kDraft;
    if (row["result"] != "AMOUNT_OUT_OF_RANGE") continue;
    EXPECT_EQ(sample::ResultOf(facts, AmendmentAction::kSign, Role::kPartner), row["result"]);
    // Whoever only looks at what they may do next gets an answer too.
    EXPECT_FALSE(AllowedActions(facts, Role::kManager).empty());
  }
}

// Sums that come back to a small number when they wrap.
TEST(AmendmentRange, AddsUpSourcesAndLinesWithoutWrapping) {
  AmendmentFacts facts = Amending(AmendmentType::kSupplement, 1);
  for (const std::int64_t promised : {kMost, kMost, std::int64_t{3}}) {
    facts.amendment.new_sources.push_back(
        {.organisation = "institutions/uga", .promised = promised});
  }
  EXPECT_EQ(InForce(facts), "AMOUNT_FITS");

  facts = Amending(AmendmentType::kRebudget, 0);
  facts.amendment.reallocations = {
      {Line("p1", "EQUIP"), kMost}, {Line("p1", "TRAVEL"), kMost}, {Line("p1", "CONS"), 2}};
  EXPECT_EQ(InForce(facts), "REALLOCATION_BALANCED");
  facts.amendment.reallocations = {{Line("p1", "EQUIP"), kLeast}, {Line("p1", "TRAVEL"), kLeast}};
  EXPECT_EQ(InForce(facts), "AMOUNT_OUT_OF_RANGE");

  facts = Amending(AmendmentType::kDeobligation, -Cents("1000.02"));
  facts.amendment.reallocations = {
      {Line("p1", "EQUIP"), -kMost}, {Line("p1", "TRAVEL"), -kMost}, {Line("p1", "CONS"), -4}};
  EXPECT_EQ(InForce(facts), "AMOUNT_NOT_AVAILABLE");
}

// No source promises less than nothing: the next one gives what the first cannot.
TEST(AmendmentRange, TakesBackFromOneSourceAfterTheOther) {
  AmendmentFacts facts = Amending(AmendmentType::kDeobligation, -Cents("120000"));
  facts.pool = Cents("120000");
  facts.budget.sources = {
      {.organisation = "institutions/uga", .promised = Cents("100000")},
      {.organisation = "institutions/tsukuba", .promised = 7, .kind = Kind::kInKind},
      {.organisation = "institutions/tsukuba", .promised = Cents("150000")}};
  const auto decision = Decide(facts, AmendmentAction::kPutInForce, Role::kManager);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->budget->contract_amount, Cents("130000"));
  EXPECT_EQ(decision->budget->sources[0].promised, 0);
  EXPECT_EQ(decision->budget->sources[1].promised, 7);
  EXPECT_EQ(decision->budget->sources[2].promised, Cents("130000"));
  ASSERT_EQ(decision->movements.size(), 2u);
  EXPECT_EQ(decision->movements[0].amount, -Cents("100000"));
  EXPECT_EQ(decision->movements[1].organisation, "institutions/tsukuba");
  EXPECT_EQ(decision->movements[1].amount, -Cents("20000"));
}

TEST(TransferRange, CumulatesWithoutWrapping) {
  TransferFacts facts = sample::In(TransferState::kRequested);
  facts.transfer.amount = kMost;
  std::vector<LineHistory> lines = sample::Lines();
  for (LineHistory& line : lines) {
    if (line.key == Line("p1", "CONS")) line.transferred = Cents("6000");
    if (line.key == Line("p1", "TRAVEL")) line.transferred = -Cents("6000");
  }
  facts.judgement =
      JudgeTransfer(*FindCategoryRule("kakenhi", "subsidy", sample::Day("2021-03-10")),
                    facts.budget, lines, facts.transfer);
  EXPECT_FALSE(facts.judgement.free);
  EXPECT_EQ(facts.judgement.cumulated, kMost);
  EXPECT_EQ(sample::ResultOf(facts, TransferAction::kFindBound, Role::kManager),
            "AMOUNT_NOT_AVAILABLE");
}

TEST(CarryOverRange, IsNoLessThanItsLines) {
  CarryOverFactsOf facts = sample::In(CarryOverState::kProposed);
  facts.budget.terms.carry_over_maximum_percent = 90;
  facts.carry_over.lines = {{Line("p1", "TRAVEL"), kMost}, {Line("p1", "CONS"), kMost}};
  EXPECT_EQ(TotalOf(facts.carry_over), kMost);
  EXPECT_EQ(sample::ResultOf(facts, CarryOverAction::kApprove, Role::kManager),
            "AMOUNT_NOT_AVAILABLE");
}

TEST(CommitmentRange, ToleranceAndRevaluationStayInRange) {
  CommitmentFacts facts = sample::In(CommitmentState::kApproved);
  facts.commitment.original_remaining = kMost;
  facts.budget.terms.liquidation_tolerance_percent = 20;
  EXPECT_EQ(LargestDocument(facts.commitment, facts.budget.terms), kMost);

  // What was reserved in all over many rates.
  facts = sample::In(CommitmentState::kPartiallyLiquidated);
  facts.commitment.reserved = kMost - 5;
  facts.commitment.released = kMost - 5 - facts.commitment.remaining;
  facts.input.control = facts.commitment.remaining + 6;
  facts.role = Role::kAccountant;
  facts.input.effective_date = sample::Day("2020-06-20");
  EXPECT_EQ(sample::ResultOf(facts, CommitmentAction::kRevalue, Role::kAccountant),
            "AMOUNT_OUT_OF_RANGE");
  facts.input.original = facts.input.control;
  facts.budget.terms.liquidation_tolerance_percent = 20;
  EXPECT_EQ(sample::ResultOf(facts, CommitmentAction::kLiquidateAll, Role::kAccountant),
            "AMOUNT_OUT_OF_RANGE");
}

}  // namespace
}  // namespace jointly::budgets
