#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "tests/store/db/tcp_relay.h"
#include "tests/support/database_fixture.h"

// What a command sees when its PostgreSQL goes away (faults.md rows 11 and 12).
namespace jointly::db {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

int PortOf(const std::string& url) {
  const std::size_t host = url.rfind('@');
  return std::stoi(url.substr(url.find(':', host) + 1));
}

std::string WithPort(std::string url, int port) {
  const std::size_t colon = url.find(':', url.rfind('@'));
  return url.replace(colon + 1, url.find('/', colon) - colon - 1, std::to_string(port));
}

class PostgresFaultTest : public testing::Test {
 protected:
  void SetUp() override {
    if (test::PostgresUrl().empty()) GTEST_SKIP() << "JOINTLY_TEST_POSTGRES is not set";
    place_ = std::make_unique<test::DatabasePlace>(test::Engine::kPostgres);
    relay_ = std::make_unique<TcpRelay>(PortOf(test::PostgresUrl()));
    Options options = place_->options();
    options.url = WithPort(options.url, relay_->port());
    database_ = *Open(options);
    direct_ = *Open(place_->options());
    Check(Run("CREATE TABLE item (id TEXT PRIMARY KEY)").ok(), "no table");
  }
  void TearDown() override {
    database_.reset();
    direct_.reset();
  }

  absl::Status Run(const std::string& sql) {
    return database_->Transact([&](Tx& tx) {
      tx.Execute(sql);
      return absl::OkStatus();
    });
  }
  // Past the relay.
  std::int64_t Count() {
    const auto rows =
        direct_->Read([](Tx& tx) { return tx.Query("SELECT COUNT(*) AS total FROM item"); });
    Check(rows.ok(), "no count");
    return rows->front().Int("total");
  }

  std::unique_ptr<test::DatabasePlace> place_;
  std::unique_ptr<TcpRelay> relay_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Database> direct_;
};

TEST_F(PostgresFaultTest, ACommitWithoutAnAnswerIsUnknownAndNeverRunAgain) {
  struct Case {
    TcpRelay::Mode cut;
    std::int64_t stored;
  };
  for (const Case& c : {Case{TcpRelay::Mode::kCutAnswer, 1}, {TcpRelay::Mode::kCutRequest, 1}}) {
    int runs = 0;
    bool told = false;
    const absl::Status status = database_->Transact([&](Tx& tx) -> absl::Status {
      ++runs;
      RETURN_IF_ERROR(tx.Query("SELECT 1 AS one").status());
      tx.AfterCommit([&] { told = true; });
      tx.Execute("INSERT INTO item VALUES ('a')");
      relay_->SetMode(c.cut);
      return absl::OkStatus();
    });
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_EQ(ReasonOf(status), kDatabaseDown.name);
    EXPECT_EQ(runs, 1);
    EXPECT_FALSE(told);
    // The first was committed although nobody heard of it, the second was not.
    EXPECT_EQ(Count(), c.stored);
  }
  EXPECT_TRUE(Run("INSERT INTO item VALUES ('b')").ok());
}

TEST_F(PostgresFaultTest, AConnectionLostBeforeTheCommitIsNotNoticed) {
  for (const TcpRelay::Mode cut : {TcpRelay::Mode::kCutAnswer, TcpRelay::Mode::kCutRequest}) {
    int runs = 0;
    const absl::Status status = database_->Transact([&](Tx& tx) -> absl::Status {
      ++runs;
      if (runs == 1) relay_->SetMode(cut);
      RETURN_IF_ERROR(tx.Query("SELECT 1 AS one").status());
      tx.Execute("INSERT INTO item VALUES ($1)", {std::to_string(static_cast<int>(cut))});
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(runs, 2);
  }
  relay_->SetMode(TcpRelay::Mode::kCutAnswer);
  const auto rows = database_->Read([](Tx& tx) { return tx.Query("SELECT id FROM item"); });
  EXPECT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(Count(), 2);
}

TEST_F(PostgresFaultTest, IdleConnectionsOfADeadServerAreReplaced) {
  // Several in the pool.
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] { EXPECT_TRUE(Run("SELECT pg_sleep(0.05)").ok()); });
  }
  for (std::thread& thread : threads) thread.join();
  relay_->SetDown(true);
  std::this_thread::sleep_for(milliseconds(100));
  const absl::Status down = Run("INSERT INTO item VALUES ('a')");
  EXPECT_TRUE(absl::IsUnavailable(down)) << down;
  EXPECT_EQ(ReasonOf(down), kDatabaseDown.name);
  relay_->SetDown(false);
  std::this_thread::sleep_for(milliseconds(150));
  // No error is spent on the connections that died meanwhile.
  EXPECT_TRUE(Run("INSERT INTO item VALUES ('b')").ok());
  EXPECT_EQ(Count(), 1);
}

TEST_F(PostgresFaultTest, ASilentServerHoldsNobodyBeyondTheDeadline) {
  ASSERT_TRUE(Run("SELECT 1").ok());
  const steady_clock::time_point start = steady_clock::now();
  const absl::Status status = database_->Transact(
      [&](Tx& tx) -> absl::Status {
        relay_->SetMode(TcpRelay::Mode::kSilence);
        return tx.Query("SELECT 1 AS one").status();
      },
      {.deadline = start + milliseconds(200)});
  EXPECT_FALSE(status.ok());
  EXPECT_LT(steady_clock::now() - start, seconds(5));
  relay_->SetMode(TcpRelay::Mode::kPass);
  EXPECT_TRUE(Run("INSERT INTO item VALUES ('a')").ok());
}

TEST_F(PostgresFaultTest, BackendsThatAreTerminatedAreReplaced) {
  int runs = 0;
  const absl::Status status = database_->Transact([&](Tx& tx) -> absl::Status {
    ++runs;
    ASSIGN_OR_RETURN(const Rows rows, tx.Query("SELECT pg_backend_pid() AS pid"));
    if (runs == 1) {
      const absl::Status killed = direct_->Transact([&](Tx& other) {
        return other
            .Query("SELECT pg_terminate_backend(CAST($1 AS INT)) AS done",
                   {rows.front().Int("pid")})
            .status();
      });
      EXPECT_TRUE(killed.ok()) << killed;
    }
    RETURN_IF_ERROR(tx.Query("SELECT 1 AS one").status());
    tx.Execute("INSERT INTO item VALUES ('a')");
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Count(), 1);
}

TEST_F(PostgresFaultTest, ALeaderLosesItsLockWithItsConnection) {
  constexpr std::int64_t kKey = 7;
  EXPECT_FALSE(database_->StillLeads(kKey));
  EXPECT_TRUE(database_->TryLead(kKey));
  EXPECT_TRUE(database_->TryLead(kKey));
  EXPECT_TRUE(database_->StillLeads(kKey));
  EXPECT_FALSE(direct_->TryLead(kKey));
  EXPECT_TRUE(direct_->TryLead(kKey + 1));
  relay_->SetDown(true);
  EXPECT_FALSE(database_->StillLeads(kKey));
  EXPECT_FALSE(database_->TryLead(kKey));
  bool taken = false;
  for (int i = 0; i < 100 && !taken; ++i) {
    taken = direct_->TryLead(kKey);
    if (!taken) std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_TRUE(taken);
  relay_->SetDown(false);
  EXPECT_FALSE(database_->TryLead(kKey));
  EXPECT_FALSE(database_->TryLead(kKey + 1));
}

// A server of this test's own, started and stopped by scripts/support/private_postgres.
class OwnServer {
 public:
  explicit OwnServer(const std::string& directory)
      : directory_(directory), port_(FreePort()), script_(FindScript()) {}
  ~OwnServer() { Stop("immediate"); }

  std::string Start() {
    const std::string output = Call("start '" + directory_ + "' " + std::to_string(port_));
    return output.substr(0, output.find('\n'));
  }
  void Stop(const std::string& mode) { Call("stop '" + directory_ + "' " + mode); }

 private:
  static int FreePort() {
    // A relay binds a free one and gives it back.
    return TcpRelay(0).port();
  }
  static std::string FindScript() {
    for (auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
         folder.has_relative_path(); folder = folder.parent_path()) {
      const auto script = folder / "scripts/support/private_postgres";
      if (std::filesystem::exists(script)) return script.string();
    }
    Die("private_postgres is not found above this program");
  }
  std::string Call(const std::string& arguments) {
    std::FILE* pipe = popen(("'" + script_ + "' " + arguments).c_str(), "re");
    Check(pipe != nullptr, "no shell");
    std::string output;
    char buffer[512];
    while (std::fgets(buffer, sizeof(buffer), pipe) != nullptr) output += buffer;
    Check(pclose(pipe) == 0, "private_postgres failed: " + arguments);
    return output;
  }

  std::string directory_;
  int port_;
  std::string script_;
};

TEST(PostgresServer, KilledUnderLoadLosesNothingThatWasAnswered) {
  if (test::PostgresUrl().empty()) GTEST_SKIP() << "JOINTLY_TEST_POSTGRES is not set";
  const test::DatabasePlace place(test::Engine::kSqlite);  // For its directory.
  OwnServer server(place.directory() + "/server");
  std::filesystem::permissions(
      place.directory(), std::filesystem::perms::others_exec | std::filesystem::perms::owner_all);
  auto database = *Open({.url = server.Start(), .schema = "fault"});
  const auto run = [&](std::string_view sql, Values parameters) {
    return database->Transact(
        [&](Tx& tx) -> absl::Status {
          RETURN_IF_ERROR(tx.Query("SELECT 1 AS one").status());
          tx.Execute(sql, parameters);
          return absl::OkStatus();
        },
        {.deadline = steady_clock::now() + seconds(5)});
  };
  ASSERT_TRUE(run("CREATE TABLE item (id TEXT PRIMARY KEY, again BIGINT NOT NULL)", {}).ok());

  constexpr int kThreads = 8;
  std::atomic<bool> stop{false};
  std::atomic<int> count{0};
  std::vector<std::vector<std::string>> answered(kThreads);
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; !stop; ++i) {
        const std::string id = std::to_string(t) + "/" + std::to_string(i);
        const absl::Status status = run("INSERT INTO item VALUES ($1, 0)", {id});
        if (status.ok()) {
          answered[static_cast<std::size_t>(t)].push_back(id);
          ++count;
        } else {
          ++refused;
          EXPECT_TRUE(absl::IsUnavailable(status)) << status;
          std::this_thread::sleep_for(milliseconds(5));
        }
      }
    });
  }
  // Until some more were answered, however slow the machine.
  const auto wait_for_answers = [&] {
    const int wanted = count + 50;
    const auto patience = steady_clock::now() + seconds(20);
    while (count < wanted && steady_clock::now() < patience) {
      std::this_thread::sleep_for(milliseconds(5));
    }
  };
  for (int kill = 0; kill < 2; ++kill) {
    wait_for_answers();
    server.Stop("immediate");
    std::this_thread::sleep_for(milliseconds(100));
    server.Start();
  }
  wait_for_answers();
  stop = true;
  for (std::thread& thread : threads) thread.join();

  EXPECT_GT(refused, 0) << "the server was never missed";
  std::size_t total = 0;
  for (const auto& ids : answered) {
    total += ids.size();
    const auto rows = database->Read([&](Tx& tx) {
      return tx.Query("SELECT COUNT(*) AS total FROM item WHERE id {any $1}", {TextList{ids}});
    });
    ASSERT_TRUE(rows.ok()) << rows.status();
    EXPECT_EQ(rows->front().Int("total"), static_cast<std::int64_t>(ids.size()));
  }
  EXPECT_GE(total, 100U);
  EXPECT_TRUE(run("INSERT INTO item VALUES ('healed', 1)", {}).ok());
}

}  // namespace
}  // namespace jointly::db
