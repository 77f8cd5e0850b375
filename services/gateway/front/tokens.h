#pragma once

#include <absl/status/statusor.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "common/auth/token.h"

namespace jointly::gateway {

// A person who was let in, with the times of the token that said so.
struct Admitted {
  auth::Principal principal;
  Time issued;
  Time expires;
};

// Checks tokens where the gateway itself needs to know who asks: for the live feed and for rate
// limits. The services check every call themselves; this lets nobody in to them. Checks may wait
// for identity's keys, so they run on a thread of their own.
class Tokens {
 public:
  explicit Tokens(auth::Verifier& verifier);
  ~Tokens();

  // Calls `done` once, on the checking thread. Errors: UNAUTHENTICATED, UNAVAILABLE (also when too
  // many checks are waiting).
  void Check(std::string_view authorization, std::function<void(absl::StatusOr<Admitted>)> done);

  // Whom a request counts against: the person once the token was checked, until then the address. A
  // token that is seen for the first time is checked in the background.
  std::string CallerOf(const std::string& authorization, const std::string& remote);

 private:
  struct Job {
    std::string token;
    std::function<void(absl::StatusOr<Admitted>)> done;
  };
  void Run();
  bool Post(Job job);
  absl::StatusOr<Admitted> Verify(const std::string& token);

  auth::Verifier& verifier_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::mutex names_mutex_;
  std::unordered_map<std::string, std::string> names_;  // Token -> person; empty: being checked.
  std::thread thread_;
};

// The token of "Bearer <token>"; empty when it is not of that form.
std::string_view BearerOf(std::string_view authorization);

}  // namespace jointly::gateway
