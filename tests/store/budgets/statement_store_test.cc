#include "services/budgets/store/statement_store.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "services/budgets/domain/converted.h"
#include "services/budgets/store/migrations.h"
#include "services/budgets/store/terms_store.h"
#include "tests/support/database_fixture.h"
#include "tests/unit/budgets/grenoble_unit.h"

namespace jointly::budgets::store {
namespace {

Budget GrenobleUnit() {
  Budget budget;
  budget.id = "grenoble-unit";
  budget.display_name = "Grenoble Unit";
  budget.currency = Eur();
  budget.authorised_version = 1;
  budget.partners = {kUga, kTsukuba};
  for (const char* id : {"PERS", "EQUIP", "TRAVEL", "CONS", "SERV", "OVH"}) {
    budget.categories.push_back({.id = id});
  }
  return budget;
}

std::vector<Period> Periods() {
  std::vector<Period> periods;
  for (const StatementPeriod& period : GrenobleUnitPeriods()) {
    Period stored;
    stored.id = period.id;
    stored.start_date = period.range.first;
    stored.end_date = period.range.last;
    periods.push_back(stored);
  }
  return periods;
}

class StatementStoreTest : public test::DatabaseTest {
 public:
  StatementStoreTest() : DatabaseTest({{"budgets", &Migrations()}}) {}

 protected:
  void Prepare() override {
    ASSERT_TRUE(database()
                    .Transact([](db::Tx& tx) {
                      CreateLedger(tx, "grenoble-unit", "EUR");
                      return absl::OkStatus();
                    })
                    .ok());
  }
  void Post(const std::vector<Journal>& journals) {
    const auto posted = database().Transact(
        [&](db::Tx& tx) { return PostJournals(tx, "grenoble-unit", journals); });
    ASSERT_TRUE(posted.ok()) << posted.status();
  }
  void Seal(int limit) {
    const auto sealed = SealJournals(database(), limit);
    ASSERT_TRUE(sealed.ok()) << sealed.status();
  }
  std::vector<MovementSum> Sums(const AsOf& as_of = {}) {
    const auto sums =
        database().Read([&](db::Tx& tx) { return LoadSums(tx, "grenoble-unit", as_of); });
    EXPECT_TRUE(sums.ok()) << sums.status();
    return *sums;
  }
  absl::StatusOr<Statement> Load(const StatementOrder& order = {}) {
    return database().Read([&](db::Tx& tx) -> absl::StatusOr<Statement> {
      auto input = LoadStatement(tx, GrenobleUnit(), Periods(), order);
      if (!input.ok()) return input.status();
      return MakeStatement(*input);
    });
  }
  // As WORKFLOW's tables keep it.
  void InsertTransfer(const std::string& id) {
    Execute(R"sql(
        INSERT INTO line_transfer (budget, id, from_line, to_line, period, amount, effective_date,
                                   reason, state, rule, rationale, funder_approval, refusal,
                                   requester, requester_for, approver, approver_for, create_time,
                                   update_time, revision)
        VALUES ('grenoble-unit', $1, '', '', 'p1', 600000, '2021-03-10', '', 'posted',
                'kakenhi-fund/1', '', 'letter 7', '', 'people/a', '', 'people/b', '', 0, 0, 1))sql",
            {id});
  }
};

// A book with everything that could be counted twice: reversals of cost, payment and carry.
std::vector<Journal> WithReversals() {
  JournalWriter book;
  const LineKey first = Line("p1", "SERV");
  const LineKey second = Line("p2", "SERV");
  book.Post(Authorise(book.Begin("2020-04-01"), kUga, Cents("9000")));
  book.Post(Allocate(book.Begin("2020-04-01"), {{first, Cents("4000")}, {second, Cents("5000")}}));
  book.Post(Reserve(book.Begin("2020-05-01", "commitments/a"), first, Cents("500")));
  const Journal cost = book.Post(Recognise(book.Begin("2020-05-31"), first, Cents("700")));
  const Journal paid =
      book.Post(Pay(book.Begin("2020-06-01"),
                    {.partner = kUga, .organisation = kUga, .recognised = Cents("700")}));
  book.Post(Reverse(book.Begin("2020-06-02"), paid));
  book.Post(Reverse(book.Begin("2020-07-01"), cost));
  const Journal carry =
      book.Post(Carry(book.Begin("2021-03-31"), "p2",
                      {{.line = first, .free = Cents("3500"), .reserved = {Cents("500")}}}));
  book.Post(Reverse(book.Begin("2021-03-31"), carry));
  book.Post(Carry(book.Begin("2021-03-31"), "p2",
                  {{.line = first, .free = Cents("3400"), .reserved = {Cents("500")}}}));
  return book.journals();
}

TEST_P(StatementStoreTest, HasTheSumsOfTheJournalAtEveryPointOfTime) {
  for (const std::vector<Journal>& journals : {WithReversals()}) {
    Post(journals);
    // From nothing summed up in the background, over a part, to all.
    for (int sealed = 0; sealed < 3; ++sealed) {
      SCOPED_TRACE("round " + std::to_string(sealed));
      EXPECT_EQ(Sums(), SumsOf(journals));
      for (std::size_t count = 0; count <= journals.size(); ++count) {
        const std::vector<Journal> begun(journals.begin(),
                                         journals.begin() + static_cast<std::ptrdiff_t>(count));
        EXPECT_EQ(Sums({.sequence = static_cast<std::int64_t>(count), .date = std::nullopt}),
                  SumsOf(begun))
            << count;
      }
      for (const char* day : {"2020-03-31", "2020-05-15", "2020-05-31", "2020-06-01", "2020-06-30",
                              "2021-03-30", "2021-03-31"}) {
        EXPECT_EQ(Sums({.sequence = std::nullopt, .date = On(day)}), SumsOf(Until(journals, day)))
            << day;
      }
      Seal(6);
    }
  }
}

TEST_P(StatementStoreTest, ShowsNothingOfACarryThatWasReversed) {
  Post(WithReversals());
  const auto statement = Load();
  ASSERT_TRUE(statement.ok()) << statement.status();
  ASSERT_EQ(statement->by_period.size(), 2U);
  EXPECT_EQ(Euro(statement->by_period[0].budget), "4000.00");
  EXPECT_EQ(Euro(statement->by_period[0].carried), "3900.00");
  EXPECT_EQ(Euro(statement->by_period[0].available()), "100.00");
  EXPECT_EQ(Euro(statement->by_period[1].budget), "8900.00");
  EXPECT_EQ(Euro(statement->contract), "9000.00");
}

TEST_P(StatementStoreTest, TellsTheWorkedExampleAsTheJournalDoes) {
  const std::vector<Journal> journals = GrenobleUnitJournals();
  Post(journals);
  for (const Calendar calendar :
       {Calendar::kBudget, Calendar::kJapaneseFiscalYear, Calendar::kExercice}) {
    const auto statement = Load({.calendar = calendar});
    ASSERT_TRUE(statement.ok()) << statement.status();
    const auto expected = MakeStatement(InputOf(journals, calendar));
    EXPECT_EQ(CanonicalStatement(*statement), CanonicalStatement(*expected));
  }
  EXPECT_EQ(Euro(Load()->contract), "250000.00");
}

TEST_P(StatementStoreTest, PrintsAnyPastStatementAgain) {
  const std::vector<Journal> journals = GrenobleUnitJournals();
  Post({journals.begin(), journals.begin() + 20});
  const std::string now = CanonicalStatement(*Load());
  Post({journals.begin() + 20, journals.end()});
  const absl::Status kept =
      database().Transact([](db::Tx& tx) { return KeepTerms(tx, GrenobleUnit(), Periods(), 30); });
  ASSERT_TRUE(kept.ok()) << kept;
  Seal(500);
  EXPECT_EQ(CanonicalStatement(*Load({.as_of_sequence = 20})), now);
  EXPECT_NE(CanonicalStatement(*Load()), now);
  EXPECT_EQ(ReasonOf(Load({.as_of_sequence = 1000}).status()), "SEQUENCE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Load({.as_of_sequence = -1}).status()), "SEQUENCE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Load({.period = "p9"}).status()), "PERIOD_NOT_FOUND");
}

TEST_P(StatementStoreTest, ExplainsTransfersByTheirDocuments) {
  Post(GrenobleUnitJournals());
  InsertTransfer("consumables");
  const auto statement = Load();
  ASSERT_EQ(statement->transfers.size(), 1U);
  EXPECT_EQ(statement->transfers[0].rule, "kakenhi-fund/1");
  EXPECT_EQ(statement->transfers[0].approval, "people/b; letter 7");
  EXPECT_TRUE(Load({.as_of_date = On("2021-03-09")})->transfers.empty());
}

TEST_P(StatementStoreTest, ExportsTheJournalWithItsSeals) {
  const std::vector<Journal> journals = GrenobleUnitJournals();
  Post(journals);
  Seal(500);
  const auto book = database().Read(
      [](db::Tx& tx) { return LoadBook(tx, GrenobleUnit(), Periods(), {.as_of_sequence = 30}); });
  ASSERT_TRUE(book.ok()) << book.status();
  ASSERT_EQ(book->journals.size(), 30U);
  JournalBook expected = BookOf({journals.begin(), journals.begin() + 30});
  EXPECT_EQ(JournalLines(*book), JournalLines(expected));
  EXPECT_EQ(*HledgerJournal(*book), *HledgerJournal(expected));
}

TEST_P(StatementStoreTest, ForecastsTheLinesThatHaveBegun) {
  Post(Until(GrenobleUnitJournals(), "2021-02-28"));
  const auto inputs = database().Read(
      [](db::Tx& tx) { return LoadForecast(tx, GrenobleUnit(), Periods(), On("2021-02-28")); });
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  ASSERT_EQ(inputs->size(), 6U);
  const auto travel = std::find_if(inputs->begin(), inputs->end(), [](const ForecastInput& input) {
    return input.line.category == "TRAVEL";
  });
  ASSERT_NE(travel, inputs->end());
  EXPECT_EQ(Euro(travel->spent), "1250.00");
  EXPECT_EQ(Euro(travel->spent_recently), "0.00");
  EXPECT_EQ(Euro(MakeForecast(*travel).unspendable), "8633.98");
}

std::string Shown(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += finding.invariant + " " + finding.subject + ": " + finding.text + "\n";
  }
  return text;
}

TEST_P(StatementStoreTest, VerifiesWhatTheViewsSay) {
  Post(GrenobleUnitJournals());
  Seal(20);
  Budget budget = GrenobleUnit();
  budget.contract_amount = Cents("250000");
  const auto verify = [&] {
    const auto findings =
        database().Read([&](db::Tx& tx) { return VerifyViews(tx, budget, Periods()); });
    EXPECT_TRUE(findings.ok()) << findings.status();
    return Shown(*findings);
  };
  EXPECT_EQ(verify(), "");
  budget.contract_amount = Cents("300000");
  EXPECT_EQ(verify(),
            "B6 grenoble-unit: authorised 250000.00 EUR; the contract says 300000.00 EUR\n");
  budget.contract_amount = Cents("250000");
  // Somebody at the database, past the triggers: they guard against changes, not against additions.
  Execute(R"sql(
      INSERT INTO conversion (budget, sequence, position, from_amount, from_currency, to_amount,
                              to_currency, rate, rate_date, policy)
      VALUES ('grenoble-unit', 1, 1, 3000000, 'JPY', 2482828, 'EUR', '120.83', '2020-06-15',
              'day'))sql");
  EXPECT_EQ(verify(),
            "B20 journal 1: the stored amount is not what the stored rate makes of it\n"
            "B19 grenoble-unit: the annexes have 5 entries of the journal, the journal says 6\n");
  Execute("UPDATE turnover SET posted_debit = posted_debit + 1 WHERE path = $1 AND unit = 'month'",
          {SpentAccount(Line("p1", "PERS"))});
  EXPECT_NE(verify().find("B19 grenoble-unit"), std::string::npos);
}

TEST_P(StatementStoreTest, FindsAPaymentThatNobodyCommitted) {
  JournalWriter book;
  const LineKey line = Line("p1", "SERV");
  book.Post(Authorise(book.Begin("2020-04-01"), kUga, Cents("4000")));
  book.Post(Allocate(book.Begin("2020-04-01"), {{line, Cents("4000")}}));
  book.Post(Recognise(book.Begin("2021-01-10", "commitments/a"), line, Cents("100")));
  book.Post(Pay(book.Begin("2020-12-20", "commitments/a"),
                {.partner = kUga, .organisation = kUga, .recognised = Cents("100")}));
  Post(book.journals());
  Budget budget = GrenobleUnit();
  budget.contract_amount = Cents("4000");
  const auto findings =
      database().Read([&](db::Tx& tx) { return VerifyViews(tx, budget, Periods()); });
  ASSERT_TRUE(findings.ok()) << findings.status();
  EXPECT_EQ(Shown(*findings),
            "B15 all documents: at the end of exercice 2020 more was paid than committed: 10000 of "
            "0 minor units\n"
            "B15 commitments/a: at the end of exercice 2020 more was paid than committed: 10000 of "
            "0 minor units\n");
}

INSTANTIATE_ON_ENGINES(StatementStoreTest);

}  // namespace
}  // namespace jointly::budgets::store
