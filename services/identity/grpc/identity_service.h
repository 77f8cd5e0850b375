#pragma once

#include <jointly/identity/v1/identity.grpc.pb.h>

#include "common/rpc/service.h"
#include "services/identity/api/identity_api.h"

namespace jointly::identity {

// The generated service class, one line per method: the runtime checks the caller and runs the
// method of Api on its pool.
class Service final : public pb::Identity::CallbackService, private rpc::Adapter<Api> {
 public:
  Service(rpc::Runtime& runtime, Api& api) : Adapter(runtime, api) {}

  grpc::ServerUnaryReactor* SignIn(grpc::CallbackServerContext* context,
                                   const pb::SignInRequest* request,
                                   pb::Session* response) override {
    return Serve(context, request, response, &Api::SignIn);
  }
  grpc::ServerUnaryReactor* RefreshSession(grpc::CallbackServerContext* context,
                                           const pb::RefreshSessionRequest* request,
                                           pb::Session* response) override {
    return Serve(context, request, response, &Api::RefreshSession);
  }
  grpc::ServerUnaryReactor* SignOut(grpc::CallbackServerContext* context,
                                    const pb::SignOutRequest* request,
                                    pb::SignOutResponse* response) override {
    return Serve(context, request, response, &Api::SignOut);
  }
  grpc::ServerUnaryReactor* GetKeySet(grpc::CallbackServerContext* context,
                                      const pb::GetKeySetRequest* request,
                                      pb::KeySet* response) override {
    return Serve(context, request, response, &Api::GetKeySet);
  }
  grpc::ServerUnaryReactor* RotateKey(grpc::CallbackServerContext* context,
                                      const pb::RotateKeyRequest* request,
                                      pb::RotateKeyResponse* response) override {
    return Serve(context, request, response, &Api::RotateKey);
  }
  grpc::ServerUnaryReactor* GetSelf(grpc::CallbackServerContext* context,
                                    const pb::GetSelfRequest* request,
                                    pb::Person* response) override {
    return Serve(context, request, response, &Api::GetSelf);
  }
  grpc::ServerUnaryReactor* CreatePerson(grpc::CallbackServerContext* context,
                                         const pb::CreatePersonRequest* request,
                                         pb::Person* response) override {
    return Serve(context, request, response, &Api::CreatePerson);
  }
  grpc::ServerUnaryReactor* GetPerson(grpc::CallbackServerContext* context,
                                      const pb::GetPersonRequest* request,
                                      pb::Person* response) override {
    return Serve(context, request, response, &Api::GetPerson);
  }
  grpc::ServerUnaryReactor* ListPeople(grpc::CallbackServerContext* context,
                                       const pb::ListPeopleRequest* request,
                                       pb::ListPeopleResponse* response) override {
    return Serve(context, request, response, &Api::ListPeople);
  }
  grpc::ServerUnaryReactor* UpdatePerson(grpc::CallbackServerContext* context,
                                         const pb::UpdatePersonRequest* request,
                                         pb::Person* response) override {
    return Serve(context, request, response, &Api::UpdatePerson);
  }
  grpc::ServerUnaryReactor* ChangePassword(grpc::CallbackServerContext* context,
                                           const pb::ChangePasswordRequest* request,
                                           pb::ChangePasswordResponse* response) override {
    return Serve(context, request, response, &Api::ChangePassword);
  }
  grpc::ServerUnaryReactor* RevokeSessions(grpc::CallbackServerContext* context,
                                           const pb::RevokeSessionsRequest* request,
                                           pb::Person* response) override {
    return Serve(context, request, response, &Api::RevokeSessions);
  }
  grpc::ServerUnaryReactor* DisablePerson(grpc::CallbackServerContext* context,
                                          const pb::DisablePersonRequest* request,
                                          pb::Person* response) override {
    return Serve(context, request, response, &Api::DisablePerson);
  }
  grpc::ServerUnaryReactor* ErasePerson(grpc::CallbackServerContext* context,
                                        const pb::ErasePersonRequest* request,
                                        pb::Person* response) override {
    return Serve(context, request, response, &Api::ErasePerson);
  }
  grpc::ServerUnaryReactor* AddGrant(grpc::CallbackServerContext* context,
                                     const pb::AddGrantRequest* request,
                                     pb::Person* response) override {
    return Serve(context, request, response, &Api::AddGrant);
  }
  grpc::ServerUnaryReactor* RemoveGrant(grpc::CallbackServerContext* context,
                                        const pb::RemoveGrantRequest* request,
                                        pb::Person* response) override {
    return Serve(context, request, response, &Api::RemoveGrant);
  }
  grpc::ServerUnaryReactor* BatchGetContacts(grpc::CallbackServerContext* context,
                                             const pb::BatchGetContactsRequest* request,
                                             pb::BatchGetContactsResponse* response) override {
    return Serve(context, request, response, &Api::BatchGetContacts);
  }
};

}  // namespace jointly::identity
