#include "tests/store/bus/parking_fixture.h"

// Messages that cannot be applied: what is tried again, what is parked, who waits, and what an
// operator can do about it.
namespace jointly::test {
namespace {

absl::Status RefuseBadBody(const Message& message) {
  if (message.aggregate_id == "a" && message.revision == 2) {
    return InvalidArgument(kInvalidArgument, "the body does not parse");
  }
  return absl::OkStatus();
}

TEST_P(ParkingTest, ParksABadBodyAtOnceAndHoldsItsAggregateOnly) {
  first_ = RefuseBadBody;
  Send("a", 1);
  const std::string bad = Send("a", 2);
  Send("a", 3);
  Send("b", 1);
  Receive();
  Apply();
  EXPECT_EQ(runs_["a"], 4) << "both in the batch, and both alone after it failed; never again";
  EXPECT_EQ(side_->Inbox("parked"), 1);
  EXPECT_EQ(side_->Inbox("waiting"), 1);
  EXPECT_THAT(side_->Effects(), testing::UnorderedElementsAre(Effect{kA, 1}, Effect{kB, 1}));

  const auto listed = List();
  ASSERT_EQ(listed.messages_size(), 1);
  EXPECT_EQ(listed.messages(0).message_id(), bad);
  EXPECT_EQ(listed.messages(0).place(), "database");
  EXPECT_THAT(listed.messages(0).error(), HasSubstr("does not parse"));

  // Nothing changes before somebody acts.
  RetryOnce();
  EXPECT_EQ(side_->Inbox("parked"), 1);

  first_ = {};
  EXPECT_THAT(Replay({bad}, /*dry_run=*/true), ElementsAre(bad));
  Apply();
  EXPECT_EQ(side_->Inbox("parked"), 1) << "a dry run only says which";
  EXPECT_THAT(Replay({bad}), ElementsAre(bad));
  Apply();
  EXPECT_EQ(Missing(side_->Effects(), {{kA, 3}, {kB, 1}}), "");
  EXPECT_EQ(side_->Number("SELECT COUNT(*) FROM inbox"), 0);
  EXPECT_EQ(side_->Number("SELECT COUNT(*) FROM audit WHERE action = 'message_replayed'"), 1);
}

TEST_P(ParkingTest, AppliesDirectlyWhatNothingWaitsFor) {
  redelivered_ = false;
  Send("a", 1);
  Send("a", 2);
  Send("b", 2);  // The first one is missing: it waits.
  Send("c", 1);
  Receive();
  EXPECT_EQ(Missing(side_->Effects(), {{kA, 2}, {"partnerships.agreement/c", 1}}), "");
  EXPECT_EQ(side_->Number("SELECT COUNT(*) FROM inbox"), 1);
  Send("b", 1);
  Send("b", 3);
  Receive();
  EXPECT_EQ(side_->Number("SELECT COUNT(*) FROM inbox"), 3) << "behind what waits, nothing passes";
  Apply();
  EXPECT_EQ(side_->Number("SELECT COUNT(*) FROM inbox"), 0);
  EXPECT_EQ(Missing(side_->Effects(), {{kA, 2}, {kB, 3}, {"partnerships.agreement/c", 1}}), "");
}

TEST_P(ParkingTest, ASlowHandlerLeavesTheRestToTheInboxReadyToGo) {
  redelivered_ = false;
  first_ = [this](const Message&) {
    clock_.Advance(milliseconds(6));
    return absl::OkStatus();
  };
  for (int i = 1; i <= 5; ++i) Send("a", i);
  Receive();
  EXPECT_EQ(side_->Effects().size(), 2U) << "ten milliseconds are over";
  EXPECT_EQ(side_->Inbox("ready"), 1);
  EXPECT_EQ(side_->Inbox("waiting"), 2);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(side_->consumer().StepApply().ok());
  EXPECT_EQ(Missing(side_->Effects(), {{kA, 5}}), "");
}

TEST_P(ParkingTest, ADirectFailureLeavesItsNeighboursToTheInbox) {
  redelivered_ = false;
  first_ = RefuseBadBody;
  Send("b", 1);
  Send("a", 1);
  Send("a", 2);
  Send("b", 2);
  Receive();
  EXPECT_THAT(side_->Effects(), IsEmpty());
  Apply();
  EXPECT_EQ(Missing(side_->Effects(), {{kA, 1}, {kB, 2}}), "");
  EXPECT_EQ(side_->Inbox("parked"), 1);
  // A copy of the parked one does not get around it, nor does a later revision.
  Send("a", 2);
  Send("a", 3);
  Receive();
  Apply();
  EXPECT_EQ(Missing(side_->Effects(), {{kA, 1}, {kB, 2}}), "");
}

TEST_P(ParkingTest, ADirectDeathIsCountedWhenItIsDeliveredAgain) {
  redelivered_ = false;
  int deaths = 0;
  first_ = [](const Message& message) -> absl::Status {
    if (message.aggregate_id == "a") throw Killed();
    return absl::OkStatus();
  };
  Send("b", 1);
  Send("a", 1);
  Send("b", 2);
  for (int i = 0; i < 40; ++i) {
    try {
      side_->consumer().StepReceive(milliseconds(0)).IgnoreError();
      ASSERT_TRUE(side_->consumer().StepApply().ok());
    } catch (const Killed&) {
      ++deaths;
      side_->Restart();
      MakeConsumer();
    }
  }
  EXPECT_EQ(deaths, 4) << "once directly, and three times counted";
  EXPECT_EQ(Missing(side_->Effects(), {{kB, 2}}), "");
  ASSERT_EQ(List().messages_size(), 1);
  EXPECT_EQ(List().messages(0).aggregate_id(), "a");
}

TEST_P(ParkingTest, PassesTheParkedOneWhereThePolicyIsSkip) {
  MakeConsumer(bus::WhenParked::kSkip);
  first_ = RefuseBadBody;
  Send("a", 1);
  const std::string bad = Send("a", 2);
  Send("a", 3);
  Receive();
  Apply();
  EXPECT_THAT(side_->Effects(), ElementsAre(Effect{kA, 1}, Effect{kA, 3}));
  EXPECT_EQ(side_->Inbox("parked"), 1);

  first_ = {};
  Replay({bad});
  Apply();
  EXPECT_THAT(side_->Effects(), ElementsAre(Effect{kA, 1}, Effect{kA, 3}, Effect{kA, 2}))
      << "late, once, and the later ones are not applied again";
  EXPECT_EQ(side_->Number("SELECT last_revision FROM applied"), 3);
  EXPECT_EQ(side_->Number("SELECT COUNT(*) FROM inbox"), 0);
}

TEST_P(ParkingTest, ParksAnUnknownMajorVersionUntilTheProcessKnowsIt) {
  const std::string unknown = Send("a", 1, "v2");
  Send("a", 2);
  Receive();
  Apply();
  EXPECT_THAT(side_->Effects(), IsEmpty());
  EXPECT_EQ(runs_["a"], 0);
  ASSERT_EQ(List().messages_size(), 1);
  EXPECT_THAT(List().messages(0).error(), HasSubstr("UNKNOWN_MAJOR_VERSION"));
  EXPECT_THAT(broker_.Parked("mobility"), IsEmpty()) << "its header can be read: it is a known gap";
  clock_.Advance(std::chrono::seconds(5));
  side_->consumer().StepReconcile(false).IgnoreError();
  EXPECT_LE(feeds_.calls(), 1) << "and is not pulled";
}

TEST_P(ParkingTest, TriesAgainWithGrowingDelayAndParksAfterEightFailures) {
  first_ = [](const Message& message) -> absl::Status {
    if (message.aggregate_id == "a") throw std::runtime_error("no such rate");
    return absl::OkStatus();
  };
  Send("a", 1);
  Receive();
  Apply();
  EXPECT_EQ(runs_["a"], 1);
  clock_.Advance(milliseconds(400));
  Apply();
  EXPECT_EQ(runs_["a"], 1) << "not before half a second";
  clock_.Advance(milliseconds(700));
  Apply();
  EXPECT_EQ(runs_["a"], 2);
  for (int i = 0; i < 10; ++i) RetryOnce();
  EXPECT_EQ(runs_["a"], 8);
  ASSERT_EQ(List().messages_size(), 1);
  EXPECT_EQ(List().messages(0).attempts(), 8);
  EXPECT_THAT(List().messages(0).error(), HasSubstr("no such rate"));

  first_ = {};
  Replay({List().messages(0).message_id()});
  Apply();
  EXPECT_THAT(side_->Effects(), ElementsAre(Effect{kA, 1}));
}

TEST_P(ParkingTest, AHandlerThatRecoversIsNotParked) {
  first_ = [this](const Message&) -> absl::Status {
    return runs_["a"] < 5 ? Unavailable(kUnavailable, "not yet") : absl::OkStatus();
  };
  Send("a", 1);
  Send("a", 2);
  Receive();
  Apply();
  for (int i = 0; i < 6; ++i) RetryOnce();
  EXPECT_EQ(Missing(side_->Effects(), {{kA, 2}}), "");
}

TEST_P(ParkingTest, DoesNotBlameAMessageForTheDatabase) {
  bool down = true;
  first_ = [&](const Message&) -> absl::Status {
    return down ? Unavailable(db::kDatabaseDown, "gone") : absl::OkStatus();
  };
  Send("a", 1);
  Receive();
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(side_->consumer().StepApply().ok());
    clock_.Advance(std::chrono::seconds(1));
  }
  down = false;
  Apply();
  EXPECT_THAT(side_->Effects(), ElementsAre(Effect{kA, 1}));
  EXPECT_EQ(side_->Inbox("parked"), 0);
}

TEST_P(ParkingTest, FindsTheMessageThatKillsTheProcessAmongInnocentOnes) {
  int deaths = 0;
  first_ = [](const Message& message) -> absl::Status {
    if (message.aggregate_id == "a") throw Killed();
    return absl::OkStatus();
  };
  std::map<std::string, std::int64_t> innocent;
  Send("a", 1);
  Send("a", 2);
  for (int i = 0; i < 20; ++i) {
    const std::string id = "x" + std::to_string(i);
    Send(id, 1);
    Send(id, 2);
    innocent[std::string(kType) + "/" + id] = 2;
  }
  Receive();
  for (int i = 0; i < 80; ++i) {
    try {
      ASSERT_TRUE(side_->consumer().StepApply().ok());
    } catch (const Killed&) {
      ++deaths;
      side_->Restart();
      MakeConsumer();
    }
  }
  EXPECT_EQ(deaths, 3);
  ASSERT_EQ(List().messages_size(), 1);
  EXPECT_EQ(List().messages(0).aggregate_id(), "a");
  EXPECT_THAT(List().messages(0).error(), HasSubstr("died 3 times"));
  EXPECT_EQ(Missing(side_->Effects(), innocent), "");

  first_ = {};
  Replay({List().messages(0).message_id()});
  Apply();
  innocent[kA] = 2;
  EXPECT_EQ(Missing(side_->Effects(), innocent), "");
}

TEST_P(ParkingTest, DropNeedsAReasonAndCountsAsApplied) {
  first_ = RefuseBadBody;
  Send("a", 1);
  const std::string bad = Send("a", 2);
  Send("a", 3);
  Receive();
  Apply();

  pb::DropParkedRequest request;
  request.add_message_ids(bad);
  request.set_reason("  ");
  EXPECT_TRUE(absl::IsInvalidArgument(bus::DropParked(Context(), request, "people/o").status()));
  request.set_reason("sent by a test installation");
  request.set_dry_run(true);
  ASSERT_TRUE(bus::DropParked(Context(), request, "people/o").ok());
  EXPECT_EQ(side_->Inbox("parked"), 1);
  request.set_dry_run(false);
  const auto dropped = bus::DropParked(Context(), request, "people/o");
  ASSERT_TRUE(dropped.ok()) << dropped.status();
  EXPECT_EQ(dropped->message_ids_size(), 1);
  Apply();
  EXPECT_THAT(side_->Effects(), ElementsAre(Effect{kA, 1}, Effect{kA, 3}));
  const auto audit = side_->Query("SELECT actor, subject, note FROM audit");
  ASSERT_EQ(audit.size(), 1U);
  EXPECT_EQ(audit.front().Text("actor"), "people/o");
  EXPECT_EQ(audit.front().Text("subject"), "messages/" + bad);
  EXPECT_EQ(audit.front().Text("note"), "sent by a test installation");

  request.clear_message_ids();
  EXPECT_TRUE(absl::IsInvalidArgument(bus::DropParked(Context(), request, "people/o").status()));
}

TEST_P(ParkingTest, ListsByTypeAggregateTimeAndId) {
  first_ = [](const Message&) { return InvalidArgument(kInvalidArgument, "bad"); };
  const std::string first = Send("a", 1);
  Receive();
  Apply();
  clock_.Advance(std::chrono::hours(1));
  Send("b", 1);
  Receive();
  Apply();
  EXPECT_EQ(List().messages_size(), 2);
  pb::ListParkedRequest request;
  request.set_aggregate_id("b");
  EXPECT_EQ(List(request).messages_size(), 1);
  request.Clear();
  request.set_message_id(first);
  EXPECT_EQ(List(request).messages_size(), 1);
  request.Clear();
  request.set_event_type("jointly.partnerships.agreement.updated.v1");
  EXPECT_EQ(List(request).messages_size(), 2);
  request.set_event_type("jointly.partnerships.agreement.created.v1");
  EXPECT_EQ(List(request).messages_size(), 0);
  request.Clear();
  request.mutable_since()->set_seconds(Micros(clock_.Now()) / 1'000'000 - 60);
  EXPECT_EQ(List(request).messages_size(), 1);
}

TEST_P(ParkingTest, ShowsABodyWithoutPersonalData) {
  jointly::identity::v1::PersonEvent body;
  body.mutable_person()->set_name("people/p");
  body.mutable_person()->set_given_name("Sakura");
  bus::Event event;
  event.aggregate_type = "identity.person";
  event.aggregate_id = "p";
  event.revision = 1;
  event.action = "created";
  event.subject = "people/p";
  event.message_name = "jointly.identity.v1.PersonEvent";
  event.body = body.SerializeAsString();
  side_->MakeConsumer(broker_.For("mobility"), feeds_,
                      {{"identity.person", [](db::Tx&, const Message&) {
                          return InvalidArgument(kInvalidArgument, "bad");
                        }}});
  const std::string id = ids_.Next();
  bus::WireMessage wire;
  wire.headers = bus::MakeHeaders(
      event, {.message_id = id, .service = "identity", .deployment = "test", .time = clock_.Now()});
  wire.body = event.body;
  broker_.Inject("mobility", wire);
  Receive();
  Apply();
  pb::ListParkedRequest request;
  EXPECT_EQ(List(request).messages(0).content(), "");
  request.set_show(true);
  const std::string content = List(request).messages(0).content();
  EXPECT_THAT(content, HasSubstr("people/p"));
  EXPECT_THAT(content, Not(HasSubstr("Sakura")));
}

TEST_P(ParkingTest, ReplaysAndDropsInTheBrokersParkedQueueToo) {
  const std::string good = Send("a", 1);
  Receive();  // Connected, with the queue declared.
  bus::WireMessage broken;
  broken.message_id = "broken-1";
  broken.headers = {{bus::kHeaderId, "broken-1"}};
  broker_.Inject("mobility", broken);
  broken.message_id = "broken-2";
  broker_.Inject("mobility", broken);
  Receive();
  ASSERT_EQ(List().messages_size(), 2);
  EXPECT_EQ(List().messages(0).place(), "broker");
  EXPECT_THAT(List().messages(0).error(), HasSubstr("cannot be read"));
  EXPECT_THAT(Replay({"broken-1", "no-such-message"}), ElementsAre("broken-1"));
  EXPECT_EQ(broker_.Waiting("mobility"), 1U);
  pb::DropParkedRequest request;
  request.add_message_ids("broken-2");
  request.set_reason("unreadable");
  ASSERT_TRUE(bus::DropParked(Context(), request, "people/o").ok());
  EXPECT_THAT(broker_.Parked("mobility"), IsEmpty());
  EXPECT_EQ(side_->Number("SELECT COUNT(*) FROM audit"), 2);

  broker_.SetDown(true);
  EXPECT_THAT(List().broker_error(), Not(IsEmpty())) << "what could not be looked at is said";
}

TEST_P(ParkingTest, AClockThatJumpsBackDoesNotStopRetries) {
  first_ = [this](const Message&) -> absl::Status {
    return runs_["a"] < 2 ? Unavailable(kUnavailable, "not yet") : absl::OkStatus();
  };
  Send("a", 1);
  Receive();
  Apply();
  clock_.Jump(-std::chrono::duration_cast<std::chrono::microseconds>(kLongAgo));
  for (int i = 0; i < 8; ++i) {
    clock_.Advance(std::chrono::seconds(8));
    side_->consumer().StepReconcile(false).IgnoreError();
    Apply();
  }
  EXPECT_THAT(side_->Effects(), ElementsAre(Effect{kA, 1}));
}

INSTANTIATE_ON_ENGINES(ParkingTest);

}  // namespace
}  // namespace jointly::test
