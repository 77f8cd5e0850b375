#include <chrono>

#include "common/rpc/process.h"
#include "common/telemetry/log.h"
#include "services/theses/api/recompute.h"
#include "services/theses/api/theses_api.h"
#include "services/theses/events/handlers.h"
#include "services/theses/grpc/theses_service.h"
#include "services/theses/store/migrations.h"
#include "services/theses/store/rule_set_store.h"

int main(int argc, char** argv) {
  namespace theses = jointly::theses;
  namespace telemetry = jointly::telemetry;
  jointly::rpc::Process process(
      argc, argv, {.name = "theses", .migrations = {{"theses", &theses::Migrations()}}});
  theses::Api api({.database = process.database(),
                   .outbox = process.outbox(),
                   .clock = process.clock(),
                   .ids = process.ids(),
                   .rng = process.rng(),
                   .master_key = process.master_key()});
  theses::Service service(process.runtime(), api);
  // What a publication of rules left to be computed, a batch at a time.
  process.Every(std::chrono::seconds(1), [&process, &api] {
    const auto done = theses::RecomputeAll(process.database(), api.engine());
    if (!done.ok()) telemetry::Warning("recompute", {{"error", done.status().ToString()}});
  });
  // A year begins, a day passes: what was told of a thesis may not be what holds any more.
  process.Every(std::chrono::hours(24), [&process, &api] {
    const auto asked = process.database().Transact([&](jointly::db::Tx& tx) {
      return theses::store::AskForRecomputation(tx, {}, api.engine().clock().Now());
    });
    if (!asked.ok()) telemetry::Warning("ask again", {{"error", asked.status().ToString()}});
  });
  return process.Run({&service}, theses::Subscriptions(api.engine()),
                     theses::TimerHandlers(api.engine()));
}
