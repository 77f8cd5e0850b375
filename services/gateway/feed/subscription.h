#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "services/gateway/feed/feed.h"

namespace jointly::gateway {

using EventText = std::shared_ptr<const std::string>;

// One open stream: a bounded queue between the feed and the connection that writes it out.
class Subscription final : public BodySource {
 public:
  Subscription(Subscriber subscriber, std::size_t events_max, Time now)
      : subscriber_(std::move(subscriber)), events_max_(events_max), last_(now) {}

  void Next(std::function<void(Part)> done) override;
  void Cancel() override;
  bool endless() const override { return true; }

  // An event; when too many wait, all are dropped for one `resync`.
  void Push(EventText text, Time now);
  // A last event that says why, then the end.
  void End(std::string_view reason);
  // A comment when nothing was sent for `heartbeat`; the end when the token ends.
  void Tick(Time now, std::chrono::seconds heartbeat);
  const Subscriber& subscriber() const { return subscriber_; }

 private:
  std::optional<Part> Take();
  void Deliver(std::unique_lock<std::mutex> lock);

  const Subscriber subscriber_;
  const std::size_t events_max_;
  std::mutex mutex_;
  std::deque<EventText> events_;
  std::function<void(Part)> waiting_;
  bool ended_ = false;
  Time last_;
};

EventText ResyncText();
EventText TextOf(const Hint& hint);

}  // namespace jointly::gateway
