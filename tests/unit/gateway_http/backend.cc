#include "tests/unit/gateway_http/backend.h"

#include <grpcpp/health_check_service_interface.h>
#include <jointly/identity/v1/identity.grpc.pb.h>
#include <jointly/mobility/v1/mobility.grpc.pb.h>

#include "common/error/error.h"
#include "common/rpc/runtime.h"
#include "common/time/clock.h"

namespace jointly::gateway {
namespace {

namespace identity = jointly::identity::v1;
namespace mobility = jointly::mobility::v1;

constexpr std::string_view kPrefix = "applications/";

void Note(Seen& seen, const grpc::CallbackServerContext& context) {
  ++seen.calls;
  const std::lock_guard lock(seen.mutex);
  seen.metadata.clear();
  for (const auto& [name, value] : context.client_metadata()) {
    seen.metadata[std::string(name.data(), name.size())] = std::string(value.data(), value.size());
  }
}

// Ends when the caller gives up, and only then.
class Never final : public grpc::ServerUnaryReactor {
 public:
  explicit Never(std::shared_ptr<Seen> seen) : seen_(std::move(seen)) {}
  void OnCancel() override {
    ++seen_->cancelled;
    Finish(grpc::Status::CANCELLED);
  }
  void OnDone() override { delete this; }

 private:
  std::shared_ptr<Seen> seen_;
};

class Upload final : public grpc::ServerReadReactor<mobility::UploadDocumentRequest> {
 public:
  Upload(std::shared_ptr<Seen> seen, mobility::Document* document)
      : seen_(std::move(seen)), document_(document) {
    StartRead(&message_);
  }
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    if (message_.has_start()) {
      if (message_.start().kind() == "refuse") {
        return Finish(rpc::ToGrpc(PermissionDenied({"NOT_YOURS"}, "not yours")));
      }
      document_->set_name(message_.start().parent() + "/documents/d");
      document_->set_kind(message_.start().kind());
      document_->set_file_name(message_.start().file_name());
      document_->set_sha256(message_.start().request_id());
    } else {
      if (message_.chunk().size() > 64 * 1024) {
        return Finish(grpc::Status(grpc::StatusCode::INTERNAL, "a chunk is too large"));
      }
      document_->set_size_bytes(document_->size_bytes() +
                                static_cast<std::int64_t>(message_.chunk().size()));
    }
    StartRead(&message_);
  }
  void OnCancel() override { ++seen_->cancelled; }
  void OnDone() override { delete this; }

 private:
  std::shared_ptr<Seen> seen_;
  mobility::Document* document_;
  mobility::UploadDocumentRequest message_;
};

class Download final : public grpc::ServerWriteReactor<mobility::DownloadDocumentResponse> {
 public:
  Download(std::shared_ptr<Seen> seen, const std::string& name) : seen_(std::move(seen)) {
    const std::string id = name.substr(name.rfind('/') + 1);
    if (id == "missing") {
      Finish(rpc::ToGrpc(NotFound({"DOCUMENT_NOT_FOUND"}, "no such document")));
      return;
    }
    broken_ = id == "broken";
    left_ = broken_ ? 1'000'000 : std::stoul(id);
    auto& document = *message_.mutable_document();
    document.set_file_name("../Relevé \"筑波\"\r\n.pdf");
    document.set_media_type("application/pdf");
    document.set_size_bytes(static_cast<std::int64_t>(left_));
    StartWrite(&message_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    if (broken_ && left_ < 500'000) {
      return Finish(rpc::ToGrpc(Internal(kInternal, "the disk is broken")));
    }
    if (left_ == 0) return Finish(grpc::Status::OK);
    const std::size_t size = std::min<std::size_t>(left_, 64 * 1024);
    left_ -= size;
    message_.set_chunk(std::string(size, 'x'));
    StartWrite(&message_);
  }
  void OnCancel() override { ++seen_->cancelled; }
  void OnDone() override { delete this; }

 private:
  std::shared_ptr<Seen> seen_;
  mobility::DownloadDocumentResponse message_;
  std::size_t left_ = 0;
  bool broken_ = false;
};

class Mobility final : public mobility::Mobility::CallbackService {
 public:
  explicit Mobility(std::shared_ptr<Seen> seen) : seen_(std::move(seen)) {}

  grpc::ServerUnaryReactor* GetApplication(grpc::CallbackServerContext* context,
                                           const mobility::GetApplicationRequest* request,
                                           mobility::Application* reply) override {
    Note(*seen_, *context);
    const std::string id = request->name().substr(kPrefix.size());
    if (id == "slow") return new Never(seen_);
    auto* reactor = context->DefaultReactor();
    absl::Status status;
    if (id == "missing") status = NotFound({"APPLICATION_NOT_FOUND"}, "no such application");
    if (id == "busy") status = Unavailable({"OVERLOADED"}, "too much to do");
    if (id == "guard") {
      status = Refused("Not yet.", {{"G1", "applications/guard", "no transcript", "Upload one"},
                                    {"G8", "applications/guard", "not enrolled", "Enrol"}});
    }
    reply->set_name(request->name());
    reply->set_state(mobility::Application::SUBMITTED);
    reply->set_revision(7);
    reply->set_etag("\"7\"");
    reactor->Finish(id == "raw" ? grpc::Status(grpc::StatusCode::UNKNOWN, "at 10.0.0.1: secret")
                                : rpc::ToGrpc(status));
    return reactor;
  }

  grpc::ServerUnaryReactor* SubmitApplication(grpc::CallbackServerContext* context,
                                              const mobility::SubmitApplicationRequest* request,
                                              mobility::Application* reply) override {
    Note(*seen_, *context);
    {
      const std::lock_guard lock(seen_->mutex);
      ++seen_->by_request_id[request->request_id()];
    }
    reply->set_name(request->name());
    reply->set_etag(request->etag());
    reply->set_decision_note(request->request_id());
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerUnaryReactor* CreateApplication(grpc::CallbackServerContext* context,
                                              const mobility::CreateApplicationRequest* request,
                                              mobility::Application* reply) override {
    Note(*seen_, *context);
    *reply = request->application();
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerReadReactor<mobility::UploadDocumentRequest>* UploadDocument(
      grpc::CallbackServerContext* context, mobility::Document* document) override {
    Note(*seen_, *context);
    return new Upload(seen_, document);
  }

  grpc::ServerWriteReactor<mobility::DownloadDocumentResponse>* DownloadDocument(
      grpc::CallbackServerContext* context,
      const mobility::DownloadDocumentRequest* request) override {
    Note(*seen_, *context);
    return new Download(seen_, request->name());
  }

 private:
  std::shared_ptr<Seen> seen_;
};

class Identity final : public identity::Identity::CallbackService {
 public:
  Identity(std::shared_ptr<Seen> seen, auth::PublicKey key)
      : seen_(std::move(seen)), key_(std::move(key)) {}

  grpc::ServerUnaryReactor* GetKeySet(grpc::CallbackServerContext* context,
                                      const identity::GetKeySetRequest*,
                                      identity::KeySet* reply) override {
    auto& key = *reply->add_keys();
    key.set_kty("EC");
    key.set_crv("P-256");
    key.set_x(key_.x);
    key.set_y(key_.y);
    key.set_kid(key_.kid);
    key.set_alg("ES256");
    key.set_use("sig");
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerUnaryReactor* SignIn(grpc::CallbackServerContext* context,
                                   const identity::SignInRequest* request,
                                   identity::Session* reply) override {
    Note(*seen_, *context);
    reply->set_person("people/" + request->email());
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  std::shared_ptr<Seen> seen_;
  auth::PublicKey key_;
};

}  // namespace

struct Backend::Services {
  Services(std::shared_ptr<Seen> seen, auth::PublicKey key)
      : mobility(seen), identity(seen, std::move(key)) {}
  Mobility mobility;
  Identity identity;
};

Backend::Backend(int port)
    : signing_(auth::SigningKey::Generate(rng_)),
      services_(std::make_unique<Services>(seen_, signing_.Public())) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:" + std::to_string(port), grpc::InsecureServerCredentials(),
                           &port_);
  builder.RegisterService(&services_->mobility);
  builder.RegisterService(&services_->identity);
  server_ = builder.BuildAndStart();
}

Backend::~Backend() { Kill(); }

void Backend::Kill() {
  if (server_ == nullptr) return;
  server_->Shutdown(gpr_time_0(GPR_CLOCK_MONOTONIC));
  server_->Wait();
  server_.reset();
}

void Backend::SetServing(bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(serving);
}

std::string Backend::TokenOf(const std::string& person, std::vector<auth::Grant> grants,
                             std::chrono::seconds life) const {
  auth::Claims claims;
  claims.issuer = auth::UserIssuer("local");
  claims.principal.kind = auth::Principal::Kind::kPerson;
  claims.principal.name = person;
  claims.principal.grants = std::move(grants);
  claims.issued = SystemClock().Now();
  claims.expires = claims.issued + life;
  return "Bearer " + auth::MakeToken(signing_, claims);
}

}  // namespace jointly::gateway
