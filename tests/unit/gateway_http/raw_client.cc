#include "tests/unit/gateway_http/raw_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace jointly::gateway {
namespace {

constexpr std::chrono::milliseconds kPatience{20'000};

}  // namespace

RawClient::RawClient(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    close(fd_);
    fd_ = -1;
  }
}

RawClient::~RawClient() {
  if (fd_ >= 0) close(fd_);
}

bool RawClient::Send(const std::string& bytes) {
  std::size_t sent = 0;
  while (fd_ >= 0 && sent < bytes.size()) {
    const ssize_t n = send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return fd_ >= 0;
}

void RawClient::CloseSending() { shutdown(fd_, SHUT_WR); }

bool RawClient::Fill(std::chrono::milliseconds patience) {
  pollfd poll_fd{.fd = fd_, .events = POLLIN, .revents = 0};
  if (fd_ < 0 || poll(&poll_fd, 1, static_cast<int>(patience.count())) <= 0) return false;
  char bytes[16 * 1024];
  const ssize_t n = recv(fd_, bytes, sizeof bytes, 0);
  if (n <= 0) return false;
  buffer_.append(bytes, static_cast<std::size_t>(n));
  return true;
}

bool RawClient::Ended(std::chrono::milliseconds patience) {
  if (fd_ < 0) return true;
  pollfd poll_fd{.fd = fd_, .events = POLLIN, .revents = 0};
  while (poll(&poll_fd, 1, static_cast<int>(patience.count())) > 0) {
    char byte = 0;
    if (recv(fd_, &byte, 1, MSG_PEEK) <= 0) return true;
    // What still comes before the end is kept for ReceiveSome.
    if (!Fill(patience)) return true;
  }
  return false;
}

std::string RawClient::ReceiveSome(std::chrono::milliseconds patience) {
  if (buffer_.empty()) Fill(patience);
  return std::exchange(buffer_, std::string());
}

std::string RawClient::Line() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!Fill(kPatience)) return {};
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

bool RawClient::Take(std::size_t bytes, std::string& into) {
  while (buffer_.size() < bytes) {
    if (!Fill(kPatience)) {
      into += std::exchange(buffer_, std::string());
      return false;
    }
  }
  into += buffer_.substr(0, bytes);
  buffer_.erase(0, bytes);
  return true;
}

RawAnswer RawClient::Receive(bool head_request) {
  RawAnswer answer;
  const std::string first = Line();
  if (first.size() < 12 || !first.starts_with("HTTP/1.")) return answer;
  answer.status = std::atoi(first.substr(9, 3).c_str());
  for (std::string line = Line(); !line.empty(); line = Line()) {
    const std::size_t colon = line.find(": ");
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    answer.headers[name] = colon == std::string::npos ? "" : line.substr(colon + 2);
  }
  if (head_request || answer.status == 204 || answer.status == 100) return answer;
  if (answer.headers.contains("content-length")) {
    answer.whole = Take(std::stoul(answer.headers["content-length"]), answer.body);
  } else if (answer.headers["transfer-encoding"] == "chunked") {
    while (true) {
      const std::string size = Line();
      if (size.empty()) {
        answer.whole = false;
        break;
      }
      const std::size_t bytes = std::stoul(size, nullptr, 16);
      if (!Take(bytes, answer.body)) answer.whole = false;
      Line();
      if (bytes == 0 || !answer.whole) break;
    }
  } else {
    while (Fill(kPatience)) {
    }
    answer.body = std::exchange(buffer_, std::string());
  }
  return answer;
}

RawAnswer Ask(int port, const std::string& method, const std::string& target,
              const std::string& body,
              const std::vector<std::pair<std::string, std::string>>& headers) {
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n";
  bool typed = false;
  for (const auto& [name, value] : headers) {
    text += name + ": " + value + "\r\n";
    typed = typed || name == "Content-Type";
  }
  if (!body.empty()) {
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    if (!typed) text += "Content-Type: application/json\r\n";
  }
  RawClient client(port);
  client.Send(text + "\r\n" + body);
  return client.Receive(method == "HEAD");
}

}  // namespace jointly::gateway
