#include <jointly/mobility/v1/mobility.grpc.pb.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "common/error/error.h"
#include "common/rpc/runtime.h"
#include "services/gateway/front/documents.h"
#include "services/gateway/front/exchanges.h"
#include "services/gateway/http/head.h"
#include "services/gateway/transcode/uri.h"

namespace jointly::gateway {
namespace {

namespace pb = jointly::mobility::v1;
using Part = BodySource::Part;

inline constexpr Reason kServiceAway{"SERVICE_UNAVAILABLE"};
constexpr std::chrono::milliseconds kDownloadTimeout{150'000};

// The call itself; lives until gRPC is done with it. Reads are asked for by the connection, from
// outside of gRPC's reactions, hence the hold: released when no read will be asked for any more.
class Call final : public grpc::ClientReadReactor<pb::DownloadDocumentResponse>,
                   public std::enable_shared_from_this<Call> {
 public:
  // With the first message or, when there is none, with the status.
  using OnFirst = std::function<void(const absl::Status&, const pb::Document&)>;

  void Start(Peer& peer, CallFacts facts, const std::string& name, OnFirst on_first) {
    self_ = shared_from_this();
    peer_ = peer.name();
    on_first_ = std::move(on_first);
    request_.set_name(name);
    facts.timeout = kDownloadTimeout;
    Prepare(facts, context_);
    stub_ = pb::Mobility::NewStub(peer.channel());
    stub_->async()->DownloadDocument(&context_, &request_, this);
    AddHold();
    StartRead(&message_);
    StartCall();
  }

  void Read(std::function<void(Part)> done) {
    std::unique_lock lock(mutex_);
    if (ended_) {
      lock.unlock();
      return done({.kind = whole_ ? Part::Kind::kEnd : Part::Kind::kFailed});
    }
    wanted_ = std::move(done);
    lock.unlock();
    StartRead(&message_);
  }

  // The reader has gone.
  void Abandon() {
    context_.TryCancel();
    Release();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Release();
    if (on_first_) {
      const OnFirst on_first = std::exchange(on_first_, nullptr);
      return on_first(absl::OkStatus(), message_.document());
    }
    std::unique_lock lock(mutex_);
    const auto done = std::exchange(wanted_, nullptr);
    Part part{.kind = Part::Kind::kData, .data = std::move(*message_.mutable_chunk())};
    lock.unlock();
    if (done) done(std::move(part));
  }

  void OnDone(const grpc::Status& status) override {
    const auto self = std::exchange(self_, nullptr);
    const absl::Status result = Explain(rpc::FromGrpc(status), peer_, /*repeatable=*/true);
    if (on_first_) {
      const absl::Status first =
          result.ok() ? Internal(kInternal, "The document came without its description.") : result;
      const OnFirst on_first = std::exchange(on_first_, nullptr);
      return on_first(first, {});
    }
    std::unique_lock lock(mutex_);
    ended_ = true;
    whole_ = result.ok();
    const auto done = std::exchange(wanted_, nullptr);
    lock.unlock();
    if (done) done({.kind = whole_ ? Part::Kind::kEnd : Part::Kind::kFailed});
  }

 private:
  void Release() {
    if (!released_.exchange(true)) RemoveHold();
  }

  std::shared_ptr<Call> self_;  // Until OnDone: gRPC knows the address.
  std::string peer_;
  std::unique_ptr<pb::Mobility::Stub> stub_;
  grpc::ClientContext context_;
  pb::DownloadDocumentRequest request_;
  pb::DownloadDocumentResponse message_;
  OnFirst on_first_;
  std::atomic<bool> released_{false};
  std::mutex mutex_;
  std::function<void(Part)> wanted_;
  bool ended_ = false;
  bool whole_ = false;
};

class Body final : public BodySource {
 public:
  explicit Body(std::shared_ptr<Call> call) : call_(std::move(call)) {}
  ~Body() override { call_->Abandon(); }
  void Next(std::function<void(Part)> done) override { call_->Read(std::move(done)); }
  // A stopping server finishes what it has begun: a download ends by itself.
  void Cancel() override {}

 private:
  std::shared_ptr<Call> call_;
};

HttpResponse ResponseOf(const RequestFacts& facts, const pb::Document& document,
                        std::shared_ptr<Call> call) {
  HttpResponse response;
  response.content_type =
      document.media_type().empty() ? "application/octet-stream" : document.media_type();
  response.headers = {
      {"X-Request-Id", facts.call.request_id},
      {"Content-Disposition", AttachmentOf(document.file_name())},
      // Whatever a browser makes of it, it runs nothing and reaches nothing of ours.
      {"Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'"},
  };
  response.length = static_cast<std::uint64_t>(std::max<std::int64_t>(0, document.size_bytes()));
  response.stream = std::make_shared<Body>(std::move(call));
  return response;
}

}  // namespace

std::string AttachmentOf(const std::string& file_name) {
  std::string whole, plain;
  for (const char c : file_name) {
    const bool odd = c == '/' || c == '\\' || (c >= 0 && c < 0x20) || c == 0x7f;
    whole.push_back(odd ? '_' : c);
  }
  if (whole.empty()) whole = "document";
  for (const char c : whole) {
    const bool kept = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '.' || c == '-' || c == '_' || c == ' ';
    // One mark for a character, not for each of its bytes.
    if (kept || (static_cast<unsigned char>(c) & 0xc0) != 0x80) plain.push_back(kept ? c : '_');
  }
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + PercentEncode(whole);
}

std::unique_ptr<Exchange> NewDownload(RequestFacts facts, DocumentParts parts) {
  return std::make_unique<AsyncExchange>(
      std::move(facts), [parts = std::move(parts)](const RequestFacts& own, Respond respond) {
        if (parts.peer == nullptr) {
          return respond(ProblemResponse(
              own,
              Unavailable(kServiceAway, "This gateway has no address of the service mobility.")));
        }
        const auto call = std::make_shared<Call>();
        const std::string name =
            "applications/" + parts.target.segments[2] + "/documents/" + parts.target.segments[4];
        call->Start(
            *parts.peer, own.call, name,
            [call, &own, respond](const absl::Status& status, const pb::Document& document) {
              respond(status.ok() ? ResponseOf(own, document, call) : ProblemResponse(own, status));
            });
      });
}

}  // namespace jointly::gateway
