#pragma once

#include <jointly/identity/v1/identity.grpc.pb.h>

#include "common/rpc/runtime.h"
#include "services/identity/api/identity_api.h"

namespace jointly::identity {

// The generated service class, one line per method: the runtime checks the caller and runs the
// method of Api on its pool.
class Service final : public pb::Identity::CallbackService {
 public:
  Service(rpc::Runtime& runtime, Api& api) : runtime_(runtime), api_(api) {}

  grpc::ServerUnaryReactor* SignIn(grpc::CallbackServerContext* context,
                                   const pb::SignInRequest* request,
                                   pb::Session* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::SignIn, &api_));
  }
  grpc::ServerUnaryReactor* RefreshSession(grpc::CallbackServerContext* context,
                                           const pb::RefreshSessionRequest* request,
                                           pb::Session* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::RefreshSession, &api_));
  }
  grpc::ServerUnaryReactor* SignOut(grpc::CallbackServerContext* context,
                                    const pb::SignOutRequest* request,
                                    pb::SignOutResponse* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::SignOut, &api_));
  }
  grpc::ServerUnaryReactor* GetKeySet(grpc::CallbackServerContext* context,
                                      const pb::GetKeySetRequest* request,
                                      pb::KeySet* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::GetKeySet, &api_));
  }
  grpc::ServerUnaryReactor* RotateKey(grpc::CallbackServerContext* context,
                                      const pb::RotateKeyRequest* request,
                                      pb::RotateKeyResponse* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::RotateKey, &api_));
  }
  grpc::ServerUnaryReactor* GetSelf(grpc::CallbackServerContext* context,
                                    const pb::GetSelfRequest* request,
                                    pb::Person* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::GetSelf, &api_));
  }
  grpc::ServerUnaryReactor* CreatePerson(grpc::CallbackServerContext* context,
                                         const pb::CreatePersonRequest* request,
                                         pb::Person* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::CreatePerson, &api_));
  }
  grpc::ServerUnaryReactor* GetPerson(grpc::CallbackServerContext* context,
                                      const pb::GetPersonRequest* request,
                                      pb::Person* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::GetPerson, &api_));
  }
  grpc::ServerUnaryReactor* ListPeople(grpc::CallbackServerContext* context,
                                       const pb::ListPeopleRequest* request,
                                       pb::ListPeopleResponse* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::ListPeople, &api_));
  }
  grpc::ServerUnaryReactor* UpdatePerson(grpc::CallbackServerContext* context,
                                         const pb::UpdatePersonRequest* request,
                                         pb::Person* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::UpdatePerson, &api_));
  }
  grpc::ServerUnaryReactor* ChangePassword(grpc::CallbackServerContext* context,
                                           const pb::ChangePasswordRequest* request,
                                           pb::ChangePasswordResponse* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::ChangePassword, &api_));
  }
  grpc::ServerUnaryReactor* RevokeSessions(grpc::CallbackServerContext* context,
                                           const pb::RevokeSessionsRequest* request,
                                           pb::Person* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::RevokeSessions, &api_));
  }
  grpc::ServerUnaryReactor* DisablePerson(grpc::CallbackServerContext* context,
                                          const pb::DisablePersonRequest* request,
                                          pb::Person* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::DisablePerson, &api_));
  }
  grpc::ServerUnaryReactor* ErasePerson(grpc::CallbackServerContext* context,
                                        const pb::ErasePersonRequest* request,
                                        pb::Person* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::ErasePerson, &api_));
  }
  grpc::ServerUnaryReactor* AddGrant(grpc::CallbackServerContext* context,
                                     const pb::AddGrantRequest* request,
                                     pb::Person* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::AddGrant, &api_));
  }
  grpc::ServerUnaryReactor* RemoveGrant(grpc::CallbackServerContext* context,
                                        const pb::RemoveGrantRequest* request,
                                        pb::Person* response) override {
    return runtime_.Serve(context, request, response, std::bind_front(&Api::RemoveGrant, &api_));
  }
  grpc::ServerUnaryReactor* BatchGetContacts(grpc::CallbackServerContext* context,
                                             const pb::BatchGetContactsRequest* request,
                                             pb::BatchGetContactsResponse* response) override {
    return runtime_.Serve(context, request, response,
                          std::bind_front(&Api::BatchGetContacts, &api_));
  }

 private:
  rpc::Runtime& runtime_;
  Api& api_;
};

}  // namespace jointly::identity
