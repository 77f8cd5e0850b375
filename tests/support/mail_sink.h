#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace jointly::test {

// How a sink misbehaves; see scripts/support/mail_sink.py.
struct MailSinkOptions {
  int reply = 0;               // 451, 550 ...; 0: none.
  std::string stage = "rcpt";  // "rcpt" or "data".
  bool drop_after_data = false;
  int times = -1;  // How often; -1: always.
  bool require_starttls = true;
};

// A real SMTP server on a free loopback port with its own certificate, in a process of its own.
// Ends with the object, and with the test.
class MailSink {
 public:
  explicit MailSink(const MailSinkOptions& options = {});
  ~MailSink();
  MailSink(const MailSink&) = delete;
  MailSink& operator=(const MailSink&) = delete;

  std::string url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }
  std::string ca_file() const { return directory_ + "/certificate/certificate.pem"; }
  // The messages as received, oldest first.
  std::vector<std::string> messages() const;

 private:
  std::string directory_;
  pid_t process_ = 0;
  int port_ = 0;
  int output_ = -1;
};

// The value of a header of a message, unfolded; empty when it is not there.
std::string HeaderOf(const std::string& message, const std::string& name);
// The text of a message whose body is base64.
std::string TextOf(const std::string& message);
// The words of RFC 2047 in a header value, decoded.
std::string DecodeWords(const std::string& value);

}  // namespace jointly::test
