#include "common/rpc/process.h"
#include "services/partnerships/api/partnerships_api.h"
#include "services/partnerships/grpc/partnerships_service.h"
#include "services/partnerships/store/migrations.h"

int main(int argc, char** argv) {
  namespace partnerships = jointly::partnerships;
  jointly::rpc::Process process(
      argc, argv,
      {.name = "partnerships", .migrations = {{"partnerships", &partnerships::Migrations()}}});
  partnerships::Api api(process.database(), process.outbox(), process.clock(), process.ids());
  partnerships::Service service(process.runtime(), api);
  return process.Run({&service}, {},
                     {{partnerships::kAgreementEndsTimer,
                       std::bind_front(&partnerships::Api::EndAgreement, &api)}});
}
