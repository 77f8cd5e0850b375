#include "common/rpc/convert.h"
#include "tests/store/notifications/notifications_world.h"

// What a student may not know before the call's decision time, and when they learn it.
namespace jointly::notifications {
namespace {

class EmbargoTest : public NotificationsWorld {
 protected:
  // Results are told on Monday, 9 November at noon in Paris (11:00Z), six days from now.
  void Prepare() override {
    NotificationsWorld::Prepare();
    Decide(2, "2026-11-09");
  }

  void Decide(std::int64_t revision, const std::string& date) {
    auto event = CallEvent(revision, "updated");
    *event.mutable_call()->mutable_decision_time()->mutable_date() = rpc::ToProto(*ParseDate(date));
    Apply(event);
  }

  // The offer as mobility sends it: the student is not yet in the deadline's audience.
  mobility::v1::ApplicationEvent Offer(std::int64_t revision) {
    auto event = ApplicationEvent(revision, "offered", "ranked", "offered");
    AddDeadline(*event.mutable_application()->mutable_deadlines(), "applications/a1", revision,
                "offer_expires", "2026-11-16 12:00:00 Europe/Paris", "institutions/uga");
    return event;
  }

  // With what mobility says of when it may be known, where that is not the call's present time.
  mobility::v1::ApplicationEvent OfferKnownFrom(const std::string& time) {
    auto event = Offer(4);
    *event.mutable_application()->mutable_decision_time() = rpc::ToProto(At(time));
    return event;
  }

  std::string Deadlines(const std::string& id) {
    rpc::Call call = By(Person(id));
    const auto page = api_->ListDeadlines(call, {});
    EXPECT_TRUE(page.ok()) << page.status();
    std::string out;
    for (const auto& row : page->deadlines()) out += row.kind() + " ";
    return out;
  }
  std::string Activities(const std::string& id) {
    rpc::Call call = By(Person(id));
    pb::ListActivitiesRequest request;
    request.set_filter("subject = \"applications/a1\"");
    const auto page = api_->ListActivities(call, request);
    EXPECT_TRUE(page.ok()) << page.status();
    std::string out;
    for (const auto& row : page->activities()) out += row.action() + " ";
    return out;
  }
  int Deliveries(const std::string& id) {
    rpc::Call call = By(Person(id));
    return api_->ListDeliveries(call, {})->deliveries_size();
  }
};

// The office moved the decision time and decided; its decision is heard of first.
TEST_P(EmbargoTest, AnOfferThatOvertakesTheMoveOfItsDecisionTimeIsHeldUntilThen) {
  Apply(OfferKnownFrom("2026-11-12T11:00:00Z"));
  clock_.Advance(At("2026-11-09T11:00:00Z") - clock_.Now());
  SendMails();
  EXPECT_EQ(Kinds("camille"), "");
  EXPECT_EQ(Activities("camille"), "");
  EXPECT_EQ(Deadlines("camille"), "");
  EXPECT_TRUE(transport_.sent.empty());
  Decide(3, "2026-11-12");
  clock_.Advance(At("2026-11-12T11:00:00Z") - clock_.Now());
  SendMails();
  EXPECT_EQ(Kinds("camille"), "offer_made");
  EXPECT_EQ(Activities("camille"), "offered ");
  EXPECT_EQ(Deadlines("camille"), "offer_expires ");
}

TEST_P(EmbargoTest, AnOfferReachesTheStudentAtTheDecisionTimeAndNotBefore) {
  Apply(ApplicationEvent(3, "scored", "eligible", "ranked"));
  Apply(Offer(4));
  SendMails();
  EXPECT_EQ(Kinds("camille"), "");
  EXPECT_EQ(Activities("camille"), "");
  EXPECT_EQ(Deadlines("camille"), "");
  EXPECT_EQ(Deliveries("camille"), 0);
  EXPECT_EQ(Inbox("camille").unread(), 0);
  EXPECT_TRUE(transport_.sent.empty());
  // The office that made it sees everything.
  EXPECT_EQ(Activities("office-uga"), "offered scored ");
  EXPECT_EQ(Deadlines("office-uga"), "offer_expires ");

  clock_.Advance(At("2026-11-09T10:59:59Z") - clock_.Now());
  Tick();
  SendMails();
  EXPECT_EQ(Kinds("camille"), "");
  EXPECT_TRUE(transport_.sent.empty());

  clock_.Advance(std::chrono::seconds(1));
  Tick();
  SendMails();
  EXPECT_EQ(Kinds("camille"), "offer_made");
  EXPECT_EQ(Activities("camille"), "offered scored ");
  EXPECT_EQ(Deadlines("camille"), "offer_expires ");
  EXPECT_EQ(Deliveries("camille"), 1);
  ASSERT_EQ(transport_.sent.size(), 1U);
  EXPECT_NE(transport_.sent[0].text.find("16 novembre 2026 à 12 h 00 (heure de Paris)"),
            std::string::npos)
      << transport_.sent[0].text;
}

TEST_P(EmbargoTest, ALaterDecisionTimeHoldsTheMessageLonger) {
  Apply(Offer(4));
  Decide(3, "2026-11-11");
  clock_.Advance(At("2026-11-10T11:00:00Z") - clock_.Now());
  SendMails();
  EXPECT_EQ(Kinds("camille"), "");
  EXPECT_EQ(Deadlines("camille"), "");
  EXPECT_EQ(Activities("camille"), "");
  EXPECT_TRUE(transport_.sent.empty());
  clock_.Advance(At("2026-11-11T11:00:00Z") - clock_.Now());
  SendMails();
  EXPECT_EQ(Kinds("camille"), "offer_made");
  EXPECT_EQ(Deadlines("camille"), "offer_expires ");
  EXPECT_EQ(Activities("camille"), "offered ");
  EXPECT_EQ(transport_.sent.size(), 1U);
}

TEST_P(EmbargoTest, TheLastDecisionBeforeTheDecisionTimeCounts) {
  Apply(ApplicationEvent(4, "waitlisted", "ranked", "waitlisted"));
  auto promoted = Offer(5);
  promoted.mutable_change()->set_action("promoted");
  promoted.mutable_change()->set_from("waitlisted");
  Apply(promoted);
  clock_.Advance(std::chrono::days(7));
  SendMails();
  EXPECT_EQ(Kinds("camille"), "offer_made");
  EXPECT_EQ(transport_.sent.size(), 1U);
}

TEST_P(EmbargoTest, AfterTheDecisionTimeNothingIsHeld) {
  clock_.Advance(std::chrono::days(7));
  Apply(Offer(4));
  SendMails();
  EXPECT_EQ(Kinds("camille"), "offer_made");
  EXPECT_EQ(transport_.sent.size(), 1U);
}

TEST_P(EmbargoTest, AnOfferOfACallThatIsNotKnownYetWaitsForTheCall) {
  auto offer = Offer(4);
  offer.mutable_application()->set_call("calls/unknown");
  Apply(offer);
  clock_.Advance(std::chrono::days(3));
  EXPECT_EQ(Kinds("camille"), "");
  auto call = CallEvent(1, "published");
  call.mutable_call()->set_name("calls/unknown");
  *call.mutable_call()->mutable_decision_time()->mutable_date() =
      rpc::ToProto(*ParseDate("2026-11-09"));
  Apply(call);
  EXPECT_EQ(Kinds("camille"), "");
  clock_.Advance(At("2026-11-09T11:00:00Z") - clock_.Now());
  EXPECT_EQ(Kinds("camille"), "offer_made");
}

TEST_P(EmbargoTest, TheReminderOfTheDayOfTheOfferIsNotSentTwice) {
  // The offer stands for a week from the decision time: its step "a week before" is that very
  // moment, and the offer itself says the date.
  Apply(Offer(4));
  clock_.Advance(At("2026-11-09T11:00:00Z") - clock_.Now());
  Tick();
  EXPECT_EQ(Kinds("camille"), "offer_made");
  // Two days before is a Saturday: in the inbox at once, by mail on Monday at eight.
  clock_.Advance(At("2026-11-14T11:00:00Z") - clock_.Now());
  Tick();
  EXPECT_EQ(Kinds("camille"), "offer_expires offer_made");
}

INSTANTIATE_ON_ENGINES(EmbargoTest);

}  // namespace
}  // namespace jointly::notifications
