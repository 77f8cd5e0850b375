#include "common/rpc/process.h"
#include "services/identity/api/first_administrator.h"
#include "services/identity/grpc/identity_service.h"
#include "services/identity/store/migrations.h"

namespace {

namespace identity = jointly::identity;

void Declare(jointly::config::Options& options, identity::FirstAdministrator& first) {
  options.Text("bootstrap-administrator-email", &first.email,
               "Address of the first administrator; used only while there is none");
  options.SecretFile("bootstrap-administrator-password-file", &first.password_file,
                     "File with the first administrator's password");
  options.Validate([&first]() -> std::string {
    if (first.email.empty() == first.password_file.empty()) return "";
    return "bootstrap-administrator-email and bootstrap-administrator-password-file go together";
  });
}

}  // namespace

int main(int argc, char** argv) {
  identity::FirstAdministrator first;
  jointly::rpc::Process process(
      argc, argv,
      {.name = "identity",
       .migrations = {{"identity", &identity::Migrations()}},
       .declare_options = [&first](jointly::config::Options& o) { Declare(o, first); }});
  identity::Api api(
      {process.database(), process.outbox(), process.clock(), process.rng(), process.ids()},
      process.master_key(),
      {.deployment = process.config().deployment,
       .revoke = std::bind_front(&jointly::auth::Verifier::Revoke, &process.verifier())});
  if (!identity::Prepare(api, first)) return 1;
  process.SupplyUserKeys([&api] { return api.PublishedKeys(); });
  process.Every(std::chrono::seconds(1), [&api] { identity::LogProblem(api.FollowRevocations()); });
  identity::Service service(process.runtime(), api);
  return process.Run({&service}, {}, api.Timers());
}
