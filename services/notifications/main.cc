#include "common/rpc/process.h"
#include "services/notifications/api/notifications_api.h"
#include "services/notifications/events/handlers.h"
#include "services/notifications/events/mail_worker.h"
#include "services/notifications/grpc/identity_contacts.h"
#include "services/notifications/grpc/notifications_service.h"
#include "services/notifications/grpc/settings.h"
#include "services/notifications/store/migrations.h"

int main(int argc, char** argv) {
  namespace notifications = jointly::notifications;
  notifications::Settings settings;
  jointly::rpc::Process process(argc, argv,
                                {.name = "notifications",
                                 .migrations = {{"notifications", &notifications::Migrations()}},
                                 .declare_options = [&](jointly::config::Options& options) {
                                   notifications::Declare(options, settings);
                                 }});
  notifications::IdentityContacts contacts(
      process.Peer("identity"),
      [&](grpc::ClientContext& context) { process.Prepare(context, std::chrono::seconds(5)); });
  notifications::SmtpTransport transport(settings.smtp);
  notifications::MailWorker mail({.from = settings.smtp_from,
                                  .public_url = settings.public_url,
                                  .address_salt = process.master_key().bytes()},
                                 process.database(), contacts, transport, process.clock(),
                                 process.rng());
  process.Every(std::chrono::seconds(1), [&] { mail.Drain(); });
  notifications::Handlers handlers(process.clock(), [&] { process.Nudge(); });
  notifications::Api api(process.database());
  notifications::Service service(process.runtime(), api);
  return process.Run({&service}, handlers.Subscriptions(), handlers.Timers());
}
