#include "tests/store/notifications/notifications_world.h"

namespace jointly::notifications {
namespace {

class InboxTest : public NotificationsWorld {};

TEST_P(InboxTest, AnEventTellsEverybodyOnceHoweverOftenItComes) {
  const auto event = ApplicationEvent(2, "submitted", "draft", "submitted");
  Apply(event);
  Apply(event);
  Apply(event);
  EXPECT_EQ(Kinds("camille"), "application_received");
  EXPECT_EQ(Kinds("office-uga"), "application_submitted");
  EXPECT_EQ(Kinds("office-tsukuba"), "");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM notification"), 2);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM delivery"), 2);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM activity WHERE subject = 'applications/a1'"), 1);
  SendMails();
  EXPECT_EQ(transport_.sent.size(), 2U);
  EXPECT_GT(woken_, 0);
}

TEST_P(InboxTest, SpeaksTheReadersLanguage) {
  Apply(ApplicationEvent(2, "submitted", "draft", "submitted"));
  const auto inbox = Inbox("camille");
  ASSERT_EQ(inbox.notifications_size(), 1);
  EXPECT_EQ(inbox.notifications(0).title(), "Votre candidature a été reçue");
  EXPECT_EQ(inbox.notifications(0).text(),
            "Votre candidature à « Tsukuba 2027 » a été reçue. Université Grenoble Alpes va la "
            "vérifier et vous informera du résultat.");
  // The setting counts as it is when somebody reads, not as it was when the message was written.
  auto event = PersonEvent("camille", "en", "Europe/Paris", "uga", options::v1::STUDENT);
  event.mutable_person()->set_revision(2);
  event.mutable_change()->set_action("updated");
  Apply(event);
  EXPECT_EQ(Inbox("camille").notifications(0).title(), "Your application was received");
}

TEST_P(InboxTest, AMobilityTellsBothOfficesInTheirLanguages) {
  mobility::v1::MobilityEvent event;
  auto& mobility = *event.mutable_mobility();
  mobility.set_name("mobilities/m1");
  mobility.set_student("people/camille");
  mobility.set_sending_institution("institutions/uga");
  mobility.set_receiving_institution("institutions/tsukuba");
  mobility.set_revision(1);
  event.mutable_change()->set_action("nominated");
  event.mutable_change()->set_actor("people/office-uga");
  Apply(event);
  mobility.set_revision(2);
  event.mutable_change()->set_action("approved");
  event.mutable_change()->set_actor("people/office-tsukuba");
  Apply(event);
  EXPECT_EQ(Kinds("office-tsukuba"), "nomination_received");
  EXPECT_EQ(Kinds("office-uga"), "nomination_accepted");
  EXPECT_EQ(Kinds("camille"), "nomination_approved");
  EXPECT_EQ(Inbox("office-tsukuba").notifications(0).title(),
            "Université Grenoble Alpesからの新しい推薦");
  EXPECT_EQ(Inbox("office-uga").notifications(0).title(),
            "Nomination approuvée par University of Tsukuba");
}

TEST_P(InboxTest, AnAgreementTellsThePartnerThatDidNotAct) {
  partnerships::v1::AgreementEvent event;
  auto& agreement = *event.mutable_agreement();
  agreement.set_name("agreements/g1");
  agreement.set_display_name("Student exchange");
  agreement.add_partners("institutions/uga");
  agreement.add_partners("institutions/tsukuba");
  agreement.set_proposer("institutions/tsukuba");
  std::int64_t revision = 0;
  for (const char* action : {"proposed", "returned", "proposed", "approved", "terminated"}) {
    agreement.set_revision(++revision);
    event.mutable_change()->set_action(action);
    clock_.Advance(std::chrono::minutes(1));
    Apply(event);
  }
  EXPECT_EQ(Kinds("office-uga"), "agreement_terminated agreement_proposed agreement_proposed");
  EXPECT_EQ(Kinds("office-tsukuba"), "agreement_terminated agreement_approved agreement_returned");
  EXPECT_EQ(Inbox("office-uga").notifications(1).text(),
            "University of Tsukuba a proposé le texte de « Student exchange ». Il attend votre "
            "accord.");
}

TEST_P(InboxTest, WhoeverDidItIsNotTold) {
  auto event = ApplicationEvent(5, "withdrawn", "submitted", "withdrawn");
  event.mutable_change()->set_actor("people/office-uga");
  Apply(event);
  EXPECT_EQ(Kinds("office-uga"), "");
}

TEST_P(InboxTest, ACancelledCallTellsThoseWhoseApplicationHasNotEnded) {
  Apply(ApplicationEvent(1, "created", "", "draft"));
  auto other = ApplicationEvent(3, "withdrawn", "submitted", "withdrawn");
  other.mutable_application()->set_name("applications/a2");
  other.mutable_application()->set_student("people/kim");
  AddPerson("kim", "en", "Europe/Paris", "uga", options::v1::STUDENT);
  Apply(other);
  auto cancelled = CallEvent(2, "cancelled");
  cancelled.mutable_call()->set_state(mobility::v1::Call::CANCELLED);
  Apply(cancelled);
  EXPECT_EQ(Kinds("camille"), "call_cancelled");
  EXPECT_EQ(Kinds("kim"), "");
}

TEST_P(InboxTest, AMessageForAnEmptyOfficeWaitsForSomebody) {
  auto event = ApplicationEvent(2, "submitted", "draft", "submitted");
  event.mutable_application()->set_home_institution("institutions/new");
  Apply(event);
  AddPerson("latecomer", "en", "UTC", "new", options::v1::INTERNATIONAL_OFFICE);
  EXPECT_EQ(Kinds("latecomer"), "application_submitted");
  // Once: the next one comes to an office that knows.
  AddPerson("second", "en", "UTC", "new", options::v1::INTERNATIONAL_OFFICE);
  EXPECT_EQ(Kinds("second"), "");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM unclaimed"), 0);
}

TEST_P(InboxTest, AWaitingMessageIsForgottenAfterAWeek) {
  auto event = ApplicationEvent(2, "submitted", "draft", "submitted");
  event.mutable_application()->set_home_institution("institutions/new");
  Apply(event);
  clock_.Advance(std::chrono::days(8));
  AddPerson("latecomer", "en", "UTC", "new", options::v1::INTERNATIONAL_OFFICE);
  EXPECT_EQ(Kinds("latecomer"), "");
}

TEST_P(InboxTest, ADisabledPersonIsNotToldAndAnErasedOnesInboxIsGone) {
  Apply(ApplicationEvent(2, "submitted", "draft", "submitted"));
  auto event =
      PersonEvent("office-uga", "fr", "Europe/Paris", "uga", options::v1::INTERNATIONAL_OFFICE);
  event.mutable_person()->set_revision(2);
  event.mutable_person()->set_state(identity::v1::Person::DISABLED);
  Apply(event);
  EXPECT_EQ(Kinds("office-uga"), "application_submitted");
  Apply(ApplicationEvent(3, "resubmitted", "incomplete", "submitted"));
  EXPECT_EQ(Kinds("office-uga"), "application_submitted");
  event.mutable_person()->set_revision(3);
  event.mutable_person()->set_state(identity::v1::Person::ERASED);
  Apply(event);
  EXPECT_EQ(Kinds("office-uga"), "");
  SendMails();
  EXPECT_EQ(Sent(), "camille");
}

TEST_P(InboxTest, OldNewsIsShownButNotMailed) {
  bus::Message message;
  const auto event = ApplicationEvent(2, "submitted", "draft", "submitted");
  message.message_id = "old";
  message.aggregate_type = "mobility.application";
  message.aggregate_id = "a1";
  message.revision = 2;
  message.subject = "applications/a1";
  message.time = clock_.Now() - std::chrono::days(8);
  message.body = event.SerializeAsString();
  ASSERT_TRUE(database()
                  .Transact([&](db::Tx& tx) {
                    return by_aggregate_.at("mobility.application")(tx, message);
                  })
                  .ok());
  EXPECT_EQ(Kinds("camille"), "application_received");
  SendMails();
  EXPECT_TRUE(transport_.sent.empty());
  EXPECT_EQ(Number("SELECT COUNT(*) FROM delivery WHERE state = 'suppressed' AND reason = 'stale'"),
            2);
}

TEST_P(InboxTest, AnUnreadableEventIsRefusedForGood) {
  bus::Message message;
  message.message_id = "broken";
  message.aggregate_type = "mobility.application";
  message.body = "\xff\xff\xff";
  const auto status = database().Transact(
      [&](db::Tx& tx) { return by_aggregate_.at("mobility.application")(tx, message); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
}

INSTANTIATE_ON_ENGINES(InboxTest);

}  // namespace
}  // namespace jointly::notifications
