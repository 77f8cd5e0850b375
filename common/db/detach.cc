#include "common/db/detach.h"

#include <absl/strings/cord.h>

#include <string>

#include "common/error/error.h"

namespace jointly::db {

absl::Status Detach(const absl::Status& status) {
  absl::Status copy(status.code(), MessageOf(status));
  status.ForEachPayload([&](auto type_url, const absl::Cord& payload) {
    copy.SetPayload(type_url, absl::Cord(std::string(payload)));
  });
  return copy;
}

}  // namespace jointly::db
