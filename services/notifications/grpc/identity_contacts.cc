#include "services/notifications/grpc/identity_contacts.h"

#include "common/rpc/runtime.h"

namespace jointly::notifications {

IdentityContacts::IdentityContacts(std::shared_ptr<grpc::Channel> channel,
                                   std::function<void(grpc::ClientContext&)> prepare)
    : stub_(identity::v1::Identity::NewStub(std::move(channel))), prepare_(std::move(prepare)) {}

absl::StatusOr<std::map<std::string, Contact>> IdentityContacts::Get(
    const std::vector<std::string>& names) {
  identity::v1::BatchGetContactsRequest request;
  request.mutable_names()->Assign(names.begin(), names.end());
  identity::v1::BatchGetContactsResponse response;
  grpc::ClientContext context;
  prepare_(context);
  const grpc::Status status = stub_->BatchGetContacts(&context, request, &response);
  if (!status.ok()) return rpc::FromGrpc(status);
  std::map<std::string, Contact> out;
  for (const identity::v1::Contact& contact : response.contacts()) {
    out[contact.name()] = {.display_name = contact.display_name(),
                           .email = contact.email(),
                           .language = contact.language_code(),
                           .zone = contact.time_zone()};
  }
  return out;
}

}  // namespace jointly::notifications
