#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/bus/transport.h"
#include "common/db/database.h"
#include "common/time/clock.h"

namespace jointly::bus {

// An outbox row on its way.
struct PendingEvent {
  std::int64_t id = 0;
  std::string aggregate_type;
  Time create_time;
  std::size_t body_bytes = 0;
  WireMessage wire;
};

struct PostponeOptions {
  Time now;
  std::chrono::milliseconds nack;
  std::chrono::milliseconds unroutable;
};

// The relay's statements on the outbox.
class RelayStore {
 public:
  RelayStore(db::Database& database, int partition, int partitions)
      : database_(database), partition_(partition), partitions_(partitions) {}

  // Pending rows that are due, in order of id, without the `known` ones (in flight, or confirmed
  // and not yet marked).
  absl::StatusOr<std::vector<PendingEvent>> Fetch(Time now, const std::vector<std::int64_t>& known,
                                                  int limit);
  absl::Status MarkPublished(std::vector<std::int64_t> ids, Time now);
  absl::Status Postpone(const std::vector<std::int64_t>& nacked,
                        const std::vector<PendingEvent>& unroutable,
                        const PostponeOptions& options);
  // A wall clock that jumped back leaves retry times far in the future: brings them near.
  absl::Status RepairRetryTimes(Time now, std::chrono::milliseconds horizon);
  // About how many rows are pending: the span of their ids.
  absl::StatusOr<std::int64_t> Backlog();

 private:
  db::Database& database_;
  std::int64_t partition_;
  std::int64_t partitions_;
};

}  // namespace jointly::bus
