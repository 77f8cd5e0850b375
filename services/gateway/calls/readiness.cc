#include "services/gateway/calls/readiness.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <memory>

namespace jointly::gateway {
namespace {

constexpr std::chrono::milliseconds kPatience{1000};
constexpr std::chrono::milliseconds kFresh{500};
constexpr const char* kCheck = "/grpc.health.v1.Health/Check";

// HealthCheckResponse {status = 1: SERVING = 1}; its proto is not installed, and this is all of it.
bool IsServing(const grpc::ByteBuffer& reply) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!reply.Dump(&slices).ok()) return false;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes == "\x08\x01";
}

// One question to one peer; kept alive by its callback.
struct Question {
  explicit Question(const std::shared_ptr<grpc::Channel>& channel) : stub(channel) {
    context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                      gpr_time_from_millis(kPatience.count(), GPR_TIMESPAN)));
    // An empty message: the whole server.
    const grpc::Slice nothing("", 0);
    request = grpc::ByteBuffer(&nothing, 1);
  }
  grpc::GenericStub stub;
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer reply;
};

std::string AnswerOf(const grpc::Status& status, const grpc::ByteBuffer& reply) {
  if (status.ok()) return IsServing(reply) ? "ready" : "not serving";
  return status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ? "no answer" : "unreachable";
}

}  // namespace

struct Readiness::Round {
  std::mutex mutex;
  Report report;
  std::size_t left = 0;
};

void Readiness::SetStopping() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
}

void Readiness::Ask(std::function<void(const Report&)> done) {
  std::unique_lock lock(mutex_);
  if (stopping_) {
    lock.unlock();
    return done({.ready = false, .peers = {{"gateway", "stopping"}}});
  }
  const bool fresh = last_time_ != std::chrono::steady_clock::time_point() &&
                     clock_.Monotonic() - last_time_ < kFresh;
  if (fresh) {
    const Report report = last_;
    lock.unlock();
    return done(report);
  }
  waiting_.push_back(std::move(done));
  if (std::exchange(asking_, true)) return;
  lock.unlock();
  Start();
}

void Readiness::Start() {
  const std::vector<Peer*> peers = peers_.all();
  if (peers.empty()) return Finish({.ready = false, .peers = {{"peers", "none configured"}}});
  const auto round = std::make_shared<Round>();
  round->left = peers.size();
  for (Peer* peer : peers) {
    const auto question = std::make_shared<Question>(peer->channel());
    question->stub.UnaryCall(&question->context, kCheck, {}, &question->request, &question->reply,
                             [this, round, question, peer](const grpc::Status& status) {
                               std::unique_lock lock(round->mutex);
                               round->report.peers[peer->name()] =
                                   AnswerOf(status, question->reply);
                               if (--round->left > 0) return;
                               round->report.ready = true;
                               for (const auto& [name, answer] : round->report.peers) {
                                 round->report.ready = round->report.ready && answer == "ready";
                               }
                               Report report = round->report;
                               lock.unlock();
                               Finish(std::move(report));
                             });
  }
}

void Readiness::Finish(Report report) {
  std::vector<std::function<void(const Report&)>> waiting;
  {
    const std::lock_guard lock(mutex_);
    asking_ = false;
    last_ = report;
    last_time_ = clock_.Monotonic();
    waiting.swap(waiting_);
  }
  for (const auto& done : waiting) done(report);
}

}  // namespace jointly::gateway
