#pragma once

#include <google/protobuf/message.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "services/gateway/calls/backend_call.h"
#include "services/gateway/front/facts.h"
#include "services/gateway/http/exchange.h"
#include "services/gateway/transcode/route_table.h"
#include "services/gateway/transcode/uri.h"

// The kinds of answers that one message makes.
namespace jointly::gateway {

// What all exchanges share: refusals as problem answers.
class BasicExchange : public Exchange {
 public:
  explicit BasicExchange(RequestFacts facts) : facts_(std::move(facts)) {}
  HttpResponse Refuse(int http_status, std::string_view why) override;

 protected:
  const RequestFacts facts_;
};

// An answer that is known when the head has come.
class FixedExchange final : public BasicExchange {
 public:
  FixedExchange(RequestFacts facts, HttpResponse response)
      : BasicExchange(std::move(facts)), response_(std::move(response)) {}
  void Serve(std::string body, Respond respond) override;

 private:
  HttpResponse response_;
};

// An answer that comes by callback and takes no body.
class AsyncExchange final : public BasicExchange {
 public:
  using Start = std::function<void(const RequestFacts&, Respond)>;
  AsyncExchange(RequestFacts facts, Start start)
      : BasicExchange(std::move(facts)), start_(std::move(start)) {}
  void Serve(std::string body, Respond respond) override;

 private:
  Start start_;
};

// One unary RPC.
struct CallParts {
  const Route* route = nullptr;
  Target target;
  Peer* peer = nullptr;  // Null: not configured.
  IdSource* ids = nullptr;
  // Called with the outcome before the answer goes out.
  std::function<void(const absl::Status&)> report;
};

class CallExchange final : public BasicExchange {
 public:
  CallExchange(RequestFacts facts, CallParts parts, std::atomic<int>& calls);
  ~CallExchange() override;
  std::size_t body_bytes_max() const override;
  void Serve(std::string body, Respond respond) override;

 private:
  absl::Status MakeMessages(const std::string& body);
  HttpResponse Answer(const absl::Status& status) const;

  CallParts parts_;
  std::atomic<int>& calls_;
  std::unique_ptr<google::protobuf::Message> request_;
  std::unique_ptr<google::protobuf::Message> reply_;
};

}  // namespace jointly::gateway
