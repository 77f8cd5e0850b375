#include "services/gateway/front/exchanges.h"

#include <jointly/options/v1/options.pb.h>

#include "common/error/error.h"
#include "common/error/macros.h"
#include "services/gateway/transcode/request.h"

namespace jointly::gateway {
namespace {

inline constexpr Reason kServiceAway{"SERVICE_UNAVAILABLE"};

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

HttpResponse BasicExchange::Refuse(int http_status, std::string_view why) {
  HttpResponse response = ProblemResponse(facts_, HttpRefusal(http_status, why), http_status);
  response.close = true;
  return response;
}

void FixedExchange::Serve(std::string, Respond respond) { respond(std::move(response_)); }

void AsyncExchange::Serve(std::string body, Respond respond) {
  if (!IsBlank(body)) return respond(Refuse(400, "This resource takes no body."));
  start_(facts_, std::move(respond));
}

CallExchange::CallExchange(RequestFacts facts, CallParts parts, std::atomic<int>& calls)
    : BasicExchange(std::move(facts)), parts_(std::move(parts)), calls_(calls) {
  calls_.fetch_add(1, std::memory_order_relaxed);
}

CallExchange::~CallExchange() { calls_.fetch_sub(1, std::memory_order_relaxed); }

absl::Status CallExchange::MakeMessages(const std::string& body) {
  const Route& route = *parts_.route;
  ASSIGN_OR_RETURN(request_, MakeRequest(route, {.target = parts_.target,
                                                 .body = body,
                                                 .idempotency_key = facts_.idempotency_key,
                                                 .if_match = facts_.if_match}));
  // With a key of our own at least, so that a second try after a broken connection has no second
  // effect.
  EnsureRequestId(route, *request_, parts_.ids->Next());
  reply_ = route.NewReply();
  if (parts_.peer != nullptr) return absl::OkStatus();
  return Unavailable(kServiceAway, "This gateway has no address of the service " + route.peer + ".",
                     {{"service", route.peer}});
}

std::size_t CallExchange::body_bytes_max() const {
  const int special =
      parts_.route->method->options().GetExtension(options::v1::policy).request_bytes_max();
  return special > 0 ? static_cast<std::size_t>(special) : BasicExchange::body_bytes_max();
}

void CallExchange::Serve(std::string body, Respond respond) {
  if (!IsBlank(body) && !IsJson(facts_.content_type)) {
    const absl::Status status =
        HttpRefusal(415, "Send the body as Content-Type: application/json.");
    parts_.report(status);
    return respond(ProblemResponse(facts_, status, 415));
  }
  if (const absl::Status status = MakeMessages(body); !status.ok()) {
    parts_.report(status);
    return respond(ProblemResponse(facts_, status));
  }
  CallUnary({.peer = parts_.peer,
             .rpc_path = parts_.route->rpc_path,
             .facts = facts_.call,
             .request = request_.get(),
             .reply = reply_.get(),
             .repeatable = parts_.route->repeatable()},
            [this, respond = std::move(respond)](const absl::Status& status) {
              parts_.report(status);
              respond(Answer(status));
            });
}

HttpResponse CallExchange::Answer(const absl::Status& status) const {
  if (!status.ok()) return ProblemResponse(facts_, status);
  HttpResponse response = JsonResponse(facts_, WriteJson(*parts_.route, *reply_));
  if (std::string tag = EtagOf(*reply_); !tag.empty()) {
    response.headers.push_back({"ETag", std::move(tag)});
  }
  return response;
}

}  // namespace jointly::gateway
