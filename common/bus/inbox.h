#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/bus/event.h"
#include "common/db/database.h"
#include "common/time/clock.h"

// The statements on inbox and applied (messaging.md sections 6 and 7). Free functions over a Tx, so
// that a caller decides what shares a transaction.
namespace jointly::bus {

struct InboxRow {
  std::string message_id;
  std::string aggregate_type;
  std::string aggregate_id;
  std::int64_t revision = 0;
  std::string event_type;
  std::string headers;
  std::string body;
  std::string status;
  std::int64_t attempts = 0;  // Runs of the handler, the coming one not yet counted.
  std::int64_t deaths = 0;    // Of these, runs that the process did not survive.
  bool late = false;
};

struct AggregateKey {
  std::string type;
  std::string id;
  auto operator<=>(const AggregateKey&) const = default;
};

// Queued: takes a message in unless its revision is applied already or its id is there. Ready when
// it is the next revision, else waiting.
void InsertMessage(db::Tx& tx, const Message& message, Time now);

// Which part of the aggregates a worker takes.
struct WorkShare {
  int worker = 0;
  int workers = 1;
};

// The oldest due rows, each followed by the waiting revisions after it, in order of aggregate and
// revision; at most `limit` rows.
absl::StatusOr<std::vector<InboxRow>> FindDue(db::Tx& tx, Time now, WorkShare share, int limit);

// Queued: counts a run (and a death, until it is taken back) for each row, before the handlers run.
void CountRuns(db::Tx& tx, const std::vector<std::string>& message_ids);
// Queued: the runs did not take place, or ended for reasons that are not the message's.
void TakeBackRuns(db::Tx& tx, const std::vector<std::string>& message_ids);
// Queued: the handler failed and the process lives; tried again at `next`.
void RecordFailure(db::Tx& tx, const std::string& message_id, std::string_view error, Time next);
// Queued.
void RecordParked(db::Tx& tx, const std::string& message_id, std::string_view error);

// Queued: makes the row of an aggregate that has none, for LockApplied to lock: two processes
// cannot both apply a first revision.
void CreateApplied(db::Tx& tx, const AggregateKey& key);
// Locks the applied rows of the keys and gives their last revisions, in the keys' order (0: none).
absl::StatusOr<std::vector<std::int64_t>> LockApplied(db::Tx& tx,
                                                      const std::vector<AggregateKey>& keys);
// Those of the keys of which something is in the inbox, in any state.
absl::StatusOr<std::vector<AggregateKey>> FindInInbox(db::Tx& tx,
                                                      const std::vector<AggregateKey>& keys);
// Whether the message is still there to be replayed late; locks it.
absl::StatusOr<bool> LockLate(db::Tx& tx, const std::string& message_id);
// Queued: the revision alone, for an aggregate of which nothing is in the inbox.
void SetApplied(db::Tx& tx, const AggregateKey& key, std::int64_t revision);
// Queued: everything up to `revision` is applied; the next waiting revision becomes ready.
void AdvanceApplied(db::Tx& tx, const AggregateKey& key, std::int64_t revision, Time now);
// Queued.
void DeleteMessage(db::Tx& tx, const std::string& message_id);

// Waiting rows whose turn has come although nobody woke them: an insert and an apply that crossed.
absl::StatusOr<std::vector<std::string>> FindOverlooked(db::Tx& tx, int limit);
// Queued: their turn has not come.
void MakeWaiting(db::Tx& tx, const std::vector<std::string>& message_ids);
// Queued.
void MakeReady(db::Tx& tx, const std::vector<std::string>& message_ids, Time now);

// An aggregate whose next revision is not here although later ones are.
struct Gap {
  AggregateKey key;
  std::int64_t last_revision = 0;
};
absl::StatusOr<std::vector<Gap>> FindGaps(db::Tx& tx, Time older_than, int limit);

// Queued: a wall clock that jumped back leaves next times far in the future: brings them near.
void RepairNextTimes(db::Tx& tx, Time now, std::chrono::milliseconds horizon);

// A message from its stored form. Errors: INVALID_ARGUMENT.
absl::StatusOr<Message> ToMessage(InboxRow row);

}  // namespace jointly::bus
