#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

// A client that sends exactly the bytes it is given, and reads what comes.
namespace jointly::gateway {

struct RawAnswer {
  int status = 0;                              // 0: the connection ended without an answer.
  std::map<std::string, std::string> headers;  // Names in lower case.
  std::string body;                            // Of a chunked answer: joined.
  bool whole = true;                           // The body came to its announced end.
};

class RawClient {
 public:
  explicit RawClient(int port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False when the connection broke.
  bool Send(const std::string& bytes);
  RawAnswer Receive(bool head_request = false);
  // The next bytes that come, at most until `patience`; empty: none, or the end.
  std::string ReceiveSome(std::chrono::milliseconds patience);
  // Whether the server has ended the connection, waiting at most `patience`.
  bool Ended(std::chrono::milliseconds patience);
  void CloseSending();

 private:
  bool Fill(std::chrono::milliseconds patience);
  std::string Line();
  bool Take(std::size_t bytes, std::string& into);

  int fd_ = -1;
  std::string buffer_;
};

// One request on a connection of its own, with Host and Content-Length.
RawAnswer Ask(int port, const std::string& method, const std::string& target,
              const std::string& body = "",
              const std::vector<std::pair<std::string, std::string>>& headers = {});

}  // namespace jointly::gateway
