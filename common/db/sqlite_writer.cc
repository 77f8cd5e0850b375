#include "common/db/sqlite_writer.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "common/db/detach.h"
#include "common/error/check.h"
#include "common/telemetry/failpoint.h"
#include "common/telemetry/log.h"

namespace jointly::db {
namespace {

// A checkpoint each 8 MiB of log: often enough for a short log, seldom enough to write a page that
// many commits change only once. Far beyond, readers keep the log from being reused, and the writer
// waits for them for a moment.
constexpr int kCheckpointPages = 2'000;
constexpr int kRestartPages = 6'000;

// Lets one thread wait for another's word. A mutex and a condition variable would cost the writer
// two system calls per command, because who is woken under the lock goes to sleep again.
class Word {
 public:
  // The waiter may go on, and this vanish, as soon as it is kGiven: only its address is used then.
  void Give() {
    std::atomic<std::uint32_t>* const address = &state_;
    if (state_.exchange(kGiven, std::memory_order_acq_rel) != kAwaited) return;
    syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }

  // False when the time came first.
  bool AwaitUntil(std::chrono::steady_clock::time_point deadline) {
    const auto since = deadline.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    const timespec time = {
        .tv_sec = seconds.count(),
        .tv_nsec = std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds).count()};
    const bool endless = deadline == std::chrono::steady_clock::time_point::max();
    std::uint32_t expected = kOpen;
    state_.compare_exchange_strong(expected, kAwaited, std::memory_order_acq_rel);
    while (state_.load(std::memory_order_acquire) != kGiven) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      syscall(SYS_futex, &state_, FUTEX_WAIT_BITSET_PRIVATE, kAwaited, endless ? nullptr : &time,
              nullptr, FUTEX_BITSET_MATCH_ANY);
    }
    return true;
  }

 private:
  static constexpr std::uint32_t kOpen = 0;
  static constexpr std::uint32_t kAwaited = 1;
  static constexpr std::uint32_t kGiven = 2;
  static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));
  std::atomic<std::uint32_t> state_{kOpen};
};

}  // namespace

// One waiting body; lives on its caller's stack until it is `done`.
struct SqliteWriter::Job {
  const std::function<absl::Status(Tx&)>* body = nullptr;
  std::chrono::steady_clock::time_point deadline;
  bool read_only = false;

  absl::Status status;
  std::exception_ptr exception;
  std::vector<std::function<void()>> after_commit;
  bool wrote = false;  // The savepoint was released: the group's commit decides.

  Word done;  // The last that the writer touches.
};

SqliteWriter::SqliteWriter(std::unique_ptr<SqliteConnection> connection,
                           const SqliteWriterOptions& options)
    : connection_(std::move(connection)), options_(options), checkpoint_pages_(kCheckpointPages) {
  if (options_.own_thread) thread_ = std::thread([this] { Loop(); });
}

SqliteWriter::~SqliteWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

absl::Status SqliteWriter::Run(const std::function<absl::Status(Tx&)>& body,
                               std::chrono::steady_clock::time_point deadline, bool read_only) {
  Check(std::this_thread::get_id() != user_.load(), "a transaction inside of a transaction");
  Job job;
  job.body = &body;
  job.deadline = deadline;
  job.read_only = read_only;
  if (options_.own_thread) {
    const absl::Status status = Enqueue(job);
    if (!status.ok()) return status;
  } else {
    RunAlone(job);
  }
  if (job.exception) std::rethrow_exception(job.exception);
  if (job.status.ok()) {
    for (const auto& action : job.after_commit) action();
  }
  return job.status;
}

absl::Status SqliteWriter::Enqueue(Job& job) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(&job);
  }
  work_.notify_one();
  if (job.done.AwaitUntil(job.deadline)) return absl::OkStatus();
  {
    const std::lock_guard queue_lock(mutex_);
    const auto found = std::find(waiting_.begin(), waiting_.end(), &job);
    if (found != waiting_.end()) {
      waiting_.erase(found);
      return DeadlineExceeded(kDeadlineExceeded, "the writer did not get to it in time");
    }
  }
  // It is running: its statements check the deadline, and its outcome must be known.
  job.done.AwaitUntil(std::chrono::steady_clock::time_point::max());
  return absl::OkStatus();
}

void SqliteWriter::RunAlone(Job& job) {
  const std::lock_guard alone(alone_);
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(&job);
  }
  user_ = std::this_thread::get_id();
  try {
    RunGroup();
  } catch (...) {
    // A simulated crash at a failpoint of the commit.
    if (connection_->in_transaction()) Control("ROLLBACK").IgnoreError();
    user_ = std::thread::id();
    throw;
  }
  user_ = std::thread::id();
}

bool SqliteWriter::WaitForWork() {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
  return !waiting_.empty();
}

void SqliteWriter::Loop() {
  user_ = std::this_thread::get_id();
  pthread_setname_np(pthread_self(), "db-writer");
  while (WaitForWork()) RunGroup();
}

absl::Status SqliteWriter::Control(std::string_view sql) { return connection_->Run(sql).status(); }

void SqliteWriter::RunGroup() {
  // Before anything is taken from the queue: while another process holds the file, the callers
  // still wait in the queue and leave it at their own deadlines.
  const absl::Status begun = Control("BEGIN IMMEDIATE");
  if (!begun.ok()) return FailAllWaiting(begun);
  std::vector<Job*> group = RunWaiting();
  const bool wrote = std::any_of(group.begin(), group.end(), [](Job* job) { return job->wrote; });
  if (wrote && connection_->in_transaction()) {
    const absl::Status committed = Commit();
    // A refusal may rest on a neighbour's write that is now gone, so it fails with the group.
    if (!committed.ok()) Fail(group, committed);
  }
  if (connection_->in_transaction()) Check(Control("ROLLBACK").ok(), "ROLLBACK failed");
  for (Job* job : group) job->done.Give();
  CheckpointWhenDue();
}

std::vector<SqliteWriter::Job*> SqliteWriter::RunWaiting() {
  std::vector<Job*> group;
  while (static_cast<int>(group.size()) < options_.group_limit) {
    Job* job = TakeOne();
    if (job == nullptr) break;
    group.push_back(job);
    RunJob(*job);
    if (!connection_->in_transaction()) {
      // SQLite rolled everything back (a full disk): the neighbours' writes are gone too.
      Fail(group, absl::IsUnavailable(job->status)
                      ? job->status
                      : Unavailable(kDatabaseDown, "the group of this command was rolled back"));
      break;
    }
  }
  return group;
}

SqliteWriter::Job* SqliteWriter::TakeOne() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return nullptr;
  Job* job = waiting_.front();
  waiting_.pop_front();
  return job;
}

void SqliteWriter::RunJob(Job& job) {
  SqliteTx tx(*connection_, job.read_only, job.deadline);
  job.status = Control("SAVEPOINT command");
  if (!job.status.ok()) return;
  try {
    job.status = (*job.body)(tx);
  } catch (...) {
    job.exception = std::current_exception();
  }
  if (!tx.failure().ok()) job.status = tx.failure();
  if (!connection_->in_transaction()) return;
  bool clean = true;
  if (job.status.ok() && !job.exception) {
    job.after_commit = tx.TakeAfterCommit();
    job.wrote = !job.read_only;
  } else {
    clean = Control("ROLLBACK TO command").ok();
  }
  clean = Control("RELEASE command").ok() && clean;
  if (!clean) Check(Control("ROLLBACK").ok(), "ROLLBACK failed");
}

absl::Status SqliteWriter::Commit() {
  if (telemetry::FailpointError("db.before_commit")) {
    return Unavailable(kDatabaseDown, "the commit was made to fail by a failpoint");
  }
  const absl::Status status = Control("COMMIT");
  if (!status.ok()) {
    telemetry::Error("a commit failed and was rolled back", {{"text", MessageOf(status)}});
    return Unavailable(kDatabaseDown,
                       "the commit failed and was rolled back: " + MessageOf(status));
  }
  metrics_.commits.Add();
  if (telemetry::FailpointError("db.after_commit")) {
    return Unavailable(kDatabaseDown, "the commit's outcome was hidden by a failpoint");
  }
  return absl::OkStatus();
}

void SqliteWriter::Fail(std::vector<Job*>& group, const absl::Status& status) {
  for (Job* job : group) {
    job->status = Detach(status);
    job->wrote = false;
  }
}

void SqliteWriter::FailAllWaiting(const absl::Status& status) {
  std::deque<Job*> jobs;
  {
    const std::lock_guard lock(mutex_);
    jobs.swap(waiting_);
  }
  for (Job* job : jobs) {
    job->status = Detach(status);
    job->done.Give();
  }
}

void SqliteWriter::CheckpointWhenDue() {
  const int pages = connection_->log_pages();
  if (pages < kCheckpointPages) checkpoint_pages_ = kCheckpointPages;
  if (pages < checkpoint_pages_) return;
  const absl::Status status = connection_->Checkpoint(/*restart=*/pages >= kRestartPages);
  if (!status.ok()) telemetry::Warning("a checkpoint failed", {{"text", MessageOf(status)}});
  // Not at every commit when readers keep the log from shrinking.
  checkpoint_pages_ = pages + kCheckpointPages;
}

}  // namespace jointly::db
