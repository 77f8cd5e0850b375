#include "common/error/macros.h"
#include "common/text/text.h"
#include "services/theses/api/theses_api.h"
#include "services/theses/store/figures_store.h"

// Counts, each with the filter of ListTheses that lists the records behind it.
namespace jointly::theses {

absl::StatusOr<pb::SummariseThesesResponse> Api::SummariseTheses(
    rpc::Call& call, const pb::SummariseThesesRequest& request) {
  Violations violations;
  violations.Require(request.partners_size() == 2 && request.partners(0) != request.partners(1),
                     "partners", "are required: two different institutions");
  violations.Require(request.since_year() >= 1990 && request.since_year() <= 2200, "since_year",
                     "is required: a year from 1990 on");
  RETURN_IF_ERROR(violations.ToStatus());
  const std::vector<std::string> partners = {request.partners(0), request.partners(1)};
  const std::string since = std::to_string(request.since_year()) + "-01-01";
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::SummariseThesesResponse> {
        ASSIGN_OR_RETURN(const store::ThesisFigures figures,
                         store::CountTheses(tx, ScopeOf(call), partners, since));
        const std::string between =
            "institution = \"" + partners[0] + "\" AND institution = \"" + partners[1] + "\" AND ";
        pb::SummariseThesesResponse response;
        for (const store::StateCount& count : figures.states) {
          auto& added = *response.add_counts();
          added.set_state(UpperCase(count.state));
          added.set_theses(count.theses);
          added.set_filter(between + "state = \"" + UpperCase(count.state) + "\"");
        }
        response.set_in_progress(figures.in_progress);
        response.set_in_progress_filter(between + "phase = \"in_progress\" AND start_date >= \"" +
                                        since + "\"");
        response.set_defended(figures.defended);
        response.set_defended_filter(between + "defended_date >= \"" + since + "\"");
        return response;
      },
      call.transact_options());
}

}  // namespace jointly::theses
