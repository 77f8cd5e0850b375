#include "services/gateway/front/front.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>

#include "common/error/error.h"
#include "common/telemetry/log.h"
#include "common/telemetry/metrics.h"
#include "services/gateway/front/documents.h"
#include "services/gateway/front/events.h"
#include "services/gateway/front/exchanges.h"
#include "services/gateway/http/head.h"
#include "services/gateway/transcode/problem.h"

namespace jointly::gateway {
namespace {

inline constexpr Reason kNoSuchPath{"NO_SUCH_PATH"};
inline constexpr Reason kNoSuchMethod{"METHOD_NOT_ALLOWED"};
inline constexpr Reason kTooManyRequests{"TOO_MANY_REQUESTS"};
inline constexpr std::size_t kCodes = 17;

enum class PageKind { kIndex, kHealth, kReady, kMetrics, kOpenApi, kEvents, kUpload, kDownload };

std::unique_ptr<Exchange> Fixed(const RequestFacts& facts, HttpResponse response) {
  return std::make_unique<FixedExchange>(facts, std::move(response));
}

HttpResponse Index(const RequestFacts& facts) {
  nlohmann::ordered_json index = {{"name", "Jointly"},
                                  {"links",
                                   {{"openapi", "/openapi.json"},
                                    {"signIn", "/v1/sessions:signIn"},
                                    {"keys", "/.well-known/jwks.json"},
                                    {"events", "/v1/events"},
                                    {"health", "/healthz"},
                                    {"ready", "/readyz"},
                                    {"metrics", "/metrics"}}}};
  return JsonResponse(facts, index.dump());
}

HttpResponse ReadinessResponse(const RequestFacts& facts, const Readiness::Report& report) {
  nlohmann::ordered_json body = {{"status", report.ready ? "ready" : "not ready"}};
  for (const auto& [name, answer] : report.peers) body["peers"][name] = answer;
  HttpResponse response = JsonResponse(facts, body.dump());
  response.status = report.ready ? 200 : 503;
  if (!report.ready) response.headers.push_back({"Retry-After", "1"});
  return response;
}

HttpResponse MetricsPage(const RequestFacts& facts) {
  HttpResponse response = JsonResponse(facts, telemetry::MetricsText());
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

// What the gateway answers beside the routes of the protos. "*" is one segment of any text.
struct Front::Page {
  PageKind kind;
  std::string_view method;
  std::span<const std::string_view> segments;
  std::string_view verb = "";

  bool Fits(const Target& target) const {
    if (target.verb != verb || target.segments.size() != segments.size()) return false;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const bool any = segments[i] == "*" && !target.segments[i].empty();
      if (!any && segments[i] != target.segments[i]) return false;
    }
    return true;
  }

  static std::span<const Page> All() {
    using Texts = std::string_view;
    static constexpr auto kHealthz = std::to_array<Texts>({"healthz"});
    static constexpr auto kReadyz = std::to_array<Texts>({"readyz"});
    static constexpr auto kMetricsPath = std::to_array<Texts>({"metrics"});
    static constexpr auto kOpenApiPath = std::to_array<Texts>({"openapi.json"});
    static constexpr auto kEventsPath = std::to_array<Texts>({"v1", "events"});
    static constexpr auto kDocuments =
        std::to_array<Texts>({"v1", "applications", "*", "documents"});
    static constexpr auto kDocument =
        std::to_array<Texts>({"v1", "applications", "*", "documents", "*"});
    static constexpr auto kPages = std::to_array<Page>({
        {PageKind::kIndex, "GET", {}},
        {PageKind::kHealth, "GET", kHealthz},
        {PageKind::kReady, "GET", kReadyz},
        {PageKind::kMetrics, "GET", kMetricsPath},
        {PageKind::kOpenApi, "GET", kOpenApiPath},
        {PageKind::kEvents, "GET", kEventsPath},
        {PageKind::kUpload, "POST", kDocuments},
        {PageKind::kDownload, "GET", kDocument, "download"},
    });
    return kPages;
  }
};

// Counters are made when first needed: most codes never come from most methods.
struct Front::Metrics {
  explicit Metrics(const Route& route)
      : method(route.rpc_path.substr(1)),
        seconds(telemetry::GetHistogram("jointly_gateway_seconds", "Time of a call, per method.",
                                        {{"method", method}})) {}

  void Count(absl::StatusCode code) {
    auto& counter = counts[std::min(static_cast<std::size_t>(code), kCodes - 1)];
    telemetry::Counter* known = counter.load(std::memory_order_acquire);
    if (known == nullptr) {
      known = &telemetry::GetCounter("jointly_gateway_calls_total", "Calls, per method and code.",
                                     {{"method", method}, {"code", std::string(NameOf(code))}});
      counter.store(known, std::memory_order_release);
    }
    known->Add();
  }

  const std::string method;
  telemetry::Histogram& seconds;
  std::array<std::atomic<telemetry::Counter*>, kCodes> counts{};
};

Front::Front(FrontOptions options, FrontParts parts) : options_(options), parts_(std::move(parts)) {
  for (const auto& route : parts_.table.routes()) {
    metrics_.emplace(route.get(), std::make_unique<Metrics>(*route));
  }
}

Front::~Front() = default;

std::unique_ptr<Exchange> Front::Begin(HttpRequest head) {
  RequestFacts facts;
  if (options_.trust_forwarded_for) {
    const std::string chain = head.Find("X-Forwarded-For").value_or("");
    const std::size_t last = chain.find_last_of(", ");
    const std::string client = last == std::string::npos ? chain : chain.substr(last + 1);
    if (!client.empty() && client.size() <= 64) head.remote = client;
  }
  const absl::Status status = ReadFacts(head, parts_.ids, parts_.rng, facts);
  if (!status.ok()) return Fixed(facts, ProblemResponse(facts, status));
  return Dispatch(std::move(head), std::move(facts));
}

HttpResponse Front::Refuse(int http_status, std::string_view why) {
  RequestFacts facts;
  facts.call.request_id = parts_.ids.Next();
  HttpResponse response = ProblemResponse(facts, HttpRefusal(http_status, why), http_status);
  response.close = true;
  return response;
}

std::optional<absl::Status> Front::Limited(Traffic traffic, const RequestFacts& facts) {
  const std::string caller = parts_.tokens.CallerOf(facts.call.authorization, facts.remote);
  const auto wait = parts_.limiter.Take(traffic, caller);
  if (!wait.has_value()) return std::nullopt;
  return WithRetryAfter(
      ResourceExhausted(kTooManyRequests,
                        "Too many requests of this caller: wait, then send fewer at a time."),
      *wait);
}

std::unique_ptr<Exchange> Front::Dispatch(HttpRequest head, RequestFacts facts) {
  auto target = ParseTarget(head.target);
  if (!target.ok()) return Fixed(facts, ProblemResponse(facts, target.status()));
  const std::string_view method = head.method == "HEAD" ? "GET" : std::string_view(head.method);
  for (const Page& page : Page::All()) {
    if (page.method != method || !page.Fits(*target)) continue;
    return BeginPage(page, *std::move(target), std::move(facts));
  }
  Match match = parts_.table.Find(head.method, *target);
  if (match.route == nullptr) return NoRoute(head, *target, std::move(match), facts);
  const Route& route = *match.route;
  Metrics& metrics = *metrics_.at(&route);
  if (const auto limited = Limited(route.traffic, facts); limited.has_value()) {
    metrics.Count(limited->code());
    return Fixed(facts, ProblemResponse(facts, *limited));
  }
  if (calls_.load(std::memory_order_relaxed) >= options_.calls_max) {
    const absl::Status busy = HttpRefusal(503, "The gateway has too much to do: try again later.");
    metrics.Count(busy.code());
    return Fixed(facts, ProblemResponse(facts, busy));
  }
  const auto begin = parts_.clock.Monotonic();
  auto report = [&metrics, begin, &clock = parts_.clock,
                 id = facts.call.request_id](const absl::Status& status) {
    const std::chrono::duration<double> taken = clock.Monotonic() - begin;
    metrics.seconds.Observe(taken.count());
    metrics.Count(status.code());
    const auto level =
        HttpStatusOf(status.code()) >= 500 ? telemetry::Level::kWarning : telemetry::Level::kDebug;
    if (!telemetry::Enabled(level)) return;
    telemetry::Log(level, "request",
                   {{"method", metrics.method},
                    {"code", NameOf(status.code())},
                    {"reason", ReasonOf(status)},
                    {"seconds", taken.count()},
                    {"request_id", id}});
  };
  CallParts parts = {.route = &route,
                     .target = *std::move(target),
                     .peer = parts_.peers.Find(route.peer),
                     .ids = &parts_.ids,
                     .report = std::move(report)};
  return std::make_unique<CallExchange>(std::move(facts), std::move(parts), calls_);
}

std::unique_ptr<Exchange> Front::NoRoute(const HttpRequest& head, const Target& target, Match match,
                                         const RequestFacts& facts) {
  for (const Page& page : Page::All()) {
    if (page.Fits(target)) match.allowed.emplace_back(page.method);
  }
  if (match.allowed.empty()) {
    return Fixed(facts, ProblemResponse(facts, NotFound(kNoSuchPath,
                                                        "There is nothing at this path: "
                                                        "/openapi.json lists what there is.")));
  }
  if (std::find(match.allowed.begin(), match.allowed.end(), "GET") != match.allowed.end()) {
    match.allowed.emplace_back("HEAD");
  }
  match.allowed.emplace_back("OPTIONS");
  HttpResponse response;
  if (head.method == "OPTIONS") {
    response.status = 204;
    response.headers.push_back({"X-Request-Id", facts.call.request_id});
  } else {
    const absl::Status status =
        InvalidArgument(kNoSuchMethod, "This path does not take " + head.method.substr(0, 20) + ".",
                        {{"allowed", Join(match.allowed)}});
    response = ProblemResponse(facts, status, 405);
  }
  response.headers.push_back({"Allow", Join(match.allowed)});
  return Fixed(facts, std::move(response));
}

std::unique_ptr<Exchange> Front::BeginPage(const Page& page, Target target, RequestFacts facts) {
  switch (page.kind) {
    case PageKind::kIndex:
      return Fixed(facts, Index(facts));
    case PageKind::kHealth:
      return Fixed(facts, JsonResponse(facts, R"({"status":"alive"})"));
    case PageKind::kMetrics:
      return Fixed(facts, MetricsPage(facts));
    case PageKind::kOpenApi:
      return Fixed(facts, JsonResponse(facts, parts_.openapi));
    case PageKind::kReady:
      return std::make_unique<AsyncExchange>(
          std::move(facts), [this](const RequestFacts& own, Respond respond) {
            parts_.readiness.Ask([&own, respond](const Readiness::Report& report) {
              respond(ReadinessResponse(own, report));
            });
          });
    default:
      break;
  }
  const Traffic traffic = page.kind == PageKind::kUpload ? Traffic::kWrite : Traffic::kRead;
  if (const auto limited = Limited(traffic, facts); limited.has_value()) {
    return Fixed(facts, ProblemResponse(facts, *limited));
  }
  if (page.kind == PageKind::kEvents) {
    return NewEvents(std::move(facts), {.tokens = &parts_.tokens, .feed = &parts_.feed});
  }
  DocumentParts parts = {.target = std::move(target),
                         .peer = parts_.peers.Find("mobility"),
                         .ids = &parts_.ids,
                         .bytes_max = options_.upload_bytes_max};
  return page.kind == PageKind::kUpload ? NewUpload(std::move(facts), std::move(parts))
                                        : NewDownload(std::move(facts), std::move(parts));
}

}  // namespace jointly::gateway
