#include <gtest/gtest.h>

#include <sstream>

#include "common/net/smtp.h"
#include "tests/support/mail_sink.h"

namespace jointly::net {
namespace {

Mail Sample() {
  return {.from = "jointly@jointly.example",
          .from_name = "Jointly",
          .to = "hanako@tsukuba.example",
          .to_name = "TSUKUBA Hanako",
          .subject = "Your application was received",
          .text = "Good morning.\nOne line more.",
          .message_id = "<k1@jointly.example>",
          .language = "en",
          .date = "Sat, 31 Oct 2026 22:59:59 +0000"};
}

// Every line ends with CRLF, none is longer than 78 columns, and all is ASCII.
void CheckWire(const std::string& message) {
  for (std::size_t i = 0; i < message.size(); ++i) {
    ASSERT_LT(static_cast<unsigned char>(message[i]), 0x80U) << "byte " << i;
    const bool ends_line = message[i] == '\n';
    ASSERT_EQ(ends_line, i > 0 && message[i - 1] == '\r') << "byte " << i;
  }
  std::istringstream lines(message);
  std::string line;
  while (std::getline(lines, line)) EXPECT_LE(line.size(), 79U) << line;
}

TEST(ComposeMail, WritesAnAsciiMessageAsItIs) {
  const std::string message = ComposeMail(Sample());
  CheckWire(message);
  EXPECT_EQ(message.substr(0, message.find("\r\n\r\n")),
            "From: \"Jointly\" <jointly@jointly.example>\r\n"
            "To: \"TSUKUBA Hanako\" <hanako@tsukuba.example>\r\n"
            "Subject: Your application was received\r\n"
            "Date: Sat, 31 Oct 2026 22:59:59 +0000\r\n"
            "Message-ID: <k1@jointly.example>\r\n"
            "Content-Language: en\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64");
  EXPECT_EQ(test::TextOf(message), "Good morning.\r\nOne line more.\r\n");
}

TEST(ComposeMail, CarriesEverySubjectAndNameUnharmed) {
  for (const std::string text : {
           "派遣留学の募集は2026年10月31日(土) "
           "23:59(日本時間)に締め切られます。お早めにお申し込みください",
           "筑波大学・グルノーブル・アルプ大学 学生交流協定",
           "Votre candidature à l’Université Grenoble Alpes a été reçue — merci d’avoir postulé",
           "Élève",
           "a 😀 of four bytes 😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
           "=?UTF-8?B?not an encoded word?=",
           "An English subject that is so long that it has to be folded between two of its words",
           "x",
       }) {
    Mail mail = Sample();
    mail.subject = text;
    mail.to_name = text;
    mail.text = text;
    const std::string message = ComposeMail(mail);
    CheckWire(message);
    EXPECT_EQ(test::DecodeWords(test::HeaderOf(message, "Subject")), text);
    EXPECT_EQ(test::TextOf(message), text + "\r\n");
    EXPECT_NE(test::DecodeWords(test::HeaderOf(message, "To")).find(text), std::string::npos);
  }
}

TEST(ComposeMail, NeverSplitsACharacterBetweenTwoWords) {
  for (std::size_t shift = 0; shift < 8; ++shift) {
    Mail mail = Sample();
    mail.subject =
        std::string(shift, 'x') + "募集締切募集締切募集締切募集締切募集締切募集締切募集締切";
    std::istringstream words(test::HeaderOf(ComposeMail(mail), "Subject"));
    std::string word;
    while (words >> word) {
      EXPECT_LE(word.size(), 75U);
      // A word on its own decodes to whole characters: its first byte starts one.
      const std::string part = test::DecodeWords(word);
      EXPECT_NE(static_cast<unsigned char>(part[0]) & 0xc0U, 0x80U) << word;
    }
  }
}

TEST(ComposeMail, LetsNoValueStartAHeader) {
  for (const std::string attack : {"x\r\nBcc: all@x.example", "x\nBcc: all@x.example",
                                   "x\rBcc: all@x.example", "\r\n\r\nBcc: all@x.example"}) {
    Mail mail = Sample();
    mail.subject = mail.to_name = mail.from_name = mail.message_id = mail.language = mail.date =
        attack;
    const std::string message = ComposeMail(mail);
    EXPECT_EQ(message.find("\nBcc:"), std::string::npos) << message;
    EXPECT_EQ(test::HeaderOf(message, "Bcc"), "");
    EXPECT_EQ(test::TextOf(message), "Good morning.\r\nOne line more.\r\n");
  }
}

TEST(ComposeMail, QuotesNames) {
  Mail mail = Sample();
  mail.to_name = R"(O"Neil, Pat (R&D) <x> \)";
  EXPECT_EQ(test::HeaderOf(ComposeMail(mail), "To"),
            R"("O\"Neil, Pat (R&D) <x> \\" <hanako@tsukuba.example>)");
  mail.to_name = "";
  EXPECT_EQ(test::HeaderOf(ComposeMail(mail), "To"), "<hanako@tsukuba.example>");
}

TEST(ComposeMail, EndsEveryLineOfTheTextWithCrLf) {
  Mail mail = Sample();
  mail.text = "a\nb\r\nc\rd\r\n";
  EXPECT_EQ(test::TextOf(ComposeMail(mail)), "a\r\nb\r\nc\r\nd\r\n");
}

TEST(MailDate, IsRfc5322) {
  struct Row {
    std::int64_t seconds;
    const char* text;
  };
  for (const Row& row : {Row{0, "Thu, 01 Jan 1970 00:00:00 +0000"},
                         Row{1793487599, "Sat, 31 Oct 2026 22:59:59 +0000"},
                         Row{1709164800, "Thu, 29 Feb 2024 00:00:00 +0000"}}) {
    EXPECT_EQ(MailDate(FromMicros(row.seconds * 1'000'000 + 999'999)), row.text);
  }
}

TEST(IsMailAddress, AnswersEveryCase) {
  for (const char* good : {"a@b", "camille.martin+x@univ.example", "用户@例子.example"}) {
    EXPECT_TRUE(IsMailAddress(good)) << good;
  }
  const std::string long_one = std::string(250, 'a') + "@b.example";
  for (const std::string& bad :
       {std::string(""), std::string("a"), std::string("@b"), std::string("a@"),
        std::string("a@b@c"), std::string("a b@c"), std::string("a@b>\r\nDATA"),
        std::string("<a@b>"), std::string("\"a\"@b"), std::string("a,b@c"), long_one}) {
    EXPECT_FALSE(IsMailAddress(bad)) << bad;
  }
}

TEST(IsLoopbackUrl, AnswersEveryCase) {
  for (const char* yes : {"smtp://127.0.0.1:25", "smtp://localhost", "smtp://[::1]:25/x"}) {
    EXPECT_TRUE(IsLoopbackUrl(yes)) << yes;
  }
  for (const char* no : {"smtp://mail.example", "smtp://127.0.0.1.example:25", "127.0.0.1", "",
                         "smtp://user@mail.example/localhost"}) {
    EXPECT_FALSE(IsLoopbackUrl(no)) << no;
  }
}

TEST(CleanReply, KeepsTheCodeAndDropsAddresses) {
  EXPECT_EQ(CleanReply("550 5.1.1 <hanako@tsukuba.example>: no such user\r\n"),
            "550 5.1.1 <address> no such user");
  EXPECT_EQ(CleanReply("451\tbusy\x1b[31m"), "451 busy [31m");
  EXPECT_LE(CleanReply(std::string(5'000, 'x')).size(), 300U);
}

}  // namespace
}  // namespace jointly::net
