#pragma once

#include <absl/status/statusor.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "common/auth/principal.h"
#include "common/time/clock.h"
#include "services/gateway/http/exchange.h"

namespace jointly::gateway {

// A change that somebody may want to read: never the resource itself, so a hint that reaches too
// many, or gets lost, does no harm.
struct Hint {
  std::string name;  // "applications/x"
  std::int64_t revision = 0;
  std::string type;                   // "jointly.mobility.application.submitted.v1"
  std::vector<std::string> audience;  // "institutions/uga", "people/x", "*" for everybody.
};

struct Subscriber {
  auth::Principal principal;
  Time issued;   // Of the token: a revocation ends older ones.
  Time expires;  // The stream ends then.
};

struct FeedOptions {
  std::size_t events_max = 256;  // That wait for one slow client.
  int streams_per_person_max = 16;
  std::chrono::seconds heartbeat{15};
};

class Subscription;

// The live feed: hints to every open stream whose reader may see them, as server-sent events. A
// person sees what names them, and what names an institution or unit in which they hold a role
// other than that of a student (there they see what names them).
class Feed {
 public:
  Feed(FeedOptions options, const Clock& clock);
  ~Feed();

  // A new stream. Errors: RESOURCE_EXHAUSTED when the person has too many.
  absl::StatusOr<std::shared_ptr<BodySource>> Subscribe(const Subscriber& subscriber);

  void Publish(const Hint& hint);
  // Hints may have been lost: everybody should read again.
  void Resync();
  // Ends the streams of a person whose token is older than `not_before`.
  void Revoke(const std::string& person, Time not_before);
  // Ends all streams, and every new one at once.
  void Stop();
  // Heartbeats and ends of tokens; called each second by the feed's own thread, and by tests.
  void Tick();
  std::size_t streams() const;

 private:
  using Members = std::vector<std::weak_ptr<Subscription>>;
  void Run();
  std::vector<std::shared_ptr<Subscription>> All() const;
  void Collect(const std::string& key, std::vector<std::shared_ptr<Subscription>>& found);
  void Forget();

  const FeedOptions options_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Members> members_;  // By person, scope, "*" and "everybody".
  std::map<std::string, int> per_person_;
  bool stopped_ = false;
  std::condition_variable stop_;
  std::thread thread_;
};

// The scopes and names under which a principal sees hints.
std::vector<std::string> FeedKeysOf(const auth::Principal& principal);

}  // namespace jointly::gateway
