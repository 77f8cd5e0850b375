#include "services/budgets/domain/opening.h"

#include <gtest/gtest.h>

#include "services/budgets/domain/csv.h"
#include "tests/unit/budgets/grenoble_unit.h"

namespace jointly::budgets {
namespace {

Budget Unit() {
  Budget budget;
  budget.id = "unit";
  budget.partners = {kUga, kTsukuba};
  budget.currency = Eur();
  budget.contract_amount = Cents("10000");
  budget.sources = {{.organisation = kUga, .promised = Cents("10000")}};
  budget.start_date = On("2020-04-01");
  budget.end_date = On("2022-03-31");
  budget.categories = {{.id = "EQUIP"}, {.id = "PERS"}};
  return budget;
}

std::vector<Period> TwoPeriods() {
  Period first;
  first.id = "p1";
  first.start_date = On("2020-04-01");
  first.end_date = On("2021-03-31");
  Period second;
  second.id = "p2";
  second.start_date = On("2021-04-01");
  second.end_date = On("2022-03-31");
  return {first, second};
}

constexpr const char* kLinesHeader = "period,category,partner,kind,authorised,spent,paid\n";
constexpr const char* kCommitmentsHeader =
    "id,period,category,partner,supplier_reference,amount,currency,date\n";

Opening Read(const std::string& lines, const std::string& commitments = "") {
  return ReadOpening(Unit(), TwoPeriods(), On("2020-12-31"), lines, commitments);
}

std::string Shown(const std::vector<BadRow>& rows) {
  std::string text;
  for (const BadRow& row : rows) {
    text += row.file + " " + std::to_string(row.row) + " " + row.column + ": " + row.problem + "\n";
  }
  return text;
}

MakeEntry Author() {
  return [number = 0](Date date, const std::string& document) mutable {
    return Entry{.budget = "unit",
                 .id = "id-" + std::to_string(++number),
                 .effective_on = date,
                 .actor = "people/manager",
                 .document = document,
                 .currency = Eur()};
  };
}

TEST(Opening, TakesABudgetOverAsItRuns) {
  Opening opening =
      Read(std::string(kLinesHeader) + "p1,EQUIP,institutions/tsukuba,cash,3000.00,1200,1000.5\n" +
               "p2,PERS,institutions/uga,cash,2000,0,0\n" +
               "p1,PERS,institutions/uga,in_kind,5000,700.00,0\n",
           std::string(kCommitmentsHeader) +
               "scope,p1,EQUIP,institutions/tsukuba,\"PO 7, second\",1500.00,EUR,2020-06-15\n");
  EXPECT_EQ(Shown(opening.bad_rows), "");
  ASSERT_EQ(opening.commitments.size(), 1U);
  EXPECT_EQ(opening.commitments[0].supplier_reference, "PO 7, second");
  const std::vector<Journal> journals = OpeningJournals(Unit(), opening, Author());
  EXPECT_EQ(Shown(opening.bad_rows), "");
  Balances balances;
  for (const Journal& journal : journals) ASSERT_TRUE(Apply(balances, journal).ok());
  EXPECT_EQ(Euro(AvailableOn(balances, Line("p1", "EQUIP"))), "300.00");
  EXPECT_EQ(Euro(AvailableOn(balances, Line("p2", "PERS"))), "2000.00");
  EXPECT_EQ(Euro(PostedCredit(balances.at("pool"))), "5000.00");
  EXPECT_EQ(Euro(PostedCredit(balances.at("payable/tsukuba"))), "199.50");
  EXPECT_EQ(Euro(PostedDebit(balances.at("cash/uga"))), "0.00");
  EXPECT_EQ(Euro(PostedCredit(balances.at("inkind/uga"))), "5000.00");
  EXPECT_TRUE(Inspect(balances, "EUR").empty());
}

TEST(Opening, ListsEveryBadRow) {
  const Opening opening =
      Read(std::string(kLinesHeader) + "p9,TOYS,institutions/lyon,money,1e3,NaN,-1\n" +
               "p1,EQUIP,institutions/uga,cash,100,200,0\n" +
               "p1,EQUIP,institutions/uga,cash,100.001,0,0\n" +
               "p1,PERS,institutions/uga,cash,100\n" + "p2,PERS,institutions/uga,cash,100,50,60\n" +
               "p1,PERS,institutions/uga,in_kind,100,50,50\n" +
               "p1,PERS,institutions/tsukuba,cash,9223372036854775808,0,0\n",
           std::string(kCommitmentsHeader) +
               "Upper,p1,EQUIP,institutions/uga,PO 1,100,EUR,2020-06-15\n" +
               "a,p1,EQUIP,institutions/uga,,0,EUR,2021-06-15\n" +
               "a,p1,EQUIP,institutions/uga,PO 2,10.5,JPY,15.06.2020\n" +
               "b,p1,EQUIP,institutions/uga,PO 3,10,YEN,2020-06-15\n");
  EXPECT_EQ(Shown(opening.bad_rows),
            "lines 1 period: the budget has no such period\n"
            "lines 1 category: the budget has no such category\n"
            "lines 1 partner: is no partner of the budget, like institutions/uga\n"
            "lines 1 kind: is cash or in_kind\n"
            "lines 1 authorised: \"1e3\" is no amount of EUR with at most 2 decimals\n"
            "lines 1 spent: \"NaN\" is no amount of EUR with at most 2 decimals\n"
            "lines 1 paid: is negative\n"
            "lines 2 spent: is more than what is authorised\n"
            "lines 3 authorised: \"100.001\" is no amount of EUR with at most 2 decimals\n"
            "lines 3 category: the same line stands in row 2\n"
            "lines 4 : has 5 cells; the header has 7\n"
            "lines 5 paid: is more than what is spent\n"
            "lines 5 spent: the period has not begun\n"
            "lines 6 paid: what is delivered in kind is not paid\n"
            "lines 7 authorised: \"9223372036854775808\" is no amount of EUR with at most 2 "
            "decimals\n"
            "commitments 1 id: is not made of at most 64 lower-case letters, digits and dashes\n"
            "commitments 2 supplier_reference: an open commitment needs its order or contract "
            "number\n"
            "commitments 2 date: lies outside of the period\n"
            "commitments 3 id: the same id stands in row 2\n"
            "commitments 3 amount: \"10.5\" is no amount of JPY with at most 0 decimals\n"
            "commitments 3 date: is not a date like 2020-06-15\n"
            "commitments 4 currency: is not an ISO 4217 currency code like EUR\n");
  EXPECT_TRUE(opening.lines.empty());
  EXPECT_TRUE(opening.commitments.empty());
}

TEST(Opening, KnowsWhatTheLedgerWouldRefuse) {
  Opening opening = Read(
      std::string(kLinesHeader) + "p1,EQUIP,institutions/uga,cash,1000,400,400\n",
      std::string(kCommitmentsHeader) + "a,p1,EQUIP,institutions/uga,PO 1,500,EUR,2020-06-15\n" +
          "b,p1,EQUIP,institutions/uga,PO 2,200,EUR,2020-06-15\n" +
          "c,p1,EQUIP,institutions/uga,PO 3,100,EUR,2020-06-15\n");
  EXPECT_TRUE(opening.bad_rows.empty());
  OpeningJournals(Unit(), opening, Author());
  ASSERT_EQ(opening.bad_rows.size(), 1U) << Shown(opening.bad_rows);
  EXPECT_EQ(opening.bad_rows[0].file, "commitments");
  EXPECT_EQ(opening.bad_rows[0].row, 2);
  EXPECT_NE(opening.bad_rows[0].problem.find("available: 100.00"), std::string::npos)
      << opening.bad_rows[0].problem;
}

TEST(Opening, JudgesACommitmentByItsLine) {
  const Opening opening = Read(
      std::string(kLinesHeader) + "p1,EQUIP,institutions/uga,cash,1000,2000,0\n",
      std::string(kCommitmentsHeader) + "a,p1,EQUIP,institutions/uga,PO 1,500,EUR,2020-06-15\n" +
          "b,p1,PERS,institutions/uga,PO 2,200,EUR,2020-06-15\n");
  EXPECT_EQ(Shown(opening.bad_rows),
            "lines 1 spent: is more than what is authorised\n"
            "commitments 2 category: the lines have none of this period, category and partner\n");
  EXPECT_TRUE(opening.commitments.empty());
}

TEST(Opening, FitsIntoTheContract) {
  const Opening opening =
      Read(std::string(kLinesHeader) + "p1,EQUIP,institutions/uga,cash,6000,0,0\n" +
           "p2,EQUIP,institutions/uga,cash,4000.01,0,0\n");
  EXPECT_EQ(Shown(opening.bad_rows),
            "lines 0 authorised: all lines together are more than the contract amount of 10000.00 "
            "EUR\n");
}

TEST(Opening, ReadsOnlyAHeaderThatItKnows) {
  EXPECT_EQ(Shown(Read("period,category,partner,kind,authorised,spent,spent,note\n").bad_rows),
            "lines 0 spent: the header has this column twice\n"
            "lines 0 paid: the header lacks this column\n"
            "lines 0 note: no such column is known\n");
  EXPECT_EQ(Read("").bad_rows.size(), 7U);
  // Any order, semicolons, Windows' line ends, a byte order mark.
  const Opening opening = Read(
      "\xEF\xBB\xBF"
      "paid;spent;authorised;kind;partner;category;period\r\n"
      "0;0;100.00;cash;institutions/uga;EQUIP;p1\r\n\r\n");
  EXPECT_EQ(Shown(opening.bad_rows), "");
  EXPECT_EQ(opening.lines.size(), 1U);
}

TEST(Csv, ReadsQuotedCells) {
  const CsvTable table = ReadCsv("a, b\n\"1, \"\"x\"\"\n2\",3\n,\n\"\",4");
  EXPECT_EQ(table.problem, "");
  EXPECT_EQ(table.header, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0], (std::vector<std::string>{"1, \"x\"\n2", "3"}));
  EXPECT_EQ(table.rows[1], (std::vector<std::string>{"", "4"}));
  EXPECT_NE(ReadCsv("a\n\"x").problem, "");
  EXPECT_EQ(ReadCsv("a\n\"x\"").problem, "");
}

}  // namespace
}  // namespace jointly::budgets
