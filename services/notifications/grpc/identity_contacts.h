#pragma once

#include <jointly/identity/v1/identity.grpc.pb.h>

#include <functional>
#include <memory>

#include "services/notifications/events/contact_source.h"

namespace jointly::notifications {

// Asks identity over gRPC, with this service's own token.
class IdentityContacts final : public ContactSource {
 public:
  // `prepare` adds the token and the deadline to a call (rpc::Process::Prepare).
  IdentityContacts(std::shared_ptr<grpc::Channel> channel,
                   std::function<void(grpc::ClientContext&)> prepare);
  absl::StatusOr<std::map<std::string, Contact>> Get(
      const std::vector<std::string>& names) override;

 private:
  std::unique_ptr<identity::v1::Identity::Stub> stub_;
  std::function<void(grpc::ClientContext&)> prepare_;
};

}  // namespace jointly::notifications
