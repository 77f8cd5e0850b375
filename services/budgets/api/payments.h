#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

#include "services/budgets/api/desk.h"
#include "services/budgets/domain/decide.h"
#include "services/budgets/domain/facts.h"
#include "services/budgets/domain/types.h"

// What every entry is asked that no guard of a document asks: is its day in a period that takes it,
// and was recognised before what is paid.
namespace jointly::budgets {

// The period of a date that takes entries of the role, for a line that must be in it; for the pool
// `period_id` is empty: any. Errors: DATE_OUTSIDE_BUDGET, PERIOD_NOT_OPEN.
absl::StatusOr<Period> CheckDate(const Desk& desk, Date date, const std::string& period_id,
                                 Role role);
// For what is planned ahead: the date is in the budget and in no period that is closed or closing.
absl::Status CheckNotClosed(const Desk& desk, Date date);

// B15: nobody is paid more than what was recognised as owed to them, on that day and on any later
// one. By months, as sums are kept. Errors: MORE_THAN_REMAINS.
absl::Status CheckOwed(Desk& desk, const std::string& partner, Date date, std::int64_t amount);
// The same of costs without a commitment: what commitments are owed is theirs, and what the payer
// recognised is somebody else's to pay (B14). Errors: MORE_THAN_REMAINS, SELF_APPROVAL.
absl::Status CheckOwedWithoutCommitment(Desk& desk, Actor payer, const std::string& partner,
                                        std::int64_t amount);

// Takes back what facts.input.taken_back says, as a step of the commitment: the decision, with its
// entry posted. Errors: those of the workflow's table; MORE_THAN_REMAINS.
absl::StatusOr<CommitmentDecision> TakeBack(Desk& desk, const CommitmentFacts& facts,
                                            const std::string& reason);

}  // namespace jointly::budgets
