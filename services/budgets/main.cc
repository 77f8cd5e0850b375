#include <chrono>

#include "common/auth/cipher.h"
#include "common/auth/token.h"
#include "common/rpc/process.h"
#include "common/telemetry/log.h"
#include "services/budgets/events/handlers.h"
#include "services/budgets/grpc/budgets_service.h"
#include "services/budgets/store/ledger_store.h"
#include "services/budgets/store/migrations.h"

int main(int argc, char** argv) {
  namespace budgets = jointly::budgets;
  namespace telemetry = jointly::telemetry;
  jointly::rpc::Process process(
      argc, argv, {.name = "budgets", .migrations = {{"budgets", &budgets::Migrations()}}});
  const auto stop = [](const char* what, const absl::Status& status) {
    telemetry::Error(what, {{"error", status.ToString()}});
    return 2;
  };
  const std::string& directory = process.config().blob_directory;
  const auto blobs = directory.empty() ? absl::InvalidArgumentError("--blob-directory is missing")
                                       : jointly::blob::Store::Open(directory);
  if (!blobs.ok()) return stop("no place for attachments", blobs.status());
  // The process has checked that the file is there; its key also signs what a close says.
  const auto pem = jointly::auth::ReadSecretFile(process.config().service_key_file);
  if (!pem.ok()) return stop("no key to sign with", pem.status());
  const auto key = jointly::auth::SigningKey::FromPem(*pem);
  if (!key.ok()) return stop("no key to sign with", key.status());
  budgets::Api api({.database = process.database(),
                    .outbox = process.outbox(),
                    .clock = process.clock(),
                    .ids = process.ids(),
                    .blobs = **blobs,
                    .sign = [&key](std::string_view text) { return key->Sign(text); },
                    .master_key = process.master_key(),
                    .rng = &process.rng()});
  budgets::Service service(process.runtime(), api);
  process.Every(std::chrono::seconds(1), [&process] {
    for (absl::StatusOr<int> sealed = 1; sealed.ok() && *sealed > 0;) {
      sealed = budgets::store::SealJournals(process.database());
      if (!sealed.ok()) telemetry::Warning("seal", {{"error", sealed.status().ToString()}});
    }
  });
  process.Every(std::chrono::hours(24), [&api] { api.SweepBlobs().IgnoreError(); });
  return process.Run({&service}, budgets::Subscriptions(api.engine()),
                     budgets::TimerHandlers(api.engine()));
}
