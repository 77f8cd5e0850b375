#include "services/budgets/api/claim_vault.h"

#include <jointly/budgets/v1/resources.pb.h>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "common/telemetry/log.h"

namespace jointly::budgets {
namespace {

namespace pb = jointly::budgets::v1;

std::string KeyContext(const std::string& person) { return "personal_key/" + person; }
std::string ClaimContext(const ExpenseClaim& claim) {
  return "claim/" + claim.budget + "/" + claim.id;
}

// The texts alone, in the order of their rows.
pb::ExpenseClaim TextsOf(const ExpenseClaim& claim) {
  pb::ExpenseClaim texts;
  texts.set_note(claim.note);
  for (const ExpenseItem& item : claim.items) texts.add_items()->set_description(item.description);
  for (const Attachment& attachment : claim.attachments) {
    texts.add_attachments()->set_file_name(attachment.file_name);
  }
  return texts;
}

bool HasTexts(const ExpenseClaim& claim) {
  ExpenseClaim without = claim;
  ClearTexts(without);
  return without.note != claim.note || without.items != claim.items ||
         without.attachments != claim.attachments;
}

void PutTexts(const pb::ExpenseClaim& texts, ExpenseClaim& claim) {
  claim.note = texts.note();
  for (std::size_t i = 0; i < claim.items.size(); ++i) {
    if (static_cast<int>(i) >= texts.items_size()) break;
    claim.items[i].description = texts.items(static_cast<int>(i)).description();
  }
  for (std::size_t i = 0; i < claim.attachments.size(); ++i) {
    if (static_cast<int>(i) >= texts.attachments_size()) break;
    claim.attachments[i].file_name = texts.attachments(static_cast<int>(i)).file_name();
  }
}

}  // namespace

void ClearTexts(ExpenseClaim& claim) {
  claim.note.clear();
  for (ExpenseItem& item : claim.items) item.description.clear();
  for (Attachment& attachment : claim.attachments) attachment.file_name.clear();
}

absl::StatusOr<auth::SecretKey> ClaimVault::Unwrap(const std::string& person,
                                                   const std::string& wrapped) const {
  Check(master_key_.has_value(), "claims are kept without a master key");
  ASSIGN_OR_RETURN(std::string bytes, auth::Unseal(*master_key_, wrapped, KeyContext(person)));
  return auth::SecretKey::FromBytes(std::move(bytes));
}

void ClaimVault::OpenOne(const std::string& wrapped, ExpenseClaim& claim) const {
  const auto open = [&]() -> absl::StatusOr<pb::ExpenseClaim> {
    ASSIGN_OR_RETURN(const auth::SecretKey key, Unwrap(claim.claimant, wrapped));
    ASSIGN_OR_RETURN(const std::string sealed, auth::Base64UrlDecode(claim.sealed));
    ASSIGN_OR_RETURN(const std::string bytes, auth::Unseal(key, sealed, ClaimContext(claim)));
    pb::ExpenseClaim texts;
    if (texts.ParseFromString(bytes)) return texts;
    return Internal(kInternal, "the sealed texts of a claim are none");
  };
  const absl::StatusOr<pb::ExpenseClaim> texts = open();
  if (texts.ok()) return PutTexts(*texts, claim);
  // A wrong master key must not make whole claims unreadable: the texts alone are missing.
  telemetry::Error("a claim cannot be unsealed; is this the master key of the database?",
                   {{"person", claim.claimant}, {"claim", claim.id}});
}

absl::Status ClaimVault::Open(db::Tx& tx, std::vector<ExpenseClaim>& claims) const {
  std::vector<std::string> people;
  for (const ExpenseClaim& claim : claims) {
    if (!claim.sealed.empty()) people.push_back(claim.claimant);
  }
  if (people.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto keys, store::LoadKeys(tx, people));
  for (ExpenseClaim& claim : claims) {
    const auto key = keys.find(claim.claimant);
    const bool readable = key != keys.end() && !key->second.empty();
    if (!claim.sealed.empty() && readable) OpenOne(key->second, claim);
  }
  return absl::OkStatus();
}

absl::StatusOr<ExpenseClaim> ClaimVault::Load(db::Tx& tx, const std::string& budget,
                                              const std::string& id, const store::ClaimScope& scope,
                                              store::Lock lock) const {
  std::vector<ExpenseClaim> claims(1);
  ASSIGN_OR_RETURN(claims.front(), store::LoadClaim(tx, budget, id, scope, lock));
  RETURN_IF_ERROR(Open(tx, claims));
  return std::move(claims.front());
}

absl::StatusOr<std::vector<ExpenseClaim>> ClaimVault::List(db::Tx& tx, const std::string& budget,
                                                           const store::ClaimScope& scope,
                                                           const store::Slice& slice) const {
  ASSIGN_OR_RETURN(std::vector<ExpenseClaim> claims, store::ListClaims(tx, budget, scope, slice));
  RETURN_IF_ERROR(Open(tx, claims));
  return claims;
}

absl::Status ClaimVault::Save(db::Tx& tx, const ExpenseClaim& claim, Time now) const {
  ExpenseClaim kept = claim;
  kept.sealed.clear();
  if (HasTexts(claim)) {
    Check(master_key_.has_value() && rng_ != nullptr, "claims are kept without a master key");
    const std::string fresh = auth::Seal(*master_key_, auth::SecretKey::Generate(*rng_).bytes(),
                                         KeyContext(claim.claimant), *rng_);
    ASSIGN_OR_RETURN(const std::string wrapped, store::KeepKey(tx, claim.claimant, fresh, now));
    ClearTexts(kept);
    if (!wrapped.empty()) {
      ASSIGN_OR_RETURN(const auth::SecretKey key, Unwrap(claim.claimant, wrapped));
      kept.sealed = auth::Base64UrlEncode(
          auth::Seal(key, TextsOf(claim).SerializeAsString(), ClaimContext(claim), *rng_));
    }
  }
  store::SaveClaim(tx, kept);
  return absl::OkStatus();
}

}  // namespace jointly::budgets
