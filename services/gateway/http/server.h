#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "services/gateway/http/exchange.h"

namespace jointly::gateway {

struct HttpOptions {
  std::string listen_address = "127.0.0.1:0";  // Port 0 picks one.
  int threads = 2;
  std::size_t header_bytes_max = 8 * 1024;
  int connections_max = 10'000;
  std::chrono::milliseconds header_timeout{10'000};   // From its first byte to the last.
  std::chrono::milliseconds body_timeout{30'000};     // A whole buffered body.
  std::chrono::milliseconds upload_timeout{120'000};  // A whole streamed body.
  std::chrono::milliseconds write_timeout{30'000};    // Each write, to a reader that is slow.
  std::chrono::milliseconds idle_timeout{60'000};     // Between requests.
  // After Stop, how long an idle connection still takes a request that is on its way.
  std::chrono::milliseconds linger{250};
};

// HTTP/1.1 on Beast: one io_context and thread each, a coroutine per connection, one acceptor that
// deals the connections out in turn.
class HttpServer {
 public:
  HttpServer(HttpOptions options, Handler& handler);
  ~HttpServer();

  // Listens and serves. Errors end the process: an address in use is named. Returns the port.
  int Start();
  // No new connections; every answer from now on closes its connection. Returns when all are closed
  // or `drain` has passed; true: all are closed.
  bool Stop(std::chrono::milliseconds drain);
  int connections() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jointly::gateway
