#include "services/gateway/http/connection.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "services/gateway/http/await.h"
#include "services/gateway/http/head.h"

namespace jointly::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kIdleBytes = 2 * 1024;
// Beside the head, the buffer holds at most this much of a body or of the next requests.
constexpr std::size_t kBufferBytesMax = 64 * 1024;

auto Token(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

bool IsParseError(const error_code& error) {
  return error.category() == http::make_error_code(http::error::bad_method).category();
}

// The client has gone, or the connection is broken: nobody is there to be answered.
bool IsEnd(const error_code& error) {
  return error == http::error::end_of_stream || error == http::error::partial_message ||
         (error && !IsParseError(error));
}

}  // namespace

struct Connection::Head {
  http::request_parser<http::empty_body> parser;
};

namespace {

// What makes a parsed head ambiguous or unserviceable; empty: nothing.
std::string_view FaultOf(const http::request_parser<http::empty_body>& parser) {
  const auto& fields = parser.get();
  const auto hosts = fields.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && fields.version() == 11)) {
    return "The request must have one Host header.";
  }
  if (fields.count(http::field::transfer_encoding) > 0) {
    // Any other coding would leave it open where the body ends, and with it where the next request
    // starts (RFC 9112 section 6.1).
    if (fields.count(http::field::transfer_encoding) > 1 ||
        !EqualsIgnoringCase(std::string_view(fields[http::field::transfer_encoding].data(),
                                             fields[http::field::transfer_encoding].size()),
                            "chunked")) {
      return "The only transfer coding that is understood is chunked.";
    }
    if (fields.count(http::field::content_length) > 0 || fields.version() != 11) {
      return "The length of the body is ambiguous.";
    }
  }
  if (fields.count(http::field::content_length) > 1 ||
      fields[http::field::content_length].find_first_not_of("0123456789") !=
          boost::beast::string_view::npos) {
    return "The length of the body must be one number.";
  }
  return {};
}

struct Fault {
  int http_status = 0;
  std::string_view why;
};

Fault FaultOf(const error_code& error, const http::request_parser<http::empty_body>& parser) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return {431, "The headers are larger than 8 KiB."};
  }
  if (error) return {400, "The request is not valid HTTP."};
  const std::string_view why = FaultOf(parser);
  return why.empty() ? Fault{} : Fault{400, why};
}

HttpRequest RequestOf(const http::request_parser<http::empty_body>& parser) {
  HttpRequest request;
  const auto& fields = parser.get();
  request.method = std::string(fields.method_string());
  request.target = std::string(fields.target());
  for (const auto& field : fields) {
    request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  return request;
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, ServerState& server, ThreadState& thread)
    : socket_(std::move(socket)), deadline_(socket_), server_(server), thread_(thread) {
  error_code error;
  const auto endpoint = socket_.remote_endpoint(error);
  if (!error) remote_ = endpoint.address().to_string();
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  buffer_.max_size(kBufferBytesMax);
  thread_.connections.insert(this);
}

Connection::~Connection() { thread_.connections.erase(this); }

void Connection::OnStop() {
  if (const auto source = source_.lock(); source != nullptr) source->Cancel();
}

void Connection::CloseIfIdle() {
  if (idle_) Kill();
}

void Connection::Kill() {
  error_code ignored;
  socket_.close(ignored);
}

asio::awaitable<void> Connection::Run() {
  while (co_await WaitForRequest()) {
    if (!co_await ServeOne()) break;
  }
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

asio::awaitable<bool> Connection::WaitForRequest() {
  if (buffer_.size() > 0) co_return true;
  buffer_.shrink_to_fit();
  error_code error;
  idle_ = true;
  deadline_.After(server_.options.idle_timeout);
  const std::size_t bytes =
      co_await socket_.async_read_some(buffer_.prepare(kIdleBytes), Token(error));
  idle_ = false;
  if (error) co_return false;
  buffer_.commit(bytes);
  co_return true;
}

asio::awaitable<bool> Connection::ServeOne() {
  Head head;
  broken_ = false;
  http_1_0_ = false;
  head_request_ = false;
  head.parser.header_limit(static_cast<std::uint32_t>(server_.options.header_bytes_max));
  head.parser.body_limit(boost::none);  // The exchange says how long a body may be.
  deadline_.After(server_.options.header_timeout);
  error_code error;
  co_await http::async_read_header(socket_, buffer_, head.parser, Token(error));
  const bool late = deadline_.passed();
  if (IsEnd(error) && !late) co_return false;
  const Fault fault =
      late ? Fault{408, "The headers did not arrive in time."} : FaultOf(error, head.parser);
  if (fault.http_status != 0) {
    const HttpResponse refusal = server_.handler->Refuse(fault.http_status, fault.why);
    const bool written = co_await Answer(refusal, false);
    if (written) co_await Linger();
    co_return false;
  }
  http_1_0_ = head.parser.get().version() == 10;
  HttpRequest request = RequestOf(head.parser);
  request.remote = remote_;
  head_request_ = request.method == "HEAD";
  const bool keep_alive = head.parser.keep_alive();
  const std::unique_ptr<Exchange> exchange = server_.handler->Begin(std::move(request));
  const HttpResponse response = co_await ReadAndServe(head, *exchange);
  const bool keep = keep_alive && !response.close && !broken_ && !server_.stopping.load();
  const bool written = co_await Answer(response, keep);
  if (written && broken_) co_await Linger();
  co_return written&& keep;
}

asio::awaitable<HttpResponse> Connection::ReadAndServe(Head& head, Exchange& exchange) {
  const std::size_t bytes_max = exchange.body_bytes_max();
  const auto length = head.parser.content_length();
  if (length.has_value() && *length > bytes_max) {
    broken_ = true;
    co_return exchange.Refuse(413, "The body is larger than this method takes.");
  }
  const auto expect = head.parser.get()[http::field::expect];
  if (!expect.empty() && !head.parser.is_done()) {
    if (!beast::iequals(expect, "100-continue")) {
      broken_ = true;
      co_return exchange.Refuse(417, "The only expectation that can be met is 100-continue.");
    }
    std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const bool written = co_await Write(std::move(go_on));
    if (!written) broken_ = true;
  }
  if (exchange.sink() != nullptr) {
    HttpResponse response = co_await ReadIntoSink(head, exchange);
    co_return response;
  }
  std::string body;
  if (!head.parser.is_done()) {
    http::request_parser<http::string_body> parser(std::move(head.parser));
    parser.body_limit(bytes_max);
    deadline_.After(server_.options.body_timeout);
    error_code error;
    co_await http::async_read(socket_, buffer_, parser, Token(error));
    if (error) {
      broken_ = true;
      if (error == http::error::body_limit) {
        co_return exchange.Refuse(413, "The body is larger than this method takes.");
      }
      if (deadline_.passed()) {
        co_return exchange.Refuse(408, "The body did not arrive in time.");
      }
      co_return exchange.Refuse(400, "The body broke off or is not framed as HTTP asks.");
    }
    body = std::move(parser.get().body());
  }
  HttpResponse response = co_await AwaitCallback<HttpResponse>(
      server_.callbacks,
      [&exchange, &body](auto done) { exchange.Serve(std::move(body), std::move(done)); });
  co_return response;
}

asio::awaitable<HttpResponse> Connection::ReadIntoSink(Head& head, Exchange& exchange) {
  BodySink& sink = *exchange.sink();
  http::request_parser<http::buffer_body> parser(std::move(head.parser));
  parser.body_limit(exchange.body_bytes_max());
  const auto deadline = std::chrono::steady_clock::now() + server_.options.upload_timeout;
  error_code error;
  bool wanted = true;
  while (wanted && !error && !parser.is_done()) {
    std::string part(kBufferBytesMax, '\0');
    parser.get().body().data = part.data();
    parser.get().body().size = part.size();
    parser.get().body().more = true;
    deadline_.At(deadline);
    co_await http::async_read(socket_, buffer_, parser, Token(error));
    if (error == http::error::need_buffer) error = {};
    part.resize(part.size() - parser.get().body().size);
    if (error || part.empty()) continue;
    wanted = co_await AwaitCallback<bool>(server_.callbacks, [&sink, &part](auto done) {
      sink.Write(std::move(part), std::move(done));
    });
  }
  broken_ = broken_ || error || !parser.is_done();
  if (!error) {
    HttpResponse response = co_await AwaitCallback<HttpResponse>(
        server_.callbacks, [&sink](auto done) { sink.Finish(std::move(done)); });
    co_return response;
  }
  co_await AwaitCallback<bool>(server_.callbacks, [&sink](auto done) {
    sink.Abort([done = std::move(done)] { done(true); });
  });
  if (error == http::error::body_limit) {
    co_return exchange.Refuse(413, "The file is larger than this method takes.");
  }
  if (deadline_.passed()) {
    co_return exchange.Refuse(408, "The file did not arrive in time.");
  }
  co_return exchange.Refuse(400, "The body broke off or is not framed as HTTP asks.");
}

}  // namespace jointly::gateway
