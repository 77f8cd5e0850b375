#pragma once

#include <absl/status/statusor.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/db/database.h"
#include "common/db/detach.h"
#include "common/error/check.h"
#include "common/error/error.h"

namespace jointly::db {

// A hot aggregate's queue: callers that arrive while a batch is running are taken together by the
// next one, so the row lock and the commit are paid once per batch. There is no thread of its own:
// the first waiting caller runs the batch for all (flat combining). Before it does, it waits a
// moment for those whom the last batch served: busy callers come back at once, and would else fall
// into two groups, each of which pays for a commit of its own. Command and Outcome are plain
// values; a refusal is an outcome, not an error, and does not disturb its neighbours. An error of
// the batch is the answer of everyone in it.
template <typename Command, typename Outcome>
class Lane {
 public:
  // Decides a batch on one aggregate inside one transaction; one outcome per command, in order. May
  // run more than once, as every body of Transact.
  using ApplyBatch = std::function<absl::StatusOr<std::vector<Outcome>>(
      Tx&, const std::string& key, const std::vector<Command>&)>;

  Lane(Database& database, ApplyBatch apply, std::size_t batch_limit = 60)
      : database_(database), apply_(std::move(apply)), batch_limit_(batch_limit) {}

  // Blocks until the batch with this command is committed, or until the deadline if no batch has
  // taken the command by then. A batch lives until the latest deadline of its commands.
  absl::StatusOr<Outcome> Run(const std::string& key, Command command,
                              const TransactOptions& options = {}) {
    Waiter waiter(std::move(command), DeadlineOf(options));
    std::unique_lock lock(mutex_);
    // Nodes of a map stay where they are; this one goes only when nobody waits in it any more.
    const auto queue = queues_.try_emplace(key).first;
    queue->second.waiting.push_back(&waiter);
    ++queue->second.users;
    if (queue->second.waiting.size() >= queue->second.expected) {
      queue->second.complete.notify_one();
    }
    while (waiter.state != State::kDone) {
      if (waiter.state == State::kWaiting && !queue->second.running) {
        Gather(lock, queue->second);
        RunOneBatch(lock, key, queue->second);
      } else if (!Wait(lock, queue->second, waiter)) {
        break;
      }
    }
    if (--queue->second.users == 0 && queue->second.expected <= 1) {
      queues_.erase(queue);
    } else if (queues_.size() > kQueuesKept) {
      std::erase_if(queues_, [](const auto& entry) { return entry.second.users == 0; });
    }
    if (waiter.exception) std::rethrow_exception(waiter.exception);
    return std::move(*waiter.result);
  }

 private:
  // A gathering costs at most a quarter of a batch, and never much.
  static constexpr int kPatienceDivisor = 4;
  static constexpr std::chrono::milliseconds kPatienceMax{2};
  // Of those that nobody waits in: they remember how many callers to expect.
  static constexpr std::size_t kQueuesKept = 64;

  using Deadline = std::chrono::steady_clock::time_point;
  enum class State { kWaiting, kTaken, kDone };

  // Lives on its caller's stack; the caller leaves only when it is done or out of the queue.
  struct Waiter {
    Waiter(Command c, Deadline d) : command(std::move(c)), deadline(d) {}
    Command command;
    Deadline deadline;
    State state = State::kWaiting;
    std::optional<absl::StatusOr<Outcome>> result;
    std::exception_ptr exception;
    std::condition_variable changed;
  };
  struct Queue {
    std::deque<Waiter*> waiting;
    bool running = false;
    std::size_t users = 0;
    std::size_t expected = 0;  // Callers that are likely to be there soon.
    std::chrono::steady_clock::duration patience{};
    std::condition_variable complete;
  };

  static Deadline DeadlineOf(const TransactOptions& options) {
    return options.deadline.value_or(std::chrono::steady_clock::now() + std::chrono::seconds(30));
  }

  // False when the waiter gave up; its result then says so.
  static bool Wait(std::unique_lock<std::mutex>& lock, Queue& queue, Waiter& waiter) {
    const auto ready = [&] {
      return waiter.state == State::kDone || (waiter.state == State::kWaiting && !queue.running);
    };
    if (waiter.state == State::kTaken) {
      // The outcome may be committed any moment: it must be known.
      waiter.changed.wait(lock, ready);
      return true;
    }
    if (waiter.changed.wait_until(lock, waiter.deadline,
                                  [&] { return ready() || waiter.state == State::kTaken; })) {
      return true;
    }
    std::erase(queue.waiting, &waiter);
    waiter.result.emplace(
        DeadlineExceeded(kDeadlineExceeded, "the aggregate's queue did not get to it in time"));
    return false;
  }

  // Until all who are expected wait, for a part of what a batch takes at most. Whoever gathers runs
  // the next batch, with itself in it.
  void Gather(std::unique_lock<std::mutex>& lock, Queue& queue) {
    queue.running = true;
    queue.complete.wait_for(lock, queue.patience, [&] {
      return queue.waiting.size() >= std::min(queue.expected, batch_limit_);
    });
  }

  void RunOneBatch(std::unique_lock<std::mutex>& lock, const std::string& key, Queue& queue) {
    std::vector<Waiter*> batch;
    std::vector<Command> commands;
    TransactOptions options{.deadline = Deadline::min()};
    while (!queue.waiting.empty() && batch.size() < batch_limit_) {
      Waiter* waiter = queue.waiting.front();
      queue.waiting.pop_front();
      waiter->state = State::kTaken;
      options.deadline = std::max(*options.deadline, waiter->deadline);
      commands.push_back(std::move(waiter->command));
      batch.push_back(waiter);
    }
    lock.unlock();
    const auto began = std::chrono::steady_clock::now();
    std::exception_ptr exception;
    absl::StatusOr<std::vector<Outcome>> outcomes = absl::UnknownError("the batch threw");
    try {
      outcomes = database_.Transact(
          [&](Tx& tx) -> absl::StatusOr<std::vector<Outcome>> { return apply_(tx, key, commands); },
          options);
    } catch (...) {
      exception = std::current_exception();
    }
    Check(!outcomes.ok() || outcomes->size() == batch.size(),
          "a lane owes one outcome per command");
    lock.lock();
    queue.running = false;
    queue.expected = batch.size() + queue.waiting.size();
    queue.patience = std::min<std::chrono::steady_clock::duration>(
        (std::chrono::steady_clock::now() - began) / kPatienceDivisor, kPatienceMax);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      Waiter& waiter = *batch[i];
      waiter.exception = exception;
      if (outcomes.ok()) {
        waiter.result.emplace(std::move((*outcomes)[i]));
      } else {
        waiter.result.emplace(Detach(outcomes.status()));
      }
      waiter.state = State::kDone;
      // Under the lock: the waiter may be gone as soon as it sees its state.
      waiter.changed.notify_one();
    }
    // The next one in line runs the next batch.
    if (!queue.waiting.empty()) queue.waiting.front()->changed.notify_one();
  }

  Database& database_;
  ApplyBatch apply_;
  std::size_t batch_limit_;
  std::mutex mutex_;
  std::map<std::string, Queue> queues_;
};

}  // namespace jointly::db
