#include "tests/store/db/tcp_relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>

#include "common/error/check.h"

namespace jointly::db {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

// True when there is something to read, or the other side has closed.
bool Readable(int descriptor) {
  pollfd wanted{.fd = descriptor, .events = POLLIN, .revents = 0};
  return poll(&wanted, 1, 0) > 0;
}

}  // namespace

struct TcpRelay::Link {
  int client = -1;
  int server = -1;
  int generation = 0;
  bool swallow = false;  // The request went through; its answer will not.
  std::thread thread;

  ~Link() {
    if (thread.joinable()) thread.join();
    close(client);
    if (server >= 0) close(server);
  }
};

TcpRelay::TcpRelay(int server_port) : server_port_(server_port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  Check(bind(listener_, generic, size) == 0 && listen(listener_, 64) == 0 &&
            getsockname(listener_, generic, &size) == 0,
        "the relay cannot listen");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

TcpRelay::~TcpRelay() {
  stopping_ = true;
  acceptor_.join();
  links_.clear();
  close(listener_);
}

void TcpRelay::SetDown(bool down) {
  down_ = down;
  ++generation_;
}

void TcpRelay::Accept() {
  while (!stopping_) {
    pollfd wanted{.fd = listener_, .events = POLLIN, .revents = 0};
    if (poll(&wanted, 1, 10) <= 0) continue;
    auto link = std::make_unique<Link>();
    link->generation = generation_;
    link->client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (link->client < 0 || down_) continue;
    link->server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = Loopback(server_port_);
    if (connect(link->server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      continue;
    }
    Link& started = *link;
    const std::lock_guard lock(mutex_);
    links_.push_back(std::move(link));
    started.thread = std::thread([this, &started] { Serve(started); });
  }
}

void TcpRelay::Serve(Link& link) {
  while (!stopping_ && link.generation == generation_) {
    std::array<pollfd, 2> wanted = {pollfd{link.client, POLLIN, 0}, pollfd{link.server, POLLIN, 0}};
    poll(wanted.data(), wanted.size(), 10);
    if (mode_ == Mode::kSilence) continue;
    if (Readable(link.client) && !Forward(link, /*from_client=*/true)) break;
    if (Readable(link.server) && !Forward(link, /*from_client=*/false)) break;
  }
  shutdown(link.client, SHUT_RDWR);
  shutdown(link.server, SHUT_RDWR);
}

bool TcpRelay::Forward(Link& link, bool from_client) {
  std::array<char, 65536> buffer{};
  const ssize_t size =
      recv(from_client ? link.client : link.server, buffer.data(), buffer.size(), 0);
  if (size <= 0) return false;
  if (from_client) {
    Mode expected = Mode::kCutRequest;
    if (mode_.compare_exchange_strong(expected, Mode::kPass)) return false;
    expected = Mode::kCutAnswer;
    if (mode_.compare_exchange_strong(expected, Mode::kPass)) link.swallow = true;
  } else if (link.swallow) {
    return false;
  }
  const int out = from_client ? link.server : link.client;
  return send(out, buffer.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL) == size;
}

}  // namespace jointly::db
