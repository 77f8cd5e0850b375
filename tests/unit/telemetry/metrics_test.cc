#include "common/telemetry/metrics.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <vector>

namespace jointly::telemetry {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Metrics, TheSameNameAndLabelsAreTheSameObject) {
  Counter& one = GetCounter("jointly_test_total", "Help.", {{"kind", "a"}});
  Counter& same = GetCounter("jointly_test_total", "Help.", {{"kind", "a"}});
  Counter& other = GetCounter("jointly_test_total", "Help.", {{"kind", "b"}});
  EXPECT_EQ(&one, &same);
  EXPECT_NE(&one, &other);
  one.Add();
  one.Add(2);
  EXPECT_EQ(same.value(), 3);
  EXPECT_EQ(other.value(), 0);
}

TEST(Metrics, TextFormHoldsEverything) {
  GetCounter("jointly_text_total", "Counted things.", {{"kind", "a\"b"}}).Add(5);
  GetGauge("jointly_text_size", "A size.").Set(2.5);
  GetHistogram("jointly_text_seconds", "A time.").Observe(0.003);
  const std::string text = MetricsText();
  EXPECT_THAT(text, HasSubstr("# HELP jointly_text_total Counted things.\n"));
  EXPECT_THAT(text, HasSubstr("jointly_text_total{kind=\"a\\\"b\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("jointly_text_size 2.5\n"));
  EXPECT_THAT(text, HasSubstr("jointly_text_seconds_bucket{le=\"0.002\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("jointly_text_seconds_bucket{le=\"0.005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("jointly_text_seconds_count 1\n"));
}

TEST(Metrics, CountsFromManyThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < 1000; ++n) GetCounter("jointly_threads_total", "Help.").Add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(GetCounter("jointly_threads_total", "Help.").value(), 8000);
}

class Client {
 public:
  explicit Client(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience = {10, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void Send(const std::string& text) { send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  std::string ReadAll() {
    std::string all;
    char buffer[4096];
    for (;;) {
      const ssize_t got = recv(fd_, buffer, sizeof(buffer), 0);
      if (got <= 0) return all;
      all.append(buffer, static_cast<std::size_t>(got));
    }
  }

 private:
  int fd_;
};

std::string Ask(int port, const std::string& request) {
  Client client(port);
  client.Send(request);
  return client.ReadAll();
}

class MetricsServerTest : public ::testing::Test {
 protected:
  MetricsServer server_{"127.0.0.1:0", {{"/readyz", [] { return Page{503, "database: down\n"}; }}}};
};

TEST_F(MetricsServerTest, AnswersRequests) {
  GetCounter("jointly_served_total", "Help.").Add();
  struct Case {
    std::string request, start, part;
  };
  for (const Case& c : {
           Case{"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.0 200 OK\r\n",
                "jointly_served_total 1\n"},
           Case{"GET /metrics?x=y HTTP/1.0\r\n\r\n", "HTTP/1.0 200", "jointly_served_total"},
           Case{"GET /readyz HTTP/1.0\r\n\r\n", "HTTP/1.0 503", "database: down\n"},
           Case{"GET /etc/passwd HTTP/1.0\r\n\r\n", "HTTP/1.0 404", "no such page"},
           Case{"POST /metrics HTTP/1.0\r\n\r\n", "HTTP/1.0 405", "Allow: GET"},
           Case{"nonsense\r\n\r\n", "HTTP/1.0 400", ""},
           Case{std::string(9000, 'x'), "HTTP/1.0 400", "too long"},
       }) {
    const std::string reply = Ask(server_.port(), c.request);
    EXPECT_THAT(reply, StartsWith(c.start)) << c.request.substr(0, 40);
    EXPECT_THAT(reply, HasSubstr(c.part)) << c.request.substr(0, 40);
  }
}

TEST_F(MetricsServerTest, AClientThatStallsDoesNotHoldUpAnother) {
  Client stalled(server_.port());
  stalled.Send("GET /metr");
  EXPECT_THAT(Ask(server_.port(), "GET /readyz HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 503"));
}

TEST_F(MetricsServerTest, ARequestInPiecesIsPutTogether) {
  Client client(server_.port());
  for (const char* piece : {"GET /re", "adyz HT", "TP/1.0\r\n\r", "\n"}) client.Send(piece);
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.0 503"));
}

}  // namespace
}  // namespace jointly::telemetry
