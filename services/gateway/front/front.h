#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>

#include "services/gateway/calls/peers.h"
#include "services/gateway/calls/readiness.h"
#include "services/gateway/feed/feed.h"
#include "services/gateway/front/facts.h"
#include "services/gateway/front/tokens.h"
#include "services/gateway/http/exchange.h"
#include "services/gateway/limits/rate_limiter.h"
#include "services/gateway/transcode/route_table.h"

namespace jointly::gateway {

struct FrontOptions {
  int calls_max = 2048;  // In work at once; more are refused with 503.
  std::size_t upload_bytes_max = 10 * 1024 * 1024;
  // The address of a client is the last of X-Forwarded-For: only behind a proxy of our own.
  bool trust_forwarded_for = false;
};

// What the front is made of; all of it outlives it.
struct FrontParts {
  const RouteTable& table;
  const std::string& openapi;
  Peers& peers;
  Readiness& readiness;
  RateLimiter& limiter;
  Tokens& tokens;
  Feed& feed;
  IdSource& ids;
  Rng& rng;
  const Clock& clock;
};

// Decides what answers a request: a route of the protos, a document, the live feed, or a page of
// the gateway's own; or why none does.
class Front final : public Handler {
 public:
  Front(FrontOptions options, FrontParts parts);
  ~Front() override;

  std::unique_ptr<Exchange> Begin(HttpRequest head) override;
  HttpResponse Refuse(int http_status, std::string_view why) override;

 private:
  struct Page;
  struct Metrics;

  std::unique_ptr<Exchange> Dispatch(HttpRequest head, RequestFacts facts);
  std::unique_ptr<Exchange> BeginPage(const Page& page, Target target, RequestFacts facts);
  std::unique_ptr<Exchange> NoRoute(const HttpRequest& head, const Target& target, Match match,
                                    const RequestFacts& facts);
  std::optional<absl::Status> Limited(Traffic traffic, const RequestFacts& facts);

  const FrontOptions options_;
  FrontParts parts_;
  std::atomic<int> calls_{0};
  std::unordered_map<const Route*, std::unique_ptr<Metrics>> metrics_;
};

}  // namespace jointly::gateway
