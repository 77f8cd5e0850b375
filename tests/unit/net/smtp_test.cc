#include <gtest/gtest.h>

#include "common/net/smtp.h"
#include "tests/support/mail_sink.h"

// Against a real SMTP server in a process of its own.
namespace jointly::net {
namespace {

using Kind = SmtpOutcome::Kind;

Mail Sample() {
  return {.from = "jointly@jointly.example",
          .from_name = "Jointly",
          .to = "hanako@tsukuba.example",
          .to_name = "筑波 花子",
          .subject = "願書を受け付けました",
          .text = "こんにちは。\n2行目",
          .message_id = "<k1@jointly.example>",
          .language = "ja",
          .date = "Sat, 31 Oct 2026 22:59:59 +0000"};
}

SmtpOptions OptionsFor(const test::MailSink& sink) {
  return {.url = sink.url(), .ca_file = sink.ca_file(), .timeout = std::chrono::seconds(10)};
}

TEST(SendMail, DeliversOverStartTls) {
  const test::MailSink sink;
  const SmtpOutcome outcome = SendMail(OptionsFor(sink), Sample());
  EXPECT_EQ(outcome.kind, Kind::kAccepted) << outcome.reply;
  EXPECT_EQ(outcome.reply, "250 2.0.0 kept");
  ASSERT_EQ(sink.messages().size(), 1U);
  const std::string message = sink.messages()[0];
  EXPECT_EQ(test::DecodeWords(test::HeaderOf(message, "Subject")), "願書を受け付けました");
  EXPECT_EQ(test::HeaderOf(message, "Message-ID"), "<k1@jointly.example>");
  EXPECT_EQ(test::HeaderOf(message, "Auto-Submitted"), "auto-generated");
  EXPECT_EQ(test::TextOf(message), "こんにちは。\r\n2行目\r\n");
}

TEST(SendMail, DeliversALargeText) {
  const test::MailSink sink;
  Mail mail = Sample();
  mail.text.clear();
  for (int i = 0; i < 20'000; ++i) mail.text += ".line " + std::to_string(i) + "\r\n";
  EXPECT_EQ(SendMail(OptionsFor(sink), mail).kind, Kind::kAccepted);
  ASSERT_EQ(sink.messages().size(), 1U);
  EXPECT_EQ(test::TextOf(sink.messages()[0]), mail.text);
}

struct FailureRow {
  const char* what;
  test::MailSinkOptions sink;
  Kind kind;
  bool address_invalid;
  bool server_unusable;
  std::size_t kept;  // Messages that the server holds afterwards.
};

TEST(SendMail, TellsFailuresApart) {
  const FailureRow rows[] = {
      {"busy at RCPT", {.reply = 451}, Kind::kTryLater, false, false, 0},
      {"busy after the content", {.reply = 452, .stage = "data"}, Kind::kTryLater, false, false, 0},
      {"closing", {.reply = 421}, Kind::kTryLater, false, true, 0},
      {"unknown mailbox", {.reply = 550}, Kind::kRefusedForever, true, false, 0},
      {"full mailbox", {.reply = 552}, Kind::kRefusedForever, false, false, 0},
      {"refused content", {.reply = 554, .stage = "data"}, Kind::kRefusedForever, false, false, 0},
      {"cut after the content", {.drop_after_data = true}, Kind::kUncertain, false, false, 1},
  };
  for (const FailureRow& row : rows) {
    const test::MailSink sink(row.sink);
    const SmtpOutcome outcome = SendMail(OptionsFor(sink), Sample());
    EXPECT_EQ(outcome.kind, row.kind) << row.what << ": " << outcome.reply;
    EXPECT_EQ(outcome.address_invalid, row.address_invalid) << row.what << ": " << outcome.reply;
    EXPECT_EQ(outcome.server_unusable, row.server_unusable) << row.what << ": " << outcome.reply;
    EXPECT_EQ(sink.messages().size(), row.kept) << row.what;
    EXPECT_EQ(outcome.reply.find("hanako"), std::string::npos) << outcome.reply;
  }
}

TEST(SendMail, SucceedsWhenTheServerHasRecovered) {
  const test::MailSink sink({.reply = 451, .times = 1});
  EXPECT_EQ(SendMail(OptionsFor(sink), Sample()).kind, Kind::kTryLater);
  EXPECT_EQ(SendMail(OptionsFor(sink), Sample()).kind, Kind::kAccepted);
  EXPECT_EQ(sink.messages().size(), 1U);
}

TEST(SendMail, SendsNothingToAServerThatItCannotTrust) {
  const test::MailSink sink;
  const test::MailSink other;
  SmtpOptions options = OptionsFor(sink);
  options.ca_file = other.ca_file();
  const SmtpOutcome outcome = SendMail(options, Sample());
  EXPECT_EQ(outcome.kind, Kind::kTryLater);
  EXPECT_TRUE(outcome.server_unusable);
  EXPECT_TRUE(sink.messages().empty());
}

TEST(SendMail, GoesUnencryptedToLoopbackOnly) {
  const test::MailSink sink({.require_starttls = false});
  SmtpOptions options = OptionsFor(sink);
  options.require_tls = false;
  EXPECT_EQ(SendMail(options, Sample()).kind, Kind::kAccepted);
  options.url = "smtp://mail.example:25";
  const SmtpOutcome refused = SendMail(options, Sample());
  EXPECT_EQ(refused.kind, Kind::kTryLater);
  EXPECT_EQ(refused.reply, "mail without TLS is for a loopback server only");
}

TEST(SendMail, TriesLaterWhenNobodyListens) {
  std::string url;
  { url = test::MailSink().url(); }
  const SmtpOutcome outcome = SendMail({.url = url, .timeout = std::chrono::seconds(5)}, Sample());
  EXPECT_EQ(outcome.kind, Kind::kTryLater);
  EXPECT_TRUE(outcome.server_unusable);
}

TEST(SendMail, RefusesWhatIsNoAddress) {
  Mail mail = Sample();
  mail.to = "hanako@tsukuba.example>\r\nRCPT TO:<all@x.example";
  const SmtpOutcome outcome = SendMail({.url = "smtp://127.0.0.1:1"}, mail);
  EXPECT_EQ(outcome.kind, Kind::kRefusedForever);
  EXPECT_TRUE(outcome.address_invalid);
}

}  // namespace
}  // namespace jointly::net
