#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "common/error/check.h"
#include "common/telemetry/log.h"
#include "common/telemetry/metrics.h"

// A GET-only HTTP/1.0 server on plain sockets: one thread and poll(), one answer per connection.
namespace jointly::telemetry {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t kConnectionsMax = 32;
constexpr std::size_t kRequestBytesMax = 8 * 1024;
constexpr std::chrono::seconds kConnectionLife{5};

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

// Either still reading the request (reply empty) or writing the reply.
struct Connection {
  Descriptor socket;
  SteadyTime expires;
  std::string request;
  std::string reply;
  std::size_t written = 0;
  bool done = false;
};

std::string_view StatusText(int status) {
  switch (status) {
    case 200:
      return "200 OK";
    case 400:
      return "400 Bad Request";
    case 404:
      return "404 Not Found";
    case 405:
      return "405 Method Not Allowed";
    case 503:
      return "503 Service Unavailable";
    default:
      return "500 Internal Server Error";
  }
}

std::string Reply(const Page& page) {
  std::string reply = "HTTP/1.0 " + std::string(StatusText(page.status)) +
                      "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n";
  if (page.status == 405) reply += "Allow: GET\r\n";
  reply += "X-Content-Type-Options: nosniff\r\nConnection: close\r\nContent-Length: " +
           std::to_string(page.body.size()) + "\r\n\r\n" + page.body;
  return reply;
}

// "127.0.0.1:9100" or "[::1]:9100".
Descriptor Listen(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return Descriptor();
  std::string host = address.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST;
  addrinfo* found = nullptr;
  if (host == "localhost") host = "127.0.0.1";
  if (getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found) != 0) {
    errno = EADDRNOTAVAIL;
    return Descriptor();
  }
  Descriptor listener(socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int yes = 1;
  setsockopt(listener.fd(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  const bool listening = bind(listener.fd(), found->ai_addr, found->ai_addrlen) == 0 &&
                         listen(listener.fd(), static_cast<int>(kConnectionsMax)) == 0;
  freeaddrinfo(found);
  return listening ? std::move(listener) : Descriptor();
}

}  // namespace

struct MetricsServer::State {
  std::map<std::string, PageFunction> pages;
  Descriptor listener;
  Descriptor stop{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::vector<Connection> connections;
  SystemClock clock;
  std::thread thread;

  Page Answer(std::string_view request) const {
    const std::size_t first = request.find(' ');
    const std::size_t second = request.find(' ', first == std::string_view::npos ? 0 : first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) {
      return {400, "not an HTTP request\n"};
    }
    if (request.substr(0, first) != "GET") return {405, "only GET\n"};
    const std::string_view target = request.substr(first + 1, second - first - 1);
    const auto page = pages.find(std::string(target.substr(0, target.find('?'))));
    return page == pages.end() ? Page{404, "no such page\n"} : page->second();
  }

  void Read(Connection& connection) {
    char buffer[2048];
    const ssize_t got = recv(connection.socket.fd(), buffer, sizeof(buffer), 0);
    if (got <= 0) {
      connection.done = got == 0 || (errno != EAGAIN && errno != EINTR);
      return;
    }
    connection.request.append(buffer, static_cast<std::size_t>(got));
    if (connection.request.find("\r\n\r\n") != std::string::npos ||
        connection.request.find("\n\n") != std::string::npos) {
      connection.reply = Reply(Answer(connection.request));
    } else if (connection.request.size() > kRequestBytesMax) {
      connection.reply = Reply({400, "the request is too long\n"});
    }
  }

  static void Write(Connection& connection) {
    const ssize_t sent = send(connection.socket.fd(), connection.reply.data() + connection.written,
                              connection.reply.size() - connection.written, MSG_NOSIGNAL);
    if (sent < 0) {
      connection.done = errno != EAGAIN && errno != EINTR;
      return;
    }
    connection.written += static_cast<std::size_t>(sent);
    if (connection.written == connection.reply.size()) {
      shutdown(connection.socket.fd(), SHUT_WR);
      connection.done = true;
    }
  }

  void Accept(SteadyTime now) {
    const int fd = accept4(listener.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    Connection connection{.socket = Descriptor(fd), .expires = now + kConnectionLife};
    connections.push_back(std::move(connection));
  }

  void Run() {
    for (;;) {
      std::vector<pollfd> polled = {{stop.fd(), POLLIN, 0}, {listener.fd(), POLLIN, 0}};
      // At the limit new connections wait in the kernel until an old one ends or expires.
      if (connections.size() >= kConnectionsMax) polled[1].events = 0;
      for (const Connection& connection : connections) {
        const int events = connection.reply.empty() ? POLLIN : POLLOUT;
        polled.push_back({connection.socket.fd(), static_cast<short>(events), 0});
      }
      poll(polled.data(), polled.size(), connections.empty() ? -1 : 500);
      if ((polled[0].revents & POLLIN) != 0) return;
      const SteadyTime now = clock.Monotonic();
      for (std::size_t i = 0; i < connections.size(); ++i) {
        Connection& connection = connections[i];
        if (polled[i + 2].revents != 0) {
          if (connection.reply.empty()) Read(connection);
          if (!connection.done && !connection.reply.empty()) Write(connection);
        }
        if (now > connection.expires) connection.done = true;
      }
      std::erase_if(connections, [](const Connection& connection) { return connection.done; });
      if ((polled[1].revents & POLLIN) != 0) Accept(now);
    }
  }
};

MetricsServer::MetricsServer(const std::string& address, std::map<std::string, PageFunction> pages)
    : state_(std::make_unique<State>()) {
  state_->pages = std::move(pages);
  state_->pages["/metrics"] = [] { return Page{200, MetricsText()}; };
  state_->listener = Listen(address);
  if (state_->listener.fd() < 0) {
    Error("cannot listen for metrics: choose a free address with --metrics-address",
          {{"address", address}, {"error", std::strerror(errno)}});
    std::_Exit(2);
  }
  state_->thread = std::thread([state = state_.get()] { state->Run(); });
}

MetricsServer::~MetricsServer() {
  const std::uint64_t one = 1;
  Check(write(state_->stop.fd(), &one, sizeof(one)) == sizeof(one), "eventfd");
  state_->thread.join();
}

int MetricsServer::port() const {
  sockaddr_storage address = {};
  socklen_t length = sizeof(address);
  Check(getsockname(state_->listener.fd(), reinterpret_cast<sockaddr*>(&address), &length) == 0,
        "getsockname");
  return address.ss_family == AF_INET6
             ? ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port)
             : ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace jointly::telemetry
