#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "services/budgets/api/export_xlsx.h"
#include "services/budgets/domain/export_csv.h"
#include "services/budgets/domain/export_journal.h"
#include "services/budgets/domain/export_table.h"
#include "tests/support/accounting_tools.h"
#include "tests/unit/budgets/grenoble_unit.h"

namespace jointly::budgets {
namespace {

Statement MakeExample() {
  const auto statement = MakeStatement(InputOf(GrenobleUnitJournals()));
  EXPECT_TRUE(statement.ok()) << statement.status();
  return *statement;
}

class ExportTest : public testing::Test, protected test::AccountingTools {};

// One cent more in the first line that asserts this account's balance.
std::string Falsify(std::string text, const std::string& where, const std::string& from,
                    const std::string& to) {
  const std::size_t line = text.find(where);
  EXPECT_NE(line, std::string::npos) << where;
  const std::size_t amount = text.find(from, line);
  EXPECT_NE(amount, std::string::npos) << from;
  return text.replace(amount, from.size(), to);
}

TEST_F(ExportTest, HledgerAcceptsTheJournalAndEveryAssertion) {
  Require("hledger", "hledger");
  const std::string journal = *HledgerJournal(BookOf(GrenobleUnitJournals()));
  const Result good = Hledger(journal);
  EXPECT_EQ(good.code, 0) << good.output;
  // Two lines of each of 18 keys are asserted at the end of their period, and all at the end.
  EXPECT_GE(std::count(journal.begin(), journal.end(), '='), 2 * 36);
  EXPECT_NE(
      Hledger(Falsify(journal, "end of period p1", "== 24240.47 EUR", "== 24240.48 EUR")).code, 0);
  EXPECT_NE(Hledger(Falsify(journal, "recognise", "28400.00 EUR", "28400.01 EUR")).code, 0);
}

TEST_F(ExportTest, BeancountAcceptsTheJournalAndEveryAssertion) {
  Require("bean-check", "beancount");
  const std::string journal = *BeancountJournal(BookOf(GrenobleUnitJournals()));
  const Result good = BeanCheck(journal);
  EXPECT_EQ(good.code, 0) << good.output;
  EXPECT_EQ(good.output, "");
  EXPECT_NE(BeanCheck(Falsify(journal, "2021-04-01 balance Expenses:Spent:P1:EQUIP", "24240.47 ~ 0",
                              "24240.48 ~ 0"))
                .code,
            0);
  EXPECT_NE(BeanCheck(Falsify(journal, "recognise", "28400.00 EUR", "28400.01 EUR")).code, 0);
}

// What a user may type: quotes, comments, other alphabets, ids that differ in case only.
TEST_F(ExportTest, BothToolsAcceptOddTextsAndForeignMoney) {
  Require("hledger", "hledger");
  Require("bean-check", "beancount");
  JournalWriter book;
  const LineKey line = Line("p1", "EQUIP");
  LineKey small = line;
  small.category = "equip";
  book.Post(Authorise(book.Begin("2020-04-01"), kUga, Cents("1000")));
  book.Post(ReceiveInstalment(book.Begin("2020-04-01"), kUga, Cents("1000")));
  book.Post(Allocate(book.Begin("2020-04-01"), {{line, Cents("500")}, {small, Cents("500")}}));
  const Conversion yen{.from = {12'083, {"JPY", 0}},
                       .to = {Cents("100.00"), Eur()},
                       .rate = "120.83",
                       .rate_date = On("2020-06-15"),
                       .policy = "day"};
  book.Post(Reserve(book.Begin("2020-06-15", "commitments/x\"; | y\\\n2020-01-01 z"), line,
                    Cents("300")));
  book.Post(Recognise(book.Begin("2020-06-15"), small, Cents("101.00")));
  book.Post(Pay(book.Begin("2020-06-15"), {.partner = kTsukuba,
                                           .organisation = kUga,
                                           .recognised = Cents("101.00"),
                                           .conversion = yen}));
  JournalBook journals = BookOf(book.journals());
  journals.display_name = "Unit\xC3\xA9 \"franco-japonaise\" \xE7\xAD\x91\xE6\xB3\xA2; \\ a";
  const Result hledger = Hledger(*HledgerJournal(journals));
  EXPECT_EQ(hledger.code, 0) << hledger.output;
  const Result beancount = BeanCheck(*BeancountJournal(journals));
  EXPECT_EQ(beancount.code, 0) << beancount.output;
  journals.journals.clear();
  EXPECT_EQ(Hledger(*HledgerJournal(journals)).code, 0);
  EXPECT_EQ(BeanCheck(*BeancountJournal(journals)).code, 0);
}

TEST_F(ExportTest, JournalLinesHoldTheChain) {
  const JournalBook book = BookOf(GrenobleUnitJournals());
  const std::string lines = JournalLines(book);
  EXPECT_EQ(static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n')),
            book.journals.size());
  for (const SealedJournal& sealed : book.journals) {
    EXPECT_NE(lines.find("\"hash\":\"" + sealed.hash + "\""), std::string::npos);
  }
  EXPECT_EQ(lines.substr(0, 37), "{\"actor\":\"people/manager\",\"budget\":\"g");
}

TEST_F(ExportTest, CsvHasItsOptions) {
  const Statement statement = MakeExample();
  const std::string plain = StatementCsv(statement, {});
  EXPECT_NE(plain.find("table,period,category,partner,budget,committed,actual,paid,available,"
                       "carried,returned,variance,variance_percent\r\n"
                       "rows,p1,PERS,institutions/uga,30000.00,0.00,28400.00,0.00,0.00,1600.00,"
                       "0.00,1600.00,5.3\r\n"),
            std::string::npos)
      << plain;
  EXPECT_NE(plain.find("\r\nlife_to_date,,,,250000.00,0.00,247837.03,247837.03,0.00,0.00,2162.97,"
                       "2162.97,0.9\r\n"),
            std::string::npos);
  const auto french = ParseCsvOptions(";", ",", true);
  ASSERT_TRUE(french.ok());
  const std::string excel = StatementCsv(statement, *french);
  EXPECT_EQ(excel.substr(0, 3), "\xEF\xBB\xBF");
  EXPECT_NE(excel.find("\r\nlife_to_date;;;;250000,00;0,00;247837,03;247837,03;0,00;0,00;2162,97;"
                       "2162,97;0,9\r\n"),
            std::string::npos);
  EXPECT_EQ(ReasonOf(ParseCsvOptions(",", ",", false).status()), "INVALID_CSV_OPTION");
  EXPECT_EQ(ReasonOf(ParseCsvOptions("", ",", false).status()), "INVALID_CSV_OPTION");
  EXPECT_EQ(ReasonOf(ParseCsvOptions("|", ".", false).status()), "INVALID_CSV_OPTION");
  EXPECT_EQ(ReasonOf(ParseCsvOptions(";", "'", false).status()), "INVALID_CSV_OPTION");
}

// The decimal mark is everywhere the same, also in a rate between two currencies.
TEST_F(ExportTest, CsvWritesRatesWithItsDecimalMark) {
  Statement statement = MakeExample();
  statement.exchanges[1].conversion.rate = "120.83/1.1308";
  statement.rows.front().budget = 100'000;
  statement.rows.front().actual = 101'500;
  const std::string excel = StatementCsv(statement, *ParseCsvOptions(";", ",", false));
  for (const char* rate : {";120,83;2020-06-15;", ";120,83/1,1308;2020-09-30;", ";-1,5\r\n"}) {
    EXPECT_NE(excel.find(rate), std::string::npos) << rate << excel;
  }
  EXPECT_EQ(excel.find("120.83"), std::string::npos);
  EXPECT_NE(StatementCsv(statement, {}).find(",120.83/1.1308,"), std::string::npos);
}

TEST_F(ExportTest, CsvTakesNoFormulaFromATextAndQuotesWhatItMust) {
  StatementInput input = InputOf(GrenobleUnitJournals());
  input.display_name = "=HYPERLINK(\"http://x\";\"y\")";
  const std::string csv = StatementCsv(*MakeStatement(input), {});
  EXPECT_NE(csv.find("statement,display_name,\"'=HYPERLINK(\"\"http://x\"\";\"\"y\"\")\"\r\n"),
            std::string::npos)
      << csv;
}

TEST_F(ExportTest, WorkbooksHaveNumbersAndTheSameBytesAgain) {
  Statement statement = MakeExample();
  statement.exchanges[1].conversion.rate = "120.83/1.1308";
  const auto once = StatementWorkbook(statement);
  ASSERT_TRUE(once.ok()) << once.status();
  EXPECT_GT(once->size(), 4000U);
  EXPECT_EQ(once->substr(0, 2), "PK");
  sleep(2);  // The archive's times have two seconds' precision: a hidden "now" would show.
  EXPECT_EQ(*StatementWorkbook(statement), *once);
  const std::string path = Write("statement.xlsx", *once);
  const Result sheets = AccountingTools::Run(
      "/usr/bin/python3 -c \"\n"
      "import re, sys, zipfile\n"
      "book = zipfile.ZipFile(sys.argv[1])\n"
      "assert book.testzip() is None\n"
      "print(re.findall('sheet name=.([a-z_]+)', "
      "book.read('xl/workbook.xml').decode()))\n"
      "life = book.read('xl/worksheets/sheet6.xml').decode()\n"
      "print(re.findall('<c r=.([A-Z]+2).[^>]*><v>([0-9.]+)</v>', life))\n"
      "rates = book.read('xl/worksheets/sheet9.xml').decode()\n"
      "print(re.findall('<c r=.(H[23]).([^>]*)><v>([0-9.]+)</v>', rates))\n"
      "\" " +
      path);
  EXPECT_EQ(sheets.code, 0) << sheets.output;
  EXPECT_NE(sheets.output.find("['statement', 'rows', 'by_period', 'by_category', 'by_partner', "
                               "'life_to_date', 'exercices', 'transfers', 'exchanges', 'in_kind']"),
            std::string::npos)
      << sheets.output;
  // The last is the percentage.
  EXPECT_NE(sheets.output.find("('K2', '2162.97'), ('L2', '0.9')"), std::string::npos)
      << sheets.output;
  // A rate is a number; between two currencies it is a quotient, and a text of the string table.
  EXPECT_NE(sheets.output.find("[('H2', ' s=\"3\"', '120.83'), ('H3', ' t=\"s\"', "),
            std::string::npos)
      << sheets.output;
  EXPECT_NE(sheets.output.find("('D2', '250000'), ('E2', '0'), ('F2', '247837.03')"),
            std::string::npos)
      << sheets.output;
}

TEST_F(ExportTest, EveryFormatSaysTheSameBytesForTheSameSequence) {
  const JournalBook book = BookOf(GrenobleUnitJournals());
  const JournalBook again = BookOf(GrenobleUnitJournals());
  EXPECT_EQ(JournalLines(book), JournalLines(again));
  EXPECT_EQ(*HledgerJournal(book), *HledgerJournal(again));
  EXPECT_EQ(*BeancountJournal(book), *BeancountJournal(again));
  EXPECT_EQ(StatementCsv(MakeExample(), {}), StatementCsv(MakeExample(), {}));
}

TEST(Decimal, IsShownExactly) {
  EXPECT_EQ(FormatDecimal({2482827, 2}), "24828.27");
  EXPECT_EQ(FormatDecimal({-5, 2}, ','), "-0,05");
  EXPECT_EQ(FormatDecimal({3000000, 0}), "3000000");
}

}  // namespace
}  // namespace jointly::budgets
