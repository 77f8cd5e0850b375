#include "services/theses/api/recompute.h"

#include "common/error/macros.h"
#include "common/telemetry/failpoint.h"
#include "common/telemetry/log.h"
#include "services/theses/store/rule_set_store.h"

namespace jointly::theses {
namespace {

absl::StatusOr<bool> RecomputeOne(db::Tx& tx, Engine& engine, const Who& who,
                                  const std::string& thesis) {
  const auto told = engine.Recompute(tx, who, thesis);
  if (told.ok()) return *told;
  // One thesis whose facts the rules can not judge must not stop the others; its next command says
  // why. Everything else is for the next try of the batch.
  if (!absl::IsInvalidArgument(told.status()) && !absl::IsNotFound(told.status())) {
    return told.status();
  }
  telemetry::Error("a thesis could not be computed anew",
                   {{"thesis", "theses/" + thesis}, {"error", told.status().ToString()}});
  return false;
}

}  // namespace

absl::StatusOr<RecomputeProgress> RecomputeBatch(db::Database& database, Engine& engine,
                                                 int limit) {
  const Who who = ServiceWho(engine.clock().Now());
  return database.Transact([&](db::Tx& tx) -> absl::StatusOr<RecomputeProgress> {
    RecomputeProgress progress;
    ASSIGN_OR_RETURN(const std::vector<std::string> waiting, store::WaitingTheses(tx, "", limit));
    if (waiting.empty()) return progress;
    for (const std::string& thesis : waiting) {
      ASSIGN_OR_RETURN(const bool told, RecomputeOne(tx, engine, who, thesis));
      ++progress.looked;
      if (told) ++progress.told;
    }
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
