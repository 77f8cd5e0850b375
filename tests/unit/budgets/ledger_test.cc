#include "services/budgets/domain/ledger.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "tests/unit/budgets/ledger_books.h"

namespace jointly::budgets {
namespace {

using test::Row;
using test::Table;

TEST(LedgerAccounts, HavePathsThatParseBack) {
  EXPECT_EQ(FunderAccount("institutions/uga"), "funder/uga");
  EXPECT_EQ(FunderAccount("02rx3b187"), "funder/02rx3b187");
  EXPECT_EQ(LineAccount(Line("p1/EQUIP/tsukuba")), "line/p1/EQUIP/tsukuba/cash");
  EXPECT_EQ(SpentAccount(Line("p1/HOURS/tsukuba/inkind")), "spent/p1/HOURS/tsukuba/inkind");
  EXPECT_EQ(CarryAccount("p1", "p2"), "carry/p1-p2");
  for (const Row& row : Table(R"(
           path                          known  in kind
           funder/uga                    yes    no
           cash/uga                      yes    no
           pool                          yes    no
           line/p1/EQUIP/tsukuba/cash    yes    no
           line/p1/EQUIP/tsukuba/inkind  yes    yes
           spent/p1/EQUIP/tsukuba/cash   yes    no
           expended                      yes    no
           payable/tsukuba               yes    no
           carry/p1-p2                   yes    no
           returned/uga                  yes    no
           fx/JPY                        yes    no
           inkind/tsukuba                yes    yes
           inkind_promise/tsukuba        yes    yes
           pool/x                        no     no
           expended/x                    no     no
           funder                        no     no
           funder/a/b                    no     no
           line/p1/EQUIP/tsukuba         no     no
           line/p1/EQUIP/tsukuba/other   no     no
           line/p1//tsukuba/cash         no     no
           line/p1/EQUIP/tsukuba/cash/x  no     no
           bank/uga                      no     no
       )")) {
    SCOPED_TRACE(row.text());
    EXPECT_EQ(ParseAccount(row["path"]).has_value(), row["known"] == "yes");
    EXPECT_EQ(IsInKind(row["path"]), row["in kind"] == "yes");
  }
  const auto account = ParseAccount("spent/p1/EQUIP/tsukuba/cash");
  ASSERT_TRUE(account.has_value());
  EXPECT_EQ(account->line, Line("p1/EQUIP/tsukuba"));
}

TEST(LedgerMovements, HaveNames) {
  for (int i = 1; i <= static_cast<int>(Movement::kInKindDelivery); ++i) {
    const auto movement = static_cast<Movement>(i);
    EXPECT_EQ(ParseMovement(Name(movement)), movement);
  }
  EXPECT_EQ(ParseMovement("steal"), std::nullopt);
}

struct Columns {
  const char* account;
  const char* amount;
  const char* currency;
};

Posting Of(const Row& row, Side side, const Columns& columns) {
  return {.account = row[columns.account],
          .layer = row["layer"] == "pending" ? Layer::kPending : Layer::kPosted,
          .side = side,
          .amount = Cents(row[columns.amount]),
          .currency_code = row[columns.currency]};
}

TEST(Ledger, RefusesUnsoundJournals) {
  for (const Row& row : Table(R"(
           layer    debit                  amount  in   credit       of     to   rule
           posted   funder/uga             1.00    EUR  pool         1.00   EUR  -
           posted   funder/uga             1.00    EUR  pool         0.99   EUR  B1
           posted   funder/uga             1.00    EUR  pool         1.00   JPY  B1
           posted   funder/uga             -1.00   EUR  pool         -1.00  EUR  B1
           posted   funder/uga             0.00    EUR  pool         0.00   EUR  B1
           posted   funder/uga             1.00    -    pool         1.00   -    B11
           posted   bank/uga               1.00    EUR  pool         1.00   EUR  account
           posted   spent/p1/A/uga/inkind  1.00    EUR  pool         1.00   EUR  B10
           posted   inkind_promise/uga     1.00    EUR  funder/uga   1.00   EUR  B10
           posted   funder/uga             1.00    EUR  carry/p1-p2  1.00   EUR  B9
           pending  line/p1/A/uga/cash     -1.00   EUR  payable/uga  -1.00  EUR  BELOW_ZERO
       )")) {
    SCOPED_TRACE(row.text());
    Journal journal;
    journal.postings = {Of(row, Side::kDebit, {"debit", "amount", "in"}),
                        Of(row, Side::kCredit, {"credit", "of", "to"})};
    Balances balances;
    const absl::Status status = Apply(balances, journal);
    std::string rule = ReasonOf(status);
    if (rule == kJournalUnsound.name) rule = FactOf(status, "rule");
    EXPECT_EQ(rule, row["rule"]) << status;
    EXPECT_EQ(balances.empty(), !status.ok());
  }
  Journal lonely;
  Balances balances;
  EXPECT_EQ(ReasonOf(Apply(balances, lonely)), kJournalUnsound.name);
}

TEST(Ledger, KeepsTheCurrencyOfAnAccount) {
  Books books;
  books.Must(Authorise(books.Next(), "institutions/uga", 100));
  Journal yen = *Authorise(books.Next(), "institutions/uga", 100);
  for (Posting& posting : yen.postings) posting.currency_code = "JPY";
  const absl::Status status = Apply(books.balances, yen);
  EXPECT_EQ(ReasonOf(status), kJournalUnsound.name);
  EXPECT_EQ(FactOf(status, "rule"), "B11");
  // Two currencies in one new account of one journal neither.
  Journal both = *Authorise(books.Next(), "institutions/new", 100);
  const Journal other = yen;
  both.postings.insert(both.postings.end(), other.postings.begin(), other.postings.end());
  both.postings[2].account = both.postings[0].account;
  both.postings[3].account = both.postings[0].account;
  EXPECT_EQ(ReasonOf(Apply(books.balances, both)), kJournalUnsound.name);
}

TEST(Ledger, RefusesSumsBeyond64Bits) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  Books books;
  books.Must(Authorise(books.Next(), "institutions/uga", kMost - 10));
  EXPECT_TRUE(books.Post(Authorise(books.Next(), "institutions/uga", 10)).ok());
  const absl::Status status = books.Post(Authorise(books.Next(), "institutions/uga", 1));
  EXPECT_EQ(ReasonOf(status), money::kAmountOutOfRange.name) << status;
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
}

TEST(Ledger, ClosedAccountsTakeNothing) {
  Books books;
  books.Must(Authorise(books.Next(), "institutions/uga", 100));
  books.Must(Allocate(books.Next(), {{Line("p1/A"), 50}}));
  books.balances[LineAccount(Line("p1/A"))].closed = true;
  const absl::Status status = books.Post(Reserve(books.Next(), Line("p1/A"), 1));
  EXPECT_EQ(ReasonOf(status), kAccountClosed.name);
}

TEST(Ledger, TellsWhatIsAvailable) {
  Books books;
  books.Must(Authorise(books.Next(), "institutions/uga", Cents("5171.73")));
  books.Must(Allocate(books.Next(), {{Line("p1/A"), Cents("5171.73")}}));
  const absl::Status status = books.Post(Reserve(books.Next(), Line("p1/A"), Cents("5171.74")));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), kAmountNotAvailable.name);
  EXPECT_EQ(FactOf(status, "available"), "5171.73 EUR");
  EXPECT_EQ(FactOf(status, "requested"), "5171.74 EUR");
  EXPECT_EQ(FactOf(status, "line"), "line/p1/A/uga/cash");
}

TEST(Ledger, PayloadsSayWhereTheyDiffer) {
  const Journal journal = *Authorise(EntryOn("2020-04-01", 1), "institutions/uga", 100);
  EXPECT_EQ(PayloadDifference(journal, journal), "");
  Journal later = journal;
  later.sequence = 7;
  later.record_time = FromMicros(99);
  EXPECT_EQ(PayloadHash(later), PayloadHash(journal)) << "what the store adds is no payload";
  EXPECT_NE(ChainHash("", later), ChainHash("", journal));
  EXPECT_NE(ChainHash("a", journal), ChainHash("b", journal));
  const auto differs = [&](const char* field, const std::function<void(Journal&)>& change) {
    Journal other = journal;
    change(other);
    EXPECT_EQ(PayloadDifference(journal, other), field);
    EXPECT_NE(PayloadHash(journal), PayloadHash(other)) << field;
  };
  differs("movement", [](Journal& j) { j.movement = Movement::kDeobligate; });
  differs("effective_date", [](Journal& j) { j.effective_on = Day("2020-04-02"); });
  differs("document", [](Journal& j) { j.document = "commitments/c"; });
  differs("reverses", [](Journal& j) { j.reverses = "journal-0"; });
  differs("reference", [](Journal& j) { j.reference = "invoice 7"; });
  differs("actor", [](Journal& j) { j.actor = "people/other"; });
  differs("postings", [](Journal& j) { j.postings[0].amount = 99; });
  differs("postings", [](Journal& j) { j.postings[0].account = "funder/x"; });
  differs("conversions", [](Journal& j) { j.conversions.emplace_back().rate = "1.1"; });
}

TEST(Ledger, InspectionFindsWhatIsWrong) {
  Books books;
  books.Must(Authorise(books.Next(), "institutions/uga", 1000));
  books.Must(Allocate(books.Next(), {{Line("p1/A"), 600}}));
  books.Must(Reserve(books.Next(), Line("p1/A"), 100));
  books.Must(Recognise(books.Next(), Line("p1/A"), 50));
  const auto breaks = [&](const char* invariant, const char* path,
                          const std::function<void(Balance&)>& change) {
    Balances balances = books.balances;
    change(balances[path]);
    std::string found;
    for (const Finding& finding : Inspect(balances, "EUR", /*may_correct=*/false)) {
      found += finding.invariant + ' ';
    }
    EXPECT_NE(found.find(invariant), std::string::npos) << path << ": " << found;
  };
  EXPECT_TRUE(Inspect(books.balances, "EUR", false).empty());
  EXPECT_EQ(AuthorisedBy(books.balances, "EUR"), 1000);
  const char* line = "line/p1/A/uga/cash";
  breaks("B2", "pool", [](Balance& b) { b.posted_credit += 1; });
  breaks("B2", line, [](Balance& b) { b.pending_debit += 1; });
  breaks("B3", line, [](Balance& b) { b.posted_debit += 10'000; });
  breaks("B3", "spent/p1/A/uga/cash", [](Balance& b) { b.posted_credit += 100; });
  breaks("B4", line, [](Balance& b) { b.pending_debit = -1; });
  breaks("B4", "payable/uga", [](Balance& b) { b.pending_credit = -1; });
  breaks("B7", "expended", [](Balance& b) { b.posted_credit += 1; });
  breaks("B7", "payable/uga", [](Balance& b) { b.pending_credit += 1; });
  breaks("B7", "funder/uga", [](Balance& b) { b.posted_debit += 1; });
  breaks("B9", "carry/p1-p2", [](Balance& b) { b = {.currency_code = "EUR", .posted_credit = 1}; });
  breaks("B11", "pool", [](Balance& b) { b.currency_code = "JPY"; });
  breaks("B11", "fx/JPY", [](Balance& b) { b.currency_code = "EUR"; });
  breaks("account", "bank/uga", [](Balance& b) { b.currency_code = "EUR"; });
}

}  // namespace
}  // namespace jointly::budgets
