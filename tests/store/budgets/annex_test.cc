#include "services/budgets/store/annex_store.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "services/budgets/domain/converted.h"
#include "services/budgets/store/migrations.h"
#include "services/budgets/store/statement_store.h"
#include "tests/support/database_fixture.h"
#include "tests/unit/budgets/grenoble_unit.h"

// Annexes of a long book: by date, of the asked period, page by page, and together all of them.
namespace jointly::budgets::store {
namespace {

Conversion Yen(std::int64_t yen, std::string_view rate, std::string_view date) {
  Conversion conversion{.from = {yen, {"JPY", 0}},
                        .to = {0, Eur()},
                        .rate = std::string(rate),
                        .rate_date = On(date),
                        .policy = "day"};
  conversion.to = *ConvertAgain(conversion, conversion.from);
  return conversion;
}

constexpr int kOrders = 430;

// Orders in yen over the days of two periods, each second one liquidated at another rate, and each
// twentieth of those taken back.
std::vector<Journal> LongBook() {
  JournalWriter book;
  const LineKey lines[] = {Line("p1", "EQUIP"), Line("p2", "EQUIP")};
  book.Post(Authorise(book.Begin("2020-04-01"), kUga, Cents("900000")));
  book.Post(Allocate(book.Begin("2020-04-01"),
                     {{lines[0], Cents("400000")}, {lines[1], Cents("500000")}}));
  for (int i = 0; i < kOrders; ++i) {
    const LineKey& line = lines[i % 2];
    const std::string day =
        FormatDate(AddDays(On(i % 2 == 0 ? "2020-04-01" : "2021-04-01"), i * 7 % 360));
    const std::string order = "commitments/" + std::to_string(i);
    const Conversion then = Yen(10'000 + i, "120.83", day);
    book.Post(Reserve(book.Begin(day, order), line, then.to.minor, then));
    if (i % 4 >= 2) continue;
    const Conversion paid = Yen(10'000 + i, "123.76", day);
    const Journal liquidated =
        book.Post(Liquidate(book.Begin(day, order), {.line = line,
                                                     .remaining = then.to.minor,
                                                     .cost = paid.to.minor,
                                                     .part = then.to.minor,
                                                     .final = true,
                                                     .conversion = paid})
                      ->journal);
    if (i % 40 < 2) book.Post(Reverse(book.Begin(day, order), liquidated));
    if (i % 10 == 0) book.Post(Transfer(book.Begin(day), lines[0], Line("p1", "CONS"), 100 + i));
  }
  return book.journals();
}

std::string Shown(const ExchangeRow& row) {
  return FormatDate(row.effective_date) + " " + row.document + " " +
         std::string(Name(row.movement)) + " " + FormatMoney(row.conversion.from) + " " +
         std::to_string(row.difference);
}

class AnnexTest : public test::DatabaseTest {
 public:
  AnnexTest() : DatabaseTest({{"budgets", &Migrations()}}) {}

 protected:
  void Prepare() override {
    const auto posted = database().Transact([&](db::Tx& tx) {
      CreateLedger(tx, "grenoble-unit", "EUR");
      return PostJournals(tx, "grenoble-unit", journals_);
    });
    ASSERT_TRUE(posted.ok()) << posted.status();
  }
  Statement Load(const StatementOrder& order) {
    Budget budget;
    budget.id = "grenoble-unit";
    budget.currency = Eur();
    budget.authorised_version = 1;
    budget.contract_amount = Cents("900000");
    std::vector<Period> periods;
    for (const StatementPeriod& period : GrenobleUnitPeriods()) {
      periods.emplace_back();
      periods.back().id = period.id;
      periods.back().start_date = period.range.first;
      periods.back().end_date = period.range.last;
    }
    const auto statement = database().Read([&](db::Tx& tx) -> absl::StatusOr<Statement> {
      auto input = LoadStatement(tx, budget, periods, order);
      if (!input.ok()) return input.status();
      return MakeStatement(*input);
    });
    EXPECT_TRUE(statement.ok()) << statement.status();
    return *statement;
  }
  // Every page of an order, joined.
  Statement LoadAll(StatementOrder order, int* pages = nullptr) {
    Statement all = Load(order);
    Statement page = all;
    for (int count = 1;; ++count) {
      EXPECT_LE(page.exchanges.size(), static_cast<std::size_t>(kAnnexRowsMax));
      if (pages != nullptr) *pages = count;
      if (page.next_annexes_page_token.empty()) return all;
      order.annexes = *PlacesOf(page.next_annexes_page_token);
      page = Load(order);
      all.exchanges.insert(all.exchanges.end(), page.exchanges.begin(), page.exchanges.end());
      all.transfers.insert(all.transfers.end(), page.transfers.begin(), page.transfers.end());
    }
  }
  // What the whole journal says of it, in days that a statement may name.
  std::vector<std::string> Expected(std::size_t last, Date first_day, Date last_day) {
    ExchangeFold fold("EUR");
    for (std::size_t i = 0; i < last; ++i) EXPECT_TRUE(fold.Add(journals_[i]).ok());
    std::vector<ExchangeRow> rows = std::move(fold).Finish();
    std::stable_sort(rows.begin(), rows.end(), [](const ExchangeRow& a, const ExchangeRow& b) {
      return a.effective_date < b.effective_date;
    });
    std::vector<std::string> shown;
    for (const ExchangeRow& row : rows) {
      if (first_day <= row.effective_date && row.effective_date <= last_day) {
        shown.push_back(Shown(row));
      }
    }
    return shown;
  }
  static std::vector<std::string> ShownAll(const Statement& statement) {
    std::vector<std::string> shown;
    for (const ExchangeRow& row : statement.exchanges) shown.push_back(Shown(row));
    return shown;
  }

  const std::vector<Journal> journals_ = LongBook();
};

TEST_P(AnnexTest, EveryRowIsOnOnePageWithItsDifference) {
  int pages = 0;
  const Statement all = LoadAll({}, &pages);
  EXPECT_EQ(ShownAll(all), Expected(journals_.size(), On("2020-04-01"), On("2023-03-31")));
  EXPECT_GE(pages, 2);
  std::size_t transfers = 0;
  for (const Journal& journal : journals_) transfers += TransferOf(journal).has_value() ? 1 : 0;
  EXPECT_EQ(all.transfers.size(), transfers);
  EXPECT_GT(transfers, 10U);
}

TEST_P(AnnexTest, APeriodListsItsOwn) {
  struct Row {
    const char* name;
    StatementOrder order;
    const char* first;
    const char* last;
  };
  const std::int64_t half = static_cast<std::int64_t>(journals_.size()) / 2;
  const std::vector<Row> rows = {
      {"p1", {.period = "p1"}, "2020-04-01", "2021-03-31"},
      {"p2", {.period = "p2"}, "2021-04-01", "2022-03-31"},
      {"p3", {.period = "p3"}, "2022-04-01", "2023-03-31"},
      {"half of p1", {.as_of_sequence = half, .period = "p1"}, "2020-04-01", "2021-03-31"},
      {"exercice 2021",
       {.calendar = Calendar::kExercice, .period = "exercice 2021"},
       "2021-01-01",
       "2021-12-31"},
      {"FY2020",
       {.calendar = Calendar::kJapaneseFiscalYear, .period = "FY2020"},
       "2020-04-01",
       "2021-03-31"},
      {"until a day of p1",
       {.as_of_date = On("2020-08-01"), .period = "p1"},
       "2020-04-01",
       "2020-08-01"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const std::int64_t last = row.order.as_of_sequence;
    const auto until = last == 0 ? journals_.size() : static_cast<std::size_t>(last);
    const Statement statement = LoadAll(row.order);
    EXPECT_EQ(ShownAll(statement), Expected(until, On(row.first), On(row.last)));
    EXPECT_EQ(statement.transfers.empty(), row.order.period[0] == 'p' && row.order.period != "p1");
  }
}

// The token is printed and signed with the rest, and without one the statement says nothing of it.
TEST_P(AnnexTest, TheTokenStandsInWhatIsPrinted) {
  const Statement first = Load({});
  EXPECT_NE(CanonicalStatement(first).find(first.next_annexes_page_token), std::string::npos);
  EXPECT_EQ(CanonicalStatement(Load({.period = "p3"})).find("next_annexes"), std::string::npos);
  for (const char* token : {"x", "|", "-|x", "2020-04-01/|-", "2020-13-01/1|-", "-|-|-"}) {
    EXPECT_FALSE(PlacesOf(token).has_value()) << token;
  }
  EXPECT_EQ(TokenOf(*PlacesOf(first.next_annexes_page_token)), first.next_annexes_page_token);
}

INSTANTIATE_ON_ENGINES(AnnexTest);

}  // namespace
}  // namespace jointly::budgets::store
