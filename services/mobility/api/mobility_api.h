#pragma once

#include <absl/status/statusor.h>
#include <jointly/mobility/v1/mobility.pb.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/blob/blob.h"
#include "common/bus/outbox.h"
#include "common/db/database.h"
#include "common/rpc/call.h"
#include "common/time/ids.h"
#include "services/mobility/api/engine.h"
#include "services/mobility/api/relation.h"
#include "services/mobility/api/upload.h"
#include "services/mobility/api/vault.h"

namespace jointly::mobility {

namespace pb = jointly::mobility::v1;

// One method per RPC; the contracts are in mobility.proto. Without gRPC, so that tests and the
// simulator call it directly. Thread-safe.
class Api {
 public:
  struct Parts {
    db::Database& database;
    bus::Outbox& outbox;
    const Clock& clock;
    IdSource& ids;
    Rng& rng;
    auth::SecretKey master_key;
    blob::Store& blobs;
  };
  explicit Api(Parts parts)
      : database_(parts.database),
        ids_(parts.ids),
        blobs_(parts.blobs),
        vault_(std::move(parts.master_key), parts.rng),
        engine_(parts.outbox, parts.clock) {}

  // Calls: call_api.cc.
  absl::StatusOr<pb::Call> CreateCall(rpc::Call& call, const pb::CreateCallRequest& request);
  absl::StatusOr<pb::Call> GetCall(rpc::Call& call, const pb::GetCallRequest& request);
  absl::StatusOr<pb::ListCallsResponse> ListCalls(rpc::Call& call,
                                                  const pb::ListCallsRequest& request);
  absl::StatusOr<pb::Call> UpdateCall(rpc::Call& call, const pb::UpdateCallRequest& request);
  absl::StatusOr<pb::Call> PublishCall(rpc::Call& call, const pb::PublishCallRequest& request);
  absl::StatusOr<pb::Call> CancelCall(rpc::Call& call, const pb::CancelCallRequest& request);

  // Places: allocation_api.cc, quota_api.cc.
  absl::StatusOr<pb::AllocateCallResponse> AllocateCall(rpc::Call& call,
                                                        const pb::AllocateCallRequest& request);
  absl::StatusOr<pb::ListQuotasResponse> ListQuotas(rpc::Call& call,
                                                    const pb::ListQuotasRequest& request);
  absl::StatusOr<pb::Quota> AdjustQuota(rpc::Call& call, const pb::AdjustQuotaRequest& request);

  // The student's side: application_api.cc.
  absl::StatusOr<pb::Application> CreateApplication(rpc::Call& call,
                                                    const pb::CreateApplicationRequest& request);
  absl::StatusOr<pb::Application> GetApplication(rpc::Call& call,
                                                 const pb::GetApplicationRequest& request);
  absl::StatusOr<pb::ListApplicationsResponse> ListApplications(
      rpc::Call& call, const pb::ListApplicationsRequest& request);
  absl::StatusOr<pb::Application> UpdateApplication(rpc::Call& call,
                                                    const pb::UpdateApplicationRequest& request);
  absl::StatusOr<pb::ListHistoryResponse> ListHistory(rpc::Call& call,
                                                      const pb::ListHistoryRequest& request);

  // The steps of an application: steps_api.cc.
  absl::StatusOr<pb::Application> SubmitApplication(rpc::Call& call,
                                                    const pb::SubmitApplicationRequest& request);
  absl::StatusOr<pb::Application> ResubmitApplication(
      rpc::Call& call, const pb::ResubmitApplicationRequest& request);
  absl::StatusOr<pb::Application> CheckApplication(rpc::Call& call,
                                                   const pb::CheckApplicationRequest& request);
  absl::StatusOr<pb::Application> ScoreApplication(rpc::Call& call,
                                                   const pb::ScoreApplicationRequest& request);
  absl::StatusOr<pb::Application> OfferApplication(rpc::Call& call,
                                                   const pb::OfferApplicationRequest& request);
  absl::StatusOr<pb::Application> WaitlistApplication(
      rpc::Call& call, const pb::WaitlistApplicationRequest& request);
  absl::StatusOr<pb::Application> RejectApplication(rpc::Call& call,
                                                    const pb::RejectApplicationRequest& request);
  absl::StatusOr<pb::Application> AcceptOffer(rpc::Call& call,
                                              const pb::AcceptOfferRequest& request);
  absl::StatusOr<pb::Application> DeclineOffer(rpc::Call& call,
                                               const pb::DeclineOfferRequest& request);
  absl::StatusOr<pb::Application> AppealApplication(rpc::Call& call,
                                                    const pb::AppealApplicationRequest& request);
  absl::StatusOr<pb::Application> DecideAppeal(rpc::Call& call,
                                               const pb::DecideAppealRequest& request);
  absl::StatusOr<pb::Application> WithdrawApplication(
      rpc::Call& call, const pb::WithdrawApplicationRequest& request);

  // Nominations: nomination_api.cc.
  absl::StatusOr<pb::MobilityCase> NominateApplication(
      rpc::Call& call, const pb::NominateApplicationRequest& request);
  absl::StatusOr<pb::MobilityCase> GetMobility(rpc::Call& call,
                                               const pb::GetMobilityRequest& request);
  absl::StatusOr<pb::ListMobilitiesResponse> ListMobilities(
      rpc::Call& call, const pb::ListMobilitiesRequest& request);
  absl::StatusOr<pb::SummariseMobilitiesResponse> SummariseMobilities(
      rpc::Call& call, const pb::SummariseMobilitiesRequest& request);
  absl::StatusOr<pb::MobilityCase> ApproveNomination(rpc::Call& call,
                                                     const pb::ApproveNominationRequest& request);
  absl::StatusOr<pb::MobilityCase> RejectNomination(rpc::Call& call,
                                                    const pb::RejectNominationRequest& request);
  absl::StatusOr<pb::MobilityCase> CorrectNomination(rpc::Call& call,
                                                     const pb::CorrectNominationRequest& request);
  absl::StatusOr<pb::MobilityCase> CancelMobility(rpc::Call& call,
                                                  const pb::CancelMobilityRequest& request);
  absl::StatusOr<pb::MobilityCase> RequestFunding(rpc::Call& call,
                                                  const pb::RequestFundingRequest& request);

  // Documents: document_api.cc. An upload is begun, appended to, closed and
  // finished; a download is opened
  // and read chunk by chunk. The streams around them are grpc/'s.
  absl::StatusOr<std::unique_ptr<Upload>> BeginUpload(
      rpc::Call& call, const pb::UploadDocumentRequest::Start& start);
  absl::StatusOr<pb::Document> FinishUpload(rpc::Call& call, const Upload& upload);
  absl::StatusOr<Download> OpenDownload(rpc::Call& call,
                                        const pb::DownloadDocumentRequest& request);
  absl::StatusOr<pb::Application> DeleteDocument(rpc::Call& call,
                                                 const pb::DeleteDocumentRequest& request);
  // Deletes contents that no document names and that are a day old. Returns how many.
  absl::StatusOr<int> SweepBlobs();

  // For timers and foreign events.
  Engine& engine() { return engine_; }

 private:
  // One command on an application, as its request says it.
  struct Step {
    ApplicationAction action;
    std::string name;
    std::string etag;
    ApplicationInput input;
    std::optional<Time> expire_time;  // Of an offer, where the office sets it.
    bool validate_only = false;
  };
  struct MobilityStep {
    MobilityAction action;
    std::string name;
    std::string etag;
    MobilityInput input;
    bool validate_only = false;
  };
  struct CallStep {
    CallAction action;
    std::string name;
    std::string etag;
    std::string reason;
    bool validate_only = false;
  };

  // Runs a body as a mutation, or rehearses it; again when somebody was faster on the same rows.
  template <typename Reply, typename Request, typename Body>
  absl::StatusOr<Reply> Run(rpc::Call& call, const Request& request, bool validate_only,
                            const Body& body);

  absl::StatusOr<pb::Call> TakeCallStep(db::Tx& tx, rpc::Call& call, const CallStep& step);
  absl::Status OpenQuotas(db::Tx& tx, const Actor& actor, const Call& call);

  // A step that touches no ledger: one query, then writes.
  absl::StatusOr<pb::Application> TakeStep(db::Tx& tx, rpc::Call& call, const Step& step);
  // A step that may: ledgers are locked before the application.
  absl::StatusOr<pb::Application> TakePlaceStep(db::Tx& tx, rpc::Call& call, const Step& step);
  absl::StatusOr<std::string> TargetLedger(Books& books, const store::Case& row, const Step& step);
  absl::StatusOr<pb::Application> Rehearsal(rpc::Call& call, const std::string& name);
  absl::StatusOr<pb::Application> Answer(db::Tx& tx, const rpc::Call& call, const store::Case& row);

  absl::StatusOr<pb::MobilityCase> Nominate(db::Tx& tx, rpc::Call& call, const std::string& id,
                                            const std::string& etag, const ApplicationInput& input);
  absl::StatusOr<pb::MobilityCase> TakeMobilityStep(db::Tx& tx, rpc::Call& call,
                                                    const MobilityStep& step);
  absl::StatusOr<pb::MobilityCase> Answer(const rpc::Call& call, const store::MobilityRow& row,
                                          const std::optional<AgreementCondition>& condition);
  absl::Status SealNominee(db::Tx& tx, store::MobilityRow& row, const Nominee& nominee, Time now);

  absl::StatusOr<pb::AllocateCallResponse> Allocate(db::Tx& tx, rpc::Call& call,
                                                    const std::string& id);

  db::Database& database_;
  IdSource& ids_;
  blob::Store& blobs_;
  Vault vault_;
  Engine engine_;
};

// ABORTED and unique keys that say that another transaction was faster: worth running again.
bool LostARace(const absl::Status& status);

inline constexpr int kRunsMax = 4;

template <typename Reply, typename Request, typename Body>
absl::StatusOr<Reply> Api::Run(rpc::Call& call, const Request& request, bool validate_only,
                               const Body& body) {
  for (int run = 1;; ++run) {
    absl::StatusOr<Reply> reply = validate_only
                                      ? rpc::Rehearse(database_, call, body)
                                      : rpc::Mutate<Reply>(database_, call, request, body);
    if (reply.ok() || run == kRunsMax || !LostARace(reply.status())) return reply;
  }
}

}  // namespace jointly::mobility
