#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "common/time/rng.h"
#include "services/theses/api/cotutelle_engine.h"
#include "services/theses/api/theses_api.h"
#include "services/theses/store/migrations.h"
#include "tests/support/database_fixture.h"

// A small world around the agreements of theses: Grenoble and Tsukuba, their doctoral offices, a
// thesis that waits for its agreement, and a clock that stands still. Uses the service as its
// callers do: Api and timers.
namespace jointly::theses::agreements {

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

google::type::Date Day(const std::string& text);
std::string Text(const google::type::Date& date);

class World {
 public:
  explicit World(db::Database& database, std::uint64_t seed = 20260302);

  Api& api() { return *api_; }
  ManualClock& clock() { return clock_; }
  db::Database& database() { return database_; }

  // A call of a person of this name now: "office-a" (Grenoble), "office-b" (Tsukuba), "school-a"
  // (the doctoral school EDCSV), "elsewhere", "student", "director-a", "director-b", "auditor",
  // "admin".
  rpc::Call As(const std::string& who);

  int Tick();
  // Goes to a day (08:00 UTC) and fires what is due by then.
  void GoTo(const std::string& date);
  // The same, while something happens to the thesis t1 every 300 days.
  void LiveUntil(const std::string& date);

  // A thesis between the two that waits for its agreement; stored as it is.
  void AddThesis(const std::string& id, ThesisState state = ThesisState::kAgreementPending);
  void SetThesisState(const std::string& id, ThesisState state);
  Thesis LoadThesis(const std::string& id);

  pb::CreateCotutelleRequest Draft(const std::string& id, const std::string& start,
                                   const std::string& end);
  absl::StatusOr<pb::Cotutelle> Move(const std::string& id, const std::string& action,
                                     const std::string& date = "",
                                     const std::string& who = "office-a");
  absl::StatusOr<pb::Cotutelle> Approve(const std::string& id, const std::string& side,
                                        const std::string& hash);
  absl::StatusOr<pb::Cotutelle> Sign(const std::string& id, int step, bool original = true);
  pb::Cotutelle Get(const std::string& id, const std::string& who = "office-a");
  // 2025-09-01 to 2028-08-31, signed by all.
  void UntilSigned(const std::string& id);
  // The same, put in force, and its thesis active.
  void UntilInForce(const std::string& id);
  void SignAmendment(const std::string& name);

  // Actions of an aggregate's events, in order: "created,frozen".
  std::string Actions(const std::string& type, const std::string& id);

 private:
  db::Database& database_;
  ManualClock clock_;
  SeededRng rng_;
  IdSource ids_{clock_, rng_};
  bus::Outbox outbox_{"theses", "test", clock_, ids_};
  std::unique_ptr<Api> api_;
};

class AgreementTest : public test::DatabaseTest {
 public:
  AgreementTest() : DatabaseTest({{"theses", &Migrations()}}) {}

 protected:
  void Prepare() override {
    world_ = std::make_unique<World>(database());
    world_->AddThesis("t1");
  }
  void TearDown() override {
    world_.reset();
    DatabaseTest::TearDown();
  }
  World& world() { return *world_; }
  Api& api() { return world_->api(); }

  std::unique_ptr<World> world_;
};

}  // namespace jointly::theses::agreements
