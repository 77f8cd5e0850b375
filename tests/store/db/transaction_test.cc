#include <gmock/gmock.h>

#include <atomic>
#include <barrier>
#include <stdexcept>
#include <thread>

#include "common/error/macros.h"
#include "tests/support/database_fixture.h"

namespace jointly::db {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class TransactionTest : public test::DatabaseTest {
 protected:
  void Prepare() override {
    Execute("CREATE TABLE item (id TEXT PRIMARY KEY, number BIGINT NOT NULL CHECK (number >= 0))");
    Execute("CREATE TABLE part (id TEXT PRIMARY KEY, item TEXT NOT NULL REFERENCES item (id))");
  }

  static void Insert(Tx& tx, std::string_view id, std::int64_t number = 0) {
    tx.Execute("INSERT INTO item (id, number) VALUES ($1, $2)", {id, number});
  }
  std::int64_t Count() { return Number("SELECT COUNT(*) FROM item"); }
};

TEST_P(TransactionTest, ReturnsWhatTheBodyReturns) {
  const absl::Status status = database().Transact([](Tx&) { return absl::OkStatus(); });
  EXPECT_TRUE(status.ok());
  const absl::StatusOr<int> number =
      database().Transact([](Tx&) -> absl::StatusOr<int> { return 42; });
  ASSERT_TRUE(number.ok());
  EXPECT_EQ(*number, 42);
  const absl::StatusOr<int> refused = database().Transact(
      [](Tx&) -> absl::StatusOr<int> { return NotFound(Reason{"NO_ITEM"}, "no such item"); });
  EXPECT_TRUE(absl::IsNotFound(refused.status()));
  EXPECT_EQ(ReasonOf(refused.status()), "NO_ITEM");
}

TEST_P(TransactionTest, KeepsNothingOfARefusedBody) {
  const absl::Status status = database().Transact([](Tx& tx) {
    Insert(tx, "a");
    EXPECT_TRUE(tx.Query("SELECT 1 AS one").ok());
    Insert(tx, "b");
    return FailedPrecondition(Reason{"NO"}, "no");
  });
  EXPECT_EQ(ReasonOf(status), "NO");
  EXPECT_EQ(Count(), 0);
  // The connection is clean again.
  EXPECT_TRUE(database()
                  .Transact([](Tx& tx) {
                    Insert(tx, "a");
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(Count(), 1);
}

TEST_P(TransactionTest, SeveralQuestionsAreAnsweredInTheirOrder) {
  const auto told = database().Transact([](Tx& tx) -> absl::StatusOr<std::string> {
    Insert(tx, "a", 1);
    Insert(tx, "b", 2);
    ASSIGN_OR_RETURN(const std::vector<Rows> answers,
                     tx.QueryAll({{"SELECT id FROM item WHERE number = $1", {2}},
                                  {"SELECT id FROM item WHERE number = $1", {3}},
                                  {"SELECT COUNT(*) AS total FROM item", {}},
                                  {"SELECT id FROM item WHERE number = $1 {for_update}", {1}}}));
    EXPECT_EQ(answers.size(), 4U);
    EXPECT_TRUE(answers[1].empty());
    ASSIGN_OR_RETURN(const std::vector<Rows> none, tx.QueryAll({}));
    EXPECT_TRUE(none.empty());
    ASSIGN_OR_RETURN(const Rows later, tx.Query("SELECT id FROM item WHERE id = 'a'"));
    return answers[0].front().Text("id") + std::to_string(answers[2].front().Int("total")) +
           answers[3].front().Text("id") + later.front().Text("id");
  });
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(*told, "b2aa");
}

TEST_P(TransactionTest, AFaultyQuestionFailsAllOfThem) {
  const absl::Status status = database().Transact([](Tx& tx) {
    Insert(tx, "c", 1);
    const auto answers = tx.QueryAll({{"SELECT COUNT(*) AS total FROM item", {}},
                                      {"SELECT id FROM nothing", {}},
                                      {"SELECT COUNT(*) AS total FROM item", {}}});
    EXPECT_FALSE(answers.ok());
    return absl::OkStatus();
  });
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(Number("SELECT COUNT(*) FROM item WHERE id = 'c'"), 0);
  EXPECT_TRUE(database()
                  .Read([](Tx& tx) {
                    return tx.QueryAll({{"SELECT 1 AS one", {}}}).status();
                  })
                  .ok());
}

TEST_P(TransactionTest, QueriesSeeTheWritesQueuedBeforeThem) {
  const auto seen = database().Transact([](Tx& tx) -> absl::StatusOr<std::int64_t> {
    Insert(tx, "a", 1);
    Insert(tx, "b", 2);
    tx.Execute("UPDATE item SET number = number + CAST($1 AS BIGINT) WHERE id = $2", {10, "a"});
    ASSIGN_OR_RETURN(const Rows rows, tx.Query("SELECT SUM(number) AS total FROM item"));
    Insert(tx, "c", 3);
    return rows.front().Int("total");
  });
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(*seen, 13);
  EXPECT_EQ(Number("SELECT SUM(number) FROM item"), 16);
}

TEST_P(TransactionTest, UniqueKeysNameTheirTable) {
  Execute("INSERT INTO item (id, number) VALUES ($1, $2)", {"a", 1});
  const absl::Status at_commit = database().Transact([](Tx& tx) {
    Insert(tx, "b");
    Insert(tx, "a");
    Insert(tx, "c");
    return absl::OkStatus();
  });
  const absl::Status at_query = database().Transact([](Tx& tx) {
    Insert(tx, "a");
    return tx.Query("SELECT 1 AS one").status();
  });
  for (const absl::Status& status : {at_commit, at_query}) {
    EXPECT_TRUE(absl::IsAlreadyExists(status)) << status;
    EXPECT_EQ(ReasonOf(status), kUniqueViolation.name);
    std::map<std::string, std::string> facts;
    for (const Fact& fact : FactsOf(status)) facts[fact.name] = fact.value;
    EXPECT_EQ(facts["table"], "item");
    EXPECT_NE(facts["constraint"], "");
  }
  EXPECT_EQ(Count(), 1);
}

TEST_P(TransactionTest, AFailedStatementDecidesWhateverTheBodyReturns) {
  Execute("INSERT INTO item (id, number) VALUES ($1, $2)", {"a", 1});
  const absl::Status status = database().Transact([](Tx& tx) {
    Insert(tx, "a");
    EXPECT_TRUE(absl::IsAlreadyExists(tx.Query("SELECT 1 AS one").status()));
    // Nothing goes on after it, and the body cannot talk its way out.
    EXPECT_TRUE(absl::IsAlreadyExists(tx.Query("SELECT 1 AS one").status()));
    Insert(tx, "b");
    return absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsAlreadyExists(status)) << status;
  EXPECT_EQ(Count(), 1);
}

TEST_P(TransactionTest, OurOwnMistakesAreInternal) {
  const std::vector<std::pair<std::string_view, Values>> statements = {
      {"SELECT nothing FROM nowhere", {}},
      {"INSERT INTO item (id, number) VALUES ('x', -1)", {}},    // The check.
      {"INSERT INTO item (id) VALUES ('x')", {}},                // Not null.
      {"INSERT INTO part (id, item) VALUES ('x', 'none')", {}},  // The foreign key.
  };
  for (const auto& [sql, parameters] : statements) {
    const absl::Status status = database().Transact([&](Tx& tx) {
      tx.Execute(sql, parameters);
      return absl::OkStatus();
    });
    EXPECT_TRUE(absl::IsInternal(status)) << sql << "\n" << status;
  }
  EXPECT_EQ(Count(), 0);
}

TEST_P(TransactionTest, ActionsRunAfterTheCommitOnly) {
  std::vector<std::string> ran;
  std::int64_t seen = -1;
  const absl::Status committed = database().Transact([&](Tx& tx) {
    Insert(tx, "a");
    tx.AfterCommit([&] {
      ran.push_back("first");
      seen = Count();
    });
    tx.AfterCommit([&] { ran.push_back("second"); });
    EXPECT_TRUE(ran.empty());
    return absl::OkStatus();
  });
  EXPECT_TRUE(committed.ok());
  EXPECT_THAT(ran, testing::ElementsAre("first", "second"));
  EXPECT_EQ(seen, 1);
  const absl::Status refused = database().Transact([&](Tx& tx) {
    tx.AfterCommit([&] { ran.push_back("never"); });
    return absl::CancelledError("no");
  });
  const absl::Status failed = database().Transact([&](Tx& tx) {
    tx.AfterCommit([&] { ran.push_back("never"); });
    Insert(tx, "a");
    return absl::OkStatus();
  });
  EXPECT_FALSE(refused.ok());
  EXPECT_FALSE(failed.ok());
  EXPECT_THAT(ran, testing::ElementsAre("first", "second"));
}

TEST_P(TransactionTest, ExceptionsOfTheBodyRollBackAndComeOut) {
  const auto throwing = [](Tx& tx) -> absl::Status {
    Insert(tx, "a");
    EXPECT_TRUE(tx.Query("SELECT 1 AS one").ok());
    throw std::runtime_error("as designed");
  };
  EXPECT_THROW(database().Transact(throwing).IgnoreError(), std::runtime_error);
  EXPECT_THROW(database()
                   .Read([](Tx&) -> absl::Status { throw std::runtime_error("as designed"); })
                   .IgnoreError(),
               std::runtime_error);
  EXPECT_EQ(Count(), 0);
  Execute("INSERT INTO item (id, number) VALUES ($1, $2)", {"a", 1});
  EXPECT_EQ(Count(), 1);
}

TEST_P(TransactionTest, RefusalsDoNotDisturbTheirGroup) {
  // Every third body fails in one of three ways while others run beside it.
  constexpr int kThreads = 24;
  constexpr int kRounds = 30;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  std::barrier start(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      start.arrive_and_wait();
      for (int round = 0; round < kRounds; ++round) {
        const std::string id = std::to_string(t) + "/" + std::to_string(round);
        const absl::Status status = database().Transact([&](Tx& tx) -> absl::Status {
          Insert(tx, id);
          if (t % 6 == 0) return NotFound(Reason{"AS_PLANNED"}, "refused");
          if (t % 6 == 2) Insert(tx, id);
          if (t % 6 == 4 && round == 0) tx.Execute("SELECT nothing FROM nowhere");
          if (t % 6 == 4) return absl::CancelledError("refused too");
          return absl::OkStatus();
        });
        if (status.ok() != (t % 2 == 1)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(Count(), kThreads / 2 * kRounds);
}

TEST_P(TransactionTest, ReadsSeeOneSnapshot) {
  Execute("INSERT INTO item (id, number) VALUES ($1, $2)", {"a", 1});
  const absl::Status status = database().Read([&](Tx& tx) -> absl::Status {
    const std::string_view sql = "SELECT number FROM item {for_update}";
    ASSIGN_OR_RETURN(const Rows before, tx.Query(sql));
    // A writer is not held up by the reader, and the reader does not see it.
    std::thread([&] { Execute("UPDATE item SET number = 2 WHERE id = 'a'"); }).join();
    ASSIGN_OR_RETURN(const Rows after, tx.Query(sql));
    EXPECT_EQ(before.front().Int("number"), 1);
    EXPECT_EQ(after.front().Int("number"), 1);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(Number("SELECT number FROM item"), 2);
}

TEST_P(TransactionTest, ReadsDoNotWaitForAWriter) {
  Execute("INSERT INTO item (id, number) VALUES ($1, $2)", {"a", 1});
  const absl::Status status = database().Transact([&](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Query("SELECT number FROM item WHERE id = 'a' {for_update}").status());
    tx.Execute("UPDATE item SET number = 2 WHERE id = 'a'");
    RETURN_IF_ERROR(tx.Query("SELECT 1 AS one").status());
    std::thread([&] { EXPECT_EQ(Number("SELECT number FROM item"), 1); }).join();
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST_P(TransactionTest, ReadsCannotWrite) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto rows = database().Read([](Tx& tx) {
    return tx.Query("INSERT INTO item (id, number) VALUES ('a', 1) RETURNING id");
  });
  EXPECT_FALSE(rows.ok());
  EXPECT_EQ(Count(), 0);
  EXPECT_DEATH(database()
                   .Read([](Tx& tx) {
                     tx.Execute("DELETE FROM item");
                     return absl::OkStatus();
                   })
                   .IgnoreError(),
               "Execute inside of Read");
}

TEST_P(TransactionTest, LongReadsEndAtTheirDeadline) {
  const steady_clock::time_point start = steady_clock::now();
  const auto rows = database().Read(
      [](Tx& tx) {
        return tx.Query(R"sql(
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000)
            SELECT COUNT(*) AS total FROM n)sql");
      },
      {.deadline = start + milliseconds(200)});
  EXPECT_TRUE(absl::IsDeadlineExceeded(rows.status())) << rows.status();
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_EQ(Count(), 0);
}

TEST_P(TransactionTest, NothingStartsAfterTheDeadline) {
  const TransactOptions late{.deadline = steady_clock::now() - milliseconds(1)};
  const absl::Status status = database().Transact(
      [](Tx& tx) {
        Insert(tx, "a");
        return absl::OkStatus();
      },
      late);
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  // Between two statements too.
  const absl::Status slow = database().Transact(
      [](Tx& tx) {
        Insert(tx, "a");
        EXPECT_TRUE(tx.Query("SELECT 1 AS one").ok());
        std::this_thread::sleep_for(milliseconds(120));
        Insert(tx, "b");
        return tx.Query("SELECT 1 AS one").status();
      },
      {.deadline = steady_clock::now() + milliseconds(100)});
  EXPECT_TRUE(absl::IsDeadlineExceeded(slow)) << slow;
  EXPECT_EQ(Count(), 0);
}

TEST_P(TransactionTest, ManyTextsDoNotFillTheStatementCache) {
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_EQ(Number("SELECT " + std::to_string(i) + " AS n"), i);
  }
  const absl::Status status = database().Transact([](Tx& tx) -> absl::Status {
    for (int i = 0; i < 1'000; ++i) {
      ASSIGN_OR_RETURN(const Rows rows, tx.Query("SELECT -" + std::to_string(i) + " AS n"));
      if (rows.front().Int("n") != -i) return absl::InternalError("another statement's result");
    }
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST_P(TransactionTest, LargeSegmentsDoNotBlock) {
  // Megabytes both ways in one segment: whoever only wrote, or only read, would wait for ever.
  const std::string large(20'000, 'x');
  const absl::Status status = database().Transact([&](Tx& tx) -> absl::Status {
    for (int i = 0; i < 80; ++i) {
      Insert(tx, large + std::to_string(i));
      tx.Execute("SELECT id FROM item");
    }
    ASSIGN_OR_RETURN(const Rows rows, tx.Query("SELECT id FROM item"));
    EXPECT_EQ(rows.size(), 80U);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

INSTANTIATE_ON_ENGINES(TransactionTest);

}  // namespace
}  // namespace jointly::db
