#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <jointly/budgets/v1/resources.pb.h>
#include <jointly/theses/v1/theses_events.pb.h>

#include <memory>
#include <string>
#include <vector>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "common/time/rng.h"
#include "services/theses/api/theses_api.h"
#include "services/theses/events/handlers.h"
#include "services/theses/store/migrations.h"
#include "tests/support/database_fixture.h"

// A small world around theses: Grenoble, Tsukuba and Sapporo with their doctoral offices, people of
// every part, agreements as they are stored, and a clock that goes where a test sends it. Uses the
// service as its callers do: Api and events.
namespace jointly::theses::theses_world {

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
// Everything that a refusal says, in one text.
std::string Said(const absl::Status& status);

google::type::Date Day(const std::string& text);
std::string Text(const google::type::Date& date);

class World {
 public:
  explicit World(db::Database& database);

  Api& api() { return *api_; }
  Engine& engine() { return api_->engine(); }
  db::Database& database() { return database_; }

  // A call of this person now: "student", "director-a", "director-b", "office-a" (Grenoble),
  // "office-b" (Tsukuba), "office-c" (Sapporo), "school-a" (LLSH), "auditor", "stranger".
  rpc::Call As(const std::string& who);
  // 08:00 UTC of that day.
  void GoTo(const std::string& date);

  // Foreign events, applied as the inbox would.
  absl::Status Apply(const std::string& aggregate, std::int64_t revision, const std::string& id,
                     const std::string& body);
  void TellPerson(const std::string& who, bool erased = false);
  void TellStay(const std::string& id, const std::string& first, const std::string& last,
                bool cancelled = false, const std::string& receiving = "institutions/tsukuba");
  void TellFramework(const std::string& id, bool in_effect);
  void TellCommitment(const jointly::budgets::v1::Commitment& commitment);

  // A proposal of the student with Tsukuba (or another partner), with an id.
  pb::CreateThesisRequest Proposal(const std::string& id,
                                   const std::string& partner = "institutions/tsukuba") const;
  // An agreement in force, stored as it is.
  void PutAgreement(const std::string& thesis, const std::string& first, const std::string& last,
                    const std::vector<std::string>& derogations = {}, int minimum_percent = 0);
  // Proposed on 2024-03-01, active since 2024-11-01, with an agreement until `until`; the clock
  // stands at 2024-11-01 then.
  void Activate(const std::string& id, const std::string& partner = "institutions/tsukuba",
                const std::string& until = "2028-08-31",
                const std::vector<std::string>& derogations = {}, int minimum_percent = 0);

  absl::StatusOr<pb::Thesis> Move(const std::string& who, const std::string& id,
                                  const std::string& action, const std::string& date = "",
                                  const std::string& reason = "");
  absl::StatusOr<pb::Thesis> Year(const std::string& who, const std::string& id,
                                  const std::string& institution, const std::string& year,
                                  const std::string& step, const std::string& date);
  // All steps of a French year after the first; the enrolment of a Japanese one.
  void WholeYear(const std::string& id, const std::string& institution, int start);
  absl::StatusOr<pb::Thesis> Milestone(const std::string& who, const std::string& id,
                                       const std::string& institution, const std::string& kind,
                                       const std::string& date, int value = 0);
  absl::StatusOr<pb::Thesis> DefenceStep(const std::string& id, const std::string& step,
                                         const std::string& date, bool certified = false);
  absl::StatusOr<pb::PlanDefenceResponse> Plan(const std::string& who, const std::string& id,
                                               const std::string& date, bool rehearse = false,
                                               int members = 5);
  pb::DefencePlan UsualPlan(const std::string& date, int members = 5) const;
  pb::Thesis Get(const std::string& id, const std::string& who = "office-a");
  pb::GetPlanResponse PlanOf(const std::string& id, const std::string& language = "en");

 private:
  db::Database& database_;
  ManualClock clock_;
  SeededRng rng_{20261124};
  IdSource ids_{clock_, rng_};
  bus::Outbox outbox_{"theses", "test", clock_, ids_};
  std::unique_ptr<Api> api_;
};

// The obligation of that id; the test fails when there is none.
pb::Obligation Find(const pb::GetPlanResponse& plan, const std::string& id);
// "2026-08-25 23:59:59 Europe/Paris ARMED".
std::string Say(const pb::Obligation& obligation);

class ThesisTest : public test::DatabaseTest {
 public:
  ThesisTest() : DatabaseTest({{"theses", &Migrations()}}) {}

 protected:
  void Prepare() override { world_ = std::make_unique<World>(database()); }
  // Revisions 1, 2, 3 ... of every aggregate, one event and one audit row each.
  void TearDown() override;
  World& world() { return *world_; }
  Api& api() { return world_->api(); }
  // Actions of a thesis's events, in order.
  std::vector<std::string> Actions(const std::string& id);
  // The last event of a thesis.
  pb::ThesisEvent LastEvent(const std::string& id);
  // What a refused command must leave as it was.
  std::string Everything();

  std::unique_ptr<World> world_;
};

}  // namespace jointly::theses::theses_world
