#include "services/budgets/store/ledger_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>

#include "common/db/lane.h"
#include "tests/store/budgets/ledger_world.h"

namespace jointly::budgets {
namespace {

using store::LedgerBatch;
using store::Posted;

class LedgerStoreTest : public LedgerTest {};
INSTANTIATE_ON_ENGINES(LedgerStoreTest);

TEST_P(LedgerStoreTest, KeepsJournalsAsTheyWerePosted) {
  Allocated("p1/A", "500.00");
  Entry entry = Next("2020-06-15");
  entry.document = "commitments/c1";
  entry.reference = "quote 7";
  const Conversion conversion{.from = {12'000, kJpy},
                              .to = {Cents("99.31"), kEur},
                              .rate = "120.83",
                              .rate_date = Day("2020-06-15"),
                              .policy = "day"};
  const auto posted = Post(Reserve(entry, Line("p1/A"), Cents("99.31"), conversion));
  ASSERT_TRUE(posted.ok()) << posted.status();
  EXPECT_EQ(posted->journal.sequence, 3);
  EXPECT_FALSE(posted->replayed);
  const auto found = database().Read(
      [&](db::Tx& tx) { return store::FindJournal(tx, "grenoble", posted->journal.id); });
  ASSERT_TRUE(found.ok() && found->has_value());
  const Journal& journal = **found;
  EXPECT_EQ(PayloadDifference(journal, posted->journal), "");
  EXPECT_EQ(journal.payload_hash, posted->journal.payload_hash);
  EXPECT_EQ(journal.sequence, 3);
  EXPECT_EQ(journal.record_time, entry.record_time);
  EXPECT_EQ(journal.document, "commitments/c1");
  EXPECT_EQ(journal.counts_as, Movement::kReserve);
  ASSERT_EQ(journal.conversions.size(), 1U);
  EXPECT_EQ(journal.conversions[0].rate, "120.83");
  const auto of_document = database().Read(
      [&](db::Tx& tx) { return store::JournalsOf(tx, "grenoble", "commitments/c1"); });
  ASSERT_TRUE(of_document.ok());
  ASSERT_EQ(of_document->size(), 1U);
  EXPECT_EQ(of_document->front().postings, journal.postings);
  EXPECT_EQ(of_document->front().conversions.size(), 1U);
  const auto page =
      database().Read([&](db::Tx& tx) { return store::LoadJournals(tx, "grenoble", 1, 10); });
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->size(), 2U);
  EXPECT_EQ(page->front().sequence, 2);
}

TEST_P(LedgerStoreTest, KnowsNoOtherBudget) {
  const auto posted = database().Transact([&](db::Tx& tx) {
    Journal journal = *Authorise(Next(), "institutions/uga", 1);
    journal.budget = "nowhere";
    return store::PostJournals(tx, "nowhere", {journal});
  });
  EXPECT_EQ(ReasonOf(posted.status()), kBudgetNotFound.name);
}

// The columns of a table's key.
std::string KeyOf(std::string_view table) {
  if (table == "account") return "budget, path";
  const bool has_rows = table == "posting" || table == "conversion";
  return has_rows ? "budget, sequence, position" : "budget, sequence";
}

TEST_P(LedgerStoreTest, HistoryCannotBeChanged) {
  Allocated("p1/A", "10.00");
  Must(Reserve(Next(), Line("p1/A"), 1,
               Conversion{.from = {1, kJpy},
                          .to = {1, kEur},
                          .rate = "1",
                          .rate_date = Day("2020-04-01"),
                          .policy = "day"}));
  Seal();
  for (const char* sql : {
           "UPDATE journal SET actor = 'people/other'",
           "DELETE FROM journal",
           "UPDATE posting SET amount = amount + 1",
           "DELETE FROM posting WHERE sequence = 1",
           "UPDATE conversion SET rate = '2'",
           "DELETE FROM conversion",
           "UPDATE journal_seal SET hash = ''",
           "DELETE FROM journal_seal WHERE sequence = 3",
           "UPDATE account SET currency_code = 'JPY'",
           "DELETE FROM account",
           "UPDATE ledger SET last_sequence = 1",
           "UPDATE ledger SET currency_code = 'JPY'",
           "DELETE FROM ledger",
       }) {
    const absl::Status status = database().Transact([&](db::Tx& tx) {
      tx.Execute(sql);
      return absl::OkStatus();
    });
    EXPECT_FALSE(status.ok()) << sql;
  }
  // What takes another row's place is a change as well, however it is said.
  for (const auto& [table, change] :
       std::vector<std::pair<const char*, const char*>>{{"journal", "actor = 'people/other'"},
                                                        {"posting", "amount = 1"},
                                                        {"conversion", "rate = '2'"},
                                                        {"journal_seal", "hash = ''"},
                                                        {"account", "currency_code = 'JPY'"}}) {
    const std::string sql =
        !is_postgres() ? "INSERT OR REPLACE INTO " + std::string(table) + " SELECT * FROM " + table
                       : "INSERT INTO " + std::string(table) + " SELECT * FROM " + table +
                             " ON CONFLICT (" + KeyOf(table) + ") DO UPDATE SET " + change;
    const absl::Status status = database().Transact([&](db::Tx& tx) {
      tx.Execute(sql);
      return absl::OkStatus();
    });
    EXPECT_FALSE(status.ok()) << sql;
  }
  EXPECT_EQ(Findings(), "");
}

// The last line of defence, should the code above it ever be wrong.
TEST_P(LedgerStoreTest, TheDatabaseItselfRefusesAnOverdraft) {
  Allocated("p1/A", "10.00");
  for (const char* sql : {
           "UPDATE account SET posted_debit = posted_debit + 1001 WHERE path LIKE 'line/%'",
           "UPDATE account SET pending_debit = pending_debit + 1001 WHERE path LIKE 'line/%'",
           "UPDATE account SET posted_debit = posted_debit + 1 WHERE path = 'pool'",
       }) {
    const absl::Status status = database().Transact([&](db::Tx& tx) {
      tx.Execute(sql);
      return absl::OkStatus();
    });
    EXPECT_FALSE(status.ok()) << sql;
  }
}

TEST_P(LedgerStoreTest, TheSameIdGivesTheFirstOutcome) {
  Allocated("p1/A", "10.00");
  const Entry entry = Next();
  const auto first = Post(Reserve(entry, Line("p1/A"), Cents("6")));
  ASSERT_TRUE(first.ok());
  Entry later = entry;
  later.record_time = FromMicros(999);
  const auto again = Post(Reserve(later, Line("p1/A"), Cents("6")));
  ASSERT_TRUE(again.ok()) << "although 6.00 more would not be available: " << again.status();
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->journal.sequence, first->journal.sequence);
  EXPECT_EQ(again->journal.record_time, entry.record_time);
  EXPECT_EQ(again->journal.postings, first->journal.postings);
  EXPECT_EQ(AvailableAt("p1/A"), "4.00");
  for (const auto& [field, journal] : std::vector<std::pair<std::string, Journal>>{
           {"postings", *Reserve(entry, Line("p1/A"), Cents("5"))},
           {"movement", *Recognise(entry, Line("p1/A"), Cents("1"))},
           {"actor", [&] {
              Entry other = entry;
              other.actor = "people/other";
              return *Reserve(other, Line("p1/A"), Cents("6"));
            }()}}) {
    const auto conflict = Post(journal);
    EXPECT_EQ(conflict.status().code(), absl::StatusCode::kAlreadyExists);
    EXPECT_EQ(ReasonOf(conflict.status()), kJournalConflict.name);
    EXPECT_EQ(FactOf(conflict.status(), "field"), field);
    EXPECT_EQ(FactOf(conflict.status(), "journal"), entry.id);
  }
  // Another budget may use the same id.
  const auto other = database().Transact([&](db::Tx& tx) {
    store::CreateLedger(tx, "other", "EUR");
    Journal journal = *Authorise(entry, "institutions/uga", 1);
    journal.budget = "other";
    return store::PostJournals(tx, "other", {journal});
  });
  EXPECT_TRUE(other.ok()) << other.status();
}

TEST_P(LedgerStoreTest, ARefusalInABatchDisturbsNobody) {
  Allocated("p1/A", "10.00");
  const Entry same = Next();
  const absl::Status status = InBatch([&](db::Tx& tx, LedgerBatch& batch) {
    EXPECT_TRUE(batch.Post(tx, *Reserve(same, Line("p1/A"), Cents("6"))).ok());
    const auto refused = batch.Post(tx, *Reserve(Next(), Line("p1/A"), Cents("4.01")));
    EXPECT_EQ(ReasonOf(refused.status()), kAmountNotAvailable.name);
    const auto replayed = batch.Post(tx, *Reserve(same, Line("p1/A"), Cents("6")));
    EXPECT_TRUE(replayed.ok() && replayed->replayed) << replayed.status();
    const auto conflict = batch.Post(tx, *Reserve(same, Line("p1/A"), Cents("1")));
    EXPECT_EQ(ReasonOf(conflict.status()), kJournalConflict.name);
    EXPECT_TRUE(batch.Post(tx, *Reserve(Next(), Line("p1/A"), Cents("4"))).ok());
    EXPECT_EQ(batch.last_sequence(), 4);
    return absl::OkStatus();
  });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(AvailableAt("p1/A"), "0.00");
  EXPECT_EQ(Verify().journals, 4);
  EXPECT_EQ(Findings(), "");
}

TEST_P(LedgerStoreTest, ALaneAnswersEachOnItsOwn) {
  Allocated("p1/A", "10.00");
  using Outcome = absl::StatusOr<Posted>;
  db::Lane<Journal, Outcome> lane(database(), &store::PostEach);
  constexpr int kThreads = 8;
  std::vector<Journal> journals;
  for (int i = 0; i < kThreads; ++i) {
    journals.push_back(*Reserve(Next(), Line(i % 2 == 0 ? "p1/A" : "p1/B"), Cents("2.50")));
  }
  std::atomic<int> won = 0;
  std::vector<std::thread> threads;
  for (const Journal& journal : journals) {
    threads.emplace_back([&] {
      const auto outcome = lane.Run("grenoble", journal);
      ASSERT_TRUE(outcome.ok()) << outcome.status();
      if (outcome->ok()) ++won;
      const bool covered = journal.postings[0].account == "line/p1/A/uga/cash";
      EXPECT_EQ(outcome->ok(), covered) << outcome->status();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, kThreads / 2);
  EXPECT_EQ(AvailableAt("p1/A"), "0.00");
  EXPECT_EQ(Findings(), "");
}

TEST_P(LedgerStoreTest, ManyJournalsOfOneCommandAreAllOrNone) {
  Allocated("p1/A", "10.00");
  const absl::Status status = InBatch([&](db::Tx& tx, LedgerBatch& batch) {
    EXPECT_TRUE(batch.Post(tx, *Reserve(Next(), Line("p1/A"), Cents("1"))).ok());
    const auto refused =
        batch.PostAll(tx, {*Transfer(Next(), Line("p1/A"), Line("p1/NEW"), Cents("5")),
                           *Recognise(Next(), Line("p1/NEW"), Cents("2")),
                           *Reserve(Next(), Line("p1/A"), Cents("4.01"))});
    EXPECT_EQ(ReasonOf(refused.status()), kAmountNotAvailable.name);
    EXPECT_EQ(batch.last_sequence(), 3);
    const auto posted =
        batch.PostAll(tx, {*Transfer(Next(), Line("p1/A"), Line("p1/NEW"), Cents("5")),
                           *Reserve(Next(), Line("p1/A"), Cents("4"))});
    EXPECT_TRUE(posted.ok()) << posted.status();
    return absl::OkStatus();
  });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(AvailableAt("p1/A"), "0.00");
  EXPECT_EQ(AvailableAt("p1/NEW"), "5.00");
  EXPECT_EQ(Verify().journals, 5);
  EXPECT_EQ(Findings(), "");
}

TEST_P(LedgerStoreTest, AJournalIsReversedAtMostOnce) {
  Allocated("p1/A", "10.00");
  const Journal original = *Reserve(Next(), Line("p1/A"), Cents("6"));
  Must(original);
  const auto other = Post(Reverse(Next(), *Reserve(Next(), Line("p1/A"), 1)));
  EXPECT_EQ(ReasonOf(other.status()), kJournalNotFound.name) << "it was never posted";
  const absl::Status status = InBatch([&](db::Tx& tx, LedgerBatch& batch) {
    const auto first = batch.Post(tx, *Reverse(Next(), original));
    EXPECT_TRUE(first.ok()) << first.status();
    const auto second = batch.Post(tx, *Reverse(Next(), original));
    EXPECT_EQ(ReasonOf(second.status()), kAlreadyReversed.name);
    EXPECT_EQ(FactOf(second.status(), "by"), first->journal.id);
    // Also of a journal of the same batch.
    const auto posted = batch.Post(tx, *Reserve(Next(), Line("p1/A"), Cents("2")));
    EXPECT_TRUE(batch.Post(tx, *Reverse(Next(), posted->journal)).ok());
    EXPECT_EQ(ReasonOf(batch.Post(tx, *Reverse(Next(), posted->journal)).status()),
              kAlreadyReversed.name);
    return absl::OkStatus();
  });
  ASSERT_TRUE(status.ok()) << status;
  const auto third = Post(Reverse(Next(), original));
  EXPECT_EQ(ReasonOf(third.status()), kAlreadyReversed.name);
  EXPECT_EQ(FactOf(third.status(), "journal"), original.id);
  EXPECT_EQ(AvailableAt("p1/A"), "10.00");
  EXPECT_EQ(Findings(), "");
}

TEST_P(LedgerStoreTest, ClosedPeriodsTakeNothing) {
  Allocated("p1/A", "10.00");
  Must(Recognise(Next(), Line("p1/A"), Cents("1")));
  const auto set = [&](bool closed) {
    ASSERT_TRUE(database()
                    .Transact([&](db::Tx& tx) {
                      store::SetPeriodClosed(tx, "grenoble", "p1", closed);
                      return absl::OkStatus();
                    })
                    .ok());
  };
  set(true);
  EXPECT_EQ(ReasonOf(Post(Reserve(Next(), Line("p1/A"), 1)).status()), kAccountClosed.name);
  Must(Authorise(Next(), "institutions/uga", 1));
  EXPECT_EQ(Findings(), "");
  set(false);
  Must(Reserve(Next(), Line("p1/A"), 1));
}

TEST_P(LedgerStoreTest, ExactlyAsManyWinAsTheLineCanGive) {
  constexpr int kThreads = 12;
  constexpr int kCapacity = 5;
  Allocated("p1/A", "50.00");
  std::vector<Journal> journals;
  for (int i = 0; i < kThreads; ++i) {
    journals.push_back(*Reserve(Next(), Line("p1/A"), Cents("10")));
  }
  std::atomic<int> won = 0;
  std::atomic<int> refused = 0;
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  for (const Journal& journal : journals) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      const auto posted = Post(journal);
      if (posted.ok()) ++won;
      if (ReasonOf(posted.status()) == kAmountNotAvailable.name) ++refused;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, kCapacity);
  EXPECT_EQ(refused, kThreads - kCapacity);
  EXPECT_EQ(AvailableAt("p1/A"), "0.00");
  EXPECT_EQ(Verify().journals, 2 + kCapacity);
  EXPECT_EQ(Findings(), "");
}

TEST_P(LedgerStoreTest, OfTwoApprovalsAtTheSameInstantOneWins) {
  Allocated("p1/EQUIP", "5171.73");
  for (int round = 0; round < 10; ++round) {
    const Journal journals[] = {*Reserve(Next(), Line("p1/EQUIP"), Cents("5000.00")),
                                *Reserve(Next(), Line("p1/EQUIP"), Cents("5000.00"))};
    absl::StatusOr<Posted> outcomes[2];
    std::barrier start(2);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 2; ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        outcomes[i] = Post(journals[i]);
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_NE(outcomes[0].ok(), outcomes[1].ok()) << outcomes[0].status() << outcomes[1].status();
    const auto& loser = outcomes[0].ok() ? outcomes[1] : outcomes[0];
    const auto& winner = outcomes[0].ok() ? outcomes[0] : outcomes[1];
    EXPECT_EQ(ReasonOf(loser.status()), kAmountNotAvailable.name);
    EXPECT_EQ(FactOf(loser.status(), "available"), "171.73 EUR");
    EXPECT_EQ(AvailableAt("p1/EQUIP"), "171.73");
    Must(Reverse(Next(), winner->journal));
  }
  EXPECT_EQ(Findings(), "");
}

}  // namespace
}  // namespace jointly::budgets
