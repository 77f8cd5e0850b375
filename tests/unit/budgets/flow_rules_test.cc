#include <gtest/gtest.h>

#include "services/budgets/domain/alerts.h"
#include "services/budgets/domain/rules.h"
#include "tests/support/table.h"
#include "tests/unit/budgets/flow_sample.h"

namespace jointly::budgets {
namespace {

using sample::Cents;
using sample::Day;
using sample::Line;
using test::Row;
using test::Table;

// A KAKENHI of one period, in yen: goods and the rest, which is one other category.
struct Kakenhi {
  Budget budget;
  std::vector<LineHistory> lines;
};

Kakenhi YenBudget(std::int64_t total, std::int64_t goods) {
  Kakenhi kakenhi{.budget = sample::GrenobleUnit(), .lines = {}};
  kakenhi.budget.currency = sample::Yen();
  kakenhi.lines = {{.key = Line("p1", "EQUIP"), .initial = goods},
                   {.key = Line("p1", "TRAVEL"), .initial = total - goods}};
  return kakenhi;
}

// The cases of the handbook and of UEC's page, and the boundary that they disagree on.
TEST(CategoryRules, JudgeTheVerifiedCases) {
  for (const Row& row : Table(R"(
    rule                      total     goods    to       result
    kakenhi/subsidy           12000000  3000000  8500000  free
    kakenhi/subsidy           12000000  3000000  9000000  free
    kakenhi/subsidy           12000000  3000000  9000001  funder
    kakenhi/subsidy           12000000  3000000  9500000  funder
    kakenhi/subsidy           6000000   2000000  5000000  free
    kakenhi/subsidy           6000000   2000000  5200000  funder
    kakenhi/subsidy           1000000   500000   1000000  free
    kakenhi/fund              12000000  3000000  8500000  free
    kakenhi/fund              12000000  3000000  9500000  funder
    kakenhi/fund_strict       12000000  3000000  8999999  free
    kakenhi/fund_strict       12000000  3000000  9000000  funder
    kakenhi/subsidy_strict    12000000  3000000  8999999  free
    kakenhi/subsidy_strict    12000000  3000000  9000000  funder
    kakenhi/subsidy_strict    6000000   2000000  5000000  free
    kakenhi/subsidy_strict    6000000   2000000  5000001  funder
    other_agency_jp/-         6000000   500000   5500000  free
    other_agency_jp/-         12000000  3000000  9000000  free
    other_agency_jp/-         12000000  3000000  9100000  funder
    free/-                    12000000  3000000  12000000  free
  )")) {
    SCOPED_TRACE(row.text());
    const std::string name = row["rule"];
    const std::string set = name.substr(0, name.find('/'));
    const std::string variant = name.substr(name.find('/') + 1);
    const CategoryRule* rule =
        FindCategoryRule(set, variant == "-" ? "" : variant, Day("2024-05-01"));
    ASSERT_NE(rule, nullptr);
    const Kakenhi kakenhi = YenBudget(std::stoll(row["total"]), std::stoll(row["goods"]));
    LineTransfer transfer;
    transfer.from = Line("p1", "TRAVEL");
    transfer.to = Line("p1", "EQUIP");
    transfer.amount = std::stoll(row["to"]) - std::stoll(row["goods"]);
    const Judgement judgement = JudgeTransfer(*rule, kakenhi.budget, kakenhi.lines, transfer);
    EXPECT_EQ(judgement.free ? "free" : "funder", row["result"]) << judgement.rationale;
  }
}

// 10 March 2021: 6,000 of TRAVEL to CONS; direct total of the year 82,000, so 41,000 are free.
TEST(CategoryRules, LeaveTheWorkedExamplesTransferFree) {
  const TransferFacts facts = sample::In(TransferState::kRequested);
  EXPECT_TRUE(facts.judgement.free);
  EXPECT_EQ(facts.judgement.limit, Cents("41000"));
  EXPECT_EQ(facts.judgement.cumulated, Cents("6000"));
  EXPECT_EQ(facts.judgement.rationale, "cumulated 6000.00 of 41000.00 EUR free (50 % of 82000.00)");
  EXPECT_EQ(facts.judgement.rule, "kakenhi-subsidy/1");
}

TEST(CategoryRules, CountWhatWasTransferredBefore) {
  const TransferFacts facts = sample::In(TransferState::kRequested);
  auto lines = sample::Lines();
  for (LineHistory& line : lines) {
    if (line.key == Line("p1", "TRAVEL")) line.transferred = Cents("-2000");
    // 33,000 more on goods: with 6,000 it is 39,000, still free; 8,000.01 more would be too much.
    if (line.key == Line("p1", "EQUIP")) line.transferred = Cents("33000");
    if (line.key == Line("p1", "PERS")) line.transferred = Cents("-31000");
  }
  const CategoryRule& rule = *FindCategoryRule("kakenhi", "subsidy", Day("2021-03-10"));
  LineTransfer transfer = facts.transfer;
  transfer.amount = Cents("8000");
  EXPECT_TRUE(JudgeTransfer(rule, facts.budget, lines, transfer).free);
  transfer.amount = Cents("8000.01");
  EXPECT_FALSE(JudgeTransfer(rule, facts.budget, lines, transfer).free);
}

TEST(CategoryRules, TellFundFromSubsidyByTheirBase) {
  const Budget budget = sample::GrenobleUnit();
  LineTransfer transfer = sample::In(TransferState::kRequested).transfer;
  transfer.from = Line("p3", "PERS");
  transfer.to = Line("p3", "TRAVEL");
  transfer.amount = Cents("34000");  // The last year's direct cost is 67,000: 33,500 are free.
  EXPECT_FALSE(JudgeTransfer(*FindCategoryRule("kakenhi", "subsidy", Day("2022-05-01")), budget,
                             sample::Lines(), transfer)
                   .free);
  EXPECT_TRUE(JudgeTransfer(*FindCategoryRule("kakenhi", "fund", Day("2022-05-01")), budget,
                            sample::Lines(), transfer)
                  .free);
}

TEST(CategoryRules, FrenchRuleCountsRunningAgainstEquipment) {
  const CategoryRule& rule = *FindCategoryRule("french_30", "", Day("2021-03-10"));
  Budget budget = sample::GrenobleUnit();
  // 226,000 of direct cost in all: 67,800 may move between running and equipment.
  for (const Row& row : Table(R"(
    from    to      amount    result
    TRAVEL  CONS    90000     free
    EQUIP   TRAVEL  67800     free
    EQUIP   TRAVEL  67800.01  funder
    TRAVEL  OVH     1         funder
  )")) {
    SCOPED_TRACE(row.text());
    LineTransfer transfer;
    transfer.from = Line("p1", row["from"]);
    transfer.to = Line("p1", row["to"]);
    transfer.amount = Cents(row["amount"]);
    const Judgement judgement = JudgeTransfer(rule, budget, sample::Lines(), transfer);
    EXPECT_EQ(judgement.free ? "free" : "funder", row["result"]) << judgement.rationale;
  }
}

TEST(CategoryRules, HoldOnlyBetweenTheirDatesAndSaySo) {
  EXPECT_EQ(FindCategoryRule("kakenhi", "fund", Day("2011-03-31")), nullptr);
  EXPECT_NE(FindCategoryRule("kakenhi", "fund", Day("2011-04-01")), nullptr);
  EXPECT_EQ(FindCategoryRule("kakenhi", "", Day("2024-04-01")), nullptr);
  EXPECT_TRUE(KnownRuleSet("horizon_europe", ""));
  EXPECT_FALSE(KnownRuleSet("horizon_europe", "fund"));
  for (const CategoryRule& rule : CategoryRules()) EXPECT_FALSE(rule.source.empty()) << rule.id;
  for (const CarryOverRule& rule : CarryOverRules()) EXPECT_FALSE(rule.source.empty()) << rule.id;
}

// What goes on from a period by its last day; the budget's own maximum and minimum go first.
TEST(CarryOverRules, HoldOnThePeriodsLastDay) {
  for (const Row& row : Table(R"(
    terms               own_cap  day         currency  mode       cap  minimum  said
    automatic           90       2021-03-31  EUR       automatic  90   0        automatic
    kakenhi-subsidy     0        2021-03-31  EUR       on_reason  0    0        kakenhi-subsidy/1
    kakenhi-fund        0        2021-03-31  JPY       automatic  0    0        kakenhi-fund/1
    kakenhi-fund        0        2011-03-31  JPY       none       0    0        kakenhi-fund
    kakenhi-adjustment  0        2021-03-31  JPY       on_reason  90   100000   kakenhi-adjustment/1
    kakenhi-adjustment  50       2021-03-31  EUR       on_reason  50   0        kakenhi-adjustment/1
    french-earmarked    0        2020-12-31  EUR       automatic  0    0        french-earmarked/1
    french-ordinary     0        2020-12-31  EUR       none       0    0        french-ordinary/1
  )")) {
    SCOPED_TRACE(row.text());
    FunderTerms own;
    own.carry_over = row["terms"];
    own.carry_over_maximum_percent = std::stoi(row["own_cap"]);
    const CarryOverTerms terms = CarryOverTermsOf(
        own, row["currency"] == "EUR" ? sample::Euro() : sample::Yen(), Day(row["day"]));
    EXPECT_EQ(terms.mode, row["mode"]);
    EXPECT_EQ(terms.maximum_percent, std::stoi(row["cap"]));
    EXPECT_EQ(terms.minimum, std::stoll(row["minimum"]));
    EXPECT_TRUE(Text(terms).starts_with(row["said"])) << Text(terms);
    EXPECT_TRUE(KnownCarryOver(row["terms"]));
  }
  EXPECT_FALSE(KnownCarryOver("kakenhi"));
}

// What a period of two lines, 700.00 and 300.00, leaves.
TEST(CarryOverRules, SplitWhatIsLeftWithoutLosingACent) {
  for (const Row& row : Table(R"(
    mode       cap  minimum  next  approved  carried  returned  commitments
    automatic  0    0        yes   -         1000     0         yes
    automatic  90   0        yes   -         900      100       yes
    automatic  0    1000.01  yes   -         0        1000      yes
    automatic  0    1000     yes   -         1000     0         yes
    automatic  0    0        no    -         0        1000      no
    on_reason  0    0        yes   -         0        1000      no
    on_reason  0    0        yes   500       500      500       yes
    on_reason  90   0        yes   700       700      300       yes
    none       0    0        yes   -         0        1000      no
  )")) {
    SCOPED_TRACE(row.text());
    FunderTerms terms;
    terms.carry_over = row["mode"];
    terms.carry_over_maximum_percent = std::stoi(row["cap"]);
    terms.carry_over_minimum = Cents(row["minimum"]);
    CarryOver approved;
    if (!row["approved"].empty()) {
      approved.lines = {{.line = Line("p1", "EQUIP"), .change = Cents(row["approved"])}};
    }
    const auto judgement = JudgeCarryOver(
        {.terms = terms,
         .currency = sample::Euro(),
         .leftovers = {{Line("p1", "EQUIP"), Cents("700")}, {Line("p1", "CONS"), Cents("300")}},
         .approved = row["approved"].empty() ? nullptr : &approved,
         .has_next_period = row["next"] == "yes"});
    std::int64_t carried = 0;
    std::int64_t returned = 0;
    for (const Reallocation& line : judgement.carried) carried += line.change;
    for (const Reallocation& line : judgement.returned) returned += line.change;
    EXPECT_EQ(carried, Cents(row["carried"]));
    EXPECT_EQ(returned, Cents(row["returned"]));
    EXPECT_EQ(judgement.commitments ? "yes" : "no", row["commitments"]);
  }
}

// KAKENHI's adjustment money: 90 % of what was returned, not under JPY 100,000.
TEST(CarryOverRules, KnowAdjustmentMoney) {
  const CarryOverRule* rule = FindCarryOverRule("kakenhi-adjustment", Day("2014-04-01"));
  ASSERT_NE(rule, nullptr);
  FunderTerms terms;
  terms.carry_over = "automatic";
  terms.carry_over_maximum_percent = rule->maximum_percent;
  terms.carry_over_minimum = rule->minimum;
  const auto carried = [&](std::int64_t left) {
    const auto judgement = JudgeCarryOver({.terms = terms,
                                           .currency = sample::Yen(),
                                           .leftovers = {{Line("p1", "EQUIP"), left}},
                                           .approved = nullptr,
                                           .has_next_period = true});
    return judgement.carried.empty() ? 0 : judgement.carried[0].change;
  };
  EXPECT_EQ(carried(111'112), 100'000);
  EXPECT_EQ(carried(111'111), 0);  // 99,999 are too few.
}

// B17. The worked example's equipment line: 82.76 % by the order, 80.80 % after the invoice.
TEST(Alerts, FireOncePerUpwardCrossing) {
  std::vector<ThresholdState> states;
  for (const Row& row : Table(R"(
    version  authorised  used      alerts
    1        30000       0         -
    1        30000       23999.99  -
    1        30000       24828.27  80#1
    1        30000       24240.47  -
    1        30000       27000     90#1
    1        30000       23000     -
    1        30000       30000     80#2,90#2,100#1
    1        30000       31000     -
    2        80000       31000     -
    2        80000       64000     80#1
    2        0           0         -
  )")) {
    SCOPED_TRACE(row.text());
    std::string fired;
    const LineUse use{Line("p1", "EQUIP"), Cents(row["authorised"]), Cents(row["used"])};
    for (const Alert& alert : Crossings(use, std::stoll(row["version"]), sample::Euro(), states)) {
      fired += (fired.empty() ? "" : ",") + std::to_string(alert.threshold_percent) + "#" +
               std::to_string(alert.crossing);
    }
    EXPECT_EQ(fired, row["alerts"]);
  }
}

TEST(Alerts, RoundThePercentageDown) {
  const auto percent = [](const std::string& used, const std::string& of) {
    return UsedPercent({Line("p1", "EQUIP"), Cents(of), Cents(used)});
  };
  EXPECT_EQ(percent("24828.27", "30000"), 82);
  EXPECT_EQ(percent("0.01", "30000"), 0);
  EXPECT_EQ(percent("29999.99", "30000"), 99);
  EXPECT_EQ(percent("30000", "30000"), 100);
  EXPECT_EQ(percent("75000", "30000"), 250);
  EXPECT_EQ(percent("1", "0"), 0);
}

}  // namespace
}  // namespace jointly::budgets
