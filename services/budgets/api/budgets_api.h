#pragma once

#include <absl/status/statusor.h>
#include <jointly/budgets/v1/budgets.pb.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/blob/blob.h"
#include "common/bus/outbox.h"
#include "common/db/database.h"
#include "common/db/lane.h"
#include "common/rpc/batch.h"
#include "common/rpc/call.h"
#include "common/time/ids.h"
#include "services/budgets/api/claim_vault.h"
#include "services/budgets/api/engine.h"
#include "services/budgets/api/upload.h"
#include "services/budgets/domain/decide.h"

namespace jointly::budgets {

namespace pb = jointly::budgets::v1;

// One method per RPC; the contracts are in budgets.proto. Without gRPC, so that tests and the
// simulator call it directly. Thread-safe.
class Api {
 public:
  struct Parts {
    db::Database& database;
    bus::Outbox& outbox;
    const Clock& clock;
    IdSource& ids;
    blob::Store& blobs;
    // Signs the digest of a closed period with the service's key: raw r || s of ES256.
    std::function<std::string(std::string_view)> sign;
    // What claims are sealed with; without both, a claim with a text ends the process.
    std::optional<auth::SecretKey> master_key = std::nullopt;
    Rng* rng = nullptr;
  };
  explicit Api(Parts parts)
      : database_(parts.database),
        claims_(std::move(parts.master_key), parts.rng),
        ids_(parts.ids),
        blobs_(parts.blobs),
        sign_(std::move(parts.sign)),
        engine_(parts.outbox, parts.clock),
        lane_(parts.database, std::bind_front(&Api::ApplyCommands, this)) {}

  // Budgets: budget_api.cc.
  absl::StatusOr<pb::Budget> CreateBudget(rpc::Call& call, const pb::CreateBudgetRequest& request);
  absl::StatusOr<pb::Budget> GetBudget(rpc::Call& call, const pb::GetBudgetRequest& request);
  absl::StatusOr<pb::ListBudgetsResponse> ListBudgets(rpc::Call& call,
                                                      const pb::ListBudgetsRequest& request);
  absl::StatusOr<pb::SummariseBudgetsResponse> SummariseBudgets(  // summary_api.cc
      rpc::Call& call, const pb::SummariseBudgetsRequest& request);
  absl::StatusOr<pb::Budget> UpdateBudget(rpc::Call& call, const pb::UpdateBudgetRequest& request);
  absl::StatusOr<pb::Budget> MoveBudget(rpc::Call& call, const pb::MoveBudgetRequest& request);
  // exercice_api.cc.
  absl::StatusOr<pb::Budget> SetExercice(rpc::Call& call, const pb::SetExerciceRequest& request);

  // Postings without a document of their own: posting_api.cc.
  absl::StatusOr<pb::PostingReply> AllocateBudget(rpc::Call& call,
                                                  const pb::AllocateBudgetRequest& request);
  absl::StatusOr<pb::PostingReply> ReceiveInstalment(rpc::Call& call,
                                                     const pb::ReceiveInstalmentRequest& request);
  absl::StatusOr<pb::PostingReply> RecogniseCost(rpc::Call& call,
                                                 const pb::RecogniseCostRequest& request);
  absl::StatusOr<pb::PostingReply> PayCost(rpc::Call& call,  // settlement_api.cc
                                           const pb::PayCostRequest& request);
  absl::StatusOr<pb::PostingReply> ReturnUnspent(rpc::Call& call,
                                                 const pb::ReturnUnspentRequest& request);
  absl::StatusOr<pb::PostingReply> RecordInKind(rpc::Call& call,
                                                const pb::RecordInKindRequest& request);
  absl::StatusOr<pb::PostingReply> ReverseJournal(rpc::Call& call,  // settlement_api.cc
                                                  const pb::ReverseJournalRequest& request);
  absl::StatusOr<pb::RevalueBudgetResponse> RevalueBudget(rpc::Call& call,
                                                          const pb::RevalueBudgetRequest& request);

  // Lines and periods: period_api.cc.
  absl::StatusOr<pb::ListLinesResponse> ListLines(rpc::Call& call,
                                                  const pb::ListLinesRequest& request);
  absl::StatusOr<pb::ListPeriodsResponse> ListPeriods(rpc::Call& call,
                                                      const pb::ListPeriodsRequest& request);
  absl::StatusOr<pb::MovePeriodResponse> MovePeriod(rpc::Call& call,
                                                    const pb::MovePeriodRequest& request);

  // Commitments: commitment_api.cc.
  absl::StatusOr<pb::Commitment> CreateCommitment(rpc::Call& call,
                                                  const pb::CreateCommitmentRequest& request);
  absl::StatusOr<pb::Commitment> GetCommitment(rpc::Call& call,
                                               const pb::GetCommitmentRequest& request);
  absl::StatusOr<pb::ListCommitmentsResponse> ListCommitments(
      rpc::Call& call, const pb::ListCommitmentsRequest& request);
  absl::StatusOr<pb::Commitment> ApproveCommitment(rpc::Call& call,
                                                   const pb::ApproveCommitmentRequest& request);
  absl::StatusOr<pb::Commitment> RefuseCommitment(rpc::Call& call,
                                                  const pb::RefuseCommitmentRequest& request);
  absl::StatusOr<pb::Commitment> LiquidateCommitment(rpc::Call& call,
                                                     const pb::LiquidateCommitmentRequest& request);
  absl::StatusOr<pb::Commitment> ReleaseCommitment(rpc::Call& call,
                                                   const pb::ReleaseCommitmentRequest& request);

  // Expense claims: claim_api.cc.
  absl::StatusOr<pb::ExpenseClaim> CreateClaim(rpc::Call& call,
                                               const pb::CreateClaimRequest& request);
  absl::StatusOr<pb::ExpenseClaim> GetClaim(rpc::Call& call, const pb::GetClaimRequest& request);
  absl::StatusOr<pb::ListClaimsResponse> ListClaims(rpc::Call& call,
                                                    const pb::ListClaimsRequest& request);
  absl::StatusOr<pb::ExpenseClaim> UpdateClaim(rpc::Call& call,
                                               const pb::UpdateClaimRequest& request);
  absl::StatusOr<pb::ExpenseClaim> MoveClaim(rpc::Call& call, const pb::MoveClaimRequest& request);

  // Line transfers: transfer_api.cc.
  absl::StatusOr<pb::LineTransfer> CreateTransfer(rpc::Call& call,
                                                  const pb::CreateTransferRequest& request);
  absl::StatusOr<pb::ListTransfersResponse> ListTransfers(rpc::Call& call,
                                                          const pb::ListTransfersRequest& request);
  absl::StatusOr<pb::LineTransfer> MoveTransfer(rpc::Call& call,
                                                const pb::MoveTransferRequest& request);

  // Amendments, carry-overs, reports, delegations: change_api.cc.
  absl::StatusOr<pb::Amendment> CreateAmendment(rpc::Call& call,
                                                const pb::CreateAmendmentRequest& request);
  absl::StatusOr<pb::ListAmendmentsResponse> ListAmendments(
      rpc::Call& call, const pb::ListAmendmentsRequest& request);
  absl::StatusOr<pb::Amendment> MoveAmendment(rpc::Call& call,
                                              const pb::MoveAmendmentRequest& request);
  absl::StatusOr<pb::CarryOver> CreateCarryOver(rpc::Call& call,
                                                const pb::CreateCarryOverRequest& request);
  absl::StatusOr<pb::CarryOver> GetCarryOver(rpc::Call& call,
                                             const pb::GetCarryOverRequest& request);
  absl::StatusOr<pb::ListCarryOversResponse> ListCarryOvers(
      rpc::Call& call, const pb::ListCarryOversRequest& request);
  absl::StatusOr<pb::CarryOver> MoveCarryOver(rpc::Call& call,
                                              const pb::MoveCarryOverRequest& request);
  absl::StatusOr<pb::ListReportsResponse> ListReports(rpc::Call& call,
                                                      const pb::ListReportsRequest& request);
  absl::StatusOr<pb::PeriodicReport> MoveReport(rpc::Call& call,
                                                const pb::MoveReportRequest& request);
  absl::StatusOr<pb::Delegation> CreateDelegation(rpc::Call& call,
                                                  const pb::CreateDelegationRequest& request);
  absl::StatusOr<pb::Delegation> RevokeDelegation(rpc::Call& call,
                                                  const pb::RevokeDelegationRequest& request);
  absl::StatusOr<pb::ListDelegationsResponse> ListDelegations(
      rpc::Call& call, const pb::ListDelegationsRequest& request);

  // Attachments: attachment_api.cc. An upload is begun, appended to, closed and finished; a
  // download is opened and read chunk by chunk. The streams around them are grpc/'s.
  absl::StatusOr<std::unique_ptr<Upload>> BeginUpload(
      rpc::Call& call, const pb::UploadAttachmentRequest::Start& start);
  absl::StatusOr<pb::Attachment> FinishUpload(rpc::Call& call, const Upload& upload);
  absl::StatusOr<Download> OpenDownload(rpc::Call& call,
                                        const pb::DownloadAttachmentRequest& request);
  // Deletes contents that no attachment names and that are a day old. Returns how many.
  absl::StatusOr<int> SweepBlobs();

  // Views: statement_api.cc.
  absl::StatusOr<pb::ListJournalsResponse> ListJournals(rpc::Call& call,
                                                        const pb::ListJournalsRequest& request);
  absl::StatusOr<pb::Statement> GetStatement(rpc::Call& call,
                                             const pb::GetStatementRequest& request);
  absl::StatusOr<pb::ExportedFile> ExportStatement(rpc::Call& call,
                                                   const pb::ExportStatementRequest& request);
  absl::StatusOr<pb::Forecast> GetForecast(rpc::Call& call, const pb::GetForecastRequest& request);
  absl::StatusOr<pb::VerifyBudgetResponse> VerifyBudget(rpc::Call& call,
                                                        const pb::VerifyBudgetRequest& request);
  // Rates: rates_api.cc.
  absl::StatusOr<pb::ImportRatesResponse> ImportRates(rpc::Call& call,
                                                      const pb::ImportRatesRequest& request);
  absl::StatusOr<pb::ListRatesResponse> ListRates(rpc::Call& call,
                                                  const pb::ListRatesRequest& request);
  // An open budget from a table: import_api.cc.
  absl::StatusOr<pb::ImportBudgetResponse> ImportBudget(rpc::Call& call,
                                                        const pb::ImportBudgetRequest& request);

  // For timers and foreign events.
  Engine& engine() { return engine_; }

 private:
  // Runs a body as a mutation, or rehearses it.
  template <typename Reply, typename Request, typename Body>
  absl::StatusOr<Reply> Run(rpc::Call& call, const Request& request, bool validate_only,
                            const Body& body) {
    if (validate_only) return rpc::Rehearse(database_, call, body);
    return rpc::Mutate<Reply>(database_, call, request, body);
  }

  // One command on a commitment, as its request says it: commitment_steps.cc.
  struct CommitmentStep {
    std::string name;
    std::string etag;
    std::string reason = {};
    std::string on_behalf_of = {};
    std::string reference = {};
    std::optional<Date> effective_date = {};
    // Adds what the command brings to the facts, and says which outcome it has.
    std::function<absl::StatusOr<CommitmentAction>(Desk&, const Commitment&, CommitmentFacts&)>
        prepare = {};
  };
  struct CommitmentName {
    std::string budget;
    std::string id;
  };
  static absl::StatusOr<CommitmentName> ParseCommitmentName(const std::string& name);
  // The same on its way through the budget's lane; what it points to is its caller's.
  struct CommitmentCommand {
    const rpc::Call* call = nullptr;
    const CommitmentStep* step = nullptr;
    std::string id;                     // Bare.
    const rpc::Asked* asked = nullptr;  // Unset: rehearsed.
  };
  using CommitmentOutcome = absl::StatusOr<pb::Commitment>;

  // Steps on one budget that come together are carried out together, each on its own.
  CommitmentOutcome TakeStep(rpc::Call& call, const google::protobuf::Message& request,
                             bool validate_only, const CommitmentStep& step);
  CommitmentOutcome TakeStep(Desk& desk, const CommitmentCommand& command);
  // Those of `fresh`, by position, on one desk.
  absl::Status TakeSteps(db::Tx& tx, const std::string& budget,
                         const std::vector<CommitmentCommand>& commands,
                         const std::vector<std::size_t>& fresh,
                         std::vector<CommitmentOutcome>& outcomes);
  absl::StatusOr<std::vector<CommitmentOutcome>> ApplyCommands(
      db::Tx& tx, const std::string& budget, const std::vector<CommitmentCommand>& commands);
  static CommitmentOutcome AnswerCommitment(Desk& desk, const Commitment& commitment,
                                            const auth::Principal& principal);
  // `facts` of the commitment as it is now; who acted in them and what was asked do not count.
  static CommitmentOutcome AnswerCommitment(Desk& desk, CommitmentFacts facts,
                                            const auth::Principal& principal);
  static absl::Status CheckRequest(Desk& desk, const Commitment& commitment, const Period& period);
  static absl::Status CheckCurrency(const money::Money& amount, const Commitment& commitment);

  // The budget as its reader sees it.
  static absl::StatusOr<pb::Budget> AnswerBudget(Desk& desk, const auth::Principal& principal);

  absl::StatusOr<pb::MovePeriodResponse> CarryOut(Desk& desk, const PeriodFacts& facts,
                                                  PeriodDecision& decision,
                                                  const auth::Principal& principal);
  absl::Status SettleCarryOvers(Desk& desk, const PeriodFacts& facts,
                                const CarryOverJudgement& close);
  absl::Status SettleClose(Desk& desk, const PeriodFacts& facts, PeriodDecision& decision,
                           pb::MovePeriodResponse& response);

  absl::StatusOr<pb::ExpenseClaim> TakeClaimStep(db::Tx& tx, rpc::Call& call,
                                                 const pb::MoveClaimRequest& request);
  absl::Status SettleClaim(Desk& desk, const ClaimFacts& facts, const ClaimDecision& decision,
                           const std::optional<CommitmentDecision>& settled,
                           const std::vector<Alert>& alerts);
  // Takes the approval of a claim back with its entry, which is one of the commitment's.
  absl::StatusOr<pb::PostingReply> ReverseApproval(Desk& desk, const rpc::Call& call,
                                                   const std::string& claim,
                                                   const CommitmentFacts& facts,
                                                   const std::string& reason);
  absl::StatusOr<pb::LineTransfer> TakeTransferStep(db::Tx& tx, rpc::Call& call,
                                                    const pb::MoveTransferRequest& request);
  absl::StatusOr<pb::Amendment> TakeAmendmentStep(db::Tx& tx, rpc::Call& call,
                                                  const pb::MoveAmendmentRequest& request);
  absl::StatusOr<pb::CarryOver> TakeCarryOverStep(db::Tx& tx, rpc::Call& call,
                                                  const pb::MoveCarryOverRequest& request);
  absl::Status PutInForce(Desk& desk, const AmendmentDecision& decision);

  db::Database& database_;
  ClaimVault claims_;
  IdSource& ids_;
  blob::Store& blobs_;
  std::function<std::string(std::string_view)> sign_;
  Engine engine_;
  db::Lane<CommitmentCommand, CommitmentOutcome> lane_;
};

}  // namespace jointly::budgets
