#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/time/clock.h"
#include "common/time/rng.h"
#include "services/notifications/events/mail_transport.h"

namespace jointly::simulation {

// A mail server that sometimes says "later", refuses, or breaks the link so that nobody knows. It
// remembers what it took, under the Message-ID.
class Mailbox final : public notifications::MailTransport {
 public:
  Mailbox(Rng& rng, Time since) : rng_(rng), since_(since) {}

  // Of what went out before, it knows nothing.
  Time since() const { return since_; }

  net::SmtpOutcome Send(const net::Mail& mail) override;
  void Heal() { healthy_ = true; }

  // A step of the worker begins, or ended without recording what it sent.
  void BeginStep() { step_.clear(); }
  void DoubtStep() { in_doubt_.insert(step_.begin(), step_.end()); }

  struct Taken {
    int times = 0;
    std::string to;
    std::string text;  // Subject and body.
  };
  const std::map<std::string, Taken>& taken() const { return taken_; }
  // Taken, and perhaps not known to be: may come again.
  bool MayRepeat(const std::string& message_id) const { return in_doubt_.contains(message_id); }
  // For a test of the check.
  void Repeat(const std::string& message_id) { ++taken_.at(message_id).times; }

 private:
  void Take(const net::Mail& mail);

  Rng& rng_;
  const Time since_;
  bool healthy_ = false;
  std::map<std::string, Taken> taken_;
  std::vector<std::string> step_;
  std::set<std::string> in_doubt_;
};

}  // namespace jointly::simulation
