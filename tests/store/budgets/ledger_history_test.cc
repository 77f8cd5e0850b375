#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/store/budgets/ledger_world.h"

// The ledger as it was, its hash chain, and its proof from zero.
namespace jointly::budgets {
namespace {

using store::LedgerBatch;
using testing::HasSubstr;

class LedgerHistoryTest : public LedgerTest {};
INSTANTIATE_ON_ENGINES(LedgerHistoryTest);

TEST_P(LedgerHistoryTest, ShowsTheBooksAsTheyWere) {
  Must(Authorise(Next("2020-04-01"), "institutions/uga", Cents("100")));
  Must(Allocate(Next("2020-04-01"), {{Line("p1/A"), Cents("100")}}));
  Must(Reserve(Next("2020-05-20"), Line("p1/A"), Cents("30")));
  Must(Recognise(Next("2020-04-10"), Line("p1/A"), Cents("5")));  // Entered late.
  const Journal wrong = *Recognise(Next("2020-05-21"), Line("p1/A"), Cents("7"));
  Must(wrong);
  Must(Reverse(Next("2020-06-01"), wrong));
  const auto available = [&](std::optional<std::int64_t> sequence, const char* date) {
    const store::AsOf as_of{.sequence = sequence,
                            .date = date == nullptr ? std::nullopt : std::optional(Day(date))};
    const auto balances =
        database().Read([&](db::Tx& tx) { return store::BalancesAt(tx, "grenoble", as_of); });
    EXPECT_TRUE(balances.ok()) << balances.status();
    return Decimal(AvailableOn(*balances, Line("p1/A")));
  };
  const auto check = [&] {
    EXPECT_EQ(available({}, nullptr), "65.00");
    EXPECT_EQ(available(0, nullptr), "0.00");
    EXPECT_EQ(available(2, nullptr), "100.00");
    EXPECT_EQ(available(3, nullptr), "70.00");
    EXPECT_EQ(available(4, nullptr), "65.00");
    EXPECT_EQ(available(5, nullptr), "58.00");
    EXPECT_EQ(available(99, nullptr), "65.00");
    EXPECT_EQ(available({}, "2020-03-31"), "0.00");
    EXPECT_EQ(available({}, "2020-04-09"), "100.00");
    EXPECT_EQ(available({}, "2020-04-10"), "95.00");
    EXPECT_EQ(available({}, "2020-05-20"), "65.00");
    EXPECT_EQ(available({}, "2020-05-31"), "58.00");
    EXPECT_EQ(available({}, "2020-06-01"), "65.00");
    EXPECT_EQ(available(3, "2020-04-30"), "100.00");
  };
  check();  // From the entries.
  ASSERT_TRUE(store::SealJournals(database(), 3).ok());
  check();  // From sums and entries.
  Seal();
  check();  // From sums.
  const auto turnovers = database().Read(
      [&](db::Tx& tx) { return store::LoadTurnovers(tx, "grenoble", {}, store::Span::kMonth); });
  ASSERT_TRUE(turnovers.ok());
  std::string text;
  for (const store::Turnover& turnover : *turnovers) {
    if (turnover.path != "line/p1/A/uga/cash") continue;
    text += turnover.span + ' ' + std::string(Name(turnover.movement)) + ' ' +
            Decimal(turnover.posted_debit) + ' ' + Decimal(turnover.posted_credit) + ' ' +
            Decimal(turnover.pending_debit) + '\n';
  }
  EXPECT_EQ(text,
            "2020-04 allocate 0.00 100.00 0.00\n"
            "2020-04 recognise 5.00 0.00 0.00\n"
            "2020-05 reserve 0.00 0.00 30.00\n"
            "2020-05 recognise 7.00 0.00 0.00\n"
            "2020-06 recognise 0.00 7.00 0.00\n");
}

// Long enough for the sums of whole chunks of the journal.
TEST_P(LedgerHistoryTest, ShowsALongHistoryAsItWas) {
  constexpr std::int64_t kEntries = 10'600;
  Allocated("p1/A", "1000000.00");
  for (std::int64_t made = 2; made < kEntries;) {
    const absl::Status status = InBatch([&](db::Tx& tx, LedgerBatch& batch) -> absl::Status {
      for (int i = 0; i < 1'000 && made < kEntries; ++i) {
        // The n-th journal reserves n cents, on one of 100 days.
        const Entry entry =
            Next(FormatDate(AddDays(Day("2020-04-01"), static_cast<int>(made % 100))));
        const auto posted = batch.Post(tx, *Reserve(entry, Line("p1/A"), ++made));
        if (!posted.ok()) return posted.status();
      }
      return absl::OkStatus();
    });
    ASSERT_TRUE(status.ok()) << status;
  }
  ASSERT_TRUE(store::SealJournals(database(), 10'100).ok());
  for (const std::int64_t sequence : {10'600, 10'100, 10'099, 10'001, 10'000, 9'999, 6'000, 5'001,
                                      5'000, 4'999, 2'500, 3, 2, 0}) {
    std::int64_t reserved = 0;
    std::int64_t until_day_49 = 0;
    for (std::int64_t n = 3; n <= sequence; ++n) {
      reserved += n;
      if ((n - 1) % 100 <= 49) until_day_49 += n;
    }
    const auto pending = [&](std::optional<Date> date) {
      const auto balances = database().Read([&](db::Tx& tx) {
        return store::BalancesAt(tx, "grenoble", {.sequence = sequence, .date = date});
      });
      EXPECT_TRUE(balances.ok()) << balances.status();
      const auto found = balances->find(LineAccount(Line("p1/A")));
      return found == balances->end() ? 0 : PendingDebit(found->second);
    };
    EXPECT_EQ(pending(std::nullopt), reserved) << "as of " << sequence;
    EXPECT_EQ(pending(AddDays(Day("2020-04-01"), 49)), until_day_49) << "as of " << sequence;
  }
  EXPECT_EQ(Findings(), "");
  Execute("UPDATE turnover SET pending_debit = pending_debit + 1 WHERE chunk = 1");
  EXPECT_THAT(Findings(), HasSubstr("B19 line/p1/A/uga/cash"));
}

TEST_P(LedgerHistoryTest, TheChainIsExtendedInAnyPortions) {
  Allocated("p1/A", "100.00");
  Must(Reserve(Next(), Line("p1/A"), 1));
  EXPECT_EQ(Verify().sealed, 0);
  EXPECT_EQ(*store::SealJournals(database(), 2), 2);
  EXPECT_EQ(Verify().sealed, 2);
  const std::string head = Verify().head_hash;
  EXPECT_EQ(*store::SealJournals(database(), 100), 1);
  EXPECT_EQ(*store::SealJournals(database(), 100), 0);
  EXPECT_EQ(Verify().sealed, 3);
  EXPECT_NE(Verify().head_hash, head);
  EXPECT_EQ(Findings(), "");
  const auto seals =
      database().Read([&](db::Tx& tx) { return store::LoadSeals(tx, "grenoble", 1, 3); });
  ASSERT_TRUE(seals.ok());
  ASSERT_EQ(seals->size(), 2U);
  EXPECT_EQ(seals->at(2), head);
}

// Somebody with all rights on the database: the triggers are gone, the verification is not.
TEST_P(LedgerHistoryTest, VerificationFindsEveryTampering) {
  Allocated("p1/A", "100.00");
  Must(Reserve(Next(), Line("p1/A"), Cents("10")));
  Must(Reserve(Next(), Line("p1/A"), Cents("20")));
  Seal();
  ASSERT_EQ(Findings(), "");
  if (is_postgres()) {
    for (const char* table : {"ledger", "account", "journal", "posting", "journal_seal"}) {
      Execute(std::string("ALTER TABLE ") + table + " DISABLE TRIGGER USER");
    }
  } else {
    for (const char* trigger :
         {"ledger_forward", "account_kept", "account_currency", "journal_no_update",
          "journal_no_delete", "posting_no_update", "posting_no_delete", "journal_seal_no_update",
          "journal_seal_no_delete"}) {
      Execute(std::string("DROP TRIGGER ") + trigger);
    }
  }
  struct Case {
    const char* tamper;
    const char* undo;
    const char* finding;
  };
  for (const Case& c : std::vector<Case>{
           {"UPDATE posting SET amount = amount + 1 WHERE sequence = 3",
            "UPDATE posting SET amount = amount - 1 WHERE sequence = 3", "B12 journal 3"},
           {"UPDATE posting SET amount = amount + 1 WHERE sequence = 3 AND position = 1",
            "UPDATE posting SET amount = amount - 1 WHERE sequence = 3 AND position = 1",
            "B19 journal 3"},
           {"UPDATE journal SET actor = 'x' WHERE sequence = 2",
            "UPDATE journal SET actor = 'people/accountant' WHERE sequence = 2", "B12 journal 2"},
           {"UPDATE journal SET record_time = 8 WHERE sequence = 2",
            "UPDATE journal SET record_time = 2 WHERE sequence = 2", "B12 journal 2"},
           {"UPDATE journal SET sequence = 9 WHERE sequence = 4",
            "UPDATE journal SET sequence = 4 WHERE sequence = 9", "B13 journal 9"},
           {"UPDATE posting SET sequence = 9 WHERE sequence = 4",
            "UPDATE posting SET sequence = 4 WHERE sequence = 9", "B12 grenoble"},
           {"UPDATE ledger SET last_sequence = 3", "UPDATE ledger SET last_sequence = 4",
            "B13 grenoble"},
           {"UPDATE account SET posted_credit = posted_credit + 1 WHERE path = 'pool'",
            "UPDATE account SET posted_credit = posted_credit - 1 WHERE path = 'pool'", "B19 pool"},
           {"UPDATE account SET version = version + 1 WHERE path = 'pool'",
            "UPDATE account SET version = version - 1 WHERE path = 'pool'", "B19 pool"},
           {"UPDATE account SET path = 'pool2' WHERE path = 'pool'",
            "UPDATE account SET path = 'pool' WHERE path = 'pool2'", "B19 pool2"},
           {"UPDATE turnover SET posted_debit = posted_debit + 1 WHERE unit = 'month'",
            "UPDATE turnover SET posted_debit = posted_debit - 1 WHERE unit = 'month'",
            "B19 line/p1/A/uga/cash"},
           {"UPDATE journal_seal SET hash = 'x' WHERE sequence = 4", nullptr, "B12 journal 4"},
       }) {
    Execute(c.tamper);
    EXPECT_THAT(Findings(), HasSubstr(c.finding)) << c.tamper;
    if (c.undo == nullptr) continue;
    Execute(c.undo);
    ASSERT_EQ(Findings(), "") << c.undo;
  }
  Execute("DELETE FROM journal_seal WHERE sequence = 3");
  EXPECT_THAT(Findings(), HasSubstr("B12 journal 4"));
}

}  // namespace
}  // namespace jointly::budgets
