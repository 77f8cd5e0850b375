#include <gtest/gtest.h>

#include "services/budgets/domain/movements.h"
#include "tests/unit/budgets/ledger_books.h"

// The laboratory that UGA and Tsukuba share: EUR 250,000.00 from April 2020 to March 2023, to the
// cent. The split into lines is a fixture; the rates are those of the ECB. Postings that the source
// leaves undated are dated in the middle of their period.
namespace jointly::budgets {
namespace {

using test::Row;
using test::Table;

class Example {
 public:
  Books books;

  void Run(const Row& row) {
    SCOPED_TRACE(row.text());
    const std::string& step = row["step"];
    const std::string& line = row["line"];
    const std::int64_t amount = row["amount"].empty() ? 0 : Cents(row["amount"]);
    const Entry entry = books.Next(row["date"]);
    if (step == "authorise") books.Must(Authorise(entry, "institutions/uga", amount));
    if (step == "instalment") books.Must(ReceiveInstalment(entry, "institutions/uga", amount));
    if (step == "allocate") books.Must(Allocate(entry, {{Line(line), amount}}));
    if (step == "reserve") Reserved(entry, line, amount);
    if (step == "invoice") Invoiced(entry, line, amount);
    if (step == "recognise") books.Must(Recognise(entry, Line(line), amount));
    if (step == "transfer to CONS")
      books.Must(Transfer(entry, Line(line), Line("p1/CONS"), amount));
    if (step == "pay all") PayAll(entry);
    if (step == "carry") CarryAll(entry, line.substr(0, 2), line.substr(3));
    if (step == "return all") ReturnAll(row["date"]);
    if (!row["available"].empty()) {
      EXPECT_EQ(line.find('/') == std::string::npos
                    ? books.AvailableIn(line.substr(line.size() - 2))
                    : books.AvailableAt(line),
                row["available"]);
    }
  }

 private:
  void Reserved(const Entry& entry, const std::string& line, std::int64_t amount) {
    books.Must(Reserve(entry, Line(line), amount));
    open_ = amount;
    open_line_ = line;
  }

  // The final invoice of the open commitment.
  void Invoiced(const Entry& entry, const std::string& line, std::int64_t cost) {
    const auto liquidated = Liquidate(entry, {.line = Line(line),
                                              .remaining = open_,
                                              .cost = cost,
                                              .part = std::nullopt,
                                              .final = true,
                                              .conversion = std::nullopt});
    ASSERT_TRUE(liquidated.ok());
    books.Must(liquidated->journal);
    open_ = liquidated->remaining;
    released = liquidated->released;
  }

  void PayAll(const Entry& entry) {
    const std::int64_t due = PostedCredit(books.At("payable/uga"));
    books.Must(Pay(entry, {.partner = "institutions/uga",
                           .organisation = "institutions/uga",
                           .recognised = due,
                           .conversion = std::nullopt}));
  }

  void CarryAll(const Entry& entry, const std::string& from, const std::string& to) {
    std::vector<CarriedLine> lines;
    for (const char* category : {"PERS", "EQUIP", "TRAVEL", "CONS", "SERV", "OVH"}) {
      const LineKey line = Line(from + "/" + category);
      CarriedLine carried{.line = line, .free = AvailableOn(books.balances, line), .reserved = {}};
      if (open_ > 0 && open_line_ == from + "/" + category) carried.reserved = {open_};
      lines.push_back(carried);
    }
    books.Must(Carry(entry, to, lines));
    for (const CarriedLine& line : lines) {
      const Balance closed = books.At(LineAccount(line.line));
      EXPECT_EQ(PostedCredit(closed), 0) << "nothing is left on " << LineAccount(line.line);
      EXPECT_EQ(PendingDebit(closed), 0);
    }
  }

  void ReturnAll(const std::string& date) {
    const Balances before = books.balances;
    for (const auto& [path, balance] : before) {
      const auto account = ParseAccount(path);
      if (account->family != Family::kLine || Available(balance) == 0) continue;
      books.Must(Return(books.Next(date), account->line, "institutions/uga", Available(balance)));
    }
  }

  std::int64_t open_ = 0;
  std::string open_line_;

 public:
  std::int64_t released = 0;
};

constexpr std::string_view kStory = R"(
           date        step              line       amount     available
           2020-04-01  authorise         -          250000.00  -
           2020-04-01  instalment        -          250000.00  -
           2020-04-01  allocate          p1/PERS    30000.00   30000.00
           2020-04-01  allocate          p1/EQUIP   30000.00   30000.00
           2020-04-01  allocate          p1/TRAVEL  10000.00   10000.00
           2020-04-01  allocate          p1/CONS    8000.00    8000.00
           2020-04-01  allocate          p1/SERV    4000.00    4000.00
           2020-04-01  allocate          p1/OVH     8000.00    8000.00
           2020-04-01  allocate          p2/PERS    35000.00   35000.00
           2020-04-01  allocate          p2/EQUIP   15000.00   15000.00
           2020-04-01  allocate          p2/TRAVEL  15000.00   15000.00
           2020-04-01  allocate          p2/CONS    8000.00    8000.00
           2020-04-01  allocate          p2/SERV    4000.00    4000.00
           2020-04-01  allocate          p2/OVH     8000.00    8000.00
           2020-04-01  allocate          p3/PERS    35000.00   35000.00
           2020-04-01  allocate          p3/EQUIP   5000.00    5000.00
           2020-04-01  allocate          p3/TRAVEL  15000.00   15000.00
           2020-04-01  allocate          p3/CONS    8000.00    8000.00
           2020-04-01  allocate          p3/SERV    4000.00    4000.00
           2020-04-01  allocate          p3/OVH     8000.00    8000.00
           2020-06-15  reserve           p1/EQUIP   24828.27   5171.73
           2020-09-30  invoice           p1/EQUIP   24240.47   5759.53
           2020-10-01  recognise         p1/PERS    28400.00   1600.00
           2021-02-10  recognise         p1/TRAVEL  1250.00    8750.00
           2021-03-10  transfer to CONS  p1/TRAVEL  6000.00    2750.00
           2021-03-15  recognise         p1/CONS    13200.00   800.00
           2021-03-15  recognise         p1/SERV    2900.00    1100.00
           2021-03-15  recognise         p1/OVH     8000.00    0.00
           2021-03-31  pay all           -          -          -
           2021-03-31  carry             p1-p2      -          97009.53
           2021-10-01  recognise         p2/PERS    34100.00   2500.00
           2021-10-01  recognise         p2/EQUIP   10500.00   10259.53
           2021-10-01  recognise         p2/TRAVEL  3480.00    14270.00
           2021-10-01  recognise         p2/CONS    8650.00    150.00
           2021-10-01  recognise         p2/SERV    4300.00    800.00
           2021-10-01  recognise         p2/OVH     8000.00    0.00
           2022-03-15  reserve           p2/EQUIP   9254.26    1005.27
           2022-03-31  carry             p2-p3      -          93725.27
           2022-05-20  invoice           p3/EQUIP   8866.56    6392.97
           2022-10-01  recognise         p3/PERS    37200.00   300.00
           2022-10-01  recognise         p3/EQUIP   6000.00    392.97
           2022-10-01  recognise         p3/TRAVEL  27900.00   1370.00
           2022-10-01  recognise         p3/CONS    8100.00    50.00
           2022-10-01  recognise         p3/SERV    4750.00    50.00
           2022-10-01  recognise         p3/OVH     8000.00    0.00
           2023-03-31  pay all           -          -          -
           2023-03-31  return all        -          -          -
       )";

TEST(LedgerExample, IsExactToTheCent) {
  Example example;
  Books& books = example.books;
  for (const Row& row : Table(kStory)) {
    example.Run(row);
    if (row["step"] == "invoice") {
      EXPECT_EQ(Decimal(example.released), row["date"] == "2020-09-30" ? "587.80" : "387.70");
    }
    if (row["line"] == "p2-p3") {
      // 93,725.27 free and the open commitment: authorised 102,979.53.
      EXPECT_EQ(PendingDebit(books.At("line/p3/EQUIP/uga/cash")), Cents("9254.26"));
      EXPECT_EQ(Cents("93725.27") + Cents("9254.26"), Cents("102979.53"));
    }
  }
  const auto spent = [&](const std::string& period) {
    std::int64_t sum = 0;
    for (const auto& [path, balance] : books.balances) {
      if (path.starts_with("spent/" + period)) sum += PostedDebit(balance);
    }
    return Decimal(sum);
  };
  EXPECT_EQ(spent("p1"), "77990.47");
  EXPECT_EQ(spent("p2"), "69030.00");
  EXPECT_EQ(spent("p3"), "100816.56");
  EXPECT_EQ(books.CreditAt("expended"), "247837.03");
  EXPECT_EQ(books.CreditAt("returned/uga"), "2162.97");
  EXPECT_EQ(Cents("247837.03") + Cents("2162.97"), Cents("250000.00"));
  EXPECT_EQ(Decimal(AuthorisedBy(books.balances, "EUR")), "250000.00");
  EXPECT_EQ(books.DebitAt("cash/uga"), "2162.97");
  EXPECT_EQ(books.CreditAt("payable/uga"), "0.00");
  for (const char* period : {"p1", "p2", "p3"}) EXPECT_EQ(books.AvailableIn(period), "0.00");
}

}  // namespace
}  // namespace jointly::budgets
