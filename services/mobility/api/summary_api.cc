#include "common/error/macros.h"
#include "common/rpc/name.h"
#include "services/mobility/api/mobility_api.h"
#include "services/mobility/api/relation.h"
#include "services/mobility/store/mobility_store.h"

namespace jointly::mobility {

absl::StatusOr<pb::SummariseMobilitiesResponse> Api::SummariseMobilities(
    rpc::Call& call, const pb::SummariseMobilitiesRequest& request) {
  ASSIGN_OR_RETURN(const std::vector<std::string> partners,
                   rpc::NamesOf(request.partners(),
                                {.pattern = "institutions/*", .path = "partners", .least = 2}));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::SummariseMobilitiesResponse> {
        ASSIGN_OR_RETURN(const std::vector<store::MobilityCount> counts,
                         store::CountMobilities(tx, ScopeOf(call), partners));
        pb::SummariseMobilitiesResponse response;
        for (const store::MobilityCount& count : counts) {
          auto& message = *response.add_counts();
          const std::string state(Name(count.state));
          message.set_sending_institution(count.sending_institution);
          message.set_receiving_institution(count.receiving_institution);
          message.set_state(state);
          message.set_mobilities(count.mobilities);
          message.set_filter("sending_institution = \"" + count.sending_institution +
                             "\" AND receiving_institution = \"" + count.receiving_institution +
                             "\" AND state = " + state);
        }
        return response;
      },
      call.transact_options());
}

}  // namespace jointly::mobility
