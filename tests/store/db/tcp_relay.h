#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace jointly::db {

// Stands between a client and a server on loopback and breaks the wire where a test wants it.
class TcpRelay {
 public:
  enum class Mode {
    kPass,
    kCutRequest,  // The next bytes from the client are dropped and the connection is closed.
    kCutAnswer,   // They reach the server; its answer is dropped and the connection is closed.
    kSilence,     // Nothing goes either way; nobody is told.
  };

  explicit TcpRelay(int server_port);
  ~TcpRelay();

  int port() const { return port_; }
  // A cut strikes once; then the relay passes again.
  void SetMode(Mode mode) { mode_ = mode; }
  // Closes all connections and refuses new ones while `down`.
  void SetDown(bool down);

 private:
  struct Link;
  void Accept();
  void Serve(Link& link);
  bool Forward(Link& link, bool from_client);

  int server_port_;
  int port_ = 0;
  int listener_ = -1;
  std::atomic<Mode> mode_{Mode::kPass};
  std::atomic<bool> down_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<int> generation_{0};
  std::mutex mutex_;
  std::vector<std::unique_ptr<Link>> links_;
  std::thread acceptor_;
};

}  // namespace jointly::db
