#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>

#include "services/gateway/http/await.h"
#include "services/gateway/http/connection.h"
#include "services/gateway/http/head.h"

// The answering half of a connection.
//
// g++ 12 destroys a temporary too early when it is an argument of a coroutine that is awaited in
// the same expression, so every argument of class type is named first, and no await stands in a
// condition or behind co_return.
namespace jointly::gateway {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::seconds kLingerTime{15};
constexpr std::size_t kLingerBytesMax = 64 * 1024 * 1024;

auto Token(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

std::string Chunk(const std::string& data) {
  char size[32];
  const int length = std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  std::string chunk(size, static_cast<std::size_t>(length));
  return chunk.append(data).append("\r\n");
}

}  // namespace

asio::awaitable<bool> Connection::Write(std::string bytes) {
  error_code error;
  deadline_.After(server_.options.write_timeout);
  co_await asio::async_write(socket_, asio::buffer(bytes), Token(error));
  deadline_.Never();
  co_return !error;
}

asio::awaitable<bool> Connection::Answer(const HttpResponse& response, bool keep_alive) {
  if (response.stream != nullptr) {
    const bool streamed = co_await AnswerStream(response, keep_alive);
    co_return streamed;
  }
  std::string bytes = WriteHead(response, {.http_1_0 = http_1_0_, .close = !keep_alive});
  if (!head_request_ && response.status != 204) bytes += response.body;
  const bool written = co_await Write(std::move(bytes));
  co_return written;
}

asio::awaitable<bool> Connection::AnswerStream(const HttpResponse& response, bool keep_alive) {
  const bool until_close = http_1_0_ && !response.length.has_value();
  const bool close = !keep_alive || until_close || response.stream->endless();
  std::string head = WriteHead(response, {.http_1_0 = http_1_0_, .close = close});
  const bool written = co_await Write(std::move(head));
  if (!written || head_request_) co_return written && !close;
  source_ = response.stream;
  // Stop may have come before the source was known to it.
  if (server_.stopping.load()) OnStop();
  if (response.stream->endless()) WatchForEnd(response.stream);
  const bool whole = co_await WriteParts(response);
  source_.reset();
  co_return whole && !close;
}

asio::awaitable<bool> Connection::WriteParts(const HttpResponse& response) {
  const bool chunked = !http_1_0_ && !response.length.has_value();
  std::uint64_t left = response.length.value_or(0);  // Stays 0 when it is not known.
  while (true) {
    BodySource::Part part = co_await AwaitCallback<BodySource::Part>(
        server_.callbacks, [&response](auto done) { response.stream->Next(std::move(done)); });
    // The head has gone: an early end is all that can tell the client that something failed.
    if (part.kind == BodySource::Part::Kind::kFailed) co_return false;
    if (part.kind == BodySource::Part::Kind::kEnd) break;
    if (part.data.empty()) continue;
    if (response.length.has_value()) {
      if (part.data.size() > left) co_return false;
      left -= part.data.size();
    }
    std::string bytes = chunked ? Chunk(part.data) : std::move(part.data);
    const bool written = co_await Write(std::move(bytes));
    if (!written) co_return false;
  }
  if (!chunked) co_return left == 0;
  std::string last = "0\r\n\r\n";
  const bool written = co_await Write(std::move(last));
  co_return written;
}

// A client that listens sends nothing more; whatever comes, or its end, ends the answer.
void Connection::WatchForEnd(std::shared_ptr<BodySource> source) {
  deadline_.Never();
  socket_.async_read_some(asio::buffer(&watched_, 1),
                          [source](error_code, std::size_t) { source->Cancel(); });
}

// Reads what the client still sends, so that it gets to read our answer: closing with unread bytes
// would reset the connection and throw the answer away.
asio::awaitable<void> Connection::Linger() {
  error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  const auto deadline = std::chrono::steady_clock::now() + kLingerTime;
  std::size_t bytes = 0;
  std::string scratch(64 * 1024, '\0');
  while (!error && bytes < kLingerBytesMax && !server_.stopping.load()) {
    deadline_.At(deadline);
    bytes += co_await socket_.async_read_some(asio::buffer(scratch), Token(error));
  }
}

}  // namespace jointly::gateway
