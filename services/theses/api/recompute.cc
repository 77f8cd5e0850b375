#include "services/theses/api/recompute.h"

#include "common/error/macros.h"
#include "common/telemetry/failpoint.h"
#include "services/theses/store/rule_set_store.h"

namespace jointly::theses {

absl::StatusOr<RecomputeProgress> RecomputeBatch(db::Database& database, Engine& engine,
                                                 int limit) {
  const Who who = ServiceWho(engine.clock().Now());
  return database.Transact([&](db::Tx& tx) -> absl::StatusOr<RecomputeProgress> {
    RecomputeProgress progress;
    ASSIGN_OR_RETURN(const std::vector<std::string> waiting, store::WaitingTheses(tx, "", limit));
    if (waiting.empty()) return progress;
    ASSIGN_OR_RETURN(progress.told, engine.RecomputeMany(tx, who, waiting));
    progress.looked = static_cast<int>(waiting.size());
    store::DoneWith(tx, waiting);
    if (telemetry::FailpointError("theses.recompute")) {
      return Unavailable(kUnavailable, "a fault at the end of a batch");
    }
    return progress;
  });
}

absl::StatusOr<RecomputeProgress> RecomputeAll(db::Database& database, Engine& engine) {
  RecomputeProgress all;
  while (true) {
    ASSIGN_OR_RETURN(const RecomputeProgress batch, RecomputeBatch(database, engine));
    if (batch.looked == 0) return all;
    all.looked += batch.looked;
    all.told += batch.told;
  }
}

}  // namespace jointly::theses
