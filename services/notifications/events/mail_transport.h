#pragma once

#include "common/net/smtp.h"

namespace jointly::notifications {

// Where mails go: the seam for tests and the simulator.
class MailTransport {
 public:
  virtual ~MailTransport() = default;
  virtual net::SmtpOutcome Send(const net::Mail& mail) = 0;
};

class SmtpTransport final : public MailTransport {
 public:
  explicit SmtpTransport(net::SmtpOptions options) : options_(std::move(options)) {}
  net::SmtpOutcome Send(const net::Mail& mail) override { return net::SendMail(options_, mail); }

 private:
  net::SmtpOptions options_;
};

}  // namespace jointly::notifications
