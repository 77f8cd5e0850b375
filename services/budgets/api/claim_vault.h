#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <vector>

#include "common/auth/cipher.h"
#include "services/budgets/store/claim_store.h"

// Claims as they are stored: what people wrote in them (descriptions, notes, names of files) is
// sealed under a key of the claimant's own, which the master key wraps. Without the key, as after
// an erasure, a claim has its amounts, dates and hands, and no text.
namespace jointly::budgets {

class ClaimVault {
 public:
  // Without a master key nothing can be written or read that has a text: the process ends then.
  ClaimVault(std::optional<auth::SecretKey> master_key, Rng* rng)
      : master_key_(std::move(master_key)), rng_(rng) {}

  // As the store's functions of these names.
  absl::StatusOr<ExpenseClaim> Load(db::Tx& tx, const std::string& budget, const std::string& id,
                                    const store::ClaimScope& scope, store::Lock lock) const;
  absl::StatusOr<std::vector<ExpenseClaim>> List(db::Tx& tx, const std::string& budget,
                                                 const store::ClaimScope& scope,
                                                 const store::Slice& slice) const;
  // Texts for a person who was erased are not kept.
  absl::Status Save(db::Tx& tx, const ExpenseClaim& claim, Time now) const;

 private:
  absl::Status Open(db::Tx& tx, std::vector<ExpenseClaim>& claims) const;
  void OpenOne(const std::string& wrapped, ExpenseClaim& claim) const;
  absl::StatusOr<auth::SecretKey> Unwrap(const std::string& person,
                                         const std::string& wrapped) const;

  std::optional<auth::SecretKey> master_key_;
  Rng* rng_;
};

// Leaves what is no text of a person's.
void ClearTexts(ExpenseClaim& claim);

}  // namespace jointly::budgets
