#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

// A gate on the wire: listens on a loopback port, passes every connection on to a server, and can
// delay, throttle, stall, cut, reset or damage what flows. For tests of what happens between two
// processes; nothing of the machine's network is touched.
namespace jointly::test {

class TcpGate {
 public:
  enum class Way { kToServer, kToClient };

  TcpGate(const std::string& host, int port);
  ~TcpGate();
  TcpGate(const TcpGate&) = delete;
  TcpGate& operator=(const TcpGate&) = delete;

  int port() const { return port_; }
  int connections();
  std::uint64_t bytes_passed() const { return passed_; }

  // Everything passes again; what was stalled flows on, new connections are taken.
  void Heal();
  void Delay(std::chrono::milliseconds delay);
  void Throttle(std::size_t bytes_per_second);
  // Nothing moves that way any more, and nobody is told: a half-open connection.
  void Stall(Way way);
  void StallBoth();
  // Ends all connections with a reset / in an orderly way.
  void Reset();
  void Cut();
  // Cuts each connection when this many more bytes have passed through it.
  void CutAfter(std::size_t bytes);
  // Flips a bit of the byte that comes after this many more bytes that way, once.
  void Corrupt(Way way, std::size_t after);
  // New connections are closed at once.
  void Refuse(bool refuse);

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Chunk {
    std::string bytes;
    Instant due;
  };
  struct Flow {
    int from = -1;
    int to = -1;
    std::deque<Chunk> chunks;
    bool ended = false;       // The reader has seen the end.
    bool closed_out = false;  // The end was passed on.
  };
  struct Link {
    Flow flows[2];  // By Way.
    std::size_t passed = 0;
    bool broken = false;
  };

  void Loop();
  void Accept();
  void Pump(Link& link, Instant now);
  void Read(Link& link, std::size_t way, Instant now);
  void Write(Link& link, std::size_t way, Instant now);
  void Damage(std::string& bytes, std::size_t way);
  static void Close(Link& link, bool reset);

  std::string host_;
  int target_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> passed_{0};
  std::mutex mutex_;
  std::list<Link> links_;
  std::chrono::milliseconds delay_{0};
  std::size_t bytes_per_second_ = 0;
  double budget_ = 0;
  Instant budget_at_{};
  bool stalled_[2] = {false, false};
  bool refuse_ = false;
  std::size_t cut_after_ = 0;
  std::size_t corrupt_after_[2] = {0, 0};
  bool corrupt_[2] = {false, false};
  std::thread thread_;
};

}  // namespace jointly::test
