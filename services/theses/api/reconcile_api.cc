#include "common/error/macros.h"
#include "services/theses/api/theses_api.h"
#include "services/theses/domain/reconcile.h"
#include "services/theses/store/figures_store.h"

// theses.fr beside what is recorded here.
namespace jointly::theses {
namespace {

constexpr std::size_t kDocumentBytesMax = 4 * 1024 * 1024;
constexpr int kThesesMax = 20'000;

absl::Status MayReconcile(const auth::Principal& principal, const std::string& institution) {
  if (principal.HoldsIn(auth::Role::kDoctoralOffice, institution) ||
      principal.HoldsIn(auth::Role::kAdministrator, institution)) {
    return absl::OkStatus();
  }
  return PermissionDenied(kNotYourSide,
                          "theses of " + institution + " are reconciled by its doctoral office",
                          {{"institution", institution}});
}

}  // namespace

absl::StatusOr<pb::ReconcileThesesResponse> Api::ReconcileTheses(
    rpc::Call& call, const pb::ReconcileThesesRequest& request) {
  Violations violations;
  violations.Require(request.institution().starts_with("institutions/"), "institution",
                     "is required and looks like institutions/{id}");
  violations.Require(!request.document().empty() && request.document().size() <= kDocumentBytesMax,
                     "document", "is required: a saved answer of theses.fr of at most 4 MiB");
  RETURN_IF_ERROR(violations.ToStatus());
  RETURN_IF_ERROR(MayReconcile(call.principal, request.institution()));
  ASSIGN_OR_RETURN(const std::vector<PublishedThesis> published, ParseThesesFr(request.document()));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ReconcileThesesResponse> {
        ASSIGN_OR_RETURN(
            const std::vector<Thesis> ours,
            store::ThesesOfInstitution(tx, ScopeOf(call), request.institution(), kThesesMax));
        const Reconciliation result = Reconcile(ours, published);
        pb::ReconcileThesesResponse response;
        response.set_matched(result.matched);
        for (const ReconciledRow& row : result.rows) {
          pb::ReconciledThesis& added = *response.add_rows();
          if (!row.thesis.empty()) added.set_thesis("theses/" + row.thesis);
          added.set_number(row.number);
          added.set_title(row.title);
          for (const std::string& text : row.differences) added.add_differences(text);
        }
        return response;
      },
      call.transact_options());
}

}  // namespace jointly::theses
