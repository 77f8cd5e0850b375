#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/budgets/domain/types.h"
#include "services/budgets/store/reader.h"

// Commitments. The budget is loaded with the caller's scope first; these rows are as visible as it.
namespace jointly::budgets::store {

inline constexpr Reason kCommitmentExists{"COMMITMENT_EXISTS"};  // commitment

// Errors: NOT_FOUND COMMITMENT_NOT_FOUND.
absl::StatusOr<Commitment> LoadCommitment(db::Tx& tx, const std::string& budget,
                                          const std::string& id, Lock lock);
// Those of these ids that there are, in any order (under the ledger's lock nobody else locks some
// of them), as a question among others; and its answer.
db::Question CommitmentsOf(const std::string& budget, std::vector<std::string> ids, Lock lock);
std::vector<Commitment> ReadCommitments(const db::Rows& rows);
// The answer for one that there is not.
absl::Status NoSuchCommitment(const std::string& budget, const std::string& id);
// By the id alone, in whatever budget; nothing when there is none.
absl::StatusOr<std::optional<Commitment>> FindCommitment(db::Tx& tx, const std::string& id,
                                                         Lock lock);
// What answers to a stay ("mobilities/x") or a thesis ("theses/x"), in whatever budget; nothing
// when nobody answered yet.
absl::StatusOr<std::optional<Commitment>> FindGrant(db::Tx& tx, const std::string& asker);

inline constexpr int kCommitmentParameters = 1;
absl::StatusOr<std::vector<Commitment>> ListCommitments(db::Tx& tx, const std::string& budget,
                                                        const Slice& slice);
// Those that hold money on lines of a period (or of all), in the order of their ids; locked.
absl::StatusOr<std::vector<Commitment>> OpenCommitments(db::Tx& tx, const std::string& budget,
                                                        const std::string& period, Lock lock);

void InsertCommitment(db::Tx& tx, const Commitment& commitment);
void SaveCommitment(db::Tx& tx, const Commitment& commitment);
// A grant that was asked for again: it may be paid by another budget than refused it, or now by
// one at all.
void MoveCommitment(db::Tx& tx, const Commitment& before, const Commitment& after);
// Different ones, set-based.
void SaveCommitments(db::Tx& tx, const std::vector<const Commitment*>& commitments);

// Requests, claims and transfers of a period that nobody has decided.
absl::StatusOr<int> CountDrafts(db::Tx& tx, const std::string& budget, const std::string& period);

}  // namespace jointly::budgets::store
