#pragma once

#include <string>

#include "services/identity/api/identity_api.h"

namespace jointly::identity {

// Who administers a new deployment: from flags, because there is no default password.
struct FirstAdministrator {
  std::string email;          // Empty: none is created.
  std::string password_file;  // Only its owner may read it.
};

// Everything before the first call: keys, timers, the first administrator, what was revoked before.
// False when the process cannot serve; the log says why. Without an administrator it serves, and
// the log says how to make one.
bool Prepare(Api& api, const FirstAdministrator& first);

void LogProblem(const absl::Status& status);

}  // namespace jointly::identity
