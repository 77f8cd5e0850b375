#pragma once

#include <absl/status/statusor.h>
#include <jointly/partnerships/v1/partnerships.pb.h>

#include <string>
#include <vector>

#include "common/bus/outbox.h"
#include "common/db/database.h"
#include "common/rpc/call.h"
#include "common/timers/timers.h"
#include "services/partnerships/domain/agreement.h"

namespace jointly::partnerships {

namespace pb = jointly::partnerships::v1;

inline constexpr const char* kAgreementEndsTimer = "agreement_ends";

// One method per RPC; the contracts are in partnerships.proto. Without gRPC, so that tests and the
// simulator call it directly.
class Api {
 public:
  Api(db::Database& database, bus::Outbox& outbox, const Clock& clock, IdSource& ids)
      : database_(database), outbox_(outbox), clock_(clock), ids_(ids) {}

  absl::StatusOr<pb::Institution> CreateInstitution(rpc::Call& call,
                                                    const pb::CreateInstitutionRequest& request);
  absl::StatusOr<pb::Institution> GetInstitution(rpc::Call& call,
                                                 const pb::GetInstitutionRequest& request);
  absl::StatusOr<pb::ListInstitutionsResponse> ListInstitutions(
      rpc::Call& call, const pb::ListInstitutionsRequest& request);
  absl::StatusOr<pb::Institution> UpdateInstitution(rpc::Call& call,
                                                    const pb::UpdateInstitutionRequest& request);
  absl::StatusOr<pb::Unit> CreateUnit(rpc::Call& call, const pb::CreateUnitRequest& request);
  absl::StatusOr<pb::Unit> GetUnit(rpc::Call& call, const pb::GetUnitRequest& request);
  absl::StatusOr<pb::ListUnitsResponse> ListUnits(rpc::Call& call,
                                                  const pb::ListUnitsRequest& request);

  absl::StatusOr<pb::Agreement> CreateAgreement(rpc::Call& call,
                                                const pb::CreateAgreementRequest& request);
  absl::StatusOr<pb::Agreement> GetAgreement(rpc::Call& call,
                                             const pb::GetAgreementRequest& request);
  absl::StatusOr<pb::ListAgreementsResponse> ListAgreements(
      rpc::Call& call, const pb::ListAgreementsRequest& request);
  absl::StatusOr<pb::SummariseAgreementsResponse> SummariseAgreements(
      rpc::Call& call, const pb::SummariseAgreementsRequest& request);
  absl::StatusOr<pb::Agreement> UpdateAgreement(rpc::Call& call,
                                                const pb::UpdateAgreementRequest& request);
  absl::StatusOr<pb::Agreement> ProposeAgreement(rpc::Call& call,
                                                 const pb::ProposeAgreementRequest& request);
  absl::StatusOr<pb::Agreement> ApproveAgreement(rpc::Call& call,
                                                 const pb::ApproveAgreementRequest& request);
  absl::StatusOr<pb::Agreement> ReturnAgreement(rpc::Call& call,
                                                const pb::ReturnAgreementRequest& request);
  absl::StatusOr<pb::Agreement> AmendAgreement(rpc::Call& call,
                                               const pb::AmendAgreementRequest& request);
  absl::StatusOr<pb::Agreement> TerminateAgreement(rpc::Call& call,
                                                   const pb::TerminateAgreementRequest& request);

  // The timer kAgreementEndsTimer: the last day has passed.
  absl::Status EndAgreement(db::Tx& tx, const timers::Timer& timer);

 private:
  // What differs between the verbs of an agreement; the rest is Move's.
  struct Verb {
    Action action;
    std::string name;
    std::string etag;
    std::string approved_hash;
    std::optional<Date> termination_date;
    std::string comment;
    bool validate_only = false;
  };
  template <typename Request>
  absl::StatusOr<pb::Agreement> Run(rpc::Call& call, const Request& request, const Verb& verb);
  absl::StatusOr<pb::Agreement> Move(db::Tx& tx, rpc::Call& call, const Verb& verb);
  void Record(db::Tx& tx, const rpc::Call& call, const Agreement* before, const Agreement& after,
              const std::string& event);
  void ArmEnd(db::Tx& tx, const Agreement& agreement);

  db::Database& database_;
  bus::Outbox& outbox_;
  const Clock& clock_;
  IdSource& ids_;
};

}  // namespace jointly::partnerships
