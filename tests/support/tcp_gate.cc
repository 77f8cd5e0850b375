#include "tests/support/tcp_gate.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/error/check.h"

namespace jointly::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kChunkBytes = 16 * 1024;
constexpr std::size_t kHeldBytesMax = 256 * 1024;  // Then the sender feels the back pressure.
constexpr int kPollMs = 2;

sockaddr_in AddressOf(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  Check(inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1, "a gate takes an IPv4 address");
  return address;
}

int Connect(const std::string& host, int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = AddressOf(host, port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

void MakeQuick(int fd) {
  const int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

}  // namespace

TcpGate::TcpGate(const std::string& host, int port) : host_(host), target_port_(port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address = AddressOf("127.0.0.1", 0);
  socklen_t size = sizeof(address);
  Check(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
  Check(listen(listener_, 64) == 0, "listen");
  Check(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Loop(); });
}

TcpGate::~TcpGate() {
  stopping_ = true;
  thread_.join();
  for (Link& link : links_) Close(link, /*reset=*/true);
  close(listener_);
}

int TcpGate::connections() {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(links_.size());
}

void TcpGate::Heal() {
  const std::lock_guard lock(mutex_);
  delay_ = milliseconds(0);
  bytes_per_second_ = 0;
  stalled_[0] = stalled_[1] = false;
  corrupt_[0] = corrupt_[1] = false;
  refuse_ = false;
  cut_after_ = 0;
}

void TcpGate::Delay(milliseconds delay) {
  const std::lock_guard lock(mutex_);
  delay_ = delay;
}

void TcpGate::Throttle(std::size_t bytes_per_second) {
  const std::lock_guard lock(mutex_);
  bytes_per_second_ = bytes_per_second;
  budget_ = 0;
  budget_at_ = steady_clock::now();
}

void TcpGate::Stall(Way way) {
  const std::lock_guard lock(mutex_);
  stalled_[static_cast<std::size_t>(way)] = true;
}

void TcpGate::StallBoth() {
  Stall(Way::kToServer);
  Stall(Way::kToClient);
}

void TcpGate::Reset() {
  const std::lock_guard lock(mutex_);
  for (Link& link : links_) Close(link, /*reset=*/true);
}

void TcpGate::Cut() {
  const std::lock_guard lock(mutex_);
  for (Link& link : links_) Close(link, /*reset=*/false);
}

void TcpGate::CutAfter(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  cut_after_ = bytes;
  for (Link& link : links_) link.passed = 0;
}

void TcpGate::Corrupt(Way way, std::size_t after) {
  const std::lock_guard lock(mutex_);
  corrupt_[static_cast<std::size_t>(way)] = true;
  corrupt_after_[static_cast<std::size_t>(way)] = after;
}

void TcpGate::Refuse(bool refuse) {
  const std::lock_guard lock(mutex_);
  refuse_ = refuse;
}

void TcpGate::Loop() {
  while (!stopping_) {
    std::vector<pollfd> fds = {{.fd = listener_, .events = POLLIN, .revents = 0}};
    {
      const std::lock_guard lock(mutex_);
      for (const Link& link : links_) {
        for (const Flow& flow : link.flows) {
          if (!flow.ended) fds.push_back({.fd = flow.from, .events = POLLIN, .revents = 0});
        }
      }
    }
    // Stalled sockets stay readable: a short sleep keeps the loop from spinning on them.
    poll(fds.data(), fds.size(), kPollMs);
    const std::lock_guard lock(mutex_);
    if ((fds[0].revents & POLLIN) != 0) Accept();
    const Instant now = steady_clock::now();
    for (Link& link : links_) Pump(link, now);
    links_.remove_if([](const Link& link) { return link.broken; });
    if (stalled_[0] || stalled_[1] || delay_ > milliseconds(0)) {
      std::this_thread::sleep_for(milliseconds(1));
    }
  }
}

void TcpGate::Accept() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = refuse_ ? -1 : Connect(host_, target_port_);
  if (server < 0) {
    close(client);
    return;
  }
  MakeQuick(client);
  MakeQuick(server);
  Link& link = links_.emplace_back();
  link.flows[0].from = link.flows[1].to = client;
  link.flows[0].to = link.flows[1].from = server;
}

void TcpGate::Pump(Link& link, Instant now) {
  for (std::size_t way = 0; way < 2 && !link.broken; ++way) {
    Read(link, way, now);
    if (!link.broken) Write(link, way, now);
  }
  if (!link.broken && link.flows[0].closed_out && link.flows[1].closed_out) Close(link, false);
}

void TcpGate::Read(Link& link, std::size_t way, Instant now) {
  Flow& flow = link.flows[way];
  std::size_t held = 0;
  for (const Chunk& chunk : flow.chunks) held += chunk.bytes.size();
  if (stalled_[way] || flow.ended || held >= kHeldBytesMax) return;
  std::string bytes(kChunkBytes, '\0');
  const ssize_t got = recv(flow.from, bytes.data(), bytes.size(), 0);
  if (got == 0) {
    flow.ended = true;
  } else if (got < 0 && errno != EAGAIN && errno != EINTR) {
    Close(link, /*reset=*/true);
  } else if (got > 0) {
    bytes.resize(static_cast<std::size_t>(got));
    Damage(bytes, way);
    flow.chunks.push_back({.bytes = std::move(bytes), .due = now + delay_});
  }
}

void TcpGate::Write(Link& link, std::size_t way, Instant now) {
  Flow& flow = link.flows[way];
  while (!stalled_[way] && !flow.chunks.empty() && flow.chunks.front().due <= now) {
    std::string& bytes = flow.chunks.front().bytes;
    std::size_t allowed = bytes.size();
    if (bytes_per_second_ > 0) {
      const std::chrono::duration<double> passed = now - budget_at_;
      budget_ = std::min(budget_ + passed.count() * static_cast<double>(bytes_per_second_),
                         static_cast<double>(bytes_per_second_));
      budget_at_ = now;
      allowed = std::min(allowed, static_cast<std::size_t>(budget_));
      if (allowed == 0) return;
    }
    const ssize_t sent = send(flow.to, bytes.data(), allowed, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN && errno != EINTR) Close(link, /*reset=*/true);
      return;
    }
    budget_ -= static_cast<double>(sent);
    passed_ += static_cast<std::uint64_t>(sent);
    link.passed += static_cast<std::size_t>(sent);
    if (cut_after_ > 0 && link.passed >= cut_after_) return Close(link, /*reset=*/false);
    if (static_cast<std::size_t>(sent) < bytes.size()) {
      bytes.erase(0, static_cast<std::size_t>(sent));
      return;
    }
    flow.chunks.pop_front();
  }
  if (flow.ended && flow.chunks.empty() && !flow.closed_out && !stalled_[way]) {
    shutdown(flow.to, SHUT_WR);
    flow.closed_out = true;
  }
}

void TcpGate::Damage(std::string& bytes, std::size_t way) {
  if (!corrupt_[way]) return;
  if (corrupt_after_[way] >= bytes.size()) {
    corrupt_after_[way] -= bytes.size();
    return;
  }
  bytes[corrupt_after_[way]] = static_cast<char>(bytes[corrupt_after_[way]] ^ 0x20);
  corrupt_[way] = false;
}

void TcpGate::Close(Link& link, bool reset) {
  if (link.broken) return;
  link.broken = true;
  for (const Flow& flow : link.flows) {
    if (reset) {
      // A zero linger makes the kernel send RST instead of FIN.
      const linger hard{.l_onoff = 1, .l_linger = 0};
      setsockopt(flow.from, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    }
    close(flow.from);
  }
}

}  // namespace jointly::test
