#include "common/telemetry/failpoint.h"

#include <string>

#include "tests/support/database_fixture.h"

// The simulator's crashes around a commit.
namespace jointly::db {
namespace {

#ifdef JOINTLY_FAILPOINTS

class FailpointTest : public test::DatabaseTest {
 protected:
  void Prepare() override {
    Execute("CREATE TABLE item (id TEXT PRIMARY KEY)");
    Close();
    Options options = place().options();
    options.single_threaded = true;  // The hook is the thread's; so is the crash.
    single_ = *Open(options);
  }
  void TearDown() override {
    telemetry::SetFailpointHook(nullptr, nullptr);
    single_.reset();
    DatabaseTest::TearDown();
  }

  static void CrashAt(std::string_view name) {
    static std::string wanted;
    wanted = name;
    telemetry::SetFailpointHook(
        [](std::string_view passed, void* context) {
          if (passed == *static_cast<std::string*>(context)) throw telemetry::SimulatedCrash();
        },
        &wanted);
  }
  absl::Status Insert(std::string_view id, bool* told) {
    return single_->Transact([&](Tx& tx) {
      tx.Execute("INSERT INTO item VALUES ($1)", {id});
      tx.AfterCommit([told] { *told = true; });
      return absl::OkStatus();
    });
  }

  std::unique_ptr<Database> single_;
};

TEST_P(FailpointTest, ACrashBeforeTheCommitLeavesNothingAndAfterItEverything) {
  struct Case {
    const char* failpoint;
    std::int64_t stored;
  };
  for (const Case& c : {Case{"db.before_commit", 0}, {"db.after_commit", 1}}) {
    bool told = false;
    CrashAt(c.failpoint);
    EXPECT_THROW(Insert(c.failpoint, &told).IgnoreError(), telemetry::SimulatedCrash);
    telemetry::SetFailpointHook(nullptr, nullptr);
    EXPECT_FALSE(told);
    const auto rows = single_->Read(
        [&](Tx& tx) { return tx.Query("SELECT id FROM item WHERE id = $1", {c.failpoint}); });
    ASSERT_TRUE(rows.ok()) << rows.status();
    EXPECT_EQ(rows->size(), static_cast<std::size_t>(c.stored)) << c.failpoint;
  }
  // The database of the crashed process works on, and its file opens again.
  bool told = false;
  EXPECT_TRUE(Insert("later", &told).ok());
  EXPECT_TRUE(told);
  single_.reset();
  Reopen();
  EXPECT_EQ(Number("SELECT COUNT(*) FROM item"), 2);
}

INSTANTIATE_ON_ENGINES(FailpointTest);

#endif

}  // namespace
}  // namespace jointly::db
