#include "services/notifications/grpc/settings.h"

namespace jointly::notifications {
void Declare(config::Options& options, Settings& settings) {
  options.Text("smtp-url", &settings.smtp.url, "mail server: smtp://host:587 or smtps://host:465");
  options.Text("smtp-from", &settings.smtp_from, "address that mails come from");
  options.Flag("smtp-require-tls", &settings.smtp.require_tls,
               "refuse a server without TLS; false for a local sink only");
  options.Text("smtp-ca-file", &settings.smtp.ca_file,
               "PEM file of authorities to trust instead of the system's");
  options.Text("smtp-user", &settings.smtp.user, "account at the mail server");
  options.SecretFile("smtp-password-file", &settings.smtp.password_file,
                     "file with the account's password");
  options.Text("public-url", &settings.public_url, "where links in mails lead: the gateway's URL");
  const auto require = [&options](std::function<bool()> holds, std::string otherwise) {
    options.Validate([holds = std::move(holds), otherwise = std::move(otherwise)] {
      return holds() ? std::string() : otherwise;
    });
  };
  const net::SmtpOptions& smtp = settings.smtp;
  require([&] { return smtp.url.starts_with("smtp://") || smtp.url.starts_with("smtps://"); },
          "--smtp-url is of the form smtp://host:587 or smtps://host:465");
  require([&] { return net::IsMailAddress(settings.smtp_from); },
          "--smtp-from is the address that mails come from, such as jointly@univ.example");
  require([&] { return smtp.require_tls || net::IsLoopbackUrl(smtp.url); },
          "--smtp-require-tls=false is allowed for a server on this machine only");
  require([&] { return smtp.user.empty() == smtp.password_file.empty(); },
          "--smtp-user and --smtp-password-file go together");
  require(
      [&] {
        return settings.public_url.starts_with("http://") ||
               settings.public_url.starts_with("https://");
      },
      "--public-url is where people reach the gateway: https://...");
}

}  // namespace jointly::notifications
