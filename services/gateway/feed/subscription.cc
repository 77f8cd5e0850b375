#include "services/gateway/feed/subscription.h"

#include <nlohmann/json.hpp>

namespace jointly::gateway {
namespace {

EventText Event(std::string_view name, const nlohmann::ordered_json& data) {
  // JSON text holds no line break, so one data line is always whole.
  return std::make_shared<const std::string>(
      "event: " + std::string(name) + "\ndata: " +
      data.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n\n");
}

}  // namespace

EventText ResyncText() {
  static const auto& kText = *new EventText(Event("resync", nlohmann::ordered_json::object()));
  return kText;
}

EventText TextOf(const Hint& hint) {
  return Event("hint", {{"name", hint.name}, {"revision", hint.revision}, {"type", hint.type}});
}

std::optional<BodySource::Part> Subscription::Take() {
  if (!events_.empty()) {
    Part part{.kind = Part::Kind::kData};
    for (const EventText& text : events_) part.data += *text;
    events_.clear();
    return part;
  }
  if (ended_) return Part{.kind = Part::Kind::kEnd};
  return std::nullopt;
}

// Hands over what waits; the callback runs without the lock, because it may come back at once.
void Subscription::Deliver(std::unique_lock<std::mutex> lock) {
  if (!waiting_) return;
  auto part = Take();
  if (!part.has_value()) return;
  const auto done = std::exchange(waiting_, nullptr);
  lock.unlock();
  done(*std::move(part));
}

void Subscription::Next(std::function<void(Part)> done) {
  std::unique_lock lock(mutex_);
  waiting_ = std::move(done);
  Deliver(std::move(lock));
}

void Subscription::Cancel() {
  std::unique_lock lock(mutex_);
  // Ended by its owner: the last words that say why are still to be delivered.
  if (ended_) return;
  ended_ = true;
  events_.clear();
  Deliver(std::move(lock));
}

void Subscription::Push(EventText text, Time now) {
  std::unique_lock lock(mutex_);
  if (ended_) return;
  if (events_.size() >= events_max_) {
    // The reader is too slow to be told everything; it must read again.
    events_.clear();
    events_.push_back(ResyncText());
  } else {
    events_.push_back(std::move(text));
  }
  last_ = now;
  Deliver(std::move(lock));
}

void Subscription::End(std::string_view reason) {
  std::unique_lock lock(mutex_);
  if (ended_) return;
  events_.push_back(Event("end", {{"reason", std::string(reason)}}));
  ended_ = true;
  Deliver(std::move(lock));
}

void Subscription::Tick(Time now, std::chrono::seconds heartbeat) {
  if (now >= subscriber_.expires) return End("TOKEN_EXPIRED");
  std::unique_lock lock(mutex_);
  if (ended_ || !events_.empty() || now - last_ < heartbeat) return;
  static const auto& kHeartbeat =
      *new EventText(std::make_shared<const std::string>(": alive\n\n"));
  events_.push_back(kHeartbeat);
  last_ = now;
  Deliver(std::move(lock));
}

}  // namespace jointly::gateway
