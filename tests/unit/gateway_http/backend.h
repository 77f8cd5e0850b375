#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "common/auth/token.h"
#include "common/time/rng.h"

// The services behind the gateway under test, as far as the tests need them: what is asked decides
// what is answered.
namespace jointly::gateway {

struct Seen {
  std::atomic<int> calls{0};
  std::atomic<int> cancelled{0};
  std::mutex mutex;
  std::map<std::string, std::string> metadata;  // Of the last call.
  std::map<std::string, int> by_request_id;
  std::string MetadataOf(const std::string& name) {
    const std::lock_guard lock(mutex);
    return metadata.contains(name) ? metadata[name] : "";
  }
};

// identity and mobility on one port.
//   GetApplication      applications/missing: NOT_FOUND; applications/slow: never, until cancelled;
//                       applications/guard: two refused guards; applications/busy: UNAVAILABLE with
//                       details; applications/raw: a status without details; else an application
//   SubmitApplication   the etag and the request id come back as etag and decision_note
//   UploadDocument      kind "refuse": PERMISSION_DENIED at once; else size and file name
//   DownloadDocument    documents/{n}: n bytes; documents/broken: breaks off in the middle
//   GetKeySet           the key of `signing`
class Backend {
 public:
  explicit Backend(int port = 0);
  ~Backend();

  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  Seen& seen() { return *seen_; }
  void SetServing(bool serving);
  void Kill();

  // "Bearer ..." of a person with those grants, for this long.
  std::string TokenOf(const std::string& person, std::vector<auth::Grant> grants,
                      std::chrono::seconds life = std::chrono::seconds(300)) const;

 private:
  struct Services;
  SystemRng rng_;
  auth::SigningKey signing_;
  std::shared_ptr<Seen> seen_ = std::make_shared<Seen>();
  std::unique_ptr<Services> services_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace jointly::gateway
