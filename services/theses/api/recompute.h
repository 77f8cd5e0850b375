#pragma once

#include <absl/status/statusor.h>

#include "services/theses/api/engine.h"

// The work that a publication of rules leaves behind: every thesis that it touches is computed
// anew, in bounded batches, so that no command waits for more than a batch.
namespace jointly::theses {

// Small enough that a command waits for some tens of milliseconds behind one.
inline constexpr int kRecomputeBatch = 25;

struct RecomputeProgress {
  int looked = 0;  // Theses computed.
  int told = 0;    // Of these, how many had other dates than before.
};

// One batch, one transaction: what a crash undoes is still to do. Nothing to do: {0, 0}.
absl::StatusOr<RecomputeProgress> RecomputeBatch(db::Database& database, Engine& engine,
                                                 int limit = kRecomputeBatch);
// All that waits; for the background task of a process.
absl::StatusOr<RecomputeProgress> RecomputeAll(db::Database& database, Engine& engine);

}  // namespace jointly::theses
