#include "services/budgets/api/statement_views.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "services/budgets/store/ledger_store.h"
#include "services/budgets/store/migrations.h"
#include "services/budgets/store/rate_store.h"
#include "tests/support/accounting_tools.h"
#include "tests/support/database_fixture.h"
#include "tests/unit/budgets/grenoble_unit.h"

namespace jointly::budgets {
namespace {

Budget GrenobleUnit() {
  Budget budget;
  budget.id = "grenoble-unit";
  budget.display_name = "Grenoble Unit";
  budget.institution = kUga;
  budget.currency = Eur();
  budget.contract_amount = Cents("250000");
  budget.start_date = On("2020-04-01");
  budget.end_date = On("2023-03-31");
  budget.time_zone = "Europe/Paris";
  budget.partners = {kUga, kTsukuba};
  for (const char* id : {"PERS", "EQUIP", "TRAVEL", "CONS", "SERV", "OVH"}) {
    budget.categories.push_back({.id = id});
  }
  return budget;
}

google::type::Date ToDate(std::string_view text) {
  const Date date = On(text);
  google::type::Date proto;
  proto.set_year(static_cast<int>(date.year()));
  proto.set_month(static_cast<int>(static_cast<unsigned>(date.month())));
  proto.set_day(static_cast<int>(static_cast<unsigned>(date.day())));
  return proto;
}

class StatementViewsTest : public test::DatabaseTest {
 public:
  StatementViewsTest() : DatabaseTest({{"budgets", &Migrations()}}) {}

 protected:
  void Prepare() override {
    const auto posted = database().Transact([](db::Tx& tx) -> absl::Status {
      store::CreateLedger(tx, "grenoble-unit", "EUR");
      store::InsertBudget(tx, GrenobleUnit());
      for (const StatementPeriod& range : GrenobleUnitPeriods()) {
        Period period;
        period.budget = "grenoble-unit";
        period.id = range.id;
        period.start_date = range.range.first;
        period.end_date = range.range.last;
        store::SavePeriod(tx, period);
      }
      return store::PostJournals(tx, "grenoble-unit", GrenobleUnitJournals()).status();
    });
    ASSERT_TRUE(posted.ok()) << posted;
    ASSERT_TRUE(store::SealJournals(database()).ok());
  }
  template <typename View, typename Request>
  auto See(const View& view, const Request& request, const store::Scope& scope = {{kUga}, false}) {
    return database().Read([&](db::Tx& tx) { return view(tx, scope, request); });
  }
  static pb::GetStatementRequest Statement() {
    pb::GetStatementRequest request;
    request.set_name("budgets/grenoble-unit");
    return request;
  }
  // A constant rate on every day, but for one day that is twice as high.
  void ImportRates(std::string_view first, std::string_view last) {
    std::vector<RateDay> days;
    for (Date date = On(first); date <= On(last); date = AddDays(date, 1)) {
      if (IsTargetDay(date)) days.push_back({date, {{"JPY", *ParseRate("120.00")}}});
    }
    days.front().rates.front().rate = *ParseRate("240.00");
    const auto imported =
        database().Transact([&](db::Tx& tx) { return store::ImportRates(tx, days); });
    ASSERT_TRUE(imported.ok()) << imported.status();
  }
};

TEST_P(StatementViewsTest, SaysTheWorkedExample) {
  const auto statement = See(&ViewStatement, Statement());
  ASSERT_TRUE(statement.ok()) << statement.status();
  EXPECT_EQ(statement->life_to_date().actual().value(), "247837.03");
  EXPECT_EQ(statement->life_to_date().returned().value(), "2162.97");
  EXPECT_EQ(statement->contract().value(), "250000.00");
  EXPECT_EQ(statement->contract().currency_code(), "EUR");
  EXPECT_EQ(statement->rows_size(), 18);
  EXPECT_EQ(statement->exercices_size(), 4);
  EXPECT_EQ(statement->transfers(0).from().period(), "budgets/grenoble-unit/periods/p1");
  EXPECT_EQ(statement->exchanges(1).difference().value(), "587.80");
  EXPECT_EQ(statement->content_hash().size(), 64U);
  EXPECT_FALSE(statement->life_to_date().has_converted_actual());
  // The same sequence, the same bytes.
  pb::GetStatementRequest again = Statement();
  again.set_as_of_sequence(statement->as_of_sequence());
  EXPECT_EQ(See(&ViewStatement, again)->SerializeAsString(), statement->SerializeAsString());
}

TEST_P(StatementViewsTest, RefusesWhatItCannotSay) {
  const auto reason = [&](const pb::GetStatementRequest& request) {
    return ReasonOf(See(&ViewStatement, request).status());
  };
  pb::GetStatementRequest request = Statement();
  request.set_calendar("lunar");
  EXPECT_EQ(reason(request), "UNKNOWN_CALENDAR");
  request = Statement();
  request.set_as_of_sequence(9999);
  EXPECT_EQ(reason(request), "SEQUENCE_NOT_FOUND");
  request = Statement();
  request.set_period("budgets/grenoble-unit/periods/p7");
  EXPECT_EQ(reason(request), "PERIOD_NOT_FOUND");
  request = Statement();
  request.set_conversion_currency_code("YEN");
  EXPECT_EQ(reason(request), "UNKNOWN_CURRENCY");
  request.set_conversion_currency_code("JPY");
  EXPECT_EQ(reason(request), "RATE_MISSING");
  EXPECT_EQ(ReasonOf(See(&ViewStatement, Statement(), {{"institutions/lyon"}, false}).status()),
            "BUDGET_NOT_FOUND");
}

// The mean of a period's days, beside the statement and outside of its hash.
TEST_P(StatementViewsTest, ConvertsAtTheMeanOfEachPeriod) {
  ImportRates("2020-04-01", "2023-03-31");
  pb::GetStatementRequest request = Statement();
  request.set_conversion_currency_code("JPY");
  const auto statement = See(&ViewStatement, request);
  ASSERT_TRUE(statement.ok()) << statement.status();
  // (255 x 120 + 240) / 256 = 120.46875.
  EXPECT_EQ(statement->by_period(0).conversion_rate(), "120.4688");
  EXPECT_EQ(statement->by_period(1).conversion_rate(), "120.0000");
  EXPECT_EQ(statement->by_period(1).converted_actual().value(), "8283600");
  EXPECT_EQ(statement->by_period(1).converted_actual().currency_code(), "JPY");
  std::int64_t sum = 0;
  for (const pb::StatementRow& row : statement->rows()) {
    sum += std::stoll(row.converted_actual().value());
  }
  EXPECT_EQ(std::to_string(sum), statement->life_to_date().converted_actual().value());
  EXPECT_EQ(statement->content_hash(), See(&ViewStatement, Statement())->content_hash());
}

TEST_P(StatementViewsTest, ExportsEveryFormatWithTheSameBytesAgain) {
  for (const char* format : {"json", "csv", "xlsx", "beancount", "hledger", "jsonl"}) {
    SCOPED_TRACE(format);
    pb::ExportStatementRequest request;
    request.set_name("budgets/grenoble-unit");
    request.set_format(format);
    const auto file = See(&ViewExport, request);
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_GT(file->content().size(), 1000U);
    EXPECT_EQ(file->sha256().size(), 64U);
    EXPECT_EQ(file->file_name().substr(0, 14), "grenoble-unit-");
    EXPECT_EQ(See(&ViewExport, request)->content(), file->content());
  }
  pb::ExportStatementRequest request;
  request.set_name("budgets/grenoble-unit");
  request.set_format("pdf");
  EXPECT_EQ(ReasonOf(See(&ViewExport, request).status()), "UNKNOWN_EXPORT_FORMAT");
  request.set_format("csv");
  request.set_decimal_mark(",");
  EXPECT_EQ(ReasonOf(See(&ViewExport, request).status()), "INVALID_CSV_OPTION");
}

// A journal in parts: every entry is in one of them, each is a book of its own that the tools
// accept with every assertion, and one chain goes through all of them.
TEST_P(StatementViewsTest, ExportsALongJournalInParts) {
  test::AccountingTools tools;
  const std::size_t entries = GrenobleUnitJournals().size();
  for (const int limit : {1, 7, 30, 1000}) {
    std::map<std::string, std::string> lines;
    for (const char* format : {"hledger", "beancount", "jsonl"}) {
      if (limit == 1 && std::string(format) != "jsonl") continue;
      SCOPED_TRACE(std::string(format) + " in parts of " + std::to_string(limit));
      pb::ExportStatementRequest request;
      request.set_name("budgets/grenoble-unit");
      request.set_format(format);
      request.set_journal_limit(limit);
      std::string all;
      do {
        const auto part = See(&ViewExport, request);
        ASSERT_TRUE(part.ok()) << part.status();
        if (std::string(format) == "hledger") {
          const auto checked = tools.Hledger(part->content());
          EXPECT_EQ(checked.code, 0) << checked.output << part->content();
        }
        if (std::string(format) == "beancount") {
          const auto checked = tools.BeanCheck(part->content());
          EXPECT_EQ(checked.code, 0) << checked.output;
        }
        if (request.after_sequence() > 0 && std::string(format) == "jsonl") {
          // The hash before is the last one of the part before.
          const std::string head = part->content().substr(0, part->content().find('\n'));
          const std::size_t at = head.find("\"hash\":\"") + 8;
          EXPECT_NE(all.rfind(head.substr(at, 64)), std::string::npos) << head;
          all += part->content().substr(head.size() + 1);
        } else {
          all += part->content();
        }
        request.set_after_sequence(part->next_after_sequence());
      } while (request.after_sequence() != 0);
      lines[format] = all;
    }
    EXPECT_EQ(
        static_cast<std::size_t>(std::count(lines["jsonl"].begin(), lines["jsonl"].end(), '\n')),
        entries);
    pb::ExportStatementRequest whole;
    whole.set_name("budgets/grenoble-unit");
    whole.set_format("jsonl");
    EXPECT_EQ(lines["jsonl"], See(&ViewExport, whole)->content());
  }
  pb::ExportStatementRequest request;
  request.set_name("budgets/grenoble-unit");
  request.set_format("hledger");
  request.set_after_sequence(static_cast<std::int64_t>(entries) + 1);
  EXPECT_EQ(ReasonOf(See(&ViewExport, request).status()), "SEQUENCE_NOT_FOUND");
  request.set_format("csv");
  EXPECT_TRUE(absl::IsInvalidArgument(See(&ViewExport, request).status()));
}

// More entries than one file takes: each can be had.
TEST_P(StatementViewsTest, ExportsEveryEntryOfAJournalThatNoFileTakes) {
  constexpr int kMore = 20'000;
  std::vector<Journal> journals;
  for (int i = 0; i < kMore; ++i) {
    std::string digits = std::to_string(i);
    digits.insert(0, 12 - digits.size(), '0');
    journals.push_back(*Authorise({.budget = "grenoble-unit",
                                   .id = "00000000-0000-7000-9000-" + digits,
                                   .effective_on = On("2022-12-01"),
                                   .record_time = FromMicros(1'700'000'000'000'000),
                                   .actor = "people/manager",
                                   .document = "",
                                   .reference = "",
                                   .currency = Eur()},
                                  kUga, 100));
  }
  const auto posted = database().Transact(
      [&](db::Tx& tx) { return store::PostJournals(tx, "grenoble-unit", journals); });
  ASSERT_TRUE(posted.ok()) << posted.status();
  pb::ExportStatementRequest request;
  request.set_name("budgets/grenoble-unit");
  request.set_format("hledger");
  EXPECT_EQ(ReasonOf(See(&ViewExport, request).status()), "EXPORT_TOO_LARGE");
  request.set_format("jsonl");
  request.set_journal_limit(15'000);
  // A part that does not fit into a message either.
  EXPECT_EQ(ReasonOf(See(&ViewExport, request).status()), "EXPORT_TOO_LARGE");
  request.set_journal_limit(4'000);
  std::size_t entries = 0;
  int parts = 0;
  do {
    const auto part = See(&ViewExport, request);
    ASSERT_TRUE(part.ok()) << part.status();
    entries +=
        static_cast<std::size_t>(std::count(part->content().begin(), part->content().end(), '\n'));
    if (parts++ > 0) --entries;  // What was before.
    request.set_after_sequence(part->next_after_sequence());
  } while (request.after_sequence() != 0);
  EXPECT_EQ(entries, GrenobleUnitJournals().size() + kMore);
  EXPECT_EQ(parts, 6);
}

// The file of a frozen report, or of a close's digest: one period, under the hash that was signed.
TEST_P(StatementViewsTest, ExportsOnePeriodWithItsHash) {
  pb::GetStatementRequest one = Statement();
  one.set_period("budgets/grenoble-unit/periods/p2");
  const auto statement = See(&ViewStatement, one);
  ASSERT_TRUE(statement.ok()) << statement.status();
  for (const char* format : {"json", "csv"}) {
    pb::ExportStatementRequest request;
    request.set_name("budgets/grenoble-unit");
    request.set_format(format);
    request.set_period(one.period());
    const auto file = See(&ViewExport, request);
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_NE(file->content().find(statement->content_hash()), std::string::npos) << format;
    EXPECT_EQ(file->content().find("28400.00"), std::string::npos) << "of p1";
    EXPECT_NE(file->content().find("34100.00"), std::string::npos) << "of p2";
    EXPECT_EQ(file->file_name(),
              "grenoble-unit-" + std::to_string(statement->as_of_sequence()) + "-p2." + format);
  }
  pb::ExportStatementRequest request;
  request.set_name("budgets/grenoble-unit");
  request.set_format("xlsx");
  request.set_period("p7");
  EXPECT_EQ(ReasonOf(See(&ViewExport, request).status()), "PERIOD_NOT_FOUND");
  for (const char* format : {"beancount", "hledger", "jsonl"}) {
    request.set_format(format);
    EXPECT_TRUE(absl::IsInvalidArgument(See(&ViewExport, request).status())) << format;
  }
}

// What a funder reads: the actuals of a period at its mean rate, as a file; only at a mean that
// stays what it is.
TEST_P(StatementViewsTest, ExportsActualsAtTheMeanRateOfThePeriod) {
  ImportRates("2020-04-01", "2021-12-31");
  pb::ExportStatementRequest request;
  request.set_name("budgets/grenoble-unit");
  request.set_format("csv");
  request.set_period("p1");
  request.set_conversion_currency_code("JPY");
  const auto file = See(&ViewExport, request);
  ASSERT_TRUE(file.ok()) << file.status();
  // 77,990.47 at 120.4688.
  EXPECT_NE(file->content().find(",120.4688,9395418,JPY\r\n"), std::string::npos)
      << file->content();
  request.set_format("json");
  const std::string json = See(&ViewExport, request)->content();
  EXPECT_NE(json.find("\"rate\":\"120.4688\",\"rate_date\":\"2021-03-31\""), std::string::npos)
      << json;
  EXPECT_NE(json.find("\"actual\":\"9395418\""), std::string::npos) << json;
  // Beside the statement: its hash is that of the statement alone.
  pb::GetStatementRequest one = Statement();
  one.set_period("p1");
  EXPECT_NE(json.find(See(&ViewStatement, one)->content_hash()), std::string::npos);

  // A period of which rates are to come has no mean yet.
  for (const char* period : {"", "p2"}) {
    request.set_period(period);
    EXPECT_EQ(ReasonOf(See(&ViewExport, request).status()), "RATE_MISSING") << period;
  }
  // Until a day it has one, which later days do not change.
  *request.mutable_as_of_date() = ToDate("2021-12-31");
  const auto before = See(&ViewExport, request);
  ASSERT_TRUE(before.ok()) << before.status();
  ImportRates("2022-01-03", "2022-03-31");
  EXPECT_EQ(See(&ViewExport, request)->content(), before->content());
  request.set_format("xlsx");
  EXPECT_TRUE(See(&ViewExport, request).ok());
}

// Of one period, life to date is not converted: it is not of this period alone.
TEST_P(StatementViewsTest, ConvertsLifeToDateWhenAllOfItIsShown) {
  ImportRates("2020-04-01", "2023-03-31");
  pb::GetStatementRequest request = Statement();
  request.set_conversion_currency_code("JPY");
  EXPECT_TRUE(See(&ViewStatement, request)->life_to_date().has_converted_actual());
  request.set_period("p1");
  EXPECT_FALSE(See(&ViewStatement, request)->life_to_date().has_converted_actual());
}

TEST_P(StatementViewsTest, ListsTheJournalPageByPage) {
  pb::ListJournalsRequest request;
  request.set_parent("budgets/grenoble-unit");
  request.set_page_size(10);
  std::vector<std::int64_t> sequences;
  do {
    const auto page = JournalPage(request);
    ASSERT_TRUE(page.ok()) << page.status();
    const auto response = database().Read([&](db::Tx& tx) {
      return ViewJournals(tx, {{kUga}, false}, request, *page);
    });
    ASSERT_TRUE(response.ok()) << response.status();
    for (const pb::Journal& journal : response->journals()) {
      sequences.push_back(journal.sequence());
      EXPECT_EQ(journal.hash().size(), 64U);
      EXPECT_GE(journal.postings_size(), 2);
    }
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty());
  ASSERT_EQ(sequences.size(), GrenobleUnitJournals().size());
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    EXPECT_EQ(sequences[i], static_cast<std::int64_t>(i) + 1);
  }
  request.clear_page_token();
  request.set_filter("movement = \"reserve\"");
  const auto page = JournalPage(request);
  const auto reserves = database().Read([&](db::Tx& tx) {
    return ViewJournals(tx, {{kUga}, false}, request, *page);
  });
  EXPECT_EQ(reserves->journals_size(), 2);
  EXPECT_EQ(reserves->journals(0).conversions(0).rate(), "120.83");
  EXPECT_TRUE(reserves->journals(0).postings(0).pending());
}

TEST_P(StatementViewsTest, ForecastsAndListsRates) {
  pb::GetForecastRequest request;
  request.set_name("budgets/grenoble-unit");
  EXPECT_FALSE(See(&ViewForecast, request).ok());
  *request.mutable_as_of_date() = ToDate("2020-12-31");
  const auto forecast = See(&ViewForecast, request);
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  ASSERT_EQ(forecast->rows_size(), 6);
  EXPECT_EQ(forecast->rows(0).time_elapsed_percent(), "75.3");
  ImportRates("2020-06-01", "2020-06-30");
  pb::ListRatesRequest rates;
  rates.set_currency_code("JPY");
  const auto listed = database().Read([&](db::Tx& tx) { return ViewRates(tx, rates); });
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->days_size(), 22);
  EXPECT_EQ(listed->days(1).rate(), "120.00");
  EXPECT_EQ(listed->average(), "125.4545");
  *rates.mutable_start_date() = ToDate("2020-05-29");
  EXPECT_EQ(database().Read([&](db::Tx& tx) { return ViewRates(tx, rates); })->average(), "");
}

INSTANTIATE_ON_ENGINES(StatementViewsTest);

}  // namespace
}  // namespace jointly::budgets
