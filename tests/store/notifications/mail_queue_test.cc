#include "services/notifications/store/delivery_store.h"
#include "tests/store/notifications/notifications_world.h"

namespace jointly::notifications {
namespace {

using Kind = net::SmtpOutcome::Kind;

class MailQueueTest : public NotificationsWorld {
 protected:
  // One mail to camille.
  void Queue(bool statutory = false) {
    Apply(ApplicationEvent(++revision_, "found_incomplete", "submitted", "incomplete"));
    if (statutory) Execute("UPDATE delivery SET statutory = 1");
  }
  std::string States() {
    std::string out;
    for (const db::Row& row :
         Query("SELECT state, reason, attempts FROM delivery ORDER BY list_key")) {
      out += row.Text("state") + "/" + row.Text("reason") + "/" +
             std::to_string(row.Int("attempts")) + " ";
    }
    return out;
  }
  std::int64_t revision_ = 1;
};

TEST_P(MailQueueTest, AMailIsAcceptedOnce) {
  Queue();
  SendMails();
  SendMails();
  ASSERT_EQ(transport_.sent.size(), 1U);
  const net::Mail& mail = transport_.sent[0];
  EXPECT_EQ(mail.to, "camille@mail.example");
  EXPECT_EQ(mail.to_name, "Name of camille");
  EXPECT_EQ(mail.subject, "Votre candidature doit être complétée");
  EXPECT_TRUE(mail.text.starts_with("Bonjour Name of camille,\n\n")) << mail.text;
  EXPECT_EQ(mail.date, "Tue, 03 Nov 2026 09:00:00 +0000");
  EXPECT_EQ(States(), "accepted//1 ");
  // No address and no name stays behind.
  for (const db::Row& row : Query("SELECT * FROM delivery")) {
    for (std::size_t i = 0; i < 22; ++i) {
      const auto* text = std::get_if<std::string>(&row[i].variant());
      if (text == nullptr) continue;
      EXPECT_EQ(text->find("mail.example"), std::string::npos) << *text;
      EXPECT_EQ(text->find("Name of"), std::string::npos) << *text;
    }
  }
}

TEST_P(MailQueueTest, TwoWorkersTakeAMailOnce) {
  Queue();
  MailWorker other(WorkerOptions(), database(), contacts_, transport_, clock_, rng_);
  // The second worker looks while the first is talking to the mail server.
  transport_.on_send = [&] {
    transport_.on_send = nullptr;
    const auto taken = other.Step();
    ASSERT_TRUE(taken.ok()) << taken.status();
    EXPECT_EQ(*taken, 0);
  };
  SendMails();
  EXPECT_EQ(transport_.sent.size(), 1U);
  EXPECT_EQ(States(), "accepted//1 ");
}

TEST_P(MailQueueTest, WhileIdentityIsDownMailsStayQueued) {
  Queue();
  contacts_.down = true;
  for (int i = 0; i < 10; ++i) {
    SendMails();
    clock_.Advance(std::chrono::minutes(30));
  }
  EXPECT_EQ(contacts_.asked, 10);
  EXPECT_TRUE(transport_.sent.empty());
  EXPECT_EQ(States(), "queued//0 ");
  contacts_.down = false;
  SendMails();
  EXPECT_EQ(States(), "accepted//1 ");
}

TEST_P(MailQueueTest, AnErasedPersonGetsNoMail) {
  Queue();
  contacts_.people.erase("people/camille");
  SendMails();
  EXPECT_EQ(States(), "suppressed/no_contact/0 ");
}

TEST_P(MailQueueTest, ABusyServerIsTriedAgainOnTheLadderUntilItIsGivenUp) {
  Queue();
  transport_.answers.assign(20, {Kind::kTryLater, "451 busy", false, false});
  SendMails();
  EXPECT_EQ(States(), "queued//1 ");
  clock_.Advance(std::chrono::seconds(4));
  SendMails();
  EXPECT_EQ(States(), "queued//1 ");
  clock_.Advance(std::chrono::seconds(2));
  SendMails();
  EXPECT_EQ(States(), "queued//2 ");
  for (int i = 0; i < 20; ++i) {
    clock_.Advance(std::chrono::hours(30));
    SendMails();
  }
  EXPECT_EQ(States(), "bounced/gave_up/10 ");
  const std::string id = transport_.sent[0].message_id;
  for (const net::Mail& mail : transport_.sent) EXPECT_EQ(mail.message_id, id);
}

TEST_P(MailQueueTest, AServerThatDoesNotServeIsAskedOncePerRound) {
  for (int i = 0; i < 5; ++i) Queue();
  transport_.answers.assign(1, {Kind::kTryLater, "no connection", false, true});
  SendMails();
  EXPECT_EQ(transport_.sent.size(), 1U);
  clock_.Advance(std::chrono::minutes(1));
  SendMails();
  EXPECT_EQ(transport_.sent.size(), 6U);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM delivery WHERE state = 'accepted'"), 5);
}

TEST_P(MailQueueTest, AnUnknownAddressIsNotTriedAgainNorWithTheNextMail) {
  Queue();
  transport_.answers.push_back({Kind::kRefusedForever, "550 5.1.1 unknown", true, false});
  SendMails();
  EXPECT_EQ(States(), "bounced/address_invalid/1 ");
  Queue();
  SendMails();
  EXPECT_EQ(transport_.sent.size(), 1U);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM delivery WHERE reason = 'address_invalid'"), 2);
  // A new address is another one.
  contacts_.people["people/camille"].email = "camille.martin@mail.example";
  Queue();
  SendMails();
  EXPECT_EQ(transport_.sent.size(), 2U);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM delivery WHERE state = 'accepted'"), 1);
}

TEST_P(MailQueueTest, ARefusedTextDoesNotCondemnTheAddress) {
  Queue();
  transport_.answers.push_back({Kind::kRefusedForever, "554 5.7.1 policy", false, false});
  SendMails();
  EXPECT_EQ(States(), "bounced/refused/1 ");
  Queue();
  SendMails();
  EXPECT_EQ(transport_.sent.size(), 2U);
}

TEST_P(MailQueueTest, AnUncertainMailIsSentAgainOnlyWhenItIsStatutory) {
  telemetry::Counter& metric =
      telemetry::GetCounter("jointly_mail_attempts_total", "Mails by the outcome of an attempt",
                            {{"outcome", "uncertain"}});
  const double before = metric.value();
  Queue();
  transport_.answers.assign(2, {Kind::kUncertain, "the link broke", false, false});
  SendMails();
  EXPECT_EQ(States(), "uncertain/uncertain/1 ");
  clock_.Advance(std::chrono::days(2));
  SendMails();
  EXPECT_EQ(transport_.sent.size(), 1U);

  Execute("DELETE FROM delivery");
  Queue(/*statutory=*/true);
  SendMails();
  EXPECT_EQ(States(), "queued/uncertain/1 ");
  clock_.Advance(std::chrono::minutes(1));
  SendMails();
  EXPECT_EQ(States(), "accepted//2 ");
  ASSERT_EQ(transport_.sent.size(), 3U);
  EXPECT_EQ(transport_.sent[1].message_id, transport_.sent[2].message_id);
  EXPECT_EQ(metric.value(), before + 2);
}

struct Crash {};

TEST_P(MailQueueTest, ACrashBetweenSendingAndRecordingSendsTheSameMailAgain) {
  Queue();
  transport_.on_send = [] { throw Crash(); };
  EXPECT_THROW((void)mail_->Step(), Crash);
  transport_.on_send = nullptr;
  SendMails();
  EXPECT_EQ(States(), "sending//0 ");
  EXPECT_EQ(transport_.sent.size(), 1U);
  clock_.Advance(std::chrono::minutes(16));
  SendMails();
  ASSERT_EQ(transport_.sent.size(), 2U);
  EXPECT_EQ(transport_.sent[0].message_id, transport_.sent[1].message_id);
  EXPECT_EQ(States(), "accepted//1 ");
}

TEST_P(MailQueueTest, AWorkerWhoseClaimLapsedRecordsNothing) {
  Queue();
  MailWorker other(WorkerOptions(), database(), contacts_, transport_, clock_, rng_);
  transport_.answers.push_back({Kind::kRefusedForever, "550 late answer", true, false});
  transport_.on_send = [&] {
    transport_.on_send = nullptr;
    transport_.answers.push_front({Kind::kAccepted, "250 OK", false, false});
    clock_.Advance(std::chrono::minutes(16));
    ASSERT_EQ(*other.Step(), 1);
  };
  SendMails();
  EXPECT_EQ(States(), "accepted//1 ");
  EXPECT_EQ(transport_.sent.size(), 2U);
}

TEST_P(MailQueueTest, AReminderIsNotSentAfterItsDate) {
  auto draft = ApplicationEvent(2, "updated", "draft", "draft");
  AddDeadline(*draft.mutable_application()->mutable_deadlines(), "applications/a1", 2, "submit",
              "2026-11-10 12:00:00 Europe/Paris", "people/camille");
  Apply(draft);
  clock_.Advance(std::chrono::days(6));
  Tick();
  contacts_.down = true;
  SendMails();
  clock_.Advance(std::chrono::days(1) + std::chrono::hours(3));
  contacts_.down = false;
  SendMails();
  EXPECT_TRUE(transport_.sent.empty());
  EXPECT_EQ(States(), "suppressed/past_due/0 ");
}

INSTANTIATE_ON_ENGINES(MailQueueTest);

}  // namespace
}  // namespace jointly::notifications
