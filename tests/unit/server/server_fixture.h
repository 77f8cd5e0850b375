#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <jointly/identity/v1/identity.grpc.pb.h>
#include <jointly/notifications/v1/notifications.grpc.pb.h>
#include <jointly/operations/v1/operations.grpc.pb.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "common/rpc/runtime.h"

// A runtime in this process on a free port, serving a few methods of real services.
namespace jointly::rpc {

namespace notifications = jointly::notifications::v1;
namespace identity = jointly::identity::v1;
namespace operations = jointly::operations::v1;

// A door that handlers wait at.
class Door {
 public:
  void Pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void AwaitWaiting(int count) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(
        changed_.wait_for(lock, std::chrono::seconds(10), [&] { return waiting_ >= count; }));
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

// What the handlers do and saw; each test sets what it needs.
struct Script {
  std::function<absl::StatusOr<notifications::Notification>(
      Call&, const notifications::MarkNotificationRequest&)>
      mark = [](Call&, const notifications::MarkNotificationRequest& request)
      -> absl::StatusOr<notifications::Notification> {
    notifications::Notification reply;
    reply.set_name(request.name());
    return reply;
  };
  std::mutex mutex;
  std::vector<Call> calls;  // As the handlers got them.

  void Saw(const Call& call) {
    const std::lock_guard lock(mutex);
    calls.push_back(call);
  }
  std::size_t seen() {
    const std::lock_guard lock(mutex);
    return calls.size();
  }
};

class FakeNotifications final : public notifications::Notifications::CallbackService {
 public:
  FakeNotifications(Runtime& runtime, Script& script) : runtime_(runtime), script_(script) {}
  // SIGNED_IN.
  grpc::ServerUnaryReactor* MarkNotification(grpc::CallbackServerContext* context,
                                             const notifications::MarkNotificationRequest* request,
                                             notifications::Notification* response) override {
    return runtime_.Serve(
        context, request, response,
        [this](Call& call, const notifications::MarkNotificationRequest& command) {
          script_.Saw(call);
          return script_.mark(call, command);
        });
  }

 private:
  Runtime& runtime_;
  Script& script_;
};

class FakeIdentity final : public identity::Identity::CallbackService {
 public:
  FakeIdentity(Runtime& runtime, Script& script) : runtime_(runtime), script_(script) {}
  // ANYONE.
  grpc::ServerUnaryReactor* GetKeySet(grpc::CallbackServerContext* context,
                                      const identity::GetKeySetRequest* request,
                                      identity::KeySet* response) override {
    return Answer(context, request, response);
  }
  // GRANTED to administrators.
  grpc::ServerUnaryReactor* RotateKey(grpc::CallbackServerContext* context,
                                      const identity::RotateKeyRequest* request,
                                      identity::RotateKeyResponse* response) override {
    return Answer(context, request, response);
  }
  // SERVICE notifications.
  grpc::ServerUnaryReactor* BatchGetContacts(
      grpc::CallbackServerContext* context, const identity::BatchGetContactsRequest* request,
      identity::BatchGetContactsResponse* response) override {
    return Answer(context, request, response);
  }

 private:
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const Request* request,
                                   Response* response) {
    return runtime_.Serve(context, request, response,
                          [this](Call& call, const Request&) -> absl::StatusOr<Response> {
                            script_.Saw(call);
                            return Response();
                          });
  }

  Runtime& runtime_;
  Script& script_;
};

class FakeFeed final : public operations::EventFeed::CallbackService {
 public:
  FakeFeed(Runtime& runtime, Script& script) : runtime_(runtime), script_(script) {}
  // SERVICE "*".
  grpc::ServerUnaryReactor* ListEvents(grpc::CallbackServerContext* context,
                                       const operations::ListEventsRequest* request,
                                       operations::ListEventsResponse* response) override {
    return runtime_.Serve(context, request, response,
                          [this](Call& call, const operations::ListEventsRequest&)
                              -> absl::StatusOr<operations::ListEventsResponse> {
                            script_.Saw(call);
                            return operations::ListEventsResponse();
                          });
  }

 private:
  Runtime& runtime_;
  Script& script_;
};

class ServerTest : public ::testing::Test {
 protected:
  static constexpr const char* kDeployment = "test";

  void StartServer(RuntimeOptions options = {}) {
    options.service = "notifications";
    options.listen_address = "127.0.0.1:0";
    runtime_ = std::make_unique<Runtime>(options, verifier_, clock_, ids_, rng_);
    notifications_service_ = std::make_unique<FakeNotifications>(*runtime_, script_);
    identity_service_ = std::make_unique<FakeIdentity>(*runtime_, script_);
    feed_service_ = std::make_unique<FakeFeed>(*runtime_, script_);
    port_ = runtime_->Start(
        {notifications_service_.get(), identity_service_.get(), feed_service_.get()});
    runtime_->SetReady(true);
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(port_),
                                   grpc::InsecureChannelCredentials());
  }
  void TearDown() override {
    if (runtime_ != nullptr) runtime_->Stop();
  }

  std::string PersonToken(std::vector<auth::Grant> grants = {}, std::string name = "people/p") {
    return MakeToken(user_key_,
                     {.issuer = std::string("https://jointly/") + kDeployment + "/identity",
                      .principal = {.kind = auth::Principal::Kind::kPerson,
                                    .name = std::move(name),
                                    .grants = std::move(grants),
                                    .institution = "institutions/uga",
                                    .session = "s"},
                      .issued = clock_.Now(),
                      .expires = clock_.Now() + auth::kAccessTokenLife});
  }
  std::string ServiceToken(const std::string& service) {
    return MakeToken(
        service_keys_.at(service),
        {.issuer = std::string("https://jointly/") + kDeployment + "/service",
         .principal = {.kind = auth::Principal::Kind::kService, .name = "service:" + service},
         .issued = clock_.Now(),
         .expires = clock_.Now() + auth::kAccessTokenLife});
  }

  struct CallOptions {
    std::string token;  // Empty: none.
    std::chrono::milliseconds timeout{10'000};
    std::map<std::string, std::string> metadata;
  };
  static void Fill(grpc::ClientContext& context, const CallOptions& options) {
    if (!options.token.empty()) context.AddMetadata("authorization", "Bearer " + options.token);
    for (const auto& [name, value] : options.metadata) context.AddMetadata(name, value);
    context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                      gpr_time_from_millis(options.timeout.count(), GPR_TIMESPAN)));
  }

  absl::Status Mark(const CallOptions& options,
                    const notifications::MarkNotificationRequest& request = {}) {
    grpc::ClientContext context;
    Fill(context, options);
    notifications::Notification reply;
    return FromGrpc(notifications::Notifications::NewStub(channel_)->MarkNotification(
        &context, request, &reply));
  }
  template <typename Stub, typename Request, typename Response>
  absl::Status Ask(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                   Stub& stub, const CallOptions& options) {
    grpc::ClientContext context;
    Fill(context, options);
    Response reply;
    return FromGrpc((stub.*method)(&context, Request(), &reply));
  }
  absl::Status GetKeySet(const CallOptions& options) {
    const auto stub = identity::Identity::NewStub(channel_);
    return Ask(&identity::Identity::Stub::GetKeySet, *stub, options);
  }
  absl::Status RotateKey(const CallOptions& options) {
    const auto stub = identity::Identity::NewStub(channel_);
    return Ask(&identity::Identity::Stub::RotateKey, *stub, options);
  }
  absl::Status BatchGetContacts(const CallOptions& options) {
    const auto stub = identity::Identity::NewStub(channel_);
    return Ask(&identity::Identity::Stub::BatchGetContacts, *stub, options);
  }
  absl::Status ListEvents(const CallOptions& options) {
    const auto stub = operations::EventFeed::NewStub(channel_);
    return Ask(&operations::EventFeed::Stub::ListEvents, *stub, options);
  }

  SystemClock clock_;
  SystemRng rng_;
  IdSource ids_{clock_, rng_};
  auth::SigningKey user_key_ = auth::SigningKey::Generate(rng_);
  std::map<std::string, auth::SigningKey> service_keys_ = {
      {"notifications", auth::SigningKey::Generate(rng_)},
      {"mobility", auth::SigningKey::Generate(rng_)}};
  bool keys_down_ = false;
  auth::Verifier verifier_{
      {.deployment = kDeployment,
       .fetch_user_keys = [this]() -> absl::StatusOr<std::vector<auth::PublicKey>> {
         if (keys_down_) return Unavailable(kUnavailable, "identity does not answer");
         return std::vector<auth::PublicKey>{user_key_.Public()};
       },
       .service_keys = {{"notifications", service_keys_.at("notifications").Public()},
                        {"mobility", service_keys_.at("mobility").Public()}}},
      clock_};
  Script script_;
  std::unique_ptr<Runtime> runtime_;
  std::unique_ptr<FakeNotifications> notifications_service_;
  std::unique_ptr<FakeIdentity> identity_service_;
  std::unique_ptr<FakeFeed> feed_service_;
  int port_ = 0;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace jointly::rpc
