#include "services/gateway/feed/feed.h"

#include <algorithm>

#include "common/error/error.h"
#include "common/telemetry/metrics.h"
#include "services/gateway/feed/subscription.h"

namespace jointly::gateway {
namespace {

inline constexpr Reason kTooManyStreams{"TOO_MANY_STREAMS"};
// No resource is named so: the key of hints for everybody, and of those who see everything.
constexpr const char* kEverybody = "everybody";
constexpr const char* kEverything = "*";

telemetry::Gauge& Streams() {
  static auto& gauge =
      telemetry::GetGauge("jointly_gateway_event_streams", "Open streams of the live feed.");
  return gauge;
}

// "institutions/a/units/b": itself, "institutions/a/units", "institutions/a", "institutions".
std::vector<std::string> WithAncestors(std::string name) {
  std::vector<std::string> names;
  while (true) {
    names.push_back(name);
    const std::size_t slash = name.rfind('/');
    if (slash == std::string::npos) return names;
    name.resize(slash);
  }
}

}  // namespace

std::vector<std::string> FeedKeysOf(const auth::Principal& principal) {
  std::vector<std::string> keys = {kEverybody, principal.name};
  for (const auth::Grant& grant : principal.grants) {
    if (grant.role == auth::Role::kStudent || grant.role == auth::Role::kUnspecified) continue;
    if (std::find(keys.begin(), keys.end(), grant.scope) == keys.end()) {
      keys.push_back(grant.scope);
    }
  }
  return keys;
}

Feed::Feed(FeedOptions options, const Clock& clock)
    : options_(options), clock_(clock), thread_([this] { Run(); }) {}

Feed::~Feed() {
  Stop();
  thread_.join();
}

void Feed::Run() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, std::chrono::seconds(1), [this] { return stopped_; })) {
    lock.unlock();
    Tick();
    lock.lock();
  }
}

absl::StatusOr<std::shared_ptr<BodySource>> Feed::Subscribe(const Subscriber& subscriber) {
  auto subscription = std::make_shared<Subscription>(subscriber, options_.events_max, clock_.Now());
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) {
      subscription->End("SHUTDOWN");
      return subscription;
    }
    const std::string& person = subscriber.principal.name;
    // Some of them may have ended since the last count.
    if (per_person_[person] >= options_.streams_per_person_max) Forget();
    if (per_person_[person] >= options_.streams_per_person_max) {
      return ResourceExhausted(kTooManyStreams, "This person has too many open streams.");
    }
    ++per_person_[person];
    for (const std::string& key : FeedKeysOf(subscriber.principal)) {
      members_[key].push_back(subscription);
    }
  }
  // The first event proves that the stream is open, before anything happens.
  static const auto& kHello = *new EventText(std::make_shared<const std::string>(": open\n\n"));
  subscription->Push(kHello, clock_.Now());
  return subscription;
}

// Removes the streams that have ended, and counts those that are left. Under the lock.
void Feed::Forget() {
  for (auto it = members_.begin(); it != members_.end();) {
    std::erase_if(it->second, [](const auto& member) { return member.expired(); });
    it = it->second.empty() ? members_.erase(it) : std::next(it);
  }
  per_person_.clear();
  const auto everybody = members_.find(kEverybody);
  if (everybody == members_.end()) return;
  for (const auto& member : everybody->second) {
    if (const auto alive = member.lock(); alive != nullptr) {
      ++per_person_[alive->subscriber().principal.name];
    }
  }
}

std::vector<std::shared_ptr<Subscription>> Feed::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Subscription>> all;
  const auto everybody = members_.find(kEverybody);
  if (everybody == members_.end()) return all;
  for (const auto& member : everybody->second) {
    if (auto alive = member.lock(); alive != nullptr) all.push_back(std::move(alive));
  }
  return all;
}

std::size_t Feed::streams() const { return All().size(); }

void Feed::Collect(const std::string& key, std::vector<std::shared_ptr<Subscription>>& found) {
  const auto members = members_.find(key);
  if (members == members_.end()) return;
  for (const auto& member : members->second) {
    if (auto alive = member.lock(); alive != nullptr) found.push_back(std::move(alive));
  }
}

void Feed::Publish(const Hint& hint) {
  std::vector<std::shared_ptr<Subscription>> found;
  {
    const std::lock_guard lock(mutex_);
    Collect(kEverything, found);
    for (const std::string& name : hint.audience) {
      if (name == "*") {
        Collect(kEverybody, found);
        continue;
      }
      for (const std::string& key : WithAncestors(name)) Collect(key, found);
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  if (found.empty()) return;
  const EventText text = TextOf(hint);
  const Time now = clock_.Now();
  for (const auto& subscription : found) subscription->Push(text, now);
}

void Feed::Resync() {
  const Time now = clock_.Now();
  for (const auto& subscription : All()) subscription->Push(ResyncText(), now);
}

void Feed::Revoke(const std::string& person, Time not_before) {
  for (const auto& subscription : All()) {
    const Subscriber& subscriber = subscription->subscriber();
    if (subscriber.principal.name == person && subscriber.issued < not_before) {
      subscription->End("TOKEN_REVOKED");
    }
  }
}

void Feed::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  stop_.notify_all();
  for (const auto& subscription : All()) subscription->End("SHUTDOWN");
}

void Feed::Tick() {
  const Time now = clock_.Now();
  for (const auto& subscription : All()) subscription->Tick(now, options_.heartbeat);
  const std::lock_guard lock(mutex_);
  Forget();
  Streams().Set(members_.contains(kEverybody) ? static_cast<double>(members_.at(kEverybody).size())
                                              : 0.0);
}

}  // namespace jointly::gateway
