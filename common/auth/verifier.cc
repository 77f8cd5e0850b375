#include <condition_variable>
#include <unordered_map>

#include "common/auth/token.h"
#include "common/auth/token_cache.h"
#include "common/auth/token_parts.h"
#include "common/auth/verifying_key.h"
#include "common/error/check.h"
#include "common/error/error.h"
#include "common/error/macros.h"
#include "common/telemetry/log.h"

namespace jointly::auth {
namespace {

using Monotonic = std::chrono::steady_clock::time_point;

inline constexpr Reason kKeysUnavailable{"TOKEN_KEYS_UNAVAILABLE"};

constexpr std::chrono::seconds kFetchInterval{30};  // For an unknown kid, at most this often.
constexpr std::chrono::hours kRefreshAge{1};        // So that a withdrawn key is noticed.
constexpr std::chrono::hours kKeyAgeMax{24};        // Older keys are not trusted any more.
constexpr std::size_t kKeysMax = 32;
constexpr Monotonic kLongAgo{-std::chrono::hours(1'000'000)};
constexpr std::size_t kFloorsBeforePurge = 1024;

// identity's keys as last fetched. One fetch at a time; whoever needs its result waits for it.
class UserKeys {
 public:
  UserKeys(FetchKeys fetch, const Clock& clock) : fetch_(std::move(fetch)), clock_(clock) {}

  absl::StatusOr<VerifyingKey> Find(const std::string& kid) {
    std::unique_lock lock(mutex_);
    for (bool asked = false;;) {
      const Monotonic now = clock_.Monotonic();
      const auto found = keys_.find(kid);
      const bool known = found != keys_.end() && now - fetched_ <= kKeyAgeMax;
      const bool may_fetch = fetch_ != nullptr && !asked && now >= next_fetch_;
      if (known && (now - fetched_ < kRefreshAge || fetching_ || !may_fetch)) return found->second;
      if (fetching_) {
        done_.wait(lock, [this] { return !fetching_; });
        asked = true;
      } else if (may_fetch) {
        Fetch(lock);
        asked = true;
      } else {
        return Missing(now);
      }
    }
  }

 private:
  absl::Status Missing(Monotonic now) const {
    // While the keys cannot be fetched nobody knows whether the kid is one of them.
    const bool blind = failures_ > 0 || (fetch_ != nullptr && now - fetched_ > kKeyAgeMax);
    if (!blind) return RefuseToken("unknown kid");
    return WithRetryAfter(
        Unavailable(kKeysUnavailable,
                    "the keys of access tokens cannot be fetched from identity; is it running?"),
        std::chrono::seconds(1));
  }

  void Fetch(std::unique_lock<std::mutex>& lock) {
    fetching_ = true;
    lock.unlock();
    absl::StatusOr<std::vector<PublicKey>> answer = fetch_();
    std::map<std::string, VerifyingKey> keys;
    if (answer.ok()) keys = Prepare(*answer);
    lock.lock();
    const Monotonic now = clock_.Monotonic();
    if (keys.empty()) {
      failures_ = std::min(failures_ + 1, 6);
      next_fetch_ = now + std::min(kFetchInterval, std::chrono::seconds(1 << (failures_ - 1)));
      if (failures_ == 1) {  // Once per outage: whoever calls meanwhile is told anyway.
        telemetry::Warning("the keys of access tokens cannot be fetched",
                           {{"error", answer.ok() ? "no usable key" : MessageOf(answer.status())}});
      }
    } else {
      if (failures_ > 0) telemetry::Info("the keys of access tokens are fetched again");
      failures_ = 0;
      keys_ = std::move(keys);
      fetched_ = now;
      next_fetch_ = now + kFetchInterval;
    }
    fetching_ = false;
    done_.notify_all();
  }

  static std::map<std::string, VerifyingKey> Prepare(const std::vector<PublicKey>& published) {
    std::map<std::string, VerifyingKey> keys;
    for (const PublicKey& key : published) {
      if (keys.size() == kKeysMax) break;
      auto verifying = VerifyingKey::From(key);
      if (verifying.ok()) keys.emplace(key.kid, *std::move(verifying));
    }
    return keys;
  }

  const FetchKeys fetch_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable done_;
  bool fetching_ = false;
  int failures_ = 0;
  Monotonic fetched_ = kLongAgo;
  Monotonic next_fetch_ = kLongAgo;
  std::map<std::string, VerifyingKey> keys_;
};

// The instants before which a person's tokens are refused. Kept as long as such a token could live.
class Floors {
 public:
  // False when nothing changed.
  bool Raise(const std::string& person, Time not_before, Time now) {
    const std::lock_guard lock(mutex_);
    if (floors_.size() >= purge_size_) {
      const Time oldest = now - kTokenLifeMax - 2 * kLeeway;
      std::erase_if(floors_, [oldest](const auto& item) { return item.second < oldest; });
      purge_size_ = std::max(kFloorsBeforePurge, 2 * floors_.size());
    }
    Time& floor = floors_[person];
    if (not_before <= floor) return false;
    floor = not_before;
    return true;
  }

  bool Allows(const std::string& person, Time issued) const {
    const std::lock_guard lock(mutex_);
    const auto found = floors_.find(person);
    return found == floors_.end() || issued >= found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Time> floors_;
  std::size_t purge_size_ = kFloorsBeforePurge;
};

}  // namespace

struct Verifier::State {
  struct ServiceKey {
    std::string subject;  // "service:mobility"
    VerifyingKey key;
  };

  State(VerifierOptions o, const Clock& c)
      : clock(c),
        audience("jointly"),
        user_issuer(UserIssuer(o.deployment)),
        service_issuer(ServiceIssuer(o.deployment)),
        user_keys(std::move(o.fetch_user_keys), c) {
    for (const auto& [service, key] : o.service_keys) {
      auto verifying = VerifyingKey::From(key);
      Check(verifying.ok(), "the configured public key of service " + service + " is unusable");
      service_keys.emplace(key.kid, ServiceKey{"service:" + service, *std::move(verifying)});
    }
  }

  absl::StatusOr<std::shared_ptr<const TokenCache::Entry>> CheckToken(std::string_view token,
                                                                      Time now);
  absl::Status CheckClaims(const ParsedClaims& parsed, const ServiceKey* service, Time now) const;

  const Clock& clock;
  const std::string audience;
  const std::string user_issuer;
  const std::string service_issuer;
  std::unordered_map<std::string, ServiceKey> service_keys;  // By kid; never changes.
  UserKeys user_keys;
  Floors floors;
  TokenCache cache;
};

absl::Status Verifier::State::CheckClaims(const ParsedClaims& parsed, const ServiceKey* service,
                                          Time now) const {
  const Claims& claims = parsed.claims;
  // The key says who may have issued the token, and for a service also its only possible subject.
  if (claims.issuer != (service != nullptr ? service_issuer : user_issuer)) {
    return RefuseToken("iss");
  }
  const bool subject_fits = service != nullptr ? claims.principal.name == service->subject
                                               : claims.principal.kind == Principal::Kind::kPerson;
  if (!subject_fits) return RefuseToken("sub");
  if (claims.audience != audience) return RefuseToken("aud");
  if (claims.expires <= claims.issued || claims.expires - claims.issued > kTokenLifeMax) {
    return RefuseToken("life");
  }
  if (now >= claims.expires + kLeeway) return RefuseToken("expired");
  if (claims.issued > now + kLeeway) return RefuseToken("iat");
  if (parsed.not_before > now + kLeeway) return RefuseToken("nbf");
  if (!floors.Allows(claims.principal.name, claims.issued)) return RefuseToken("revoked");
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const TokenCache::Entry>> Verifier::State::CheckToken(
    std::string_view token, Time now) {
  ASSIGN_OR_RETURN(const TokenParts parts, SplitToken(token));
  const auto found = service_keys.find(parts.kid);
  const ServiceKey* service = found == service_keys.end() ? nullptr : &found->second;
  if (service != nullptr) {
    if (!service->key.Verifies(parts.signed_text, parts.signature)) return RefuseToken("signature");
  } else {
    ASSIGN_OR_RETURN(const VerifyingKey key, user_keys.Find(parts.kid));
    if (!key.Verifies(parts.signed_text, parts.signature)) return RefuseToken("signature");
  }
  ASSIGN_OR_RETURN(ParsedClaims parsed, ParseClaims(parts.payload));
  RETURN_IF_ERROR(CheckClaims(parsed, service, now));
  return std::make_shared<const TokenCache::Entry>(TokenCache::Entry{
      std::move(parsed.claims.principal), parsed.claims.issued, parsed.claims.expires + kLeeway});
}

Verifier::Verifier(VerifierOptions options, const Clock& clock)
    : state_(std::make_unique<State>(std::move(options), clock)) {}

Verifier::~Verifier() = default;

absl::StatusOr<Principal> Verifier::Verify(std::string_view token) {
  const Time now = state_->clock.Now();
  if (const auto cached = state_->cache.Find(token, now)) return cached->principal;
  ASSIGN_OR_RETURN(const auto entry, state_->CheckToken(token, now));
  state_->cache.Store(token, entry, now,
                      [&] { return state_->floors.Allows(entry->principal.name, entry->issued); });
  return entry->principal;
}

void Verifier::Revoke(const std::string& person, Time not_before) {
  if (!state_->floors.Raise(person, not_before, state_->clock.Now())) return;
  state_->cache.Erase(person, not_before);
}

}  // namespace jointly::auth
