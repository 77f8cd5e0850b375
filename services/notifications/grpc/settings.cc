#include "services/notifications/grpc/settings.h"

namespace jointly::notifications {
namespace {

std::string ProblemWith(const Settings& settings) {
  const net::SmtpOptions& smtp = settings.smtp;
  if (!smtp.url.starts_with("smtp://") && !smtp.url.starts_with("smtps://")) {
    return "--smtp-url is of the form smtp://host:587 or smtps://host:465";
  }
  if (!net::IsMailAddress(settings.smtp_from)) {
    return "--smtp-from is the address that mails come from, for example jointly@univ.example";
  }
  if (!smtp.require_tls && !net::IsLoopbackUrl(smtp.url)) {
    return "--smtp-require-tls=false is allowed for a server on this machine only";
  }
  if (smtp.user.empty() != smtp.password_file.empty()) {
    return "--smtp-user and --smtp-password-file go together";
  }
  if (!settings.public_url.starts_with("http://") && !settings.public_url.starts_with("https://")) {
    return "--public-url is where people reach the gateway: https://...";
  }
  return "";
}

}  // namespace

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
  options.Validate([&settings] { return ProblemWith(settings); });
}

}  // namespace jointly::notifications
