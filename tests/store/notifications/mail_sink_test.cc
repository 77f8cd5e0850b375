#include "tests/support/mail_sink.h"
#include "tests/store/notifications/notifications_world.h"

// The queue against a real SMTP server.
namespace jointly::notifications {
namespace {

class MailSinkTest : public NotificationsWorld {
 protected:
  void Connect(const test::MailSink& sink) {
    smtp_ = std::make_unique<SmtpTransport>(net::SmtpOptions{
        .url = sink.url(), .ca_file = sink.ca_file(), .timeout = std::chrono::seconds(10)});
    mail_ =
        std::make_unique<MailWorker>(WorkerOptions(), database(), contacts_, *smtp_, clock_, rng_);
  }
  std::string State() {
    const db::Rows rows = Query("SELECT state, last_reply FROM delivery");
    return rows.size() == 1 ? rows.front().Text("state") : "not one delivery";
  }
  void TearDown() override {
    mail_.reset();
    NotificationsWorld::TearDown();
  }
  std::unique_ptr<SmtpTransport> smtp_;
};

TEST_P(MailSinkTest, ANominationReachesTheHostOfficeInJapanese) {
  const test::MailSink sink;
  Connect(sink);
  mobility::v1::MobilityEvent event;
  auto& mobility = *event.mutable_mobility();
  mobility.set_name("mobilities/m1");
  mobility.set_student("people/camille");
  mobility.set_sending_institution("institutions/uga");
  mobility.set_receiving_institution("institutions/tsukuba");
  mobility.set_revision(1);
  event.mutable_change()->set_action("nominated");
  Apply(event);
  SendMails();
  EXPECT_EQ(State(), "accepted");
  const auto messages = sink.messages();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(test::DecodeWords(test::HeaderOf(messages[0], "Subject")),
            "Université Grenoble Alpesからの新しい推薦");
  EXPECT_EQ(test::HeaderOf(messages[0], "Content-Language"), "ja");
  EXPECT_NE(test::TextOf(messages[0]).find("https://jointly.example/mobilities/m1"),
            std::string::npos);
}

TEST_P(MailSinkTest, ABusyServerGetsItLater) {
  const test::MailSink sink({.reply = 451, .times = 1});
  Connect(sink);
  Apply(ApplicationEvent(2, "found_incomplete", "submitted", "incomplete"));
  SendMails();
  EXPECT_EQ(State(), "queued");
  clock_.Advance(std::chrono::minutes(1));
  SendMails();
  EXPECT_EQ(State(), "accepted");
  EXPECT_EQ(sink.messages().size(), 1U);
}

TEST_P(MailSinkTest, AnUnknownMailboxBounces) {
  const test::MailSink sink({.reply = 550});
  Connect(sink);
  Apply(ApplicationEvent(2, "found_incomplete", "submitted", "incomplete"));
  SendMails();
  EXPECT_EQ(State(), "bounced");
  EXPECT_EQ(Query("SELECT last_reply FROM delivery").front().Text("last_reply"),
            "550 5.1.1 no such mailbox <address>");
}

TEST_P(MailSinkTest, ACutAfterTheContentIsUncertain) {
  const test::MailSink sink({.drop_after_data = true, .times = 1});
  Connect(sink);
  Apply(ApplicationEvent(2, "found_incomplete", "submitted", "incomplete"));
  SendMails();
  EXPECT_EQ(State(), "uncertain");
  clock_.Advance(std::chrono::days(1));
  SendMails();
  EXPECT_EQ(State(), "uncertain");
  EXPECT_EQ(sink.messages().size(), 1U);
}

INSTANTIATE_ON_ENGINES(MailSinkTest);

}  // namespace
}  // namespace jointly::notifications
