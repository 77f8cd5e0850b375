#include "services/gateway/http/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "services/gateway/http/head.h"
#include "tests/unit/gateway_http/raw_client.h"

namespace jointly::gateway {
namespace {

using std::chrono::milliseconds;

// Answers what it was asked, from another thread where the path says so.
class Echo final : public Handler {
 public:
  class Reply final : public Exchange {
   public:
    Reply(Echo& echo, HttpRequest head) : echo_(echo), head_(std::move(head)) {}
    std::size_t body_bytes_max() const override { return 100'000; }
    void Serve(std::string body, Respond respond) override {
      HttpResponse response;
      response.content_type = "text/plain";
      response.body = head_.method + " " + head_.target + " [" + body + "]";
      if (head_.target == "/forge") {
        response.headers.push_back({"X-Forged", "a\r\nSet-Cookie: evil=1\r\n\r\n<html>"});
        response.headers.push_back({"X-Bad\r\nSet-Cookie", "evil=2"});
        response.headers.push_back({"X-Good", "kept"});
      }
      if (!head_.target.starts_with("/slow")) return respond(std::move(response));
      echo_.threads_.emplace_back([response = std::move(response), respond]() mutable {
        std::this_thread::sleep_for(milliseconds(150));
        respond(std::move(response));
      });
    }
    HttpResponse Refuse(int status, std::string_view why) override {
      return echo_.Refuse(status, why);
    }

   private:
    Echo& echo_;
    HttpRequest head_;
  };

  ~Echo() override { Join(); }
  void Join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  std::unique_ptr<Exchange> Begin(HttpRequest head) override {
    ++requests;
    return std::make_unique<Reply>(*this, std::move(head));
  }
  HttpResponse Refuse(int status, std::string_view why) override {
    HttpResponse response;
    response.status = status;
    response.content_type = "text/plain";
    response.body = std::string(why);
    return response;
  }

  std::atomic<int> requests{0};
  std::vector<std::thread> threads_;
};

class HttpServerTest : public testing::Test {
 protected:
  void Start(HttpOptions options = {}) {
    server_ = std::make_unique<HttpServer>(std::move(options), echo_);
    port_ = server_->Start();
  }
  RawAnswer Send(const std::string& bytes) {
    RawClient client(port_);
    client.Send(bytes);
    client.CloseSending();
    return client.Receive();
  }

  Echo echo_;
  std::unique_ptr<HttpServer> server_;
  int port_ = 0;
};

const std::string& kGet = *new std::string("GET / HTTP/1.1\r\nHost: a\r\n");
const std::string& kPost = *new std::string("POST / HTTP/1.1\r\nHost: a\r\n");
using HttpRow = std::tuple<std::string, std::string, int>;
// What is sent, byte by byte, and the status that answers it.
const std::vector<HttpRow>& kHttpRows = *new std::vector<HttpRow>{
    {"fine", kGet + "\r\n", 200},
    {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
    {"two hosts", kGet + "Host: b\r\n\r\n", 400},
    {"no version", "GET /\r\n\r\n", 400},
    {"version 2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 400},
    {"version 1.9", "GET / HTTP/1.9\r\nHost: a\r\n\r\n", 400},
    {"lower case protocol", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
    {"no method", " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"a method with a brace", "G{T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"a raw control character in the target", "GET /a\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"a header without a colon", kGet + "Nothing\r\n\r\n", 400},
    {"a space before the colon", kGet + "X-A : b\r\n\r\n", 400},
    {"a name that is empty", kGet + ": b\r\n\r\n", 400},
    {"a NUL in a header", kGet + std::string("X-A: a\0b\r\n\r\n", 12), 400},
    {"a bare line feed in a header", kGet + "X-A: a\nX-B: b\r\n\r\n", 400},
    {"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400},
    {"a negative length", kPost + "Content-Length: -1\r\n\r\n", 400},
    {"a length in hexadecimal", kPost + "Content-Length: 0x10\r\n\r\n", 400},
    {"a length with a plus", kPost + "Content-Length: +3\r\n\r\nabc", 400},
    {"a length beyond 64 bits", kPost + "Content-Length: 99999999999999999999\r\n\r\n", 400},
    {"a length with a comma", kPost + "Content-Length: 3, 3\r\n\r\nabc", 400},
    {"two lengths", kPost + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400},
    {"the same length twice", kPost + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400},
    {"a length and chunks",
     kPost + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"chunks and a length",
     kPost + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400},
    {"gzip", kPost + "Transfer-Encoding: gzip\r\n\r\nabc", 400},
    {"gzip, chunked", kPost + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400},
    {"chunked twice",
     kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"chunked with a vertical tab", kPost + "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", 400},
    {"identity", kPost + "Transfer-Encoding: identity\r\n\r\nabc", 400},
    {"chunks of HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"a chunk size that is none", kPost + "Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n", 400},
    {"a negative chunk", kPost + "Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n", 400},
    {"a chunk beyond 64 bits", kPost + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
     400},
    {"a chunk that is longer than it says",
     kPost + "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", 400},
    {"a body that breaks off", kPost + "Content-Length: 10\r\n\r\nabc", 400},
    {"a chunk that breaks off", kPost + "Transfer-Encoding: chunked\r\n\r\n5\r\nab", 400},
    {"an expectation", kPost + "Expect: miracle\r\nContent-Length: 3\r\n\r\nabc", 417},
    {"headers of 9 KiB", kGet + "X-A: " + std::string(9000, 'a') + "\r\n\r\n", 431},
    {"a target of 1 MB", "GET /" + std::string(1 << 20, 'a') + " HTTP/1.1\r\n\r\n", 431},
    {"a header without an end", kGet + "X-A: " + std::string(100'000, 'a'), 431},
    {"1000 headers",
     kGet +
         [] {
           std::string headers;
           for (int i = 0; i < 1000; ++i) headers += "X-A" + std::to_string(i) + ": b\r\n";
           return headers;
         }() +
         "\r\n",
     431},
    {"a body over the limit", kPost + "Content-Length: 100001\r\n\r\n", 413},
    {"a body far over the limit",
     kPost + "Content-Length: 2000000\r\n\r\n" + std::string(2'000'000, 'a'), 413},
    {"chunks over the limit",
     kPost + "Transfer-Encoding: chunked\r\n\r\n" +
         [] {
           std::string chunks;
           for (int i = 0; i < 200; ++i) chunks += "400\r\n" + std::string(1024, 'a') + "\r\n";
           return chunks + "0\r\n\r\n";
         }(),
     413},
    {"a chunk extension of 100 kB",
     kPost + "Transfer-Encoding: chunked\r\n\r\n3;" + std::string(100'000, 'a') + "\r\nabc\r\n",
     400},
    {"chunks", kPost + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
     200},
    {"a trailer", kPost + "Transfer-Encoding: chunked\r\n\r\n0\r\nX-T: a\r\n\r\n", 200},
    {"CHUNKED", kPost + "Transfer-Encoding: CHUNKED\r\n\r\n1\r\na\r\n0\r\n\r\n", 200},
    {"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200},
};

TEST_F(HttpServerTest, RefusesWhatIsNoHttp) {
  Start();
  for (const auto& [what, bytes, status] : kHttpRows) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(Send(bytes).status, status) << what;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(2000)) << what;
  }
}

TEST_F(HttpServerTest, ServesManyRequestsOnOneConnection) {
  Start();
  RawClient client(port_);
  for (int i = 0; i < 50; ++i) {
    client.Send("POST /" + std::to_string(i) +
                " HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    EXPECT_EQ(client.Receive().body, "POST /" + std::to_string(i) + " [abc]");
  }
  // Sent at once: answered one after the other, in order, none lost, the slow one first.
  std::string all;
  for (int i = 0; i < 20; ++i) {
    all += (i == 0 ? "GET /slow/" : "GET /") + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  client.Send(all);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(client.Receive().body, (i == 0 ? "GET /slow/" : "GET /") + std::to_string(i) + " []");
  }
  client.Send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.Receive().headers["connection"], "close");
  EXPECT_TRUE(client.Ended(milliseconds(2000)));
}

TEST_F(HttpServerTest, AfterABodyThatCannotBeReadNothingIsTrusted) {
  Start();
  RawClient client(port_);
  client.Send(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
      "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 400);
  EXPECT_EQ(client.Receive().status, 0);
  EXPECT_EQ(echo_.requests, 1);
}

TEST_F(HttpServerTest, NothingFromOutsideForgesAHeader) {
  Start();
  const RawAnswer answer = Send("GET /forge HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("x-good"), "kept");
  EXPECT_FALSE(answer.headers.contains("set-cookie"));
  EXPECT_FALSE(answer.headers.contains("x-forged"));
  EXPECT_EQ(answer.body, "GET /forge []");
}

TEST_F(HttpServerTest, EveryAnswerHasTheSecurityHeaders) {
  Start();
  for (const char* request :
       {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "nonsense\r\n\r\n"}) {
    RawAnswer answer = Send(request);
    EXPECT_EQ(answer.headers["x-content-type-options"], "nosniff") << request;
    EXPECT_EQ(answer.headers["cache-control"], "no-store") << request;
    EXPECT_EQ(answer.headers["referrer-policy"], "no-referrer") << request;
    EXPECT_EQ(answer.headers["content-security-policy"],
              "default-src 'none'; frame-ancestors 'none'")
        << request;
  }
}

TEST_F(HttpServerTest, AnswersHeadAndExpectation) {
  Start();
  RawClient client(port_);
  client.Send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.Receive(true).headers["content-length"], "10");
  EXPECT_EQ(client.Receive().body, "GET /y []");
  client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 100);
  client.Send("abc");
  EXPECT_EQ(client.Receive().body, "POST / [abc]");
  client.Send("GET /z HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(client.Receive().headers["connection"], "keep-alive");
  client.Send("GET /z HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.Receive().headers["connection"], "close");
}

TEST_F(HttpServerTest, SlowClientsAreDropped) {
  Start({.header_timeout = milliseconds(200),
         .body_timeout = milliseconds(200),
         .idle_timeout = milliseconds(400)});
  RawClient idle(port_), head(port_), body(port_), drip(port_);
  head.Send("GET / HTTP/1.1\r\nHo");
  body.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  // A byte now and then does not help: the whole head has one deadline.
  for (int i = 0; i < 10; ++i) {
    if (!drip.Send("G")) break;
    std::this_thread::sleep_for(milliseconds(50));
  }
  EXPECT_EQ(head.Receive().status, 408);
  EXPECT_EQ(body.Receive().status, 408);
  EXPECT_EQ(drip.Receive().status, 408);
  EXPECT_TRUE(idle.Ended(milliseconds(3000)));
  EXPECT_EQ(idle.Receive().status, 0);
}

TEST_F(HttpServerTest, TurnsAwayConnectionsOverTheLimit) {
  Start({.connections_max = 3});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<RawClient>(port_));
    clients.back()->Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(clients.back()->Receive().status, 200);
  }
  RawClient more(port_);
  EXPECT_EQ(more.Receive().status, 503);
  clients.clear();
  for (int i = 0; i < 200 && server_->connections() > 0; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
}

TEST_F(HttpServerTest, StopFinishesWhatHasBegun) {
  Start({.linger = milliseconds(100)});
  RawClient idle(port_), working(port_);
  working.Send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  while (echo_.requests == 0) std::this_thread::sleep_for(milliseconds(5));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(server_->Stop(milliseconds(5000)));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(2000));
  const RawAnswer answer = working.Receive();
  EXPECT_EQ(answer.body, "GET /slow []");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(idle.Ended(milliseconds(100)));
  RawClient late(port_);
  EXPECT_FALSE(late.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") && late.Receive().status == 200);
}

TEST_F(HttpServerTest, ManyClientsAtOnce) {
  Start();
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 40; ++i) {
        const std::string path = "/" + std::to_string(t) + "/" + std::to_string(i);
        RawClient client(port_);
        client.Send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
        if (client.Receive().body == "GET " + path + " []") ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 320);
}

}  // namespace
}  // namespace jointly::gateway
