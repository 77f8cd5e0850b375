#include "services/budgets/domain/statement.h"
#include "services/budgets/domain/converted.h"

#include <gtest/gtest.h>

#include <random>

#include "services/budgets/domain/converted.h"
#include "services/budgets/domain/exercice.h"
#include "tests/support/table.h"
#include "tests/unit/budgets/grenoble_unit.h"

namespace jointly::budgets {
namespace {

using test::Table;

Statement Make(const StatementInput& input) {
  auto statement = MakeStatement(input);
  EXPECT_TRUE(statement.ok()) << statement.status();
  return statement.ok() ? *std::move(statement) : Statement();
}

Statement Make(const std::vector<Journal>& journals, Calendar calendar = Calendar::kBudget) {
  return Make(InputOf(journals, calendar));
}

std::string Shown(const std::vector<StatementRow>& rows) {
  std::string text;
  for (const StatementRow& row : rows) {
    text += row.period + row.category + row.partner + " " + Euro(row.budget) + " " +
            Euro(row.committed) + " " + Euro(row.actual) + " " + Euro(row.available()) + " " +
            Euro(row.carried) + " " + Euro(row.returned) + "\n";
  }
  return text;
}

std::string Exercices(const Statement& statement) {
  std::string text;
  for (const ExerciceRow& row : statement.exercices) {
    text += std::to_string(row.year) + " " + Euro(row.commitments) + " " + Euro(row.payments) +
            " " + Euro(row.outstanding) + " " + Euro(row.pro_rata) + "\n";
  }
  return text;
}

// budget, committed, actual, available, carried, returned.
TEST(Statement, TellsTheWorkedExampleToTheCent) {
  const Statement statement = Make(GrenobleUnitJournals());
  EXPECT_EQ(Shown(statement.by_period),
            "p1 90000.00 0.00 77990.47 0.00 12009.53 0.00\n"
            "p2 97009.53 0.00 69030.00 0.00 27979.53 0.00\n"
            "p3 102979.53 0.00 100816.56 0.00 0.00 2162.97\n");
  EXPECT_EQ(Shown({statement.life_to_date}), " 250000.00 0.00 247837.03 0.00 0.00 2162.97\n");
  EXPECT_EQ(Euro(statement.contract), "250000.00");
  EXPECT_EQ(Euro(statement.life_to_date.actual + statement.life_to_date.returned), "250000.00");
  EXPECT_EQ(Euro(statement.pool), "0.00");
  EXPECT_EQ(Euro(statement.life_to_date.paid), "247837.03");
  EXPECT_EQ(Shown(statement.by_category),
            "PERS 100000.00 0.00 99700.00 0.00 0.00 300.00\n"
            "EQUIP 50000.00 0.00 49607.03 0.00 0.00 392.97\n"
            "TRAVEL 34000.00 0.00 32630.00 0.00 0.00 1370.00\n"
            "CONS 30000.00 0.00 29950.00 0.00 0.00 50.00\n"
            "SERV 12000.00 0.00 11950.00 0.00 0.00 50.00\n"
            "OVH 24000.00 0.00 24000.00 0.00 0.00 0.00\n");
  EXPECT_EQ(Shown(statement.by_partner),
            "institutions/uga 200000.00 0.00 198230.00 0.00 0.00 1770.00\n"
            "institutions/tsukuba 50000.00 0.00 49607.03 0.00 0.00 392.97\n");
  EXPECT_EQ(Euro(statement.by_partner[0].paid), "198230.00");
  EXPECT_EQ(statement.rows.size(), 18U);
}

TEST(Statement, OfOnePeriodKeepsWhatItCarriedOn) {
  StatementInput input = InputOf(GrenobleUnitJournals());
  input.period = "p1";
  const Statement statement = Make(input);
  EXPECT_EQ(Shown(statement.rows),
            "p1PERSinstitutions/uga 30000.00 0.00 28400.00 0.00 1600.00 0.00\n"
            "p1EQUIPinstitutions/tsukuba 30000.00 0.00 24240.47 0.00 5759.53 0.00\n"
            "p1TRAVELinstitutions/uga 4000.00 0.00 1250.00 0.00 2750.00 0.00\n"
            "p1CONSinstitutions/uga 14000.00 0.00 13200.00 0.00 800.00 0.00\n"
            "p1SERVinstitutions/uga 4000.00 0.00 2900.00 0.00 1100.00 0.00\n"
            "p1OVHinstitutions/uga 8000.00 0.00 8000.00 0.00 0.00 0.00\n");
  EXPECT_EQ(Shown(statement.by_partner),
            "institutions/uga 60000.00 0.00 53750.00 0.00 6250.00 0.00\n"
            "institutions/tsukuba 30000.00 0.00 24240.47 0.00 5759.53 0.00\n");
  EXPECT_EQ(Shown({statement.life_to_date}), " 250000.00 0.00 247837.03 0.00 0.00 2162.97\n");
  EXPECT_EQ(VariancePercent(statement.rows[0]), "5.3");
  input.period = "p9";
  EXPECT_EQ(ReasonOf(MakeStatement(input).status()), "PERIOD_NOT_FOUND");
  input.period = "FY2020";
  EXPECT_EQ(ReasonOf(MakeStatement(input).status()), "PERIOD_NOT_FOUND");
  input.calendar = Calendar::kJapaneseFiscalYear;
  EXPECT_EQ(Make(input).rows.size(), 6U);
}

// What was open at the close of March 2022: the commitment goes with the money that it holds.
TEST(Statement, ShowsAnOpenCommitmentOnEitherSideOfTheClose) {
  const std::vector<Journal> all = GrenobleUnitJournals();
  const Statement before = Make(Until(all, "2022-03-30"));
  EXPECT_EQ(Shown({before.by_period[1]}), "p2 97009.53 9254.26 69030.00 18725.27 0.00 0.00\n");
  const Statement after = Make(Until(all, "2022-03-31"));
  EXPECT_EQ(Shown(after.by_period),
            "p1 90000.00 0.00 77990.47 0.00 12009.53 0.00\n"
            "p2 97009.53 0.00 69030.00 0.00 27979.53 0.00\n"
            "p3 102979.53 9254.26 0.00 93725.27 0.00 0.00\n");
  EXPECT_EQ(Euro(after.contract), "250000.00");
}

TEST(Statement, SeesTheJapaneseYearsAsThePeriods) {
  const Statement statement = Make(GrenobleUnitJournals(), Calendar::kJapaneseFiscalYear);
  EXPECT_EQ(Shown(statement.by_period),
            "FY2020 90000.00 0.00 77990.47 12009.53 0.00 0.00\n"
            "FY2021 85000.00 9254.26 69030.00 6715.74 0.00 0.00\n"
            "FY2022 75000.00 -9254.26 100816.56 -18725.27 0.00 2162.97\n");
  EXPECT_EQ(Shown({statement.life_to_date}), " 250000.00 0.00 247837.03 0.00 0.00 2162.97\n");
}

// AE, CP, restes a payer, and the contract by days: four exercices.
TEST(Statement, SeesTheFrenchExercices) {
  const Statement statement = Make(GrenobleUnitJournals(), Calendar::kExercice);
  EXPECT_EQ(Exercices(statement),
            "2020 72790.47 72790.47 0.00 62785.39\n"
            "2021 74230.00 74230.00 0.00 83333.33\n"
            "2022 100816.56 100816.56 0.00 83333.33\n"
            "2023 0.00 0.00 0.00 20547.95\n");
  EXPECT_EQ(statement.by_period[0].period, "exercice 2020");
  EXPECT_EQ(Euro(statement.by_period[0].actual), "72790.47");
  EXPECT_EQ(Euro(statement.by_period[0].paid), "72790.47");
  // The invoice crosses the Japanese year, but AE and CP are both of the French 2022.
  EXPECT_EQ(Exercices(Make(Until(GrenobleUnitJournals(), "2022-03-31"))),
            "2020 72790.47 72790.47 0.00 62785.39\n"
            "2021 74230.00 74230.00 0.00 83333.33\n"
            "2022 9254.26 0.00 9254.26 83333.33\n"
            "2023 0.00 0.00 9254.26 20547.95\n");
}

// A commitment of 10 December 2020, paid on 20 January 2021: crosses the French years only.
TEST(Exercice, LeavesAResteAPayer) {
  JournalWriter book;
  const LineKey line = Line("p1", "SERV");
  book.Post(Authorise(book.Begin("2020-04-01"), kUga, Cents("4000")));
  book.Post(Allocate(book.Begin("2020-04-01"), {{line, Cents("4000")}}));
  book.Post(Reserve(book.Begin("2020-12-10", "commitments/audit"), line, Cents("1000")));
  book.Post(Reserve(book.Begin("2020-12-10", "commitments/void"), line, Cents("300")));
  book.Post(Liquidate(book.Begin("2020-12-20", "commitments/audit"),
                      {.line = line, .remaining = Cents("1000"), .cost = Cents("400")})
                ->journal);
  book.Post(Pay(book.Begin("2021-01-20", "commitments/audit"),
                {.partner = kUga, .organisation = kUga, .recognised = Cents("400")}));
  book.Post(
      Liquidate(book.Begin("2021-02-20", "claims/trip"),
                {.line = line, .remaining = Cents("600"), .cost = Cents("550"), .final = true})
          ->journal);
  book.Post(
      Release(book.Begin("2021-03-01", "commitments/void"), line, Cents("300"), Cents("300")));
  EXPECT_EQ(Exercices(Make(book.journals())),
            "2020 1300.00 0.00 1300.00 3013.70\n"
            "2021 -350.00 400.00 550.00 986.30\n");
  const std::map<std::string, std::string> settles = {{"claims/trip", "commitments/audit"}};
  AeCpFold fold(settles);
  for (const Journal& journal : book.journals()) fold.Add(journal);
  EXPECT_TRUE(fold.Inspect().empty());
  const auto& documents = fold.documents();
  EXPECT_EQ(documents.at("commitments/audit").at(2020), (AeCp{Cents("1000"), 0}));
  EXPECT_EQ(documents.at("commitments/audit").at(2021), (AeCp{Cents("-50"), Cents("400")}));
  EXPECT_EQ(documents.at("commitments/void").at(2021).commitments, Cents("-300"));
  // Paid on the wrong document: more than it ever committed.
  book.Post(Pay(book.Begin("2021-03-10", "commitments/void"),
                {.partner = kUga, .organisation = kUga, .recognised = Cents("550")}));
  AeCpFold wrong(settles);
  for (const Journal& journal : book.journals()) wrong.Add(journal);
  ASSERT_EQ(wrong.Inspect().size(), 1U);
  EXPECT_EQ(wrong.Inspect().front().invariant, "B15");
  EXPECT_EQ(wrong.Inspect().front().subject, "commitments/void");
}

// A credit note belongs to the commitment whose cost it takes back. What was paid before it is to
// be recovered, and no overpayment; what is paid after it counts against what it left.
TEST(Exercice, ACreditNoteForWhatIsPaidIsNoOverpayment) {
  JournalWriter book;
  const LineKey line = Line("p1", "SERV");
  book.Post(Authorise(book.Begin("2020-04-01"), kUga, Cents("4000")));
  book.Post(Allocate(book.Begin("2020-04-01"), {{line, Cents("4000")}}));
  book.Post(Reserve(book.Begin("2020-06-01", "commitments/audit"), line, Cents("600")));
  book.Post(Liquidate(book.Begin("2020-07-01", "commitments/audit"),
                      {.line = line, .remaining = Cents("600"), .cost = Cents("600")})
                ->journal);
  const std::string cost = "journals/" + std::to_string(book.journals().back().sequence);
  const auto pay = [&](const char* date, const char* amount) {
    book.Post(Pay(book.Begin(date, "commitments/audit"),
                  {.partner = kUga, .organisation = kUga, .recognised = Cents(amount)}));
  };
  pay("2020-08-01", "500");
  book.Post(Correct(book.Begin("2021-05-01", cost), line, Cents("150")));
  const auto inspect = [&] {
    AeCpFold fold({{cost, "commitments/audit"}});
    for (const Journal& journal : book.journals()) fold.Add(journal);
    EXPECT_EQ(fold.documents().at("commitments/audit").at(2021).commitments, Cents("-150"));
    return fold.Inspect();
  };
  EXPECT_TRUE(inspect().empty());
  pay("2021-06-01", "0.01");
  const auto findings = inspect();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.front().invariant, "B15");
}

TEST(Statement, HasTheAnnexes) {
  const Statement statement = Make(GrenobleUnitJournals());
  ASSERT_EQ(statement.transfers.size(), 1U);
  EXPECT_EQ(statement.transfers[0].from.category, "TRAVEL");
  EXPECT_EQ(statement.transfers[0].to.category, "CONS");
  EXPECT_EQ(Euro(statement.transfers[0].amount), "6000.00");
  std::string exchanges;
  for (const ExchangeRow& row : statement.exchanges) {
    exchanges += FormatDate(row.effective_date) + " " + std::string(Name(row.movement)) + " " +
                 FormatMoney(row.conversion.to) + " " + row.conversion.rate + " " +
                 Euro(row.difference) + "\n";
  }
  EXPECT_EQ(exchanges,
            "2020-06-15 reserve 24828.27 EUR 120.83 0.00\n"
            "2020-09-30 liquidate 24240.47 EUR 123.76 587.80\n"
            "2022-03-15 reserve 9254.26 EUR 129.67 0.00\n"
            "2022-05-20 liquidate 8866.56 EUR 135.34 387.70\n");
}

TEST(Statement, KeepsInKindApart) {
  JournalWriter book;
  LineKey line = Line("p1", "PERS");
  line.kind = Kind::kInKind;
  book.Post(PromiseInKind(book.Begin("2020-04-01"), kUga, Cents("20000")));
  book.Post(PromiseInKind(book.Begin("2020-04-01"), kTsukuba, Cents("5000")));
  book.Post(DeliverInKind(book.Begin("2020-06-01"), line, Cents("5400")));
  const Statement statement = Make(book.journals());
  ASSERT_EQ(statement.in_kind.size(), 2U);
  EXPECT_EQ(statement.in_kind[0], (InKindRow{kTsukuba, Cents("5000"), 0}));
  EXPECT_EQ(statement.in_kind[1], (InKindRow{kUga, Cents("20000"), Cents("5400")}));
  EXPECT_TRUE(statement.rows.empty());
  EXPECT_EQ(statement.contract, 0);
}

TEST(Statement, ForgetsWhatWasReversed) {
  JournalWriter book;
  const LineKey line = Line("p1", "SERV");
  book.Post(Authorise(book.Begin("2020-04-01"), kUga, Cents("4000")));
  book.Post(Allocate(book.Begin("2020-04-01"), {{line, Cents("4000")}}));
  book.Post(Recognise(book.Begin("2020-05-01"), line, Cents("100")));
  book.Post(Pay(book.Begin("2020-05-02"),
                {.partner = kUga, .organisation = kUga, .recognised = Cents("100")}));
  const std::vector<MovementSum> sums = SumsOf(book.journals());
  const Journal wrong = book.Post(Recognise(book.Begin("2020-05-03"), line, Cents("700")));
  const Journal paid =
      book.Post(Pay(book.Begin("2020-05-04"),
                    {.partner = kUga, .organisation = kUga, .recognised = Cents("700")}));
  book.Post(Reverse(book.Begin("2020-05-05"), paid));
  book.Post(Reverse(book.Begin("2020-05-06"), wrong));
  EXPECT_EQ(SumsOf(book.journals()), sums);
  EXPECT_EQ(Exercices(Make(book.journals())).substr(0, 31), "2020 100.00 100.00 0.00 3013.70");
}

TEST(Statement, SaysTheSameBytesForTheSameSequence) {
  const Statement a = Make(GrenobleUnitJournals());
  const Statement b = Make(GrenobleUnitJournals());
  EXPECT_EQ(CanonicalStatement(a), CanonicalStatement(b));
  EXPECT_EQ(a.content_hash.size(), 64U);
  std::vector<Journal> less = GrenobleUnitJournals();
  less.pop_back();
  EXPECT_NE(Make(less).content_hash, a.content_hash);
  EXPECT_NE(CanonicalStatement(a).find("\"actual\":\"247837.03\""), std::string::npos);
}

TEST(Statement, RefusesALineThatNoPeriodHas) {
  StatementInput input = InputOf(GrenobleUnitJournals());
  input.periods.pop_back();
  EXPECT_EQ(ReasonOf(MakeStatement(input).status()), "JOURNAL_UNSOUND");
}

TEST(Percent, IsRoundedHalfToEven) {
  for (const test::Row& row : Table(R"(
           part   whole  result
           275    365    75.3
           1      3      33.3
           2      3      66.7
           1      2000   0.0
           3      2000   0.2
           -1     3      -33.3
           -1     9000   0.0
           5      0      -
           0      5      0.0
           100    100    100.0
       )")) {
    EXPECT_EQ(Percent(std::stoll(row["part"]), std::stoll(row["whole"])), row["result"])
        << row.text();
  }
}

// --- Random books ------------------------------------------------------------------------------

struct Open {
  LineKey line;
  std::int64_t remaining = 0;
  std::string document;
};

class RandomBook {
 public:
  explicit RandomBook(std::uint64_t seed) : random_(seed) {
    book_.Post(Authorise(book_.Begin("2020-04-01"), kUga, Cents("250000")));
    for (const char* period : {"p1", "p2", "p3"}) {
      for (const char* category : {"PERS", "EQUIP", "TRAVEL"}) {
        book_.Post(Allocate(book_.Begin("2020-04-01"), {{Line(period, category), Cents("20000")}}));
      }
    }
  }

  const std::vector<Journal>& journals() const { return book_.journals(); }

  void Run(int steps_per_period) {
    for (int period = 0; period < 3; ++period) {
      for (int step = 0; step < steps_per_period; ++step) Step(period);
      if (period < 2) Close(period);
    }
  }

 private:
  std::int64_t Below(std::int64_t bound) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(bound));
  }
  LineKey AnyLine(int period) {
    static constexpr const char* kCategories[] = {"PERS", "EQUIP", "TRAVEL"};
    return Line("p" + std::to_string(period + 1), kCategories[Below(3)]);
  }
  Entry Begin(int period, std::string document = "") {
    const Date date = AddDays(GrenobleUnitPeriods()[static_cast<std::size_t>(period)].range.first,
                              static_cast<int>(Below(365)));
    return book_.Begin(FormatDate(date), std::move(document));
  }

  void Step(int period) {
    const std::int64_t amount = 1 + Below(300'000);
    switch (Below(8)) {
      case 0:
      case 1: {
        const LineKey line = AnyLine(period);
        const std::string document = "commitments/c" + std::to_string(book_.journals().size());
        if (book_.TryPost(Reserve(Begin(period, document), line, amount))) {
          open_.push_back({line, amount, document});
        }
        return;
      }
      case 2:
      case 3:
        return Settle(period, amount);
      case 4:
        if (book_.TryPost(Recognise(Begin(period), AnyLine(period), amount))) owed_ += amount;
        return;
      case 5: {
        const std::int64_t paid = std::min(owed_, amount);
        if (paid == 0) return;
        book_.TryPost(
            Pay(Begin(period), {.partner = kUga, .organisation = kUga, .recognised = paid}));
        owed_ -= paid;
        return;
      }
      case 6:
        book_.TryPost(Transfer(Begin(period), AnyLine(period), AnyLine(period), amount));
        return;
      default:
        ReverseSomething(period);
    }
  }

  void Settle(int period, std::int64_t amount) {
    if (open_.empty()) return;
    const auto index = static_cast<std::size_t>(Below(static_cast<std::int64_t>(open_.size())));
    Open& open = open_[index];
    if (Below(3) == 0) {
      if (book_.TryPost(
              Release(Begin(period, open.document), open.line, open.remaining, open.remaining))) {
        open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(index));
      }
      return;
    }
    const bool final = Below(2) == 0;
    const std::int64_t cost = std::min(amount, open.remaining + 100);
    const auto liquidated =
        Liquidate(Begin(period, open.document),
                  {.line = open.line, .remaining = open.remaining, .cost = cost, .final = final});
    if (!liquidated.ok() || !book_.TryPost(liquidated->journal)) return;
    owed_ += cost;
    open.remaining = liquidated->remaining;
    if (open.remaining == 0) open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(index));
  }

  void ReverseSomething(int period) {
    const auto index =
        static_cast<std::size_t>(Below(static_cast<std::int64_t>(book_.journals().size())));
    const Journal original = book_.journals()[index];
    if (original.movement != Movement::kRecognise && original.movement != Movement::kTransfer) {
      return;
    }
    if (!reversed_.insert(original.id).second) return;
    if (book_.TryPost(Reverse(Begin(period), original)) &&
        original.movement == Movement::kRecognise) {
      owed_ -= original.postings.front().amount;
    }
  }

  void Close(int period) {
    std::vector<CarriedLine> lines;
    for (const char* category : {"PERS", "EQUIP", "TRAVEL"}) {
      CarriedLine line{.line = Line("p" + std::to_string(period + 1), category)};
      line.free = AvailableOn(book_.balances(), line.line);
      for (Open& open : open_) {
        if (open.line != line.line) continue;
        line.reserved.push_back(open.remaining);
        open.line.period = "p" + std::to_string(period + 2);
      }
      lines.push_back(line);
    }
    const Date day = GrenobleUnitPeriods()[static_cast<std::size_t>(period)].range.last;
    book_.TryPost(Carry(book_.Begin(FormatDate(day)), "p" + std::to_string(period + 2), lines));
  }

  std::mt19937_64 random_;
  JournalWriter book_;
  std::vector<Open> open_;
  std::set<std::string> reversed_;
  std::int64_t owed_ = 0;
};

StatementRow Sum(const std::vector<StatementRow>& rows) {
  StatementRow total;
  for (const StatementRow& row : rows) {
    total.budget += row.budget - row.carried;  // What was carried on counts where it came from.
    total.committed += row.committed;
    total.actual += row.actual;
    total.returned += row.returned;
  }
  return total;
}

// B16: one journal, three calendars, one sum; and the statement agrees with the ledger's balances.
TEST(Statement, HasTheSameSumsInEveryCalendar) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomBook random(seed);
    random.Run(60);
    const std::vector<Journal>& journals = random.journals();
    const Statement periods = Make(journals);
    StatementRow life = periods.life_to_date;
    life.paid = 0;
    for (const Calendar calendar :
         {Calendar::kBudget, Calendar::kJapaneseFiscalYear, Calendar::kExercice}) {
      const Statement statement = Make(journals, calendar);
      EXPECT_EQ(Sum(statement.rows), life);
      EXPECT_EQ(Sum(statement.by_period), life);
      EXPECT_EQ(Sum(statement.by_category), life);
      EXPECT_EQ(Sum(statement.by_partner), life);
      EXPECT_EQ(statement.contract, Cents("250000"));
    }
    const ExerciceRow& last = periods.exercices.back();
    std::int64_t commitments = 0;
    std::int64_t payments = 0;
    for (const ExerciceRow& row : periods.exercices) {
      commitments += row.commitments;
      payments += row.payments;
    }
    EXPECT_EQ(commitments, life.committed + life.actual);
    EXPECT_EQ(payments, periods.life_to_date.paid);
    EXPECT_EQ(last.outstanding, commitments - payments);
    // The fold of the journal and the ledger's own balances say the same of every line.
    Balances balances;
    for (const Journal& journal : journals) ASSERT_TRUE(Apply(balances, journal).ok());
    for (const StatementRow& row : periods.rows) {
      EXPECT_EQ(row.available(), AvailableOn(balances, Line(row.period, row.category)));
    }
  }
}

}  // namespace
}  // namespace jointly::budgets
