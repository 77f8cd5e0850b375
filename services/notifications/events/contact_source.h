#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

namespace jointly::notifications {

// How to address a person: asked at the moment of sending and never kept.
struct Contact {
  std::string display_name;
  std::string email;
  std::string language = "en";
  std::string zone = "UTC";
};

// identity.BatchGetContacts: over gRPC in production, directly in tests and the simulator.
class ContactSource {
 public:
  virtual ~ContactSource() = default;
  // By name; unknown and erased people are left out. At most 200 names. An error means that
  // identity cannot be asked now: the mails stay queued.
  virtual absl::StatusOr<std::map<std::string, Contact>> Get(
      const std::vector<std::string>& names) = 0;
};

}  // namespace jointly::notifications
