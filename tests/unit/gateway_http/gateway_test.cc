#include "services/gateway/process/gateway.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "tests/unit/gateway/json_documents.h"
#include "tests/unit/gateway_http/backend.h"
#include "tests/unit/gateway_http/raw_client.h"

namespace jointly::gateway {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using Rows = std::vector<std::pair<std::string, std::string>>;

constexpr char kKey[] = "5f0c8f6e-1f5e-4c8e-9d55-0d3a0f9a7a11";

class GatewayTest : public testing::Test {
 protected:
  void SetUp() override { Start({}); }

  void Start(GatewayOptions options) {
    gateway_.reset();
    options.grpc_listen_address = "";
    options.peers = {{"mobility", backend_->address()}, {"identity", backend_->address()}};
    options.http.linger = milliseconds(20);
    gateway_ = std::make_unique<Gateway>(std::move(options));
    gateway_->Start();
  }

  RawAnswer Get(const std::string& target, const Rows& headers = {}) {
    return Ask(gateway_->http_port(), "GET", target, "", headers);
  }
  RawAnswer Post(const std::string& target, const std::string& body = "",
                 const Rows& headers = {}) {
    return Ask(gateway_->http_port(), "POST", target, body, headers);
  }

  std::unique_ptr<Backend> backend_ = std::make_unique<Backend>();
  std::unique_ptr<Gateway> gateway_;
};

json ProblemIn(const RawAnswer& answer) {
  EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json") << answer.body;
  const json problem = json::parse(answer.body);
  for (const char* member :
       {"type", "title", "status", "detail", "code", "reason", "instance", "requestId"}) {
    EXPECT_TRUE(problem.contains(member)) << member << " " << answer.body;
  }
  EXPECT_EQ(problem["status"], answer.status);
  EXPECT_EQ(problem["requestId"], answer.headers.at("x-request-id"));
  return problem;
}

TEST_F(GatewayTest, CallsTheServiceAndSaysWhatItSays) {
  const RawAnswer answer = Get("/v1/applications/x", {{"Authorization", "Bearer t"},
                                                      {"X-Request-Id", "mine-1"},
                                                      {"traceparent",
                                                       "00-0af7651916cd43dd8448eb211c80319c-"
                                                       "b7ad6b7169203331-01"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("etag"), "\"7\"");
  EXPECT_EQ(answer.headers.at("x-request-id"), "mine-1");
  EXPECT_EQ(answer.headers.at("content-type"), "application/json");
  const json body = json::parse(answer.body);
  EXPECT_EQ(body["name"], "applications/x");
  EXPECT_EQ(body["state"], "SUBMITTED");
  EXPECT_EQ(body["revision"], "7");
  EXPECT_EQ(backend_->seen().MetadataOf("authorization"), "Bearer t");
  EXPECT_EQ(backend_->seen().MetadataOf("x-correlation-id"), "mine-1");
  const std::string trace = backend_->seen().MetadataOf("traceparent");
  EXPECT_TRUE(trace.starts_with("00-0af7651916cd43dd8448eb211c80319c-")) << trace;
  EXPECT_EQ(trace.find("b7ad6b7169203331"), std::string::npos) << "a new span of the same trace";
}

struct ProblemRow {
  std::string method, target, body;
  Rows headers;
  int status;
  std::string reason;
};

// What the gateway refuses, and how it says so.
const std::vector<ProblemRow>& kProblemRows = *new std::vector<ProblemRow>{
    {"GET", "/v1/applications/missing", "", {}, 404, "APPLICATION_NOT_FOUND"},
    {"GET", "/v1/applications/guard", "", {}, 400, "GUARD_REFUSED"},
    {"GET", "/v1/applications/busy", "", {}, 503, "OVERLOADED"},
    {"GET", "/v1/applications/raw", "", {}, 500, "INTERNAL"},
    {"GET", "/v1/nothing", "", {}, 404, "NO_SUCH_PATH"},
    {"GET", "/v1/applications/%zz", "", {}, 400, "INVALID_TARGET"},
    {"GET", "/v1/applications/a%2Fb", "", {}, 400, "INVALID_TARGET"},
    {"PUT", "/v1/applications/x", "{}", {}, 405, "METHOD_NOT_ALLOWED"},
    {"BREW", "/v1/applications/x", "", {}, 405, "METHOD_NOT_ALLOWED"},
    {"GET", "/v1/applications/x/documents", "", {}, 405, "METHOD_NOT_ALLOWED"},
    {"POST", "/healthz", "", {}, 405, "METHOD_NOT_ALLOWED"},
    {"GET", "/v1/applications?pageSize=many", "", {}, 400, "INVALID_ARGUMENT"},
    {"GET", "/v1/applications/x", "{}", {}, 400, "INVALID_ARGUMENT"},
    {"POST", "/v1/applications/x:submit", "{", {}, 400, "INVALID_JSON"},
    {"POST",
     "/v1/applications/x:submit",
     "a=1",
     {{"Content-Type", "application/x-www-form-urlencoded"}},
     415,
     "UNSUPPORTED_MEDIA_TYPE"},
    {"POST",
     "/v1/applications/x:submit",
     "{}",
     {{"Content-Type", "text/plain"}},
     415,
     "UNSUPPORTED_MEDIA_TYPE"},
    {"POST",
     "/v1/applications/x:submit",
     "{}",
     {{"Idempotency-Key", "abc"}},
     400,
     "INVALID_ARGUMENT"},
    {"GET", "/v1/applications/x", "", {{"X-Request-Timeout-Ms", "soon"}}, 400, "INVALID_ARGUMENT"},
    {"GET", "/v1/applications/x", "", {{"X-Request-Timeout-Ms", "-5"}}, 400, "INVALID_ARGUMENT"},
    {"GET",
     "/v1/applications/x",
     "",
     {{"Authorization", "a"}, {"Authorization", "b"}},
     400,
     "INVALID_ARGUMENT"},
    {"GET",
     "/v1/applications/x",
     "",
     {{"Authorization", "Bearer caf\xc3\xa9"}},
     400,
     "INVALID_ARGUMENT"},
    {"GET", "/v1/agreements", "", {}, 503, "SERVICE_UNAVAILABLE"},
    {"GET", "/v1/events", "", {}, 401, "TOKEN_MISSING"},
    {"GET", "/v1/events", "", {{"Authorization", "Bearer a.b.c"}}, 401, "TOKEN_REFUSED"},
    {"GET", "/v1/applications/x/documents/missing:download", "", {}, 404, "DOCUMENT_NOT_FOUND"},
};

TEST_F(GatewayTest, AnswersProblems) {
  for (const ProblemRow& row : kProblemRows) {
    const RawAnswer answer =
        Ask(gateway_->http_port(), row.method, row.target, row.body, row.headers);
    EXPECT_EQ(answer.status, row.status) << row.method << " " << row.target << answer.body;
    const json problem = ProblemIn(answer);
    EXPECT_EQ(problem["reason"], row.reason) << row.method << " " << row.target;
    EXPECT_EQ(answer.body.find("10.0.0.1"), std::string::npos) << answer.body;
    if (answer.status == 405) {
      EXPECT_FALSE(answer.headers.at("allow").empty());
    }
    EXPECT_EQ(answer.headers.contains("retry-after"), answer.status == 503);
    EXPECT_EQ(answer.headers.contains("www-authenticate"), answer.status == 401);
  }
  const json guard = json::parse(Get("/v1/applications/guard").body);
  EXPECT_EQ(guard["preconditions"].size(), 2u);
  EXPECT_EQ(guard["preconditions"][1]["guard"], "G8");
}

TEST_F(GatewayTest, MalformedDocumentsAreAlwaysBadRequests) {
  RawClient client(gateway_->http_port());
  for (const Malformed& document : MalformedDocuments()) {
    client.Send(
        "POST /v1/applications HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        "Content-Length: " +
        std::to_string(document.text.size()) + "\r\n\r\n" + document.text);
    const RawAnswer answer = client.Receive();
    EXPECT_EQ(answer.status, 400) << document.what;
    EXPECT_EQ(ProblemIn(answer)["reason"], "INVALID_JSON") << document.what;
  }
  EXPECT_EQ(backend_->seen().calls, 0);
  const std::string big = R"({"application": {"call": ")" + std::string(2 << 20, 'x') + "\"}}";
  EXPECT_EQ(Post("/v1/applications", big).status, 413);
  const std::string fits = R"({"application": {"call": ")" + std::string(900'000, 'x') + "\"}}";
  const RawAnswer whole = Post("/v1/applications", fits);
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(json::parse(whole.body)["call"].get<std::string>().size(), 900'000u);
}

TEST_F(GatewayTest, CarriesKeysAndConditions) {
  const RawAnswer answer =
      Post("/v1/applications/x:submit", "{}", {{"Idempotency-Key", kKey}, {"If-Match", "\"4\""}});
  EXPECT_EQ(answer.status, 200);
  const json body = json::parse(answer.body);
  EXPECT_EQ(body["decisionNote"], kKey);
  EXPECT_EQ(body["etag"], "\"4\"");
  EXPECT_EQ(answer.headers.at("etag"), "\"4\"");
  // Without a key the gateway makes one, so that its own second try has no second effect.
  const json other = json::parse(Post("/v1/applications/x:submit").body);
  EXPECT_EQ(other["decisionNote"].get<std::string>().size(), 36u);
}

TEST_F(GatewayTest, GivesUpInTime) {
  const auto begin = std::chrono::steady_clock::now();
  const RawAnswer answer = Get("/v1/applications/slow", {{"X-Request-Timeout-Ms", "150"}});
  EXPECT_EQ(answer.status, 504);
  EXPECT_EQ(ProblemIn(answer)["facts"]["service"], "mobility");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(2000));
  for (int i = 0; i < 100 && backend_->seen().cancelled == 0; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(backend_->seen().cancelled, 1);
}

TEST_F(GatewayTest, WaitsForAServiceThatRestarts) {
  EXPECT_EQ(Get("/v1/applications/x").status, 200);
  const int port = backend_->port();
  backend_->Kill();
  std::thread restart([&] {
    std::this_thread::sleep_for(milliseconds(700));
    backend_ = std::make_unique<Backend>(port);
  });
  const RawAnswer read = Get("/v1/applications/x");
  restart.join();
  EXPECT_EQ(read.status, 200) << read.body;
  EXPECT_EQ(Post("/v1/applications/x:submit", "", {{"Idempotency-Key", kKey}}).status, 200);
}

TEST_F(GatewayTest, SaysSoWhenAServiceStaysAway) {
  EXPECT_EQ(Get("/readyz").status, 200);
  backend_->Kill();
  // Sign-in must not be sent twice: refused at once.
  auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Post("/v1/sessions:signIn", R"({"email": "a", "password": "b"})").status, 503);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(1000));
  const RawAnswer answer = Get("/v1/applications/x");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(ProblemIn(answer)["reason"], "SERVICE_UNAVAILABLE");
  // Once it has been away for longer, nobody waits for it any more.
  begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Get("/v1/applications/x").status, 503);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(500));
  const RawAnswer ready = Get("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(json::parse(ready.body)["peers"]["mobility"], "unreachable");
}

TEST_F(GatewayTest, ReadyIsWhatThePeersSay) {
  EXPECT_EQ(json::parse(Get("/readyz").body)["status"], "ready");
  backend_->SetServing(false);
  std::this_thread::sleep_for(milliseconds(600));
  const RawAnswer answer = Get("/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(json::parse(answer.body)["peers"]["identity"], "not serving");
}

TEST_F(GatewayTest, PagesOfItsOwn) {
  EXPECT_EQ(json::parse(Get("/healthz").body)["status"], "alive");
  EXPECT_EQ(json::parse(Get("/").body)["links"]["openapi"], "/openapi.json");
  EXPECT_EQ(json::parse(Get("/openapi.json").body)["openapi"], "3.0.3");
  const json keys = json::parse(Get("/.well-known/jwks.json").body);
  EXPECT_EQ(keys["keys"][0]["kty"], "EC");
  EXPECT_EQ(keys.size(), 1u);
  Get("/v1/applications/missing");
  const RawAnswer metrics = Get("/metrics");
  EXPECT_NE(metrics.body.find("jointly_gateway_calls_total"), std::string::npos);
  EXPECT_NE(metrics.body.find("code=\"NOT_FOUND\""), std::string::npos);
  RawAnswer options = Ask(gateway_->http_port(), "OPTIONS", "/v1/applications");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers["allow"], "GET, POST, HEAD, OPTIONS");
  const RawAnswer head = Ask(gateway_->http_port(), "HEAD", "/v1/applications/x");
  EXPECT_EQ(head.status, 200);
  EXPECT_NE(head.headers.at("content-length"), "0");
}

TEST_F(GatewayTest, LimitsRatesPerCaller) {
  Start({.rates = {.session_per_second = 2,
                   .read_per_second = 5,
                   .write_per_second = 0,
                   .burst_seconds = 1}});
  int refused = 0;
  for (int i = 0; i < 20; ++i) {
    const RawAnswer answer = Get("/v1/applications/x");
    if (answer.status != 429) continue;
    ++refused;
    EXPECT_EQ(ProblemIn(answer)["reason"], "TOO_MANY_REQUESTS");
    EXPECT_EQ(answer.headers.at("retry-after"), "1");
  }
  EXPECT_GE(refused, 10);
  // A person whose token was checked has a bucket of their own.
  const std::string token = backend_->TokenOf("people/p", {});
  Get("/v1/applications/x", {{"Authorization", token}});
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_EQ(Get("/v1/applications/x", {{"Authorization", token}}).status, 200);
  // Nobody gets a new bucket by inventing a token.
  for (int i = 0; i < 5; ++i) Get("/v1/applications/x");
  EXPECT_EQ(Get("/v1/applications/x", {{"Authorization", "Bearer x.y.z"}}).status, 429);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Post("/v1/applications/x:submit").status, 200);
  EXPECT_EQ(Get("/healthz").status, 200);
}

TEST_F(GatewayTest, ShedsLoad) {
  Start({.front = {.calls_max = 2}});
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      EXPECT_EQ(Get("/v1/applications/slow", {{"X-Request-Timeout-Ms", "500"}}).status, 504);
    });
  }
  while (backend_->seen().calls < 2) std::this_thread::sleep_for(milliseconds(5));
  const RawAnswer answer = Get("/v1/applications/x");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(ProblemIn(answer)["reason"], "OVERLOADED");
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Get("/v1/applications/x").status, 200);
}

TEST_F(GatewayTest, UploadsStream) {
  const std::string file(5'000'000, 'u');
  const RawAnswer answer =
      Post("/v1/applications/x/documents?kind=transcript&fileName=Relev%C3%A9.pdf", file,
           {{"Content-Type", "application/pdf"}, {"Idempotency-Key", kKey}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json document = json::parse(answer.body);
  EXPECT_EQ(document["name"], "applications/x/documents/d");
  EXPECT_EQ(document["sizeBytes"], "5000000");
  EXPECT_EQ(document["fileName"], "Relevé.pdf");
  EXPECT_EQ(document["sha256"], kKey);
  // Chunked, empty, and by the other spelling.
  RawClient chunked(gateway_->http_port());
  chunked.Send(
      "POST /v1/applications/x/documents?kind=photo&file_name=p.png HTTP/1.1\r\n"
      "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 10; ++i) chunked.Send("2710\r\n" + std::string(10'000, 'c') + "\r\n");
  chunked.Send("0\r\n\r\n");
  EXPECT_EQ(json::parse(chunked.Receive().body)["sizeBytes"], "100000");
  EXPECT_EQ(json::parse(Post("/v1/applications/x/documents?kind=photo").body)["sizeBytes"], "0");
  const int cancelled = backend_->seen().cancelled;
  // Too large: by its announced length, and when it does not stop coming.
  EXPECT_EQ(Post("/v1/applications/x/documents?kind=photo", std::string(11 << 20, 'x')).status,
            413);
  RawClient endless(gateway_->http_port());
  endless.Send(
      "POST /v1/applications/x/documents?kind=photo HTTP/1.1\r\nHost: a\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 200; ++i) {
    if (!endless.Send("10000\r\n" + std::string(0x10000, 'x') + "\r\n")) break;
  }
  EXPECT_EQ(endless.Receive().status, 413);
  RawClient broken(gateway_->http_port());
  broken.Send(
      "POST /v1/applications/x/documents?kind=photo HTTP/1.1\r\nHost: a\r\n"
      "Content-Length: 1000000\r\n\r\n" +
      std::string(500'000, 'x'));
  broken.CloseSending();
  EXPECT_EQ(broken.Receive().status, 400);
  // The client has its answer before the service has heard of the end.
  for (int i = 0; i < 300 && backend_->seen().cancelled < cancelled + 2; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_GE(backend_->seen().cancelled, cancelled + 2) << "nothing half is kept";
}

TEST_F(GatewayTest, UploadsAreRefusedWithTheReason) {
  const std::string path = "/v1/applications/x/documents";
  RawAnswer answer = Post(path + "?kind=refuse", std::string(3'000'000, 'x'));
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(ProblemIn(answer)["reason"], "NOT_YOURS");
  answer = Post(path + "?kind=a&kind=b&size=3", std::string(2'000'000, 'x'),
                {{"Idempotency-Key", "abc"}, {"Content-Type", "multipart/form-data; boundary=x"}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(ProblemIn(answer)["violations"].size(), 4u) << answer.body;
  backend_->Kill();
  EXPECT_EQ(Post(path + "?kind=a", "x").status, 503);
}

TEST_F(GatewayTest, DownloadsStream) {
  RawAnswer answer = Get("/v1/applications/x/documents/3000000:download");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.size(), 3'000'000u);
  EXPECT_EQ(answer.headers["content-length"], "3000000");
  EXPECT_EQ(answer.headers["content-type"], "application/pdf");
  EXPECT_EQ(answer.headers["content-disposition"],
            "attachment; filename=\".._Relev_ ______.pdf\"; "
            "filename*=UTF-8''.._Relev%C3%A9%20%22%E7%AD%91%E6%B3%A2%22__.pdf");
  EXPECT_EQ(answer.headers["content-security-policy"],
            "default-src 'none'; sandbox; frame-ancestors 'none'");
  EXPECT_EQ(Get("/v1/applications/x/documents/0:download").body, "");
  const RawAnswer broken = Get("/v1/applications/x/documents/broken:download");
  EXPECT_EQ(broken.status, 200);
  EXPECT_FALSE(broken.whole) << "a client must see that the rest is missing";
  // Who leaves in the middle, or never reads, holds nothing up.
  {
    RawClient gone(gateway_->http_port());
    gone.Send("GET /v1/applications/x/documents/100000000:download HTTP/1.1\r\nHost: a\r\n\r\n");
    gone.ReceiveSome(milliseconds(2000));
  }
  for (int i = 0; i < 300 && backend_->seen().cancelled == 0; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_GE(backend_->seen().cancelled, 1);
}

TEST_F(GatewayTest, StopsGracefully) {
  std::thread slow([&] {
    EXPECT_EQ(Get("/v1/applications/slow", {{"X-Request-Timeout-Ms", "300"}}).status, 504);
  });
  while (backend_->seen().calls < 1) std::this_thread::sleep_for(milliseconds(5));
  RawClient stream(gateway_->http_port());
  stream.Send("GET /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: " +
              backend_->TokenOf("people/p", {}) + "\r\n\r\n");
  std::string text = stream.ReceiveSome(milliseconds(3000));
  EXPECT_TRUE(gateway_->Stop());
  slow.join();
  EXPECT_TRUE(stream.Ended(milliseconds(3000)));
  text += stream.ReceiveSome(milliseconds(1));
  EXPECT_NE(text.find("event: end\ndata: {\"reason\":\"SHUTDOWN\"}"), std::string::npos) << text;
}

}  // namespace
}  // namespace jointly::gateway
