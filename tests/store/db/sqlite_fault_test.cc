#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "tests/store/db/faulty_disk.h"
#include "tests/support/database_fixture.h"

// The file, its lock and its disk (faults.md rows 13 and 14).
namespace jointly::db {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class SqliteFaultTest : public testing::Test {
 protected:
  SqliteFaultTest() : place_(test::Engine::kSqlite) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    Open();
    Check(Run("CREATE TABLE item (id TEXT PRIMARY KEY, note TEXT)").ok(), "no table");
  }
  ~SqliteFaultTest() override { SetDiskFault(DiskFault::kNone); }

  void Open() { database_ = *db::Open(place_.options()); }
  void Reopen() {
    database_.reset();
    Open();
  }
  std::string path() const { return place_.directory() + "/test.db"; }

  absl::Status Run(std::string_view sql, Values parameters = {},
                   const TransactOptions& options = {}) {
    return database_->Transact(
        [&](Tx& tx) {
          tx.Execute(sql, parameters);
          return absl::OkStatus();
        },
        options);
  }
  absl::Status Insert(std::string_view id, const TransactOptions& options = {}) {
    return Run("INSERT INTO item VALUES ($1, '')", {id}, options);
  }
  std::int64_t Count() {
    const auto rows =
        database_->Read([](Tx& tx) { return tx.Query("SELECT COUNT(*) AS total FROM item"); });
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() ? rows->front().Int("total") : -1;
  }
  std::string Integrity() {
    const auto rows = database_->Read([](Tx& tx) { return tx.Query("PRAGMA integrity_check"); });
    return rows.ok() ? rows->front().Text("integrity_check") : rows.status().ToString();
  }

  test::DatabasePlace place_;
  std::unique_ptr<Database> database_;
};

// As another process that locks the file would.
class Holder {
 public:
  explicit Holder(const std::string& path) {
    Check(sqlite3_open(path.c_str(), &handle_) == SQLITE_OK, "no second connection");
    Check(sqlite3_exec(handle_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK,
          "no lock");
  }
  ~Holder() { Release(); }
  void Release() {
    sqlite3_close(handle_);
    handle_ = nullptr;
  }

 private:
  sqlite3* handle_ = nullptr;
};

TEST_F(SqliteFaultTest, OneProcessPerFile) {
  const auto second = db::Open(place_.options());
  EXPECT_TRUE(absl::IsUnavailable(second.status())) << second.status();
  EXPECT_THAT(MessageOf(second.status()), testing::HasSubstr("another process"));
  Reopen();
  EXPECT_TRUE(Insert("a").ok());
}

TEST_F(SqliteFaultTest, NobodyElseMayReadTheFiles) {
  ASSERT_TRUE(Insert("a").ok());
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat status {};
    ASSERT_EQ(stat((path() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777, 0600U) << suffix;
  }
}

TEST_F(SqliteFaultTest, UrlsThatNameNoUsableFileAreRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(db::Open({.url = "sqlite://"}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(db::Open({.url = "mysql://x"}).status()));
  const auto missing = db::Open({.url = "sqlite://" + place_.directory() + "/none/x.db"});
  EXPECT_TRUE(absl::IsUnavailable(missing.status())) << missing.status();
}

TEST_F(SqliteFaultTest, WhoeverWaitsForALockedFileLeavesAtItsDeadline) {
  Holder holder(path());
  const steady_clock::time_point start = steady_clock::now();
  const absl::Status late = Insert("late", {.deadline = start + milliseconds(150)});
  EXPECT_TRUE(absl::IsDeadlineExceeded(late)) << late;
  EXPECT_LT(steady_clock::now() - start, seconds(4));
  // Reads go on, and so does a writer that can wait.
  EXPECT_EQ(Count(), 0);
  std::thread release([&] {
    std::this_thread::sleep_for(milliseconds(200));
    holder.Release();
  });
  EXPECT_TRUE(Insert("patient").ok());
  release.join();
  EXPECT_EQ(Count(), 1);
}

TEST_F(SqliteFaultTest, AFileThatStaysLockedIsContention) {
  const Holder holder(path());
  const absl::Status status = Insert("a");
  EXPECT_TRUE(absl::IsAborted(status)) << status;
  EXPECT_EQ(ReasonOf(status), kContention.name);
}

TEST_F(SqliteFaultTest, AFullDiskRefusesWritesAndHeals) {
  ASSERT_TRUE(Insert("before").ok());
  SetDiskFault(DiskFault::kFull);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i) {
        const absl::Status status = Insert(std::to_string(t) + "/" + std::to_string(i));
        if (!absl::IsUnavailable(status) || ReasonOf(status) != kDatabaseDown.name) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(Count(), 1);
  // A change larger than the cache spills to the disk before its commit.
  const absl::Status large = database_->Transact([](Tx& tx) {
    for (int i = 0; i < 1'500; ++i) {
      tx.Execute("INSERT INTO item VALUES ($1, $2)", {i, std::string(4'000, 'x')});
    }
    return absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsUnavailable(large)) << large;
  SetDiskFault(DiskFault::kNone);
  EXPECT_TRUE(Insert("after").ok());
  EXPECT_EQ(Count(), 2);
  EXPECT_EQ(Integrity(), "ok");
}

TEST_F(SqliteFaultTest, AFailedSyncEndsTheProcess) {
  EXPECT_DEATH(
      {
        SetDiskFault(DiskFault::kSyncFails);
        Insert("a").IgnoreError();
      },
      "what is on the disk is unknown");
  EXPECT_DEATH(
      {
        SetDiskFault(DiskFault::kBroken);
        Insert("a").IgnoreError();
      },
      "what is on the disk is unknown");
}

TEST_F(SqliteFaultTest, AFailedSyncOfACheckpointEndsTheProcessToo) {
  // SQLite's own checkpoint would drop this error, and the log with what it holds.
  EXPECT_DEATH(
      {
        SetDiskFault(DiskFault::kSyncOfTableFails);
        for (int i = 0; i < 4'000; ++i) {
          Run("INSERT INTO item VALUES ($1, $2)", {i, std::string(8'000, 'x')}).IgnoreError();
        }
      },
      "what is on the disk is unknown");
}

TEST_F(SqliteFaultTest, TheLogStaysBoundedWhileReadersComeAndGo) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t) {
    // One of them always has a snapshot.
    readers.emplace_back([&] {
      while (!stop) {
        const absl::Status status = database_->Read([](Tx& tx) -> absl::Status {
          RETURN_IF_ERROR(tx.Query("SELECT id FROM item LIMIT 1").status());
          std::this_thread::sleep_for(milliseconds(3));
          return absl::OkStatus();
        });
        EXPECT_TRUE(status.ok()) << status;
      }
    });
  }
  std::uintmax_t largest = 0;
  for (int i = 0; i < 1'500; ++i) {
    ASSERT_TRUE(Run("INSERT INTO item VALUES ($1, $2)", {i, std::string(30'000, 'x')}).ok());
    if (i % 20 == 0) largest = std::max(largest, std::filesystem::file_size(path() + "-wal"));
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  // 1,500 rows of eight pages would be beyond 48 MB.
  EXPECT_LT(largest, 40U << 20);
}

TEST_F(SqliteFaultTest, OneSyncServesAGroup) {
  constexpr int kThreads = 16;
  constexpr int kRounds = 20;
  // The first body waits until the others are in the queue.
  const int before = SyncCount();
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRounds; ++i) {
        EXPECT_TRUE(Insert(std::to_string(t) + "/" + std::to_string(i)).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Count(), kThreads * kRounds);
  EXPECT_LT(SyncCount() - before, kThreads * kRounds / 2);
}

TEST_F(SqliteFaultTest, WhatWasAnsweredSurvivesAKill) {
  database_.reset();
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    close(pipe_ends[0]);
    Open();
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0;; ++i) {
          const std::string id = std::to_string(t) + "/" + std::to_string(i) + "\n";
          if (Insert(id).ok() && write(pipe_ends[1], id.data(), id.size()) < 0) _exit(1);
        }
      });
    }
    pause();
  }
  close(pipe_ends[1]);
  std::string answered;
  char buffer[4096];
  ssize_t size = 0;
  // Some hundred answers, and then what was under way.
  while (answered.size() < 4'000 && (size = read(pipe_ends[0], buffer, sizeof(buffer))) > 0) {
    answered.append(buffer, static_cast<std::size_t>(size));
  }
  ASSERT_EQ(kill(child, SIGKILL), 0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  while ((size = read(pipe_ends[0], buffer, sizeof(buffer))) > 0) {
    answered.append(buffer, static_cast<std::size_t>(size));
  }
  close(pipe_ends[0]);
  TextList ids;
  for (std::size_t at = 0, end = 0; (end = answered.find('\n', at)) != std::string::npos;
       at = end + 1) {
    ids.values.push_back(answered.substr(at, end - at + 1));
  }
  Open();
  const auto rows = database_->Read([&](Tx& tx) {
    return tx.Query("SELECT COUNT(*) AS total FROM item WHERE id {any $1}", {ids});
  });
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_GT(ids.values.size(), 300U);
  EXPECT_EQ(rows->front().Int("total"), static_cast<std::int64_t>(ids.values.size()));
  EXPECT_EQ(Integrity(), "ok");
}

// What the simulator uses.
class SingleThreadedTest : public testing::TestWithParam<bool> {
 protected:
  SingleThreadedTest() : place_(test::Engine::kSqlite) {
    Options options = place_.options();
    if (GetParam()) options.url = "sqlite::memory:";
    options.single_threaded = true;
    database_ = *db::Open(options);
  }
  test::DatabasePlace place_;
  std::unique_ptr<Database> database_;
};

TEST_P(SingleThreadedTest, RunsEverythingOnTheCallersThread) {
  const std::thread::id caller = std::this_thread::get_id();
  const int syncs = SyncCount();
  const absl::Status written = database_->Transact([&](Tx& tx) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    tx.Execute("CREATE TABLE item (id BIGINT)");
    tx.Execute("INSERT INTO item VALUES (42)");
    return absl::OkStatus();
  });
  EXPECT_TRUE(written.ok()) << written;
  const auto rows = database_->Read([&](Tx& tx) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    return tx.Query("SELECT id FROM item");
  });
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(rows->front().Int("id"), 42);
  EXPECT_EQ(SyncCount(), syncs) << "the simulator pays for no disk";
}

TEST_P(SingleThreadedTest, ACrashInTheBodyRollsBack) {
  struct Crash {};
  ASSERT_TRUE(database_
                  ->Transact([](Tx& tx) {
                    tx.Execute("CREATE TABLE item (id BIGINT)");
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_THROW(database_
                   ->Transact([](Tx& tx) -> absl::Status {
                     tx.Execute("INSERT INTO item VALUES (1)");
                     throw Crash();
                   })
                   .IgnoreError(),
               Crash);
  const auto rows = database_->Read([](Tx& tx) { return tx.Query("SELECT id FROM item"); });
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_TRUE(rows->empty());
}

TEST_P(SingleThreadedTest, ATransactionInsideOfATransactionEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      database_
          ->Transact([&](Tx&) { return database_->Transact([](Tx&) { return absl::OkStatus(); }); })
          .IgnoreError(),
      "a transaction inside of a transaction");
}

INSTANTIATE_TEST_SUITE_P(Places, SingleThreadedTest, testing::Bool(), [](const auto& info) {
  return info.param ? std::string("Memory") : std::string("File");
});

TEST(SqliteMemory, ServesThreadsToo) {
  const auto database = *db::Open({.url = "sqlite::memory:"});
  ASSERT_TRUE(database
                  ->Transact([](Tx& tx) {
                    tx.Execute("CREATE TABLE item (id BIGINT)");
                    return absl::OkStatus();
                  })
                  .ok());
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const bool ok = database
                            ->Transact([&](Tx& tx) {
                              tx.Execute("INSERT INTO item VALUES ($1)", {t});
                              return absl::OkStatus();
                            })
                            .ok() &&
                        database->Read([](Tx& tx) { return tx.Query("SELECT id FROM item"); }).ok();
        if (!ok) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  const auto rows =
      database->Read([](Tx& tx) { return tx.Query("SELECT COUNT(*) AS total FROM item"); });
  EXPECT_EQ(rows->front().Int("total"), 400);
}

}  // namespace
}  // namespace jointly::db
