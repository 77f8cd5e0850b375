#include "services/gateway/front/events.h"

#include "services/gateway/front/exchanges.h"

namespace jointly::gateway {
namespace {

HttpResponse Stream(const RequestFacts& facts, Feed& feed,
                    const absl::StatusOr<Admitted>& admitted) {
  if (!admitted.ok()) return ProblemResponse(facts, admitted.status());
  auto stream = feed.Subscribe(
      {.principal = admitted->principal, .issued = admitted->issued, .expires = admitted->expires});
  if (!stream.ok()) return ProblemResponse(facts, stream.status());
  HttpResponse response = JsonResponse(facts, "");
  response.content_type = "text/event-stream";
  // A proxy that collects the answer before it passes it on would make the feed useless.
  response.headers.push_back({"X-Accel-Buffering", "no"});
  response.stream = *std::move(stream);
  return response;
}

}  // namespace

std::unique_ptr<Exchange> NewEvents(RequestFacts facts, EventsParts parts) {
  return std::make_unique<AsyncExchange>(
      std::move(facts), [parts](const RequestFacts& own, Respond respond) {
        parts.tokens->Check(own.call.authorization,
                            [&own, parts, respond](const absl::StatusOr<Admitted>& admitted) {
                              respond(Stream(own, *parts.feed, admitted));
                            });
      });
}

}  // namespace jointly::gateway
