// bench_http: sends the requests of a file over keep-alive connections, as fast as the answers come
// (closed loop), and prints rate, latencies and status counts as one JSON object.
//
//   bench_http --port 8080 --requests FILE --connections 32 [--bodies FILE]
//
// Each line of the request file: METHOD TAB PATH TAB TOKEN TAB KEY TAB BODY. With --bodies the
// answers' bodies are written in the order of the requests. One thread and epoll: it shares two
// cores with what it measures, so it must be light.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::uint16_t port = 8080;
  std::string requests;
  std::string bodies;
  std::size_t connections = 32;
  double rate_per_second = 0;  // 0: as fast as possible.
};

struct Connection {
  int fd = -1;
  std::string out;
  std::size_t sent = 0;
  std::string in;
  std::size_t index = 0;
  Clock::time_point began;
};

[[noreturn]] void Fail(const std::string& text) {
  std::fprintf(stderr, "bench_http: %s\n", text.c_str());
  std::exit(1);
}

Options Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i];
    if (flag == "--port") options.port = static_cast<std::uint16_t>(std::atoi(argv[i + 1]));
    if (flag == "--requests") options.requests = argv[i + 1];
    if (flag == "--bodies") options.bodies = argv[i + 1];
    if (flag == "--connections") options.connections = std::strtoul(argv[i + 1], nullptr, 10);
    if (flag == "--rate") options.rate_per_second = std::atof(argv[i + 1]);
  }
  if (options.requests.empty()) Fail("--requests FILE is required");
  return options;
}

std::vector<std::string> Split(const std::string& line) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (int i = 0; i < 4; ++i) {
    const std::size_t tab = line.find('\t', begin);
    if (tab == std::string::npos) Fail("a line has fewer than five fields");
    parts.push_back(line.substr(begin, tab - begin));
    begin = tab + 1;
  }
  parts.push_back(line.substr(begin));
  return parts;
}

std::vector<std::string> ReadRequests(const Options& options) {
  std::ifstream file(options.requests);
  std::vector<std::string> requests;
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> parts = Split(line);
    std::string text = parts[0] + " " + parts[1] + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    if (!parts[2].empty()) text += "Authorization: Bearer " + parts[2] + "\r\n";
    if (!parts[3].empty()) text += "Idempotency-Key: " + parts[3] + "\r\n";
    if (!parts[4].empty()) {
      text +=
          "Content-Type: application/json\r\nContent-Length: " + std::to_string(parts[4].size()) +
          "\r\n";
    }
    requests.push_back(text + "\r\n" + parts[4]);
  }
  return requests;
}

int Connect(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    Fail("cannot connect to port " + std::to_string(port));
  }
  const int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  return fd;
}

class Run {
 public:
  Run(const Options& options, std::vector<std::string> requests)
      : options_(options), requests_(std::move(requests)), connections_(options.connections) {
    latencies_us_.reserve(requests_.size());
    if (!options.bodies.empty()) bodies_.resize(requests_.size());
  }

  void Go() {
    epoll_ = epoll_create1(0);
    began_ = Clock::now();
    for (Connection& connection : connections_) {
      connection.fd = Connect(options_.port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &connection;
      epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
      SendNext(connection);
    }
    std::vector<epoll_event> events(connections_.size());
    while (answered_ < requests_.size()) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                   idle_.empty() ? 10'000 : 0);
      if (ready == 0 && idle_.empty()) Fail("no answer within 10 s");
      for (int i = 0; i < ready; ++i) {
        Receive(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
      }
      while (!idle_.empty() && MaySend()) {
        Connection* connection = idle_.back();
        idle_.pop_back();
        SendNext(*connection);
      }
    }
    seconds_ = std::chrono::duration<double>(Clock::now() - began_).count();
  }

  void Print() {
    std::sort(latencies_us_.begin(), latencies_us_.end());
    const auto at = [&](double share) {
      const auto last = static_cast<double>(latencies_us_.size() - 1);
      return static_cast<double>(latencies_us_[static_cast<std::size_t>(last * share)]) / 1000;
    };
    std::printf(
        "{\"requests\": %zu, \"seconds\": %.3f, \"rate\": %.0f, \"p50_ms\": %.2f,"
        " \"p90_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.2f, \"status\": {",
        answered_, seconds_, static_cast<double>(answered_) / seconds_, at(0.5), at(0.9), at(0.99),
        at(1.0));
    bool first = true;
    for (const auto& [status, count] : status_) {
      std::printf("%s\"%d\": %zu", first ? "" : ", ", status, count);
      first = false;
    }
    std::printf("}}\n");
    if (options_.bodies.empty()) return;
    std::ofstream file(options_.bodies);
    for (const std::string& body : bodies_) file << body << "\n";
  }

 private:
  // With a rate, request i is due at i / rate; without one, at once.
  bool MaySend() const {
    if (options_.rate_per_second <= 0) return true;
    const double elapsed = std::chrono::duration<double>(Clock::now() - began_).count();
    return static_cast<double>(next_) <= elapsed * options_.rate_per_second;
  }

  void SendNext(Connection& connection) {
    if (next_ >= requests_.size()) return;
    if (!MaySend()) {
      idle_.push_back(&connection);
      return;
    }
    connection.index = next_++;
    connection.began = Clock::now();
    const std::string& text = requests_[connection.index];
    std::size_t sent = 0;
    while (sent < text.size()) {
      const ssize_t n = send(connection.fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) Fail("the server closed a connection");
      sent += static_cast<std::size_t>(n);
    }
  }

  void Receive(Connection& connection) {
    char buffer[65536];
    const ssize_t n = recv(connection.fd, buffer, sizeof(buffer), 0);
    if (n <= 0) Fail("the server closed a connection");
    connection.in.append(buffer, static_cast<std::size_t>(n));
    const std::size_t end = connection.in.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const std::size_t length = ContentLength(connection.in.substr(0, end));
    if (connection.in.size() < end + 4 + length) return;
    ++answered_;
    ++status_[std::atoi(connection.in.c_str() + 9)];
    latencies_us_.push_back(
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - connection.began)
            .count());
    if (!bodies_.empty()) bodies_[connection.index] = connection.in.substr(end + 4, length);
    connection.in.clear();
    SendNext(connection);
  }

  static std::size_t ContentLength(std::string head) {
    std::transform(head.begin(), head.end(), head.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const std::size_t at = head.find("content-length:");
    return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + 15, nullptr, 10);
  }

  const Options& options_;
  std::vector<std::string> requests_;
  std::vector<Connection> connections_;
  std::vector<Connection*> idle_;
  std::vector<std::string> bodies_;
  std::vector<long> latencies_us_;
  std::map<int, std::size_t> status_;
  std::size_t next_ = 0;
  std::size_t answered_ = 0;
  int epoll_ = -1;
  Clock::time_point began_;
  double seconds_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const Options options = Parse(argc, argv);
  std::vector<std::string> requests = ReadRequests(options);
  if (requests.empty()) Fail("the request file is empty");
  Run run(options, std::move(requests));
  run.Go();
  run.Print();
  return 0;
}
