#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the HTTP server and those who answer have in common, without Beast and without sockets.
// Answers come by callback, from any thread, so that gRPC's callbacks feed them directly.
namespace jointly::gateway {

struct Header {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method;  // "GET"
  std::string target;  // As sent: "/v1/calls?pageSize=3".
  std::vector<Header> headers;
  std::string remote;  // "127.0.0.1"

  // The only header of that name, in any case; nothing when absent or given more than once (who
  // forwarded the request may have looked at another one than we would).
  std::optional<std::string> Find(std::string_view name) const;
  bool Repeats(std::string_view name) const;
};

// The body of an answer that is made while it is sent: pulled part by part.
class BodySource {
 public:
  struct Part {
    enum class Kind { kData, kEnd, kFailed } kind = Kind::kEnd;
    std::string data;
  };
  // Destroyed when the client has gone or all is sent.
  virtual ~BodySource() = default;
  // Calls `done` once, from any thread; not called again before that.
  virtual void Next(std::function<void(Part)> done) = 0;
  // Ends a pending Next with kEnd: the client has gone, or the server stops. Any thread.
  virtual void Cancel() = 0;
  // Whether it only ends when somebody ends it: then the server watches for the client's end.
  virtual bool endless() const { return false; }
};

struct HttpResponse {
  int status = 200;
  std::string content_type;  // Empty: no body.
  std::vector<Header> headers;
  std::string body;
  std::shared_ptr<BodySource> stream;   // Instead of `body`.
  std::optional<std::uint64_t> length;  // Of `stream`, if known.
  bool close = false;                   // The connection ends after this answer.
};
using Respond = std::function<void(HttpResponse)>;

// The body of a request that is used while it arrives.
class BodySink {
 public:
  virtual ~BodySink() = default;
  // Calls `done` once when more may come; false: no more is wanted, Finish tells why.
  virtual void Write(std::string part, std::function<void(bool)> done) = 0;
  // After the last part, or after a refused one. Calls `respond` once.
  virtual void Finish(Respond respond) = 0;
  // Instead of Finish: the body broke off, or is too long. Calls `done` once all work has ended.
  virtual void Abort(std::function<void()> done) = 0;
};

// One request in work. The server keeps it until the answer has come.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual std::size_t body_bytes_max() const { return 1024 * 1024; }
  // Not null: the body goes there, and Serve is not called.
  virtual BodySink* sink() { return nullptr; }
  // Runs on the connection's thread and must not block. Calls `respond` exactly once.
  virtual void Serve(std::string body, Respond respond) = 0;
  // The answer to a body that is too long or cannot be read.
  virtual HttpResponse Refuse(int http_status, std::string_view why) = 0;
};

class Handler {
 public:
  virtual ~Handler() = default;
  // The head of a request has come. Never null. Must not block.
  virtual std::unique_ptr<Exchange> Begin(HttpRequest head) = 0;
  // The answer to what is no request: a head that cannot be read, too large or too slow.
  virtual HttpResponse Refuse(int http_status, std::string_view why) = 0;
};

}  // namespace jointly::gateway
