#pragma once

#include <absl/status/status.h>

namespace jointly::db {

// A copy that shares nothing with `status`: for an answer that goes to several threads. (absl's
// statuses share their payloads by a count, which ThreadSanitizer cannot see in Debian's library.)
absl::Status Detach(const absl::Status& status);

}  // namespace jointly::db
