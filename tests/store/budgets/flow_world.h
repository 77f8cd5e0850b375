#pragma once

#include <gtest/gtest.h>
#include <jointly/mobility/v1/mobility_events.pb.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/error/check.h"
#include "common/time/rng.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/events/handlers.h"
#include "services/budgets/store/migrations.h"
#include "tests/support/database_fixture.h"

// A small world around the budgets service: Grenoble and Tsukuba, people of every role, the ECB's
// rates of four days, and a clock that stands still. Uses the service as its callers do: Api,
// events, timers.
namespace jointly::budgets {

// Fails the test and ends the process: a story cannot go on without the step.
template <typename T>
T Must(absl::StatusOr<T> result, const char* what = "a step of the story") {
  if (!result.ok()) Die(std::string(what) + ": " + result.status().ToString());
  return *std::move(result);
}

// The reason of a refusal; "OK" when there is none.
template <typename T>
std::string Outcome(const absl::StatusOr<T>& result) {
  return result.ok() ? "OK" : ReasonOf(result.status());
}

pb::Amount Euro(const std::string& value);
pb::Amount Yen(const std::string& value);
google::type::Date Day(const std::string& text);

class FlowWorld {
 public:
  FlowWorld(db::Database& database, const std::string& directory);

  Api& api() { return *api_; }
  ManualClock& clock() { return clock_; }
  db::Database& database() { return database_; }

  // A call of a person of this name now, with a request id of its own: "manager", "other" (managers
  // of Grenoble), "accountant", "payer" (accountants), "tsukuba" (a partner's manager), "stranger"
  // (a manager elsewhere), "auditor", "researcher" (of Grenoble), "passerby" (a student elsewhere).
  rpc::Call As(const std::string& who);

  absl::Status Apply(const std::string& aggregate, const std::string& id, std::int64_t revision,
                     const std::string& body);
  int Tick();
  // Goes to a day (08:00 UTC) and fires what is due by then.
  void GoTo(const std::string& date);

  // The Grenoble Unit budget in draft, active, and with its lines and its first period open.
  pb::CreateBudgetRequest Draft(const std::string& id = "unit");
  using Change = std::function<void(pb::Budget&)>;  // Of the draft, before it is created.
  void Found(const std::string& id = "unit", const std::string& carry_over = "automatic",
             const Change& change = nullptr);

  pb::LineKey Line(const std::string& period, const std::string& category);
  pb::Commitment Order(const std::string& id, const std::string& period,
                       const std::string& category, const pb::Amount& amount,
                       const std::string& date);
  absl::StatusOr<pb::Commitment> Approve(const std::string& id, const std::string& who = "other");
  absl::StatusOr<pb::Commitment> Invoice(const std::string& id, const pb::Amount& amount,
                                         const std::string& date, bool final = true);
  absl::StatusOr<pb::PostingReply> Cost(const std::string& period, const std::string& category,
                                        const std::string& amount, const std::string& date);
  absl::StatusOr<pb::MovePeriodResponse> MovePeriod(const std::string& period,
                                                    const std::string& action,
                                                    const std::string& who = "accountant");
  absl::StatusOr<pb::Budget> MoveBudget(const std::string& action, const std::string& who,
                                        const std::string& date = "");
  // Asked for by the manager, signed by both partners; the other manager puts it in force.
  pb::Amendment Amend(const std::function<void(pb::Amendment&)>& change);
  absl::StatusOr<pb::Amendment> PutInForce(const pb::Amendment& amendment,
                                           const std::string& date = "");
  pb::Balance Balance(const std::string& period, const std::string& category);
  std::string Available(const std::string& period, const std::string& category) {
    return Balance(period, category).available().value();
  }
  // Everything that the ledger's own proof and the documents find wrong.
  std::vector<std::string> Findings();
  // Actions of an aggregate's events, in order: "requested,reserved".
  std::string Actions(const std::string& type, const std::string& id);
  // Warnings of the budget's own events about lines of a category, in order: "underspend 80/1
  // 8513.84" is kind, threshold, crossing and amount.
  std::vector<std::string> Alerts(const std::string& category);

 private:
  db::Database& database_;
  ManualClock clock_;
  SeededRng rng_{20200401};
  IdSource ids_{clock_, rng_};
  bus::Outbox outbox_{"budgets", "test", clock_, ids_};
  std::unique_ptr<blob::Store> blobs_;
  std::unique_ptr<Api> api_;
};

class FlowTest : public test::DatabaseTest {
 public:
  FlowTest() : DatabaseTest({{"budgets", &Migrations()}}) {}

 protected:
  void Prepare() override { world_ = std::make_unique<FlowWorld>(database(), place().directory()); }
  void TearDown() override {
    if (world_ != nullptr && !HasFatalFailure()) {
      EXPECT_EQ(world_->Findings(), std::vector<std::string>{});
    }
    world_.reset();
    DatabaseTest::TearDown();
  }
  FlowWorld& world() { return *world_; }
  Api& api() { return world_->api(); }

  std::unique_ptr<FlowWorld> world_;
};

}  // namespace jointly::budgets
