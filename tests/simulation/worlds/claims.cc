#include "common/error/macros.h"
#include "tests/simulation/worlds/canary.h"
#include "tests/simulation/worlds/paymasters.h"
#include "tests/support/sample_files.h"

// Expense claims: who was on a mission, and those who certify, approve and pay it.
namespace jointly::simulation {

namespace pb = budgets::v1;
using Api = budgets::Api;

void Paymasters::ActOnClaim() {
  if (money_.claims.empty() || world_.Chance(25)) {
    if (money_.commitments.empty()) return Look();
    const Commitment commitment = world_.AnyOf(money_.commitments).second;
    const bool student = !board_.students.empty() && world_.Chance(50);
    return Claims(student ? world_.AnyOf(board_.students) : AnyManager(), commitment);
  }
  TakeClaimStep(world_.AnyOf(money_.claims).second);
}

void Paymasters::Claims(const auth::Principal& claimant, const Commitment& commitment) {
  const std::string budget = commitment.name().substr(0, commitment.name().find("/commitments/"));
  const auto period = money_.periods.find(commitment.line().period());
  if (period == money_.periods.end()) return;
  pb::CreateClaimRequest request;
  request.set_parent(budget);
  Claim& claim = *request.mutable_claim();
  claim.set_commitment(commitment.name());
  const google::type::Date day = DayIn(period->second);
  *claim.mutable_mission_start_date() = day;
  *claim.mutable_mission_end_date() = day;
  pb::ExpenseItem& item = *claim.add_items();
  *item.mutable_date() = day;
  item.set_description(std::string(kNoteCanary) + " " + Digits());
  const auto cents = static_cast<std::int64_t>(1 + world_.rng().Below(20'000));
  *item.mutable_amount() = commitment.amount().currency_code() == "JPY" ? Yen(cents) : Euro(cents);
  world_.Send(world_.budgets(), claimant, &Api::CreateClaim, request, SeeClaim());
}

void Paymasters::TakeClaimStep(const Claim& claim) {
  const auth::Principal* claimant = nullptr;
  for (const auth::Principal& student : board_.students) {
    if (student.name == claim.claimant()) claimant = &student;
  }
  for (const auth::Principal* person : {&money_.manager, &money_.second_manager, &money_.both,
                                        &money_.partner, &money_.accountant}) {
    if (person->name == claim.claimant()) claimant = person;
  }
  // A claimant who is gone takes no step of their own.
  const auth::Principal own = claimant == nullptr || world_.Chance(4) ? AnyManager() : *claimant;
  const std::uint64_t chance = world_.rng().Below(100);
  switch (claim.state()) {
    case Claim::DRAFT:
    case Claim::CHANGES_REQUESTED:
      if (claim.attachments().empty() && chance < 85) return Attach(own, claim.name());
      return MoveClaim(own, claim, "submit");
    case Claim::SUBMITTED:
      if (chance < 80) return MoveClaim(AnyManager(), claim, "certify");
      return MoveClaim(AnyManager(), claim, chance < 90 ? "request_changes" : "decline");
    case Claim::CERTIFIED:
      return MoveClaim(AnyManager(), claim, chance < 92 ? "approve" : "request_changes");
    case Claim::APPROVED:
      return MoveClaim(AnyAccountant(), claim, "pay");
    case Claim::PAID:
      if (chance < 40) return MoveClaim(AnyAccountant(), claim, "payment_failed");
      break;
    case Claim::PAYMENT_FAILED:
      return MoveClaim(AnyManager(), claim, "approve");
    default:
      break;
  }
  pb::GetClaimRequest request;
  request.set_name(claim.name());
  world_.Send(world_.budgets(), own, &Api::GetClaim, request, SeeClaim());
}

void Paymasters::MoveClaim(const auth::Principal& who, const Claim& claim,
                           const std::string& action) {
  pb::MoveClaimRequest request;
  request.set_name(claim.name());
  request.set_action(action);
  request.set_etag(SomeEtag(claim.etag()));
  request.set_validate_only(world_.Chance(4));
  if (action == "request_changes" || action == "decline" || action == "payment_failed") {
    request.set_note(std::string(kNoteCanary) + " " + Digits());
  }
  if (action == "pay") request.set_payment_reference("T " + Digits());
  const std::string budget = claim.name().substr(0, claim.name().find("/claims/"));
  if (world_.Chance(30)) *request.mutable_effective_date() = DayIn(AnyPeriod(budget));
  world_.Send(world_.budgets(), who, &Api::MoveClaim, request,
              request.validate_only() ? nullptr : SeeClaim());
}

// A stream in production: begun, appended to, closed and finished, all of it again in a retry.
void Paymasters::Attach(const auth::Principal& claimant, const std::string& parent) {
  Command command;
  command.service = "budgets";
  command.method = "jointly.budgets.v1.Budgets.UploadAttachment";
  command.caller = claimant;
  command.request_id = world_.NewRequestId();
  pb::UploadAttachmentRequest::Start start;
  start.set_parent(parent);
  start.set_kind("receipt");
  start.set_file_name("receipt.pdf");
  start.set_request_id(command.request_id);
  const std::string content = test::SamplePdf() + "% " + Digits() + "\n";
  BudgetsNode& node = world_.budgets();
  command.attempt = [&node, start, content](rpc::Call& call) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(const auto upload, node.api().BeginUpload(call, start));
    RETURN_IF_ERROR(upload->Append(content));
    RETURN_IF_ERROR(upload->Close());
    ASSIGN_OR_RETURN(const pb::Attachment attachment, node.api().FinishUpload(call, *upload));
    return attachment.SerializeAsString();
  };
  command.learn = [money = &money_, parent](const std::string& bytes) -> std::string {
    pb::Attachment attachment;
    if (!attachment.ParseFromString(bytes)) return "";
    *money->claims[parent].add_attachments() = attachment;
    return parent;
  };
  world_.Issue(std::move(command));
}

}  // namespace jointly::simulation
