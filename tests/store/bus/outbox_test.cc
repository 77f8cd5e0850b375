#include <gtest/gtest.h>

#include "common/bus/envelope.h"
#include "tests/support/bus_side.h"

// The event, its audit row and the change they report: all of them or none (M4).
namespace jointly::test {
namespace {

class OutboxTest : public SideTest {
 protected:
  void Prepare() override {
    side_ = std::make_unique<Side>("partnerships", "agreement", GetParam(), clock_, rng_);
    outbox_ = std::make_unique<bus::Outbox>("partnerships", "test", clock_, ids_);
    outbox_->OnCommit([this] { ++wakes_; });
  }

  static bus::Event EventOf(const std::string& id, std::int64_t revision) {
    bus::Event event;
    event.aggregate_type = "partnerships.agreement";
    event.aggregate_id = id;
    event.revision = revision;
    event.action = "approved";
    event.subject = "agreements/" + id;
    event.message_name = "jointly.partnerships.v1.AgreementEvent";
    event.body = std::string("\0\x01\xff", 3);
    event.from = "proposed";
    event.to = "active";
    event.actor = "people/ann";
    event.request_id = "r-1";
    event.correlation_id = "c-1";
    event.audience = {"institutions/uga", "people/ann"};
    event.before_digest = "b";
    event.after_digest = "a";
    return event;
  }

  absl::Status Append(const bus::Event& event, absl::Status then = absl::OkStatus()) {
    return side_->database().Transact([&](db::Tx& tx) -> absl::Status {
      outbox_->Append(tx, event);
      return then;
    });
  }

  ManualClock clock_{FromMicros(1'800'000'000'123'456)};
  SeededRng rng_{3};
  IdSource ids_{clock_, rng_};
  std::unique_ptr<Side> side_;
  std::unique_ptr<bus::Outbox> outbox_;
  int wakes_ = 0;
};

TEST_P(OutboxTest, WritesTheEventAndItsAuditRow) {
  ASSERT_TRUE(Append(EventOf("a", 1)).ok());
  const auto rows = side_->Query("SELECT * FROM outbox");
  ASSERT_EQ(rows.size(), 1U);
  const db::Row& row = rows.front();
  EXPECT_EQ(row.Text("event_type"), "jointly.partnerships.agreement.approved.v1");
  EXPECT_EQ(row.Bytes("body"), std::string("\0\x01\xff", 3));
  EXPECT_EQ(row.At("create_time"), clock_.Now());
  EXPECT_TRUE(row.IsNull("publish_time"));
  EXPECT_EQ(row.Int("part"), bus::SlotOf("partnerships.agreement", "a"));
  const auto headers = bus::DecodeHeaders(row.Text("headers"));
  ASSERT_TRUE(headers.ok());
  EXPECT_EQ(headers->at("cloudEvents_id"), row.Text("message_id"));
  EXPECT_EQ(headers->at("jointly-audience"), "institutions/uga,people/ann");

  const auto audit = side_->Query("SELECT * FROM audit");
  ASSERT_EQ(audit.size(), 1U);
  EXPECT_EQ(audit.front().Text("actor"), "people/ann");
  EXPECT_EQ(audit.front().Text("from_state"), "proposed");
  EXPECT_EQ(audit.front().Text("to_state"), "active");
  EXPECT_EQ(audit.front().Text("request_id"), "r-1");
  EXPECT_EQ(audit.front().Text("message_id"), row.Text("message_id"));
  EXPECT_EQ(wakes_, 1);
}

TEST_P(OutboxTest, WritesABatchInOrderWithOneWake) {
  std::vector<bus::Event> events;
  for (int i = 0; i < 70; ++i) events.push_back(EventOf("a" + std::to_string(i % 7), 1 + i / 7));
  ASSERT_TRUE(side_->database()
                  .Transact([&](db::Tx& tx) {
                    outbox_->AppendAll(tx, events);
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(wakes_, 1);
  const auto rows = side_->Query(
      "SELECT o.aggregate_id, o.revision, a.subject, a.revision AS audited FROM outbox AS o"
      "  JOIN audit AS a ON a.message_id = o.message_id ORDER BY o.id");
  ASSERT_EQ(rows.size(), events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(rows[i].Text("aggregate_id"), events[i].aggregate_id);
    EXPECT_EQ(rows[i].Int("revision"), events[i].revision);
    EXPECT_EQ(rows[i].Text("subject"), events[i].subject);
    EXPECT_EQ(rows[i].Int("audited"), events[i].revision);
  }
  // One revision that was reported breaks the whole batch.
  events[3].revision = 99;
  EXPECT_TRUE(absl::IsAlreadyExists(side_->database().Transact([&](db::Tx& tx) {
    outbox_->AppendAll(tx, events);
    return absl::OkStatus();
  })));
  EXPECT_EQ(side_->Number("SELECT COUNT(*) FROM outbox"), 70);
  EXPECT_EQ(wakes_, 1);
}

TEST_P(OutboxTest, LeavesNothingAndWakesNobodyWhenTheCommandFails) {
  EXPECT_FALSE(Append(EventOf("a", 1), absl::AbortedError("no")).ok());
  EXPECT_EQ(side_->Number("SELECT COUNT(*) FROM outbox"), 0);
  EXPECT_EQ(side_->Number("SELECT COUNT(*) FROM audit"), 0);
  EXPECT_EQ(wakes_, 0);
}

TEST_P(OutboxTest, RefusesARevisionThatWasReported) {
  ASSERT_TRUE(Append(EventOf("a", 1)).ok());
  const absl::Status again = Append(EventOf("a", 1));
  EXPECT_TRUE(absl::IsAlreadyExists(again)) << again;
  EXPECT_EQ(side_->Number("SELECT COUNT(*) FROM audit"), 1);
  EXPECT_EQ(wakes_, 1);
}

TEST_P(OutboxTest, RefusesABodyOverItsLimitWithTheWholeCommand) {
  bus::Event event = EventOf("a", 1);
  event.body = std::string(bus::kBodyBytesMax, 'x');
  EXPECT_TRUE(Append(event).ok());
  event.revision = 2;
  event.body += 'x';
  EXPECT_FALSE(Append(event).ok());
  EXPECT_EQ(side_->Number("SELECT COUNT(*) FROM outbox"), 1);
  EXPECT_EQ(side_->Number("SELECT COUNT(*) FROM audit"), 1);
}

TEST_P(OutboxTest, GivesTheFeedWhatTheBrokerCarries) {
  ASSERT_TRUE(Append(EventOf("a", 1)).ok());
  const auto page = bus::ReadFeed(side_->database(), {});
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->events.size(), 1U);
  const bus::Message& message = page->events[0];
  EXPECT_EQ(message.aggregate_type, "partnerships.agreement");
  EXPECT_EQ(message.aggregate_id, "a");
  EXPECT_EQ(message.revision, 1);
  EXPECT_EQ(message.action, "approved");
  EXPECT_EQ(message.source, "partnerships");
  EXPECT_EQ(message.correlation_id, "c-1");
  EXPECT_EQ(message.time, clock_.Now());
  EXPECT_EQ(message.body, std::string("\0\x01\xff", 3));
}

INSTANTIATE_ON_ENGINES(OutboxTest);

}  // namespace
}  // namespace jointly::test
