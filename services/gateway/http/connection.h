#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>

#include "services/gateway/http/deadline.h"
#include "services/gateway/http/exchange.h"
#include "services/gateway/http/server.h"

// One client's connection. Private to services/gateway/http: the only headers that know Beast.
namespace jointly::gateway {

class Connection;

// What the connections of one thread share; touched by that thread only.
struct ThreadState {
  std::unordered_set<Connection*> connections;
};

struct ServerState {
  HttpOptions options;
  Handler* handler = nullptr;
  std::atomic<bool> stopping{false};
  std::atomic<int> connections{0};
  // Callbacks of those who answer that have not returned yet: see await.h.
  std::shared_ptr<std::atomic<int>> callbacks = std::make_shared<std::atomic<int>>(0);
};

class Connection {
 public:
  Connection(boost::asio::ip::tcp::socket socket, ServerState& server, ThreadState& thread);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Serves requests, one after the other, until either side ends it.
  boost::asio::awaitable<void> Run();
  // The server stops: an endless answer ends, a request in work is finished.
  void OnStop();
  // Closes a connection that waits for a request.
  void CloseIfIdle();
  // Closes the socket, whatever is in work.
  void Kill();

 private:
  template <typename Type>
  using Awaitable = boost::asio::awaitable<Type>;
  struct Head;  // A parsed request head; knows the parser's type.

  Awaitable<bool> WaitForRequest();
  Awaitable<bool> ServeOne();
  Awaitable<bool> Answer(const HttpResponse& response, bool keep_alive);
  Awaitable<bool> AnswerStream(const HttpResponse& response, bool keep_alive);
  Awaitable<bool> WriteParts(const HttpResponse& response);
  Awaitable<bool> Write(std::string bytes);
  Awaitable<void> Linger();
  Awaitable<HttpResponse> ReadAndServe(Head& head, Exchange& exchange);
  Awaitable<HttpResponse> ReadIntoSink(Head& head, Exchange& exchange);
  void WatchForEnd(std::shared_ptr<BodySource> source);

  boost::asio::ip::tcp::socket socket_;
  Deadline deadline_;
  boost::beast::flat_buffer buffer_;
  ServerState& server_;
  ThreadState& thread_;
  std::string remote_;
  bool idle_ = false;
  bool broken_ = false;  // The body was not read to its end: nothing after it can be trusted.
  bool http_1_0_ = false;
  bool head_request_ = false;  // Of the request in work.
  std::weak_ptr<BodySource> source_;
  char watched_ = 0;
};

}  // namespace jointly::gateway
