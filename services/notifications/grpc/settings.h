#pragma once

#include <string>

#include "common/config/config.h"
#include "common/net/smtp.h"

namespace jointly::notifications {

// This process's own flags.
struct Settings {
  net::SmtpOptions smtp;
  std::string smtp_from;
  std::string public_url;
};
void Declare(config::Options& options, Settings& settings);

}  // namespace jointly::notifications
