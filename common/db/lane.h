#pragma once

#include <absl/status/statusor.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/db/database.h"

namespace jointly::db {

// A hot aggregate's queue: callers that arrive while a batch is running are taken together by the
// next one, so the row lock and the commit are paid once per batch. There is no thread of its own:
// the first waiting caller runs the batch for all (flat combining). Command and Outcome are plain
// values; a refusal is an outcome, not an error, and does not disturb its neighbours.
template <typename Command, typename Outcome>
class Lane {
 public:
  // Decides a batch on one aggregate inside one transaction; one outcome per command, in order.
  using ApplyBatch = std::function<absl::StatusOr<std::vector<Outcome>>(
      Tx&, const std::string& key, const std::vector<Command>&)>;

  Lane(Database& database, ApplyBatch apply, std::size_t batch_limit = 60)
      : database_(database), apply_(std::move(apply)), batch_limit_(batch_limit) {}

  // Blocks until the batch with this command is committed.
  absl::StatusOr<Outcome> Run(const std::string& key, Command command) {
    auto waiter = std::make_shared<Waiter>(std::move(command));
    std::unique_lock lock(mutex_);
    Queue& queue = queues_[key];
    queue.waiting.push_back(waiter);
    changed_.wait(lock, [&] { return waiter->result.has_value() || !queue.running; });
    while (!waiter->result.has_value()) RunOneBatch(lock, key, queue);
    if (queue.waiting.empty() && !queue.running) queues_.erase(key);
    return std::move(*waiter->result);
  }

 private:
  struct Waiter {
    explicit Waiter(Command c) : command(std::move(c)) {}
    Command command;
    std::optional<absl::StatusOr<Outcome>> result;
  };
  struct Queue {
    std::deque<std::shared_ptr<Waiter>> waiting;
    bool running = false;
  };

  void RunOneBatch(std::unique_lock<std::mutex>& lock, const std::string& key, Queue& queue);

  Database& database_;
  ApplyBatch apply_;
  std::size_t batch_limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Queue> queues_;
};

}  // namespace jointly::db
