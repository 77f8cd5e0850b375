#include <cstdlib>

#include "common/blob/blob.h"
#include "common/rpc/process.h"
#include "common/telemetry/log.h"
#include "services/mobility/api/mobility_api.h"
#include "services/mobility/events/handlers.h"
#include "services/mobility/grpc/mobility_service.h"
#include "services/mobility/store/migrations.h"

int main(int argc, char** argv) {
  namespace mobility = jointly::mobility;
  namespace telemetry = jointly::telemetry;
  jointly::rpc::Process process(
      argc, argv, {.name = "mobility", .migrations = {{"mobility", &mobility::Migrations()}}});
  const std::string& directory = process.config().blob_directory;
  const auto blobs = directory.empty() ? absl::InvalidArgumentError("--blob-directory is missing")
                                       : jointly::blob::Store::Open(directory);
  if (!blobs.ok()) {
    telemetry::Error("no place for documents", {{"error", blobs.status().ToString()}});
    return 2;
  }
  mobility::Api api({.database = process.database(),
                     .outbox = process.outbox(),
                     .clock = process.clock(),
                     .ids = process.ids(),
                     .rng = process.rng(),
                     .master_key = process.master_key(),
                     .blobs = **blobs});
  mobility::Service service(process.runtime(), api);
  process.Every(std::chrono::hours(24), [&api] {
    const auto swept = api.SweepBlobs();
    if (!swept.ok()) telemetry::Warning("sweep failed", {{"error", swept.status().ToString()}});
    if (swept.ok()) telemetry::Info("contents swept", {{"deleted", *swept}});
  });
  return process.Run({&service}, mobility::Subscriptions(api.engine()),
                     mobility::TimerHandlers(api.engine()));
}
