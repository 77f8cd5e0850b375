#include "services/identity/api/first_administrator.h"

#include "common/error/macros.h"
#include "common/telemetry/log.h"

namespace jointly::identity {
namespace {

absl::Status Create(Api& api, const FirstAdministrator& first) {
  if (first.email.empty()) {
    if (!api.HasAdministrator()) {
      telemetry::Warning(
          "nobody administers this deployment yet: start identity once with "
          "--bootstrap-administrator-email and --bootstrap-administrator-password-file (a file "
          "that "
          "only its owner can read, with a password of at least 12 characters)");
    }
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(std::string password, auth::ReadSecretFile(first.password_file));
  while (password.ends_with('\n') || password.ends_with('\r')) password.pop_back();
  ASSIGN_OR_RETURN(const bool created, api.CreateFirstAdministrator(first.email, password));
  if (created) telemetry::Info("the first administrator was created");
  return absl::OkStatus();
}

absl::Status PrepareAll(Api& api, const FirstAdministrator& first) {
  RETURN_IF_ERROR(api.Start());
  RETURN_IF_ERROR(Create(api, first));
  return api.FollowRevocations();
}

}  // namespace

bool Prepare(Api& api, const FirstAdministrator& first) {
  const absl::Status status = PrepareAll(api, first);
  if (status.ok()) return true;
  telemetry::Error("identity cannot start", {{"error", MessageOf(status)}});
  telemetry::FlushLogs();
  return false;
}

void LogProblem(const absl::Status& status) {
  if (status.ok()) return;
  telemetry::Warning("revocations of other replicas are not known", {{"error", MessageOf(status)}});
}

}  // namespace jointly::identity
