#include <gtest/gtest.h>

#include "services/budgets/domain/movements.h"
#include "tests/unit/budgets/ledger_books.h"

namespace jointly::budgets {
namespace {

using test::Row;
using test::Table;

// 1,000 authorised, 600 on p1/A, 100 on p1/B, 200 reserved on p1/A, 50 recognised there.
Books Usual() {
  Books books;
  books.Must(Authorise(books.Next(), "institutions/uga", Cents("1000")));
  books.Must(Allocate(books.Next(), {{Line("p1/A"), Cents("600")}, {Line("p1/B"), Cents("100")}}));
  books.Must(Reserve(books.Next(), Line("p1/A"), Cents("200")));
  books.Must(Recognise(books.Next(), Line("p1/A"), Cents("50")));
  return books;
}

absl::StatusOr<Journal> Make(const Row& row, const Entry& entry) {
  const std::string& step = row["step"];
  const std::int64_t amount = Cents(row["amount"]);
  const auto line = [&] { return Line(row["line"]); };
  if (step == "authorise") return Authorise(entry, "institutions/uga", amount);
  if (step == "deobligate") return Deobligate(entry, "institutions/uga", amount);
  if (step == "instalment") return ReceiveInstalment(entry, "institutions/uga", amount);
  if (step == "allocate") return Allocate(entry, {{line(), amount}});
  if (step == "transfer to B") return Transfer(entry, line(), Line("p1/B"), amount);
  if (step == "reserve") return Reserve(entry, line(), amount);
  if (step == "release of 200") return Release(entry, line(), Cents("200"), amount);
  if (step == "recognise") return Recognise(entry, line(), amount);
  if (step == "correct") return Correct(entry, line(), amount);
  if (step == "return pool") return Return(entry, std::nullopt, "institutions/uga", amount);
  if (step == "return line") return Return(entry, line(), "institutions/uga", amount);
  if (step == "carry") return Carry(entry, "p2", {{line(), amount, {Cents("200")}}});
  if (step == "carry free") return Carry(entry, "p2", {{line(), amount, {}}});
  if (step == "promise") return PromiseInKind(entry, "institutions/uga", amount);
  if (step == "deliver") return DeliverInKind(entry, line(), amount);
  if (step == "pay") {
    return Pay(entry, {.partner = "institutions/uga",
                       .organisation = "institutions/uga",
                       .recognised = amount,
                       .conversion = std::nullopt});
  }
  ADD_FAILURE() << "no such step: " << step;
  return absl::UnknownError("");
}

// `available` is p1/A's after the step; each row starts from the usual books.
TEST(LedgerMovements, KeepEveryBound) {
  for (const Row& row : Table(R"(
           step            line                amount   result                available  pool
           authorise       -                   250.00   -                     350.00     550.00
           authorise       -                   0.00     INVALID_AMOUNT        350.00     300.00
           authorise       -                   -1.00    INVALID_AMOUNT        350.00     300.00
           deobligate      -                   300.00   -                     350.00     0.00
           deobligate      -                   300.01   AMOUNT_NOT_AVAILABLE  350.00     300.00
           instalment      -                   400.00   -                     350.00     300.00
           allocate        p1/A                300.00   -                     650.00     0.00
           allocate        p1/A                300.01   AMOUNT_NOT_AVAILABLE  350.00     300.00
           allocate        p1/A                -350.00  -                     0.00       650.00
           allocate        p1/A                -350.01  AMOUNT_NOT_AVAILABLE  350.00     300.00
           allocate        p1/A                0.00     INVALID_AMOUNT        350.00     300.00
           allocate        p1/A/uga/inkind     1.00     INVALID_ARGUMENT      350.00     300.00
           transfer to B   p1/A                350.00   -                     0.00       300.00
           transfer to B   p1/A                350.01   AMOUNT_NOT_AVAILABLE  350.00     300.00
           transfer to B   p1/B                1.00     INVALID_ARGUMENT      350.00     300.00
           reserve         p1/A                350.00   -                     0.00       300.00
           reserve         p1/A                350.01   AMOUNT_NOT_AVAILABLE  350.00     300.00
           reserve         p9/A                0.01     AMOUNT_NOT_AVAILABLE  350.00     300.00
           reserve         p1/A/uga/inkind     1.00     INVALID_ARGUMENT      350.00     300.00
           reserve         p1/A                -1.00    INVALID_AMOUNT        350.00     300.00
           release of 200  p1/A                200.00   -                     550.00     300.00
           release of 200  p1/A                200.01   MORE_THAN_REMAINS     350.00     300.00
           release of 200  p1/B                0.01     BELOW_ZERO            350.00     300.00
           recognise       p1/A                350.00   -                     0.00       300.00
           recognise       p1/A                350.01   AMOUNT_NOT_AVAILABLE  350.00     300.00
           correct         p1/A                60.00    -                     410.00     300.00
           pay             -                   50.00    -                     350.00     300.00
           return pool     -                   300.00   -                     350.00     0.00
           return pool     -                   300.01   AMOUNT_NOT_AVAILABLE  350.00     300.00
           return line     p1/A                350.00   -                     0.00       300.00
           return line     p1/A                350.01   AMOUNT_NOT_AVAILABLE  350.00     300.00
           carry           p1/A                350.00   -                     0.00       300.00
           carry           p1/A                350.01   AMOUNT_NOT_AVAILABLE  350.00     300.00
           carry           p1/B                100.00   BELOW_ZERO            350.00     300.00
           carry free      p1/A                350.00   -                     0.00       300.00
           carry free      p1/A                350.01   AMOUNT_NOT_AVAILABLE  350.00     300.00
           carry free      p1/A                0.00     INVALID_AMOUNT        350.00     300.00
           promise         -                   80.00    -                     350.00     300.00
           deliver         p1/A                80.00    INVALID_ARGUMENT      350.00     300.00
           deliver         p1/A/uga/inkind     80.00    -                     350.00     300.00
       )")) {
    SCOPED_TRACE(row.text());
    Books books = Usual();
    const absl::Status status = books.Post(Make(row, books.Next()));
    EXPECT_EQ(ReasonOf(status), row["result"]) << status;
    EXPECT_EQ(books.AvailableAt("p1/A"), row["available"]);
    EXPECT_EQ(books.CreditAt("pool"), row["pool"]);
  }
}

// Every movement that may be posted may be reversed, and leaves every balance as it was.
TEST(LedgerMovements, ReversalsAreExactMirrors) {
  for (const Row& row : Table(R"(
           step            line             amount
           authorise       -                250.00
           deobligate      -                300.00
           instalment      -                400.00
           allocate        p1/A             300.00
           transfer to B   p1/A             350.00
           reserve         p1/A             350.00
           release of 200  p1/A             200.00
           recognise       p1/A             350.00
           correct         p1/A             60.00
           pay             -                50.00
           return line     p1/A             350.00
           carry           p1/A             350.00
           promise         -                80.00
           deliver         p1/A/uga/inkind  80.00
       )")) {
    SCOPED_TRACE(row.text());
    Books books = Usual();
    const Balances before = books.balances;
    books.Must(Make(row, books.Next()));
    const Journal original = books.journals.back();
    books.Must(Reverse(books.Next(), original));
    EXPECT_EQ(books.journals.back().reverses, original.id);
    EXPECT_EQ(books.journals.back().counts_as, original.movement);
    for (const auto& [path, balance] : books.balances) {
      const auto found = before.find(path);
      const Balance was = found == before.end() ? Balance{} : found->second;
      EXPECT_EQ(PostedCredit(balance), PostedCredit(was)) << path;
      EXPECT_EQ(PendingDebit(balance), PendingDebit(was)) << path;
    }
    const auto again = Reverse(books.Next(), books.journals.back());
    EXPECT_EQ(ReasonOf(again.status()), kAlreadyReversed.name);
  }
}

std::string_view ReasonIn(const std::string& word) {
  if (word == "MORE") return kMoreThanRemains.name;
  if (word == "UNAVAILABLE") return kAmountNotAvailable.name;
  return word.empty() ? "" : money::kInvalidAmount.name;
}

// One commitment of 300.00 on a line with 500.00. `may` is the tolerance; excess, freed and left
// are what the liquidation says of the commitment.
TEST(LedgerMovements, LiquidateKeepsTheCommitmentWhole) {
  for (const Row& row : Table(R"(
           cost    part    final  may     result       excess  freed   left    available  spent
           100.00  -       no     0.00    -            0.00    0.00    200.00  200.00     100.00
           300.00  -       no     0.00    -            0.00    0.00    0.00    200.00     300.00
           300.00  -       yes    0.00    -            0.00    0.00    0.00    200.00     300.00
           299.99  -       yes    0.00    -            0.00    0.01    0.00    200.01     299.99
           100.00  -       yes    0.00    -            0.00    200.00  0.00    400.00     100.00
           300.01  -       yes    0.00    MORE         -       -       -       200.00     0.00
           310.00  -       yes    10.00   -            10.00   0.00    0.00    190.00     310.00
           310.01  -       yes    10.00   MORE         -       -       -       200.00     0.00
           310.00  -       no     10.00   -            10.00   0.00    0.00    190.00     310.00
           500.00  -       yes    900.00  -            200.00  0.00    0.00    0.00       500.00
           500.01  -       yes    900.00  UNAVAILABLE  -       -       -       200.00     0.00
           90.00   100.00  no     0.00    -            0.00    10.00   200.00  210.00     90.00
           110.00  100.00  no     900.00  -            10.00   0.00    200.00  190.00     110.00
           110.00  100.00  no     0.00    MORE         -       -       -       200.00     0.00
           10.00   300.01  no     0.00    MORE         -       -       -       200.00     0.00
           0.00    -       yes    0.00    INVALID      -       -       -       200.00     0.00
       )")) {
    SCOPED_TRACE(row.text());
    Books books;
    books.Must(Authorise(books.Next(), "institutions/uga", Cents("500")));
    books.Must(Allocate(books.Next(), {{Line("p1/A"), Cents("500")}}));
    books.Must(Reserve(books.Next(), Line("p1/A"), Cents("300")));
    Liquidation liquidation{.line = Line("p1/A"),
                            .remaining = Cents("300"),
                            .cost = Cents(row["cost"]),
                            .part = std::nullopt,
                            .final = row["final"] == "yes",
                            .tolerance = Cents(row["may"]),
                            .conversion = std::nullopt};
    if (!row["part"].empty()) liquidation.part = Cents(row["part"]);
    const auto liquidated = Liquidate(books.Next(), liquidation);
    absl::Status status = liquidated.status();
    if (liquidated.ok()) status = books.Post(liquidated->journal);
    EXPECT_EQ(ReasonOf(status), ReasonIn(row["result"])) << status;
    EXPECT_EQ(books.AvailableAt("p1/A"), row["available"]);
    EXPECT_EQ(books.DebitAt("spent/p1/A/uga/cash"), row["spent"]);
    if (!status.ok()) continue;
    EXPECT_EQ(Decimal(liquidated->excess), row["excess"]);
    EXPECT_EQ(Decimal(liquidated->released), row["freed"]);
    EXPECT_EQ(Decimal(liquidated->remaining), row["left"]);
    // B4: reserved = liquidated + released + remaining.
    EXPECT_EQ(Cents("300") + liquidated->excess,
              liquidation.cost + liquidated->released + liquidated->remaining);
    EXPECT_EQ(PendingDebit(books.At("line/p1/A/uga/cash")), liquidated->remaining);
  }
}

TEST(LedgerMovements, ACorrectionMayGoBelowZeroAndBack) {
  Books books = Usual();
  books.Must(Correct(books.Next(), Line("p1/A"), Cents("60")));
  EXPECT_EQ(books.DebitAt("spent/p1/A/uga/cash"), "-10.00");
  books.Must(Recognise(books.Next(), Line("p1/A"), Cents("4")));
  EXPECT_EQ(books.DebitAt("spent/p1/A/uga/cash"), "-6.00");
  // Taking back more by anything else than a correction is refused.
  const Journal recognised = books.journals.back();
  EXPECT_EQ(ReasonOf(books.Post(Reverse(books.Next(), recognised))), kBelowZero.name);
}

TEST(LedgerMovements, AForeignPaymentShowsItsGainOrLoss) {
  for (const Row& row : Table(R"(
           recognised  yen      paid       exchange
           24240.47    3000000  24300.00   -59.53
           24240.47    3000000  24240.47   0.00
           24240.47    3000000  24200.00   40.47
       )")) {
    SCOPED_TRACE(row.text());
    Books books;
    books.Must(Authorise(books.Next(), "institutions/uga", Cents("50000")));
    books.Must(Allocate(books.Next(), {{Line("p1/A"), Cents("50000")}}));
    books.Must(ReceiveInstalment(books.Next(), "institutions/uga", Cents("50000")));
    books.Must(Recognise(books.Next(), Line("p1/A"), Cents(row["recognised"])));
    const Conversion conversion{.from = {std::stoll(row["yen"]), kJpy},
                                .to = {Cents(row["paid"]), kEur},
                                .rate = "123.76",
                                .rate_date = Day("2020-09-30"),
                                .policy = "day"};
    books.Must(Pay(books.Next("2020-09-30"), {.partner = "institutions/uga",
                                              .organisation = "institutions/uga",
                                              .recognised = Cents(row["recognised"]),
                                              .conversion = conversion}));
    EXPECT_EQ(books.CreditAt("payable/uga"), "0.00");
    EXPECT_EQ(books.CreditAt("fx/EUR"), row["exchange"]);
    EXPECT_EQ(PostedCredit(books.At("fx/JPY")), 0);
    EXPECT_EQ(books.At("fx/JPY").posted_debit, 3'000'000);
    EXPECT_EQ(books.At("fx/JPY").currency_code, "JPY");
    EXPECT_EQ(PostedDebit(books.At("cash/uga")), Cents("50000") - Cents(row["paid"]));
    EXPECT_EQ(books.journals.back().conversions.size(), 1U);
  }
}

TEST(LedgerMovements, ARevaluationIsOneJournal) {
  Books books = Usual();
  const auto revalue = [&](const char* after) {
    return Revalue(books.Next(), {.line = Line("p1/A"),
                                  .before = Cents("200"),
                                  .after = Cents(after),
                                  .conversion = {.from = {30'000, kJpy},
                                                 .to = {Cents(after), kEur},
                                                 .rate = "134.50",
                                                 .rate_date = Day("2020-06-30"),
                                                 .policy = "day"}});
  };
  EXPECT_EQ(ReasonOf(books.Post(revalue("550.01"))), kAmountNotAvailable.name);
  EXPECT_EQ(books.AvailableAt("p1/A"), "350.00") << "no silent overdraft";
  books.Must(revalue("223.05"));
  EXPECT_EQ(books.AvailableAt("p1/A"), "326.95");
  EXPECT_EQ(PendingDebit(books.At("line/p1/A/uga/cash")), Cents("223.05"));
}

TEST(LedgerMovements, InKindNeverReachesCash) {
  Books books = Usual();
  const Balances before = books.balances;
  books.Must(PromiseInKind(books.Next(), "institutions/tsukuba", Cents("5000")));
  books.Must(DeliverInKind(books.Next(), Line("p1/HOURS/tsukuba/inkind"), Cents("5400")));
  EXPECT_EQ(books.CreditAt("inkind/tsukuba"), "5000.00");
  EXPECT_EQ(books.DebitAt("spent/p1/HOURS/tsukuba/inkind"), "5400.00");
  EXPECT_EQ(books.DebitAt("inkind_promise/tsukuba"), "-400.00") << "more than was promised";
  for (const auto& [path, balance] : before) EXPECT_EQ(books.At(path), balance) << path;
}

}  // namespace
}  // namespace jointly::budgets
