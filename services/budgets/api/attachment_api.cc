#include <algorithm>

#include "common/error/macros.h"
#include "common/rpc/name.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/store/claim_store.h"
#include "services/budgets/store/commitment_store.h"

// Attachments of commitments and claims.
namespace jointly::budgets {
namespace {

constexpr Reason kAttachmentNotFound{"ATTACHMENT_NOT_FOUND"};  // attachment
constexpr std::chrono::hours kOrphanAge{24};

// What a content hangs on.
struct Parent {
  std::string budget;
  std::string collection;  // "commitments", "claims".
  std::string id;
  bool is_claim() const { return collection == "claims"; }
  std::string document() const { return collection + "/" + id; }
};
std::optional<Parent> ParseParent(const std::string& name) {
  for (const char* collection : {"commitments", "claims"}) {
    const auto ids = rpc::ParseName("budgets/*/" + std::string(collection) + "/*", name);
    if (ids.size() == 2) return Parent{ids[0], collection, ids[1]};
  }
  return std::nullopt;
}

// The parent as it is, seen by the caller and open for papers: an office's commitment until it has
// ended, one's own claim while it is being written.
struct Holder {
  std::optional<Commitment> commitment;
  std::optional<ExpenseClaim> claim;
  std::vector<Attachment>& attachments() {
    return claim.has_value() ? claim->attachments : commitment->attachments;
  }
};
absl::StatusOr<Holder> Load(db::Tx& tx, const rpc::Call& call, const ClaimVault& claims,
                            const Parent& parent, store::Lock lock) {
  Holder holder;
  if (parent.is_claim()) {
    ASSIGN_OR_RETURN(holder.claim,
                     claims.Load(tx, parent.budget, parent.id, ClaimScopeOf(call), lock));
    return holder;
  }
  RETURN_IF_ERROR(store::LoadBudget(tx, parent.budget, ScopeOf(call), store::Lock::kNo).status());
  ASSIGN_OR_RETURN(holder.commitment, store::LoadCommitment(tx, parent.budget, parent.id, lock));
  return holder;
}

// What cost something takes papers also after its end, for invoices and receipts come late: the
// auditor asks for them. What ended without a cost has nothing to prove.
absl::Status CheckTakesPapers(const Commitment& commitment) {
  const bool ended = commitment.state == CommitmentState::kCancelled ||
                     commitment.state == CommitmentState::kExpired ||
                     commitment.state == CommitmentState::kRefused;
  if (!ended || commitment.liquidated > 0) return absl::OkStatus();
  const std::string name = "budgets/" + commitment.budget + "/commitments/" + commitment.id;
  return FailedPrecondition(
      kCommitmentEnded,
      name + " is " + std::string(Name(commitment.state)) +
          " and cost nothing: attach the paper to the commitment that pays it",
      {{"commitment", name}, {"state", std::string(Name(commitment.state))}});
}

absl::Status CheckOpen(const Desk& desk, const rpc::Call& call, Holder& holder) {
  if (holder.claim.has_value()) {
    ClaimFacts facts;
    facts.budget = desk.budget();
    facts.claim = *holder.claim;
    facts.input.updated = *holder.claim;
    ASSIGN_OR_RETURN(const Role role,
                     ActingRole(RolesOn(call.principal, desk.budget(), *holder.claim),
                                kClaimWorkflow, ClaimAction::kUpdate));
    RETURN_IF_ERROR(Decide(facts, ClaimAction::kUpdate, role).status());
  } else {
    RETURN_IF_ERROR(RequireRole(RolesOn(call.principal, desk.budget()),
                                {Role::kManager, Role::kAccountant}, "attach")
                        .status());
    RETURN_IF_ERROR(CheckTakesPapers(*holder.commitment));
  }
  if (holder.attachments().size() < kAttachmentsMax) return absl::OkStatus();
  return ResourceExhausted(blob::kUploadQuota, "the document has as many attachments as it may",
                           {{"attachments_max", std::to_string(kAttachmentsMax)}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Upload>> Api::BeginUpload(
    rpc::Call& call, const pb::UploadAttachmentRequest::Start& start) {
  Violations violations;
  CheckStart(start, violations);
  const auto parent = ParseParent(start.parent());
  violations.Require(parent.has_value(), "start.parent",
                     "must be a commitment or a claim of a budget");
  RETURN_IF_ERROR(violations.ToStatus());
  // Told before the content is sent; looked at again under the lock when it is there. A retry of
  // what was carried out meets its stored reply only then, so it is let through here.
  const absl::Status open = database_.Read(
      [&](db::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(Holder holder, Load(tx, call, claims_, *parent, store::Lock::kNo));
        if (call.request_id_given) return absl::OkStatus();
        ASSIGN_OR_RETURN(const Desk desk,
                         Desk::Look(tx, WhoOf(call), parent->budget, store::Everything()));
        return CheckOpen(desk, call, holder);
      },
      call.transact_options());
  RETURN_IF_ERROR(open);
  ASSIGN_OR_RETURN(auto writer, blobs_.Begin(blob::kUploadBytesMax));
  return std::make_unique<Upload>(start, std::move(writer));
}

absl::StatusOr<pb::Attachment> Api::FinishUpload(rpc::Call& call, const Upload& upload) {
  const blob::Stored& stored = upload.stored();
  // The hash belongs to the command: the same request id with another content is another command.
  pb::UploadAttachmentRequest::Start start = upload.start();
  start.set_sha256(stored.sha256);
  const Parent parent = *ParseParent(start.parent());
  return Run<pb::Attachment>(call, start, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Attachment> {
    RETURN_IF_ERROR(Load(tx, call, claims_, parent, store::Lock::kNo).status());
    ASSIGN_OR_RETURN(Desk desk, Desk::Open(tx, WhoOf(call), parent.budget, store::Everything()));
    ASSIGN_OR_RETURN(Holder holder, Load(tx, call, claims_, parent, store::Lock::kYes));
    RETURN_IF_ERROR(CheckOpen(desk, call, holder));
    const Attachment attachment{.id = ids_.Next(),
                                .kind = start.kind(),
                                .file_name = start.file_name(),
                                .media_type = stored.media_type,
                                .size_bytes = stored.size_bytes,
                                .sha256 = stored.sha256,
                                .create_time = call.now};
    store::InsertAttachment(tx, {.id = attachment.id,
                                 .budget = parent.budget,
                                 .parent = parent.document(),
                                 .person = call.principal.name,
                                 .sha256 = stored.sha256,
                                 .size_bytes = stored.size_bytes});
    const Holder before = holder;
    holder.attachments().push_back(attachment);
    if (holder.claim.has_value()) {
      holder.claim->revision += 1;
      holder.claim->update_time = call.now;
      RETURN_IF_ERROR(claims_.Save(tx, *holder.claim, call.now));
      engine_.outbox().Append(tx,
                              ClaimChanged(desk.who(), desk.place(), &*before.claim, *holder.claim,
                                           {.action = "updated",
                                            .from = Name(before.claim->state),
                                            .to = Name(holder.claim->state)}));
    } else {
      holder.commitment->revision += 1;
      holder.commitment->update_time = call.now;
      store::SaveCommitment(tx, *holder.commitment);
      engine_.outbox().Append(
          tx, CommitmentChanged(desk.who(), desk.place(), &*before.commitment, *holder.commitment,
                                {.action = "updated",
                                 .from = Name(before.commitment->state),
                                 .to = Name(holder.commitment->state)},
                                {}));
    }
    return ToProto(attachment, start.parent());
  });
}

absl::StatusOr<Download> Api::OpenDownload(rpc::Call& call,
                                           const pb::DownloadAttachmentRequest& request) {
  const std::size_t cut = request.name().rfind("/attachments/");
  const auto parent = ParseParent(request.name().substr(0, cut));
  Violations violations;
  violations.Require(cut != std::string::npos && parent.has_value(), "name",
                     "must look like budgets/{b}/commitments/{c}/attachments/{a}, or of a claim");
  RETURN_IF_ERROR(violations.ToStatus());
  const std::string id = request.name().substr(request.name().rfind('/') + 1);
  ASSIGN_OR_RETURN(const Attachment found,
                   database_.Read(
                       [&](db::Tx& tx) -> absl::StatusOr<Attachment> {
                         ASSIGN_OR_RETURN(Holder holder,
                                          Load(tx, call, claims_, *parent, store::Lock::kNo));
                         for (const Attachment& attachment : holder.attachments()) {
                           if (attachment.id == id) return attachment;
                         }
                         return NotFound(kAttachmentNotFound, "the document has no such attachment",
                                         {{"attachment", request.name()}});
                       },
                       call.transact_options()));
  ASSIGN_OR_RETURN(auto content, blobs_.OpenReader(found.sha256));
  return Download{ToProto(found, request.name().substr(0, cut)), std::move(content)};
}

absl::StatusOr<int> Api::SweepBlobs() {
  return blobs_.Sweep(kOrphanAge, [&](const std::string& sha256) {
    return database_.Read([&](db::Tx& tx) { return store::IsNamed(tx, sha256); });
  });
}

}  // namespace jointly::budgets
