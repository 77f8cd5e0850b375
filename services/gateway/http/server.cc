#include "services/gateway/http/server.h"

#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "common/telemetry/log.h"
#include "common/telemetry/metrics.h"
#include "services/gateway/http/connection.h"
#include "services/gateway/http/head.h"

namespace jointly::gateway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Files, gRPC's sockets and the broker need some descriptors too.
constexpr int kDescriptorsKept = 256;

auto Token(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

struct Worker {
  ThreadState state;  // Outlives the context, whose end destroys what is left of connections.
  asio::io_context context{1};
  std::thread thread;
};

// As many descriptors as the system lets us have; returns how many that is.
int RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1'000'000));
}

[[noreturn]] void CannotListen(const std::string& address, const std::string& why) {
  telemetry::Error("cannot listen: the address is in use or not of this machine",
                   {{"listen_address", address}, {"error", why}});
  telemetry::FlushLogs();
  std::_Exit(2);
}

}  // namespace

struct HttpServer::State {
  State(HttpOptions options, Handler& handler) {
    server.options = std::move(options);
    server.handler = &handler;
  }

  ServerState server;
  std::vector<std::unique_ptr<Worker>> workers;
  std::unique_ptr<tcp::acceptor> acceptor;
  std::mutex mutex;
  std::condition_variable closed;
  telemetry::Gauge& gauge =
      telemetry::GetGauge("jointly_gateway_connections", "HTTP connections that are open.");
  telemetry::Counter& refused = telemetry::GetCounter("jointly_gateway_connections_refused_total",
                                                      "Connections over the limit.");

  void Listen();
  asio::awaitable<void> Accept();
  asio::awaitable<void> Serve(tcp::socket socket, Worker& worker);
  asio::awaitable<void> TurnAway(tcp::socket socket);
  void StopWorker(Worker& worker);
  void CloseIdle(Worker& worker);
};

void HttpServer::State::Listen() {
  const std::string& address = server.options.listen_address;
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  asio::io_context& context = workers.front()->context;
  error_code error;
  tcp::resolver resolver(context);
  const auto endpoints =
      resolver.resolve(host, address.substr(colon + 1), tcp::resolver::numeric_service, error);
  if (error || endpoints.empty()) CannotListen(address, error.message());
  acceptor = std::make_unique<tcp::acceptor>(context);
  const tcp::endpoint endpoint = *endpoints.begin();
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(4096, error);
  if (error) CannotListen(address, error.message());
}

asio::awaitable<void> HttpServer::State::Accept() {
  std::size_t turn = 0;
  asio::steady_timer pause(workers.front()->context);
  while (!server.stopping.load()) {
    Worker& worker = *workers[turn++ % workers.size()];
    tcp::socket socket(worker.context);
    error_code error;
    co_await acceptor->async_accept(socket, Token(error));
    if (error == asio::error::operation_aborted || server.stopping.load()) co_return;
    if (error) {
      // Out of descriptors: those who wait in the backlog get their turn when others leave.
      pause.expires_after(std::chrono::milliseconds(50));
      co_await pause.async_wait(Token(error));
      continue;
    }
    if (server.connections.load() >= server.options.connections_max) {
      refused.Add();
      asio::co_spawn(worker.context, TurnAway(std::move(socket)), asio::detached);
      continue;
    }
    server.connections.fetch_add(1);
    asio::co_spawn(worker.context, Serve(std::move(socket), worker), asio::detached);
  }
}

asio::awaitable<void> HttpServer::State::Serve(tcp::socket socket, Worker& worker) {
  gauge.Add(1);
  try {
    Connection connection(std::move(socket), server, worker.state);
    co_await connection.Run();
  } catch (const std::exception& error) {
    telemetry::Error("a connection failed in an unexpected way", {{"what", error.what()}});
  }
  gauge.Add(-1);
  const std::lock_guard lock(mutex);
  server.connections.fetch_sub(1);
  closed.notify_all();
}

asio::awaitable<void> HttpServer::State::TurnAway(tcp::socket socket) {
  HttpResponse response = server.handler->Refuse(503, "Too many connections are open.");
  const std::string bytes = WriteHead(response, {.close = true}) + response.body;
  error_code error;
  // Fits any send buffer, so it does not wait for the client.
  socket.non_blocking(true, error);
  socket.write_some(asio::buffer(bytes), error);
  socket.shutdown(tcp::socket::shutdown_send, error);
  co_return;
}

void HttpServer::State::CloseIdle(Worker& worker) {
  // Each may leave the set while it closes.
  const std::vector<Connection*> all(worker.state.connections.begin(),
                                     worker.state.connections.end());
  for (Connection* connection : all) connection->CloseIfIdle();
}

void HttpServer::State::StopWorker(Worker& worker) {
  for (Connection* connection : worker.state.connections) connection->OnStop();
  auto timer = std::make_shared<asio::steady_timer>(worker.context, server.options.linger);
  timer->async_wait([this, &worker, timer](error_code) { CloseIdle(worker); });
}

HttpServer::HttpServer(HttpOptions options, Handler& handler)
    : state_(std::make_unique<State>(std::move(options), handler)) {}

HttpServer::~HttpServer() {
  Stop(std::chrono::seconds(30));
  // Who answered last may not have returned from its callback yet, and that uses the contexts.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (state_->server.callbacks->load() > 0 && std::chrono::steady_clock::now() < patience) {
    std::this_thread::yield();
  }
  for (auto& worker : state_->workers) worker->context.stop();
  for (auto& worker : state_->workers) {
    if (worker->thread.joinable()) worker->thread.join();
  }
}

int HttpServer::Start() {
  State& state = *state_;
  HttpOptions& options = state.server.options;
  const int descriptors = RaiseDescriptorLimit();
  if (options.connections_max > descriptors - kDescriptorsKept) {
    options.connections_max = std::max(16, descriptors - kDescriptorsKept);
    telemetry::Warning("the limit of open files is low: fewer connections than configured",
                       {{"connections_max", options.connections_max}});
  }
  for (int i = 0; i < options.threads; ++i) state.workers.push_back(std::make_unique<Worker>());
  state.Listen();
  asio::co_spawn(state.workers.front()->context, state.Accept(), asio::detached);
  for (auto& worker : state.workers) {
    worker->thread = std::thread([&context = worker->context] {
      const auto work = asio::make_work_guard(context);
      context.run();
    });
  }
  return state.acceptor->local_endpoint().port();
}

bool HttpServer::Stop(std::chrono::milliseconds drain) {
  State& state = *state_;
  if (state.workers.empty()) return true;
  if (!state.server.stopping.exchange(true)) {
    asio::post(state.workers.front()->context, [&state] {
      error_code ignored;
      state.acceptor->close(ignored);
    });
    for (auto& worker : state.workers) {
      asio::post(worker->context, [&state, &worker] { state.StopWorker(*worker); });
    }
  }
  std::unique_lock lock(state.mutex);
  const bool all =
      state.closed.wait_for(lock, drain, [&state] { return state.server.connections.load() == 0; });
  lock.unlock();
  if (all) return true;
  for (auto& worker : state.workers) {
    asio::post(worker->context, [&worker] {
      const std::vector<Connection*> left(worker->state.connections.begin(),
                                          worker->state.connections.end());
      for (Connection* connection : left) connection->Kill();
    });
  }
  return false;
}

int HttpServer::connections() const { return state_->server.connections.load(); }

}  // namespace jointly::gateway
