#include "services/notifications/events/mail_worker.h"

#include <algorithm>

#include "common/auth/cipher.h"
#include "common/error/macros.h"
#include "common/telemetry/failpoint.h"
#include "common/telemetry/log.h"
#include "services/notifications/domain/render.h"
#include "services/notifications/domain/retry.h"
#include "services/notifications/store/delivery_store.h"
#include "services/notifications/store/replica_store.h"

namespace jointly::notifications {
namespace {

// While the mail server as a whole does not serve, it is asked once per this, not once per mail.
constexpr std::chrono::seconds kServerRetry{5};
constexpr int kRoundsMax = 5;

telemetry::Counter& Outcome(const char* outcome) {
  return telemetry::GetCounter("jointly_mail_attempts_total", "Mails by the outcome of an attempt",
                               {{"outcome", outcome}});
}

std::string DomainOf(const std::string& address) { return address.substr(address.find('@') + 1); }

std::vector<std::string> PeopleOf(const std::vector<Delivery>& batch) {
  std::vector<std::string> people;
  for (const Delivery& delivery : batch) people.push_back(delivery.person);
  std::sort(people.begin(), people.end());
  people.erase(std::unique(people.begin(), people.end()), people.end());
  return people;
}

}  // namespace

MailWorker::MailWorker(MailWorkerOptions options, db::Database& database, ContactSource& contacts,
                       MailTransport& transport, const Clock& clock, Rng& rng)
    : options_(std::move(options)),
      database_(database),
      contacts_(contacts),
      transport_(transport),
      clock_(clock),
      rng_(rng),
      accepted_(Outcome("accepted")),
      bounced_(Outcome("bounced")),
      uncertain_(Outcome("uncertain")),
      retried_(Outcome("retried")),
      suppressed_(Outcome("suppressed")),
      queued_gauge_(telemetry::GetGauge("jointly_mail_queued", "Mails that wait to be sent")) {}

absl::StatusOr<std::vector<Delivery>> MailWorker::Claim() {
  const Time now = clock_.Now();
  // An idle round is one probe of the index, without a write.
  ASSIGN_OR_RETURN(const bool due, database_.Read([&](db::Tx& tx) -> absl::StatusOr<bool> {
    if (queued_ > 0) {
      ASSIGN_OR_RETURN(queued_, store::CountQueued(tx));
    }
    return store::IsAnyDue(tx, now);
  }));
  queued_gauge_.Set(static_cast<double>(queued_));
  if (!due) return std::vector<Delivery>{};
  queued_ = std::max<std::int64_t>(queued_, 1);  // To be counted in the next round.
  return database_.Transact(
      [&](db::Tx& tx) { return store::ClaimDue(tx, now, now + options_.lease, options_.batch); });
}

absl::StatusOr<int> MailWorker::Step() {
  ASSIGN_OR_RETURN(std::vector<Delivery> batch, Claim());
  if (batch.empty()) return 0;
  telemetry::Failpoint("mail.after_claim");
  const auto contacts = contacts_.Get(PeopleOf(batch));
  if (!contacts.ok()) {
    telemetry::Warning("identity does not say the contacts; mails stay queued",
                       {{"mails", batch.size()}, {"error", MessageOf(contacts.status())}});
    RETURN_IF_ERROR(Postpone(batch, 0, options_.contacts_retry));
    return 0;
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto contact = contacts->find(batch[i].person);
    if (contact == contacts->end() || contact->second.email.empty()) {
      RETURN_IF_ERROR(Drop(batch[i], DeliveryState::kSuppressed, "no_contact"));
      continue;
    }
    bool server_unusable = false;
    RETURN_IF_ERROR(SendOne(batch[i], contact->second, server_unusable));
    if (server_unusable) {
      RETURN_IF_ERROR(Postpone(batch, i + 1, kServerRetry));
      return 0;
    }
  }
  return static_cast<int>(batch.size());
}

void MailWorker::Drain() {
  for (int round = 0; round < kRoundsMax; ++round) {
    const absl::StatusOr<int> taken = Step();
    if (!taken.ok()) {
      telemetry::Warning("mails cannot be taken up", {{"error", MessageOf(taken.status())}});
    }
    if (!taken.ok() || *taken == 0) return;
  }
}

// Gives the claim back without counting an attempt.
absl::Status MailWorker::Postpone(std::vector<Delivery>& batch, std::size_t from,
                                  std::chrono::seconds delay) {
  return database_.Transact([&](db::Tx& tx) -> absl::Status {
    for (std::size_t i = from; i < batch.size(); ++i) {
      Delivery delivery = batch[i];
      delivery.state = DeliveryState::kQueued;
      delivery.next_time = clock_.Now() + delay;
      RETURN_IF_ERROR(store::RecordOutcome(tx, delivery).status());
    }
    return absl::OkStatus();
  });
}

absl::Status MailWorker::SendOne(Delivery& delivery, const Contact& contact,
                                 bool& server_unusable) {
  delivery.language = contact.language;
  delivery.address_hash = auth::Sha256Hex(options_.address_salt + "\n" + contact.email);
  delivery.message_id = "<" + delivery.id + "@" + DomainOf(options_.from) + ">";
  if (delivery.last_time.has_value() && clock_.Now() >= *delivery.last_time) {
    return Drop(delivery, DeliveryState::kSuppressed, "past_due");
  }
  ASSIGN_OR_RETURN(const bool bad, database_.Read([&](db::Tx& tx) {
    return store::IsBadAddress(tx, delivery.address_hash);
  }));
  if (bad) return Drop(delivery, DeliveryState::kBounced, "address_invalid");
  ASSIGN_OR_RETURN(const net::Mail mail, Write(delivery, contact));
  telemetry::Failpoint("mail.before_send");
  const net::SmtpOutcome outcome = transport_.Send(mail);
  telemetry::Failpoint("mail.after_send");
  delivery.attempts += 1;
  delivery.last_reply = outcome.reply;
  server_unusable = outcome.server_unusable;
  return Settle(delivery, outcome);
}

absl::StatusOr<net::Mail> MailWorker::Write(const Delivery& delivery, const Contact& contact) {
  const Time now = clock_.Now();
  ASSIGN_OR_RETURN(const Names names, database_.Read([&](db::Tx& tx) {
    return store::NamesOf(tx, NamedIn(delivery.parameters), contact.language);
  }));
  const Text text =
      RenderMail({.kind = delivery.kind,
                  .language = contact.language,
                  .zone = contact.zone,
                  .parameters = delivery.parameters,
                  .at = now},
                 names, contact.display_name, options_.public_url + "/" + delivery.subject);
  return net::Mail{.from = options_.from,
                   .from_name = options_.from_name,
                   .to = contact.email,
                   .to_name = contact.display_name,
                   .subject = text.title,
                   .text = text.text,
                   .message_id = delivery.message_id,
                   .language = contact.language,
                   .date = net::MailDate(now)};
}

absl::Status MailWorker::Settle(Delivery& delivery, const net::SmtpOutcome& outcome) {
  using Kind = net::SmtpOutcome::Kind;
  const Time now = clock_.Now();
  delivery.state = DeliveryState::kQueued;
  delivery.reason = "";
  switch (outcome.kind) {
    case Kind::kAccepted:
      delivery.state = DeliveryState::kAccepted;
      delivery.accept_time = now;
      accepted_.Add();
      return Record(delivery);
    case Kind::kRefusedForever:
      if (outcome.address_invalid) {
        RETURN_IF_ERROR(database_.Transact([&](db::Tx& tx) {
          store::SaveBadAddress(tx, delivery.address_hash, outcome.reply, now);
          return absl::OkStatus();
        }));
      }
      return Drop(delivery, DeliveryState::kBounced,
                  outcome.address_invalid ? "address_invalid" : "refused");
    case Kind::kUncertain:
      delivery.uncertain += 1;
      uncertain_.Add();
      // Twice is a nuisance; a statutory date that nobody was told of is worse.
      if (!delivery.statutory) delivery.state = DeliveryState::kUncertain;
      delivery.reason = "uncertain";
      break;
    case Kind::kTryLater:
      break;
  }
  if (delivery.state == DeliveryState::kUncertain) return Record(delivery);
  const auto delay = RetryDelay(delivery.attempts, rng_);
  if (!delay.has_value()) return Drop(delivery, DeliveryState::kBounced, "gave_up");
  delivery.next_time = now + *delay;
  retried_.Add();
  return Record(delivery);
}

absl::Status MailWorker::Drop(Delivery& delivery, DeliveryState state, std::string reason) {
  delivery.state = state;
  delivery.reason = std::move(reason);
  (state == DeliveryState::kBounced ? bounced_ : suppressed_).Add();
  return Record(delivery);
}

absl::Status MailWorker::Record(const Delivery& delivery) {
  ASSIGN_OR_RETURN(const bool held, database_.Transact([&](db::Tx& tx) {
    return store::RecordOutcome(tx, delivery);
  }));
  if (!held) {
    telemetry::Warning("a mail's claim had lapsed; its outcome is another worker's",
                       {{"delivery", delivery.id}, {"state", Name(delivery.state)}});
  }
  return absl::OkStatus();
}

}  // namespace jointly::notifications
