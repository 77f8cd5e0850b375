#include "tests/support/fake_broker.h"

#include <algorithm>

#include "common/bus/topology.h"
#include "common/error/macros.h"

namespace jointly::test {
namespace {

using bus::Confirmation;
using bus::Delivery;
using bus::WireMessage;
using std::chrono::milliseconds;

constexpr std::size_t kPrefetch = 128;

absl::Status Gone() {
  return Unavailable(bus::kBrokerDown, "the connection to the simulated broker is broken");
}

}  // namespace

class FakePublisher final : public bus::PublishChannel {
 public:
  FakePublisher(FakeBroker& broker, std::uint64_t epoch) : broker_(broker), epoch_(epoch) {}

  absl::StatusOr<std::vector<Confirmation>> Poll(milliseconds wait) override {
    std::unique_lock lock(broker_.mutex_);
    if (broker_.Broken(epoch_)) return Gone();
    TakeWhatWasSent();
    if (ready_.empty() && wait > milliseconds(0)) {
      broker_.changed_.wait_for(lock, wait, [&] { return woken_; });
      if (broker_.Broken(epoch_)) return Gone();
      TakeWhatWasSent();
    }
    woken_ = false;
    return Confirmations();
  }

  absl::StatusOr<std::uint64_t> Publish(const WireMessage& message) override {
    const std::lock_guard lock(broker_.mutex_);
    if (broker_.Broken(epoch_)) return Gone();
    sent_.push_back({next_tag_, message});
    ++broker_.counts_.published;
    return next_tag_++;
  }

  bool blocked() const override {
    const std::lock_guard lock(broker_.mutex_);
    return broker_.blocked_;
  }

  void Wake() override {
    const std::lock_guard lock(broker_.mutex_);
    woken_ = true;
    broker_.changed_.notify_all();
  }

  absl::Status Redeclare() override {
    const std::lock_guard lock(broker_.mutex_);
    if (broker_.Broken(epoch_)) return Gone();
    broker_.Declare();
    return absl::OkStatus();
  }

  void Abort() override {
    const std::lock_guard lock(broker_.mutex_);
    epoch_ = 0;
    broker_.changed_.notify_all();
  }

 private:
  struct Sent {
    std::uint64_t tag;
    WireMessage message;
  };

  // What is still on the wire when the connection breaks was never taken.
  void TakeWhatWasSent() {
    if (broker_.blocked_) return;
    for (Sent& sent : sent_) {
      if (broker_.Chance(broker_.faults_.nack)) {
        ++broker_.counts_.nacked;
        if (broker_.Chance(50)) broker_.Route(sent.message);
        ready_.push_back({.kind = Confirmation::Kind::kNack, .tag = sent.tag});
        continue;
      }
      if (!broker_.Route(sent.message)) {
        ++broker_.counts_.returned;
        ready_.push_back(
            {.kind = Confirmation::Kind::kReturned, .message_id = sent.message.message_id});
      }
      if (broker_.Chance(broker_.faults_.mute)) continue;
      ready_.push_back({.kind = Confirmation::Kind::kAck, .tag = sent.tag});
    }
    sent_.clear();
  }

  std::vector<Confirmation> Confirmations() {
    std::size_t count = ready_.size();
    if (count > 0 && broker_.Chance(broker_.faults_.hold_confirmations)) {
      count = static_cast<std::size_t>(broker_.rng_.Below(count));
    }
    std::vector<Confirmation> out;
    for (std::size_t i = 0; i < count; ++i) {
      const Confirmation& next = ready_[i];
      const bool joins = next.kind == Confirmation::Kind::kAck && !out.empty() &&
                         out.back().kind == Confirmation::Kind::kAck;
      // A run of acks comes as one, as from a real broker.
      if (joins) {
        out.back().tag = next.tag;
        out.back().multiple = true;
      } else {
        out.push_back(next);
      }
    }
    ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(count));
    return out;
  }

  FakeBroker& broker_;
  std::uint64_t epoch_;
  std::uint64_t next_tag_ = 1;
  std::vector<Sent> sent_;
  std::deque<Confirmation> ready_;
  bool woken_ = false;
};

class FakeConsumer final : public bus::ConsumeChannel {
 public:
  FakeConsumer(FakeBroker& broker, std::string service, std::uint64_t epoch, std::uint64_t id)
      : broker_(broker),
        service_(std::move(service)),
        epoch_(epoch),
        id_(id),
        disk_(broker.disk_) {}

  ~FakeConsumer() override {
    const std::lock_guard lock(broker_.mutex_);
    GiveBack();
    std::erase(broker_.queues_[service_].consumers, id_);
    broker_.changed_.notify_all();
  }

  absl::StatusOr<std::vector<Delivery>> Receive(std::size_t limit, milliseconds wait) override {
    std::unique_lock lock(broker_.mutex_);
    RETURN_IF_ERROR(Look());
    auto deliveries = Take(limit);
    if (deliveries.empty() && wait > milliseconds(0)) {
      broker_.changed_.wait_for(lock, wait, [&] { return woken_ || HasWork(); });
      RETURN_IF_ERROR(Look());
      deliveries = Take(limit);
    }
    woken_ = false;
    return deliveries;
  }

  absl::Status AckThrough(std::uint64_t tag) override {
    const std::lock_guard lock(broker_.mutex_);
    RETURN_IF_ERROR(Look());
    if (!taken_.contains(tag)) return UnknownTag();
    const auto end = taken_.upper_bound(tag);
    broker_.queues_[service_].taken -= static_cast<int>(std::distance(taken_.begin(), end));
    taken_.erase(taken_.begin(), end);
    return absl::OkStatus();
  }

  absl::Status Reject(std::uint64_t tag) override {
    const std::lock_guard lock(broker_.mutex_);
    RETURN_IF_ERROR(Look());
    const auto found = taken_.find(tag);
    if (found == taken_.end()) return UnknownTag();
    FakeBroker::Queue& queue = broker_.queues_[service_];
    queue.parked.push_back(std::move(found->second.message));
    --queue.taken;
    taken_.erase(found);
    return absl::OkStatus();
  }

  void Wake() override {
    const std::lock_guard lock(broker_.mutex_);
    woken_ = true;
    broker_.changed_.notify_all();
  }

  void Abort() override {
    const std::lock_guard lock(broker_.mutex_);
    epoch_ = 0;
    broker_.changed_.notify_all();
  }

 private:
  // As the real one: acknowledging what is not there closes the channel.
  static absl::Status UnknownTag() {
    return Unavailable(bus::kBrokerDown, "406 PRECONDITION_FAILED - unknown delivery tag");
  }

  absl::Status Look() {
    if (broker_.cancelled_.contains(id_)) {
      return Unavailable(bus::kBrokerDown, "the simulated broker cancelled the consumer");
    }
    return broker_.Broken(epoch_) ? Gone() : absl::OkStatus();
  }

  bool HasWork() {
    const FakeBroker::Queue& queue = broker_.queues_[service_];
    return !queue.items.empty() && !queue.consumers.empty() && queue.consumers.front() == id_;
  }

  std::vector<Delivery> Take(std::size_t limit) {
    std::vector<Delivery> out;
    FakeBroker::Queue& queue = broker_.queues_[service_];
    while (out.size() < limit && taken_.size() < kPrefetch && HasWork()) {
      std::size_t at = 0;
      if (broker_.Chance(broker_.faults_.reorder)) {
        const auto window = std::min<std::size_t>(
            queue.items.size(), static_cast<std::size_t>(broker_.faults_.reorder_window));
        at = static_cast<std::size_t>(broker_.rng_.Below(window));
      }
      FakeBroker::Item item = std::move(queue.items[at]);
      queue.items.erase(queue.items.begin() + static_cast<std::ptrdiff_t>(at));
      const std::uint64_t tag = next_tag_++;
      out.push_back({.tag = tag, .message = item.message, .redelivered = item.redelivered});
      item.redelivered = true;
      taken_.emplace(tag, std::move(item));
      ++queue.taken;
      ++broker_.counts_.delivered;
    }
    return out;
  }

  // What was not acknowledged goes back to its place.
  void GiveBack() {
    FakeBroker::Queue& queue = broker_.queues_[service_];
    queue.taken -= static_cast<int>(taken_.size());
    if (queue.exists && !broker_.cancelled_.contains(id_) && broker_.disk_ == disk_) {
      for (auto item = taken_.rbegin(); item != taken_.rend(); ++item) {
        queue.items.push_front(std::move(item->second));
      }
    }
    taken_.clear();
  }

  FakeBroker& broker_;
  const std::string service_;
  std::uint64_t epoch_;
  const std::uint64_t id_;
  const int disk_;
  std::uint64_t next_tag_ = 1;
  std::map<std::uint64_t, FakeBroker::Item> taken_;
  bool woken_ = false;
};

// One service's way in.
class FakeBroker::Endpoint final : public bus::Broker, public bus::ParkedQueue {
 public:
  Endpoint(FakeBroker& broker, std::string service)
      : broker_(broker), service_(std::move(service)) {}

  absl::StatusOr<std::unique_ptr<bus::PublishChannel>> OpenPublisher() override {
    const std::lock_guard lock(broker_.mutex_);
    std::uint64_t epoch = broker_.epoch_;
    if (broker_.Broken(epoch)) return Gone();
    broker_.Declare();
    return std::make_unique<FakePublisher>(broker_, epoch);
  }

  absl::StatusOr<std::unique_ptr<bus::ConsumeChannel>> OpenConsumer() override {
    const std::lock_guard lock(broker_.mutex_);
    std::uint64_t epoch = broker_.epoch_;
    if (broker_.Broken(epoch)) return Gone();
    broker_.Declare();
    const std::uint64_t id = broker_.next_connection_++;
    broker_.queues_[service_].consumers.push_back(id);
    return std::make_unique<FakeConsumer>(broker_, service_, epoch, id);
  }

  absl::StatusOr<std::vector<WireMessage>> Peek(int limit) override {
    const std::lock_guard lock(broker_.mutex_);
    if (broker_.down_) return Gone();
    const auto& parked = broker_.queues_[service_].parked;
    const auto count = std::min(parked.size(), static_cast<std::size_t>(limit));
    return std::vector<WireMessage>(parked.begin(),
                                    parked.begin() + static_cast<std::ptrdiff_t>(count));
  }

  absl::StatusOr<std::vector<std::string>> Replay(const std::vector<std::string>& ids,
                                                  const std::string& by) override {
    return Remove(ids, [&](Queue& queue, WireMessage message) {
      message.headers["jointly-replayed-by"] = by;
      queue.items.push_back({.message = std::move(message)});
    });
  }

  absl::StatusOr<std::vector<std::string>> Drop(const std::vector<std::string>& ids) override {
    return Remove(ids, [](Queue&, WireMessage) {});
  }

 private:
  template <typename Then>
  absl::StatusOr<std::vector<std::string>> Remove(const std::vector<std::string>& ids, Then then) {
    const std::lock_guard lock(broker_.mutex_);
    if (broker_.down_) return Gone();
    Queue& queue = broker_.queues_[service_];
    std::vector<std::string> removed;
    for (const std::string& id : ids) {
      const auto found = std::ranges::find(queue.parked, id, &WireMessage::message_id);
      if (found == queue.parked.end()) continue;
      WireMessage message = std::move(*found);
      queue.parked.erase(found);
      removed.push_back(id);
      then(queue, std::move(message));
    }
    broker_.changed_.notify_all();
    return removed;
  }

  FakeBroker& broker_;
  const std::string service_;
};

FakeBroker::FakeBroker(Rng& rng, const BrokerFaults& faults) : rng_(rng), faults_(faults) {
  for (const bus::QueueBinding& row : bus::Topology()) {
    endpoints_[row.service] = std::make_unique<Endpoint>(*this, row.service);
  }
}

FakeBroker::~FakeBroker() = default;

bus::Broker& FakeBroker::For(const std::string& service) { return *endpoints_.at(service); }

bus::ParkedQueue& FakeBroker::ParkedOf(const std::string& service) {
  return *endpoints_.at(service);
}

void FakeBroker::SetFaults(const BrokerFaults& faults) {
  const std::lock_guard lock(mutex_);
  faults_ = faults;
}

void FakeBroker::SetDown(bool down) {
  const std::lock_guard lock(mutex_);
  down_ = down;
  if (down) ++epoch_;
  changed_.notify_all();
}

void FakeBroker::SetBlocked(bool blocked) {
  const std::lock_guard lock(mutex_);
  blocked_ = blocked;
  changed_.notify_all();
}

void FakeBroker::BreakConnections() {
  const std::lock_guard lock(mutex_);
  ++epoch_;
  changed_.notify_all();
}

void FakeBroker::Wipe() {
  const std::lock_guard lock(mutex_);
  ++epoch_;
  ++disk_;
  for (auto& [service, queue] : queues_) {
    queue.exists = false;
    queue.items.clear();
    queue.parked.clear();
  }
  changed_.notify_all();
}

void FakeBroker::DeleteQueue(const std::string& service) {
  const std::lock_guard lock(mutex_);
  Queue& queue = queues_[service];
  queue.exists = false;
  queue.items.clear();
  cancelled_.insert(queue.consumers.begin(), queue.consumers.end());
  changed_.notify_all();
}

void FakeBroker::Inject(const std::string& service, WireMessage message, bool redelivered) {
  const std::lock_guard lock(mutex_);
  queues_[service].exists = true;
  queues_[service].items.push_back({.message = std::move(message), .redelivered = redelivered});
  changed_.notify_all();
}

std::size_t FakeBroker::Waiting(const std::string& service) {
  const std::lock_guard lock(mutex_);
  return queues_[service].items.size();
}

std::vector<WireMessage> FakeBroker::Parked(const std::string& service) {
  const std::lock_guard lock(mutex_);
  const auto& parked = queues_[service].parked;
  return {parked.begin(), parked.end()};
}

bool FakeBroker::Empty(const std::string& service) {
  const std::lock_guard lock(mutex_);
  const Queue& queue = queues_[service];
  return queue.items.empty() && queue.taken == 0;
}

BrokerCounts FakeBroker::counts() {
  const std::lock_guard lock(mutex_);
  return counts_;
}

bool FakeBroker::Chance(int percent) {
  return percent > 0 && rng_.Below(100) < static_cast<std::uint64_t>(percent);
}

void FakeBroker::Declare() {
  for (const bus::QueueBinding& row : bus::Topology()) {
    if (!row.aggregates.empty()) queues_[row.service].exists = true;
  }
}

bool FakeBroker::Broken(std::uint64_t& epoch) {
  if (down_ || epoch != epoch_) return true;
  if (!Chance(faults_.disconnect)) return false;
  ++counts_.disconnects;
  epoch = 0;  // This connection alone.
  return true;
}

bool FakeBroker::Route(const WireMessage& message) {
  bool routed = false;
  for (const bus::QueueBinding& row : bus::Topology()) {
    Queue& queue = queues_[row.service];
    const bool bound = std::ranges::any_of(row.aggregates, [&](const std::string& aggregate) {
      return message.routing_key.starts_with(aggregate + ".");
    });
    if (!bound || !queue.exists) continue;
    routed = true;
    if (Chance(faults_.lose)) {
      ++counts_.lost;
      continue;
    }
    queue.items.push_back({.message = message});
    if (Chance(faults_.duplicate)) {
      ++counts_.duplicated;
      queue.items.push_back({.message = message});
    }
  }
  if (routed) changed_.notify_all();
  return routed;
}

}  // namespace jointly::test
