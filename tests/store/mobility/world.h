#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <jointly/partnerships/v1/partnerships.pb.h>

#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "common/error/check.h"
#include "common/rpc/call.h"
#include "common/time/rng.h"
#include "services/mobility/api/mobility_api.h"
#include "services/mobility/events/handlers.h"
#include "services/mobility/store/migrations.h"
#include "tests/support/database_fixture.h"

// A small world around the mobility service: two universities, an agreement, people of every role,
// and a clock that stands still. Uses the service as its callers do: Api, events, timers.
namespace jointly::mobility {

inline constexpr const char* kUga = "institutions/uga";
inline constexpr const char* kTsukuba = "institutions/tsukuba";
inline constexpr const char* kSapporo = "institutions/sapporo";
inline constexpr const char* kPhitem = "institutions/uga/units/phitem";
inline constexpr const char* kAgreement = "agreements/uga-tsukuba";
inline constexpr const char* kOut = "agreements/uga-tsukuba/conditions/out";    // UGA -> Tsukuba.
inline constexpr const char* kLabs = "agreements/uga-tsukuba/conditions/labs";  // The same, years.

// Fails the test and ends the process: a story cannot go on without the step.
template <typename T>
T Must(absl::StatusOr<T> result, const char* what = "a step of the story") {
  if (!result.ok()) Die(std::string(what) + ": " + result.status().ToString());
  return *std::move(result);
}

auth::Principal Student(int number);
auth::Principal HomeOffice();
auth::Principal PhitemOffice();  // Of one unit of UGA.
auth::Principal HostOffice();
auth::Principal OtherOffice();  // Of an institution that has nothing to do with the case.
auth::Principal Administrator();
auth::Principal Auditor();

class World {
 public:
  World(db::Database& database, const std::string& directory);

  Api& api() { return *api_; }
  Engine& engine() { return api_->engine(); }
  ManualClock& clock() { return clock_; }
  IdSource& ids() { return ids_; }
  db::Database& database() { return database_; }
  blob::Store& blobs() { return *blobs_; }
  const std::string& blob_directory() const { return blob_directory_; }

  // A call of this caller at this time, with a request id of its own. Thread-safe.
  rpc::Call As(const auth::Principal& principal);
  rpc::Call As(const auth::Principal& principal, const std::string& request_id);

  // Foreign events, applied as the inbox would.
  absl::Status Apply(const std::string& aggregate, std::int64_t revision, const std::string& body);
  void TellInstitution(const std::string& name, const std::string& zone, int start_month);
  void TellAgreement(const jointly::partnerships::v1::Agreement& agreement);
  // In effect; `out` with these places counted per person, `labs` counted in semesters.
  jointly::partnerships::v1::Agreement UsualAgreement(int out_places, int labs_places) const;
  void TellPerson(const auth::Principal& principal, const std::string& state = "ACTIVE");

  // Fires the timers that are due; returns how many.
  int Tick();

  // A call of UGA for stays in Tsukuba, open now, decided on 31 January.
  pb::Call UsualCall() const;
  std::string PublishedCall(const std::function<void(pb::Call&)>& change = {});

  // An application of the student, taken to the state by the steps that lead there.
  using Choices = std::vector<std::pair<std::string, pb::Term>>;
  pb::Application Draft(const std::string& call, int student, const Choices& choices = {});
  pb::Application Submitted(const std::string& call, int student, const Choices& choices = {});
  pb::Application Ranked(const std::string& call, int student, double score = 80,
                         const Choices& choices = {});
  pb::Application Offered(const std::string& call, int student);
  pb::Application Confirmed(const std::string& call, int student);
  pb::MobilityCase Nominated(const std::string& call, int student);
  pb::Nominee UsualNominee() const;

  pb::Application Get(const auth::Principal& principal, const std::string& application);
  pb::Quota QuotaOf(const std::string& condition);
  // The balances agree with the ledger and the applications; else the differences.
  std::vector<std::string> Differences();
  // Moves the clock past the call's decision time.
  void PassDecision();

 private:
  db::Database& database_;
  ManualClock clock_;
  SeededRng rng_{20261020};
  IdSource ids_{clock_, rng_};
  bus::Outbox outbox_{"mobility", "test", clock_, ids_};
  std::string blob_directory_;
  std::unique_ptr<blob::Store> blobs_;
  std::unique_ptr<Api> api_;
};

// One suite for both engines, in the usual world.
class MobilityTest : public test::DatabaseTest {
 public:
  MobilityTest() : DatabaseTest({{"mobility", &Migrations()}}) {}

 protected:
  void Prepare() override;
  void TearDown() override;

  World& world() { return *world_; }
  Api& api() { return world_->api(); }
  rpc::Call As(const auth::Principal& principal) { return world_->As(principal); }

  // Revisions 1, 2, 3 ... of every aggregate, one event and one audit row each; else what is wrong.
  std::vector<std::string> Gaps();
  // Actions of an aggregate's events, in order.
  std::vector<std::string> Actions(const std::string& type, const std::string& name);

  std::unique_ptr<World> world_;
};

// The id behind the last slash.
std::string IdOfName(const std::string& name);

// OK(x): the value of a StatusOr, or the test stops here.
#define ASSERT_OK_AND_ASSIGN(left, expression)                       \
  auto JOINTLY_CONCATENATE(result_, __LINE__) = (expression);        \
  ASSERT_TRUE(JOINTLY_CONCATENATE(result_, __LINE__).ok())           \
      << JOINTLY_CONCATENATE(result_, __LINE__).status().ToString(); \
  left = *std::move(JOINTLY_CONCATENATE(result_, __LINE__))

// The reason of a refusal; "OK" when there is none.
template <typename T>
std::string Outcome(const absl::StatusOr<T>& result) {
  if (result.ok()) return "OK";
  const std::string reason = ReasonOf(result.status());
  return reason.empty() ? std::string(absl::StatusCodeToString(result.status().code())) : reason;
}
template <typename T>
std::string Code(const absl::StatusOr<T>& result) {
  return absl::StatusCodeToString(result.status().code());
}

}  // namespace jointly::mobility
