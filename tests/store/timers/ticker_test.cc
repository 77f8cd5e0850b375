#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "common/error/macros.h"
#include "common/timers/timers.h"
#include "tests/support/database_fixture.h"

namespace jointly::timers {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Time kStart{std::chrono::microseconds(1'790'000'000'000'000)};

class TickerTest : public test::DatabaseTest {
 protected:
  void Prepare() override {
    Execute("CREATE TABLE effect (id {identity}, subject TEXT NOT NULL)");
    ticker_ = MakeTicker();
  }
  void TearDown() override {
    ticker_.reset();
    DatabaseTest::TearDown();
  }

  // Its handler "work" leaves a row, so that what fired twice is there twice.
  std::unique_ptr<Ticker> MakeTicker() {
    return std::make_unique<Ticker>(database(), clock_,
                                    std::map<std::string, Handler>{
                                        {"work",
                                         [this](db::Tx& tx, const Timer& timer) {
                                           tx.Execute("INSERT INTO effect (subject) VALUES ($1)",
                                                      {timer.subject});
                                           return on_work_ ? on_work_(tx, timer) : absl::OkStatus();
                                         }},
                                    });
  }

  void Arm(const std::string& subject, std::chrono::microseconds after_start,
           std::int64_t generation = 0, const std::string& payload = "") {
    Transact([&](db::Tx& tx) {
      timers::Arm(tx, {.kind = "work",
                       .subject = subject,
                       .due = kStart + after_start,
                       .generation = generation,
                       .payload = payload});
      return absl::OkStatus();
    });
  }
  void Transact(const std::function<absl::Status(db::Tx&)>& body) {
    const absl::Status status = database().Transact(body);
    EXPECT_TRUE(status.ok()) << status;
  }

  int Step(int limit = 500) {
    const absl::StatusOr<int> fired = ticker_->Step(limit);
    EXPECT_TRUE(fired.ok()) << fired.status();
    return fired.ok() ? *fired : -1;
  }
  std::vector<std::string> Effects() {
    std::vector<std::string> subjects;
    for (const db::Row& row : Query("SELECT subject FROM effect ORDER BY id")) {
      subjects.push_back(row.Text("subject"));
    }
    return subjects;
  }
  std::int64_t Armed() { return Number("SELECT COUNT(*) FROM timer"); }

  ManualClock clock_{kStart};
  std::function<absl::Status(db::Tx&, const Timer&)> on_work_;
  std::unique_ptr<Ticker> ticker_;
};

TEST_P(TickerTest, FiresWhatIsDueInTheOrderOfDueTimes) {
  Arm("third", seconds(3));
  Arm("first", seconds(1));
  Arm("never", hours(1));
  Arm("second", seconds(2));
  EXPECT_EQ(Step(), 0);
  clock_.Advance(seconds(2));
  EXPECT_EQ(Step(), 2);
  EXPECT_THAT(Effects(), ElementsAre("first", "second"));
  clock_.Advance(seconds(10));
  EXPECT_EQ(Step(), 1);
  EXPECT_EQ(Step(), 0);
  EXPECT_THAT(Effects(), ElementsAre("first", "second", "third"));
  EXPECT_EQ(Armed(), 1);
}

TEST_P(TickerTest, HandsTheWholeTimerToItsHandler) {
  std::vector<Timer> seen;
  on_work_ = [&](db::Tx&, const Timer& timer) {
    seen.push_back(timer);
    return absl::OkStatus();
  };
  Arm("offer-1", seconds(0), 7, "\u6771\u4eac");
  EXPECT_EQ(Step(), 1);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].kind, "work");
  EXPECT_EQ(seen[0].subject, "offer-1");
  EXPECT_EQ(seen[0].due, kStart);
  EXPECT_EQ(seen[0].generation, 7);
  EXPECT_EQ(seen[0].payload, "\u6771\u4eac");
}

TEST_P(TickerTest, StepTakesNoMoreThanItsLimit) {
  for (int i = 0; i < 7; ++i) Arm(std::to_string(i), seconds(i));
  clock_.Advance(hours(1));
  EXPECT_EQ(Step(3), 3);
  EXPECT_THAT(Effects(), ElementsAre("0", "1", "2"));
  EXPECT_EQ(Step(3), 3);
  EXPECT_EQ(Step(3), 1);
}

TEST_P(TickerTest, ArmingAgainReplaces) {
  Arm("a", seconds(1), 1);
  Arm("a", seconds(60), 2);
  clock_.Advance(seconds(30));
  EXPECT_EQ(Step(), 0);
  clock_.Advance(seconds(30));
  EXPECT_EQ(Step(), 1);
  EXPECT_THAT(Effects(), ElementsAre("a"));
  EXPECT_EQ(Armed(), 0);
}

TEST_P(TickerTest, CancelledTimersDoNotFire) {
  Arm("a", seconds(1));
  Arm("b", seconds(1));
  Transact([](db::Tx& tx) {
    Cancel(tx, "work", "a");
    Cancel(tx, "work", "was never armed");
    return absl::OkStatus();
  });
  clock_.Advance(seconds(1));
  EXPECT_EQ(Step(), 1);
  EXPECT_THAT(Effects(), ElementsAre("b"));
}

TEST_P(TickerTest, AnArmThatIsRolledBackNeverWas) {
  const absl::Status status = database().Transact([](db::Tx& tx) {
    timers::Arm(tx, {.kind = "work", .subject = "a", .due = kStart});
    return absl::CancelledError("no");
  });
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(Step(), 0);
}

TEST_P(TickerTest, AHandlerMayArmItsTimerAgain) {
  on_work_ = [&](db::Tx& tx, const Timer& timer) {
    if (timer.generation < 3) {
      timers::Arm(tx, {.kind = timer.kind,
                       .subject = timer.subject,
                       .due = timer.due + seconds(10),
                       .generation = timer.generation + 1});
    }
    return absl::OkStatus();
  };
  Arm("a", seconds(0), 1);
  int fired = 0;
  for (int i = 0; i < 10; ++i) {
    fired += Step();
    clock_.Advance(seconds(5));
  }
  EXPECT_EQ(fired, 3);
  EXPECT_EQ(Armed(), 0);
}

TEST_P(TickerTest, AFailingHandlerIsTriedAgainAfterGrowingDelays) {
  on_work_ = [&](db::Tx&, const Timer& timer) {
    return timer.subject == "bad" ? absl::InternalError("not today") : absl::OkStatus();
  };
  Arm("bad", seconds(0));
  Arm("good", seconds(0));
  // One failure holds up nobody else, and leaves no effect.
  EXPECT_EQ(Step(), 1);
  EXPECT_THAT(Effects(), ElementsAre("good"));
  std::vector<std::int64_t> delays_s;
  for (int attempt = 1; attempt <= 11; ++attempt) {
    EXPECT_EQ(Number("SELECT attempts FROM timer"), attempt);
    const Time due = FromMicros(Number("SELECT due_time FROM timer"));
    delays_s.push_back(std::chrono::duration_cast<seconds>(due - clock_.Now()).count());
    clock_.Advance(due - clock_.Now() - std::chrono::microseconds(1));
    EXPECT_EQ(Step(), 0);
    EXPECT_EQ(Number("SELECT attempts FROM timer"), attempt) << "tried too early";
    clock_.Advance(std::chrono::microseconds(1));
    EXPECT_EQ(Step(), 0);
  }
  EXPECT_THAT(delays_s, ElementsAre(1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300));
  on_work_ = nullptr;
  clock_.Advance(hours(1));
  EXPECT_EQ(Step(), 1);
  EXPECT_THAT(Effects(), ElementsAre("good", "bad"));
}

TEST_P(TickerTest, ExceptionsAndMissingHandlersArePutOffToo) {
  on_work_ = [](db::Tx&, const Timer&) -> absl::Status { throw std::runtime_error("as planned"); };
  Arm("a", seconds(0));
  Transact([](db::Tx& tx) {
    timers::Arm(tx, {.kind = "of a newer program", .subject = "b", .due = kStart});
    return absl::OkStatus();
  });
  EXPECT_EQ(Step(), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM timer WHERE attempts = 1"), 2);
  EXPECT_THAT(Effects(), IsEmpty());
}

TEST_P(TickerTest, ClockJumpsNeitherLoseNorDouble) {
  Arm("a", hours(1));
  Arm("b", hours(24));
  clock_.Jump(hours(2));
  EXPECT_EQ(Step(), 1);
  // Back to before it was due: what has fired has fired.
  clock_.Jump(-hours(3));
  EXPECT_EQ(Step(), 0);
  clock_.Jump(hours(2));
  EXPECT_EQ(Step(), 0);
  clock_.Jump(hours(48));
  EXPECT_EQ(Step(), 1);
  clock_.Jump(-hours(48));
  clock_.Advance(hours(100));
  EXPECT_EQ(Step(), 0);
  EXPECT_THAT(Effects(), ElementsAre("a", "b"));
}

TEST_P(TickerTest, AJumpBackDuringAStepStopsIt) {
  Arm("a", seconds(1));
  Arm("b", seconds(2));
  clock_.Advance(seconds(5));
  on_work_ = [&](db::Tx&, const Timer& timer) {
    if (timer.subject == "a") clock_.Jump(-hours(1));
    return absl::OkStatus();
  };
  EXPECT_EQ(Step(), 1);
  clock_.Jump(hours(1));
  EXPECT_EQ(Step(), 1);
  EXPECT_THAT(Effects(), ElementsAre("a", "b"));
}

TEST_P(TickerTest, TwoTickersFireNothingTwice) {
  constexpr int kTimers = 120;
  for (int i = 0; i < kTimers; ++i) Arm(std::to_string(i), seconds(0));
  on_work_ = [](db::Tx&, const Timer&) {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    return absl::OkStatus();
  };
  std::atomic<int> fired{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      const auto ticker = MakeTicker();
      for (int step = 0; step < 20 && fired < kTimers; ++step) {
        const auto result = ticker->Step(50);
        EXPECT_TRUE(result.ok()) << result.status();
        fired += result.ok() ? *result : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fired, kTimers);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM effect"), kTimers);
  EXPECT_EQ(Number("SELECT COUNT(DISTINCT subject) FROM effect"), kTimers);
  EXPECT_EQ(Armed(), 0);
}

TEST_P(TickerTest, TheThreadSleepsUntilTheNextOneIsDueOrItIsWoken) {
  const auto wait_for_effects = [&](std::size_t count, milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (Effects().size() < count && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    return Effects().size() == count;
  };
  Arm("first", seconds(0));
  ticker_->Start();
  EXPECT_TRUE(wait_for_effects(1, seconds(5)));
  Arm("woken", seconds(0));
  ticker_->Wake();
  EXPECT_TRUE(wait_for_effects(2, seconds(5)));
  // Nobody says that the wall clock jumped: it is read again each second.
  Arm("later", hours(2));
  ticker_->Wake();
  std::this_thread::sleep_for(milliseconds(50));
  clock_.Jump(hours(3));
  EXPECT_TRUE(wait_for_effects(3, seconds(5)));
  ticker_->Stop();
  Arm("after the stop", seconds(0));
  ticker_->Wake();
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_EQ(Effects().size(), 3U);
}

INSTANTIATE_ON_ENGINES(TickerTest);

}  // namespace
}  // namespace jointly::timers
