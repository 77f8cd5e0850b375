#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/db/database.h"
#include "common/telemetry/metrics.h"
#include "common/time/clock.h"
#include "common/time/rng.h"
#include "services/notifications/domain/types.h"
#include "services/notifications/events/contact_source.h"
#include "services/notifications/events/mail_transport.h"

namespace jointly::notifications {

struct MailWorkerOptions {
  std::string from = "jointly@localhost";
  std::string from_name = "Jointly";
  std::string public_url;    // Links are "<public_url>/<subject>".
  std::string address_salt;  // Keys the hashes of addresses; a secret of the deployment.
  int batch = 20;
  // Longer than a whole batch can take: a lapsed claim means that its worker is gone. Its mails are
  // sent again, with the same Message-ID: at least once, as SMTP itself promises.
  std::chrono::minutes lease{15};
  std::chrono::seconds contacts_retry{15};  // While identity does not answer.
};

// Sends what is queued and due: claim, ask for the contacts, write the words, send, record. Any
// number of workers may run at once. One thread at a time per worker.
class MailWorker {
 public:
  MailWorker(MailWorkerOptions options, db::Database& database, ContactSource& contacts,
             MailTransport& transport, const Clock& clock, Rng& rng);

  // One batch. Gives how many deliveries it took up; more may be due while it is not 0. Errors:
  // the database's.
  absl::StatusOr<int> Step();

  // Steps until nothing is due, an error (which is logged) or a bound: then the caller, who may
  // want to stop, has its turn.
  void Drain();

 private:
  absl::StatusOr<std::vector<Delivery>> Claim();
  absl::Status Postpone(std::vector<Delivery>& batch, std::size_t from, std::chrono::seconds delay);
  absl::Status SendOne(Delivery& delivery, const Contact& contact, bool& server_unusable);
  absl::StatusOr<net::Mail> Write(const Delivery& delivery, const Contact& contact);
  absl::Status Settle(Delivery& delivery, const net::SmtpOutcome& outcome);
  absl::Status Drop(Delivery& delivery, DeliveryState state, std::string reason);
  absl::Status Record(const Delivery& delivery);

  MailWorkerOptions options_;
  db::Database& database_;
  ContactSource& contacts_;
  MailTransport& transport_;
  const Clock& clock_;
  Rng& rng_;
  telemetry::Counter& accepted_;
  telemetry::Counter& bounced_;
  telemetry::Counter& uncertain_;
  telemetry::Counter& retried_;
  telemetry::Counter& suppressed_;
  telemetry::Gauge& queued_gauge_;
  std::int64_t queued_ = 0;
};

}  // namespace jointly::notifications
