#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/budgets/domain/types.h"
#include "services/budgets/store/budget_store.h"

// Expense claims and attachments. Offices see all claims of the budgets that they see; everybody
// sees their own.
namespace jointly::budgets::store {

inline constexpr Reason kClaimNotFound{"CLAIM_NOT_FOUND"};

// Whose claims: `person` their own, `offices` those of their budgets.
struct ClaimScope {
  Scope offices;
  std::string person;
};

// Errors: NOT_FOUND CLAIM_NOT_FOUND.
absl::StatusOr<ExpenseClaim> LoadClaim(db::Tx& tx, const std::string& budget, const std::string& id,
                                       const ClaimScope& scope, Lock lock);
inline constexpr int kClaimParameters = 3;
absl::StatusOr<std::vector<ExpenseClaim>> ListClaims(db::Tx& tx, const std::string& budget,
                                                     const ClaimScope& scope, const Slice& slice);
void SaveClaim(db::Tx& tx, const ExpenseClaim& claim);  // New or changed.

// A content that a document names. `parent` is "commitments/{id}" or "claims/{id}".
struct NamedContent {
  std::string id;
  std::string budget;
  std::string parent;
  std::string person;  // Who sent it.
  std::string sha256;
  std::int64_t size_bytes = 0;
};
void InsertAttachment(db::Tx& tx, const NamedContent& content);
absl::StatusOr<std::int64_t> AttachedBytes(db::Tx& tx, const std::string& budget,
                                           const std::string& parent);
absl::StatusOr<bool> IsNamed(db::Tx& tx, const std::string& sha256);

// Claims of a person, for their erasure.
absl::StatusOr<std::vector<ExpenseClaim>> ClaimsOf(db::Tx& tx, const std::string& person);

// The wrapped key of a person: the one that is stored, else `candidate`, which is stored then. The
// empty text for a person who was erased.
absl::StatusOr<std::string> KeepKey(db::Tx& tx, const std::string& person,
                                    const std::string& candidate, Time now);
absl::StatusOr<std::map<std::string, std::string>> LoadKeys(db::Tx& tx,
                                                            const std::vector<std::string>& people);
// What was sealed for the person is gone for ever.
void DestroyKey(db::Tx& tx, const std::string& person, Time now);

}  // namespace jointly::budgets::store
