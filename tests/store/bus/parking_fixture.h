#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <jointly/identity/v1/identity_events.pb.h>

#include <stdexcept>

#include "common/bus/envelope.h"
#include "common/rpc/call.h"
#include "tests/support/bus_side.h"
#include "tests/support/fake_broker.h"

// What the tests of parking share: one side that follows another, and a handler that can be told to
// fail, to die, or to be slow.
namespace jointly::test {

namespace pb = jointly::operations::v1;

using bus::Message;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

inline constexpr const char* kType = "partnerships.agreement";
inline const std::string kA = "partnerships.agreement/a";
inline const std::string kB = "partnerships.agreement/b";
inline constexpr std::chrono::hours kLongAgo{24 * 30};

// Not a std::exception: like a signal, nothing of ours catches it.
struct Killed {};

class ParkingTest : public DatabaseTest {
 protected:
  void Prepare() override {
    side_ = std::make_unique<Side>("mobility", "application", GetParam(), clock_, rng_);
    MakeConsumer();
  }
  void TearDown() override {
    side_.reset();
    DatabaseTest::TearDown();
  }

  void MakeConsumer(bus::WhenParked when_parked = bus::WhenParked::kHold) {
    when_parked_ = when_parked;
    side_->MakeConsumer(broker_.For("mobility"), feeds_,
                        {{.aggregate = kType,
                          .handler = RecordEffect([this](const Message& message) {
                            ++runs_[message.aggregate_id];
                            return first_ ? first_(message) : absl::OkStatus();
                          }),
                          .when_parked = when_parked}});
  }

  // A message of partnerships in mobility's queue; returns its id.
  std::string Send(const std::string& id, std::int64_t revision,
                   const std::string& version = "v1") {
    bus::Event event;
    event.aggregate_type = kType;
    event.aggregate_id = id;
    event.revision = revision;
    event.action = "updated";
    event.subject = "agreements/" + id;
    event.message_name = "jointly.partnerships.v1.AgreementEvent";
    const std::string message_id = ids_.Next();
    bus::Headers headers = bus::MakeHeaders(event, {.message_id = message_id,
                                                    .service = "partnerships",
                                                    .deployment = "test",
                                                    .time = clock_.Now()});
    headers[bus::kHeaderType] = "jointly.partnerships.agreement.updated." + version;
    bus::SetChecksum(headers, "");
    bus::WireMessage wire;
    wire.message_id = message_id;
    wire.event_type = headers[bus::kHeaderType];
    wire.headers = std::move(headers);
    broker_.Inject("mobility", std::move(wire), redelivered_);
    return message_id;
  }

  void Receive() { ASSERT_TRUE(side_->consumer().StepReceive(milliseconds(0)).ok()); }
  void Apply() {
    for (int i = 0; i < 40; ++i) {
      const auto applied = side_->consumer().StepApply();
      ASSERT_TRUE(applied.ok()) << applied.status();
    }
  }
  // Long enough for one more try of everything.
  void RetryOnce() {
    clock_.Advance(std::chrono::seconds(31));
    Apply();
  }

  bus::OperationsContext Context() {
    return {.service = "mobility",
            .database = side_->database(),
            .parked_queue = &broker_.ParkedOf("mobility"),
            .clock = clock_,
            .clear_personal = &rpc::ClearPersonal};
  }
  std::vector<std::string> Replay(const std::vector<std::string>& ids, bool dry_run = false) {
    pb::ReplayParkedRequest request;
    request.mutable_message_ids()->Add(ids.begin(), ids.end());
    request.set_dry_run(dry_run);
    const auto response = bus::ReplayParked(Context(), request, "people/operator");
    EXPECT_TRUE(response.ok()) << response.status();
    if (!response.ok()) return {};
    return {response->message_ids().begin(), response->message_ids().end()};
  }
  pb::ListParkedResponse List(const pb::ListParkedRequest& request = {}) {
    const auto response = bus::ListParked(Context(), request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : pb::ListParkedResponse();
  }

  ManualClock clock_{FromMicros(1'800'000'000'000'000)};
  SeededRng rng_{11};
  IdSource ids_{clock_, rng_};
  FakeBroker broker_{rng_};
  LocalFeeds feeds_;
  std::unique_ptr<Side> side_;
  bus::WhenParked when_parked_ = bus::WhenParked::kHold;
  std::function<absl::Status(const Message&)> first_;
  std::map<std::string, int> runs_;
  // Redelivered messages take the way through the inbox; others are applied directly where they
  // can.
  bool redelivered_ = true;
};

}  // namespace jointly::test
