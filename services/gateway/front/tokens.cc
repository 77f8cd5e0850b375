#include "services/gateway/front/tokens.h"

#include <nlohmann/json.hpp>

#include "common/auth/cipher.h"
#include "common/error/error.h"
#include "common/error/macros.h"
#include "services/gateway/http/head.h"

namespace jointly::gateway {
namespace {

constexpr std::size_t kJobsMax = 1000;
constexpr std::size_t kNamesMax = 10'000;
constexpr std::string_view kScheme = "bearer ";

inline constexpr Reason kTokenMissing{"TOKEN_MISSING"};
inline constexpr Reason kPeopleOnly{"PEOPLE_ONLY"};
inline constexpr Reason kOverloaded{"OVERLOADED"};

// The times of a token that was verified before; so its form is known to be right.
void ReadTimes(const std::string& token, Admitted& admitted) {
  const std::size_t dot = token.find('.');
  const auto payload =
      auth::Base64UrlDecode(std::string_view(token).substr(dot + 1, token.rfind('.') - dot - 1));
  if (!payload.ok()) return;
  const auto claims = nlohmann::json::parse(*payload, nullptr, /*allow_exceptions=*/false);
  const auto seconds = [&](const char* name) {
    return claims.is_object() && claims.contains(name) && claims[name].is_number_integer()
               ? Time(std::chrono::seconds(claims[name].get<std::int64_t>()))
               : Time();
  };
  admitted.issued = seconds("iat");
  admitted.expires = seconds("exp");
}

}  // namespace

std::string_view BearerOf(std::string_view authorization) {
  if (authorization.size() <= kScheme.size() ||
      !EqualsIgnoringCase(authorization.substr(0, kScheme.size()), kScheme)) {
    return {};
  }
  return authorization.substr(kScheme.size());
}

Tokens::Tokens(auth::Verifier& verifier) : verifier_(verifier), thread_([this] { Run(); }) {}

Tokens::~Tokens() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

bool Tokens::Post(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= kJobsMax) return false;
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void Tokens::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;  // Stopping, and everybody has an answer.
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job.done(Verify(job.token));
    lock.lock();
  }
}

absl::StatusOr<Admitted> Tokens::Verify(const std::string& token) {
  Admitted admitted;
  ASSIGN_OR_RETURN(admitted.principal, verifier_.Verify(token));
  if (admitted.principal.kind != auth::Principal::Kind::kPerson) {
    return PermissionDenied(kPeopleOnly, "The live feed is for people, not for services.");
  }
  ReadTimes(token, admitted);
  return admitted;
}

void Tokens::Check(std::string_view authorization,
                   std::function<void(absl::StatusOr<Admitted>)> done) {
  const std::string_view token = BearerOf(authorization);
  if (token.empty()) {
    done(Unauthenticated(kTokenMissing,
                         "Sign in, and send the access token as \"Authorization: Bearer ...\"."));
    return;
  }
  auto shared = std::make_shared<decltype(done)>(std::move(done));
  const bool posted = Post({std::string(token), [shared](absl::StatusOr<Admitted> result) {
                              (*shared)(std::move(result));
                            }});
  if (posted) return;
  (*shared)(WithRetryAfter(Unavailable(kOverloaded, "Too many tokens wait to be checked."),
                           std::chrono::seconds(1)));
}

std::string Tokens::CallerOf(const std::string& authorization, const std::string& remote) {
  const std::string token(BearerOf(authorization));
  if (token.empty()) return remote;
  {
    const std::lock_guard lock(names_mutex_);
    const auto found = names_.find(token);
    if (found != names_.end()) return found->second.empty() ? remote : found->second;
    // Rarely, and it only means that tokens are checked again.
    if (names_.size() >= kNamesMax) names_.clear();
    names_.emplace(token, std::string());
  }
  const auto remember = [this, token](const absl::StatusOr<Admitted>& result) {
    const std::lock_guard lock(names_mutex_);
    if (result.ok()) {
      names_[token] = result->principal.name;
    } else if (result.status().code() != absl::StatusCode::kUnauthenticated) {
      names_.erase(token);  // Nobody could say; ask again.
    }
  };
  if (!Post({token, remember})) {
    const std::lock_guard lock(names_mutex_);
    names_.erase(token);
  }
  return remote;
}

}  // namespace jointly::gateway
