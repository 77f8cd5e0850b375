#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

namespace jointly::gateway {

// Cancels what a socket is doing when it takes too long; the socket stays open, so that the client
// can still be told why. (Beast's own timeouts close it.) Setting a deadline is an assignment: one
// timer waits for the earliest of those set, and looks again when it fires.
class Deadline {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit Deadline(boost::asio::ip::tcp::socket& socket);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void After(std::chrono::milliseconds time) { At(std::chrono::steady_clock::now() + time); }
  void At(TimePoint time);
  void Never();
  // Whether the last one set has passed and cancelled something.
  bool passed() const { return state_->passed; }

 private:
  // Outlives the connection while the timer's handler is on its way.
  struct State {
    explicit State(boost::asio::ip::tcp::socket& s) : socket(&s), timer(s.get_executor()) {}
    boost::asio::ip::tcp::socket* socket;
    boost::asio::steady_timer timer;
    TimePoint deadline = TimePoint::max();
    TimePoint waits_until = TimePoint::max();  // max: the timer does not wait.
    bool passed = false;
  };
  static void Wait(const std::shared_ptr<State>& state);
  static void Fire(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;
};

}  // namespace jointly::gateway
