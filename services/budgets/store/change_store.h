#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/budgets/domain/types.h"
#include "services/budgets/store/reader.h"

// Line transfers, amendments, carry-overs, reports and delegations of a budget. The budget is
// loaded with the caller's scope first; these rows are as visible as it. Save writes a new or a
// changed one; ids are the service's own.
namespace jointly::budgets::store {

inline constexpr Reason kTransferNotFound{"TRANSFER_NOT_FOUND"};
inline constexpr Reason kAmendmentNotFound{"AMENDMENT_NOT_FOUND"};
inline constexpr Reason kCarryOverNotFound{"CARRY_OVER_NOT_FOUND"};
inline constexpr Reason kReportNotFound{"REPORT_NOT_FOUND"};
inline constexpr Reason kDelegationNotFound{"DELEGATION_NOT_FOUND"};

absl::StatusOr<LineTransfer> LoadTransfer(db::Tx& tx, const std::string& budget,
                                          const std::string& id, Lock lock);
void SaveTransfer(db::Tx& tx, const LineTransfer& transfer);
absl::StatusOr<Amendment> LoadAmendment(db::Tx& tx, const std::string& budget,
                                        const std::string& id, Lock lock);
void SaveAmendment(db::Tx& tx, const Amendment& amendment);
absl::StatusOr<CarryOver> LoadCarryOver(db::Tx& tx, const std::string& budget,
                                        const std::string& id, Lock lock);
void SaveCarryOver(db::Tx& tx, const CarryOver& carry_over);
absl::StatusOr<PeriodicReport> LoadReport(db::Tx& tx, const std::string& budget,
                                          const std::string& id, Lock lock);
void SaveReport(db::Tx& tx, const PeriodicReport& report);
absl::StatusOr<Delegation> LoadDelegation(db::Tx& tx, const std::string& budget,
                                          const std::string& id, Lock lock);
void SaveDelegation(db::Tx& tx, const Delegation& delegation);

inline constexpr int kTransferParameters = 1;
absl::StatusOr<std::vector<LineTransfer>> ListTransfers(db::Tx& tx, const std::string& budget,
                                                        const Slice& slice);
// Oldest first.
absl::StatusOr<std::vector<Amendment>> ListAmendments(db::Tx& tx, const std::string& budget);
absl::StatusOr<std::vector<PeriodicReport>> ListReports(db::Tx& tx, const std::string& budget);
inline constexpr int kCarryOverParameters = 1;
absl::StatusOr<std::vector<CarryOver>> ListCarryOvers(db::Tx& tx, const std::string& budget,
                                                      const Slice& slice);
// All of a period that closes, oldest first. At most one of them is proposed or approved.
absl::StatusOr<std::vector<CarryOver>> CarryOversFrom(db::Tx& tx, const std::string& budget,
                                                      const std::string& from_period, Lock lock);
// Delegations to a person that are not revoked.
absl::StatusOr<std::vector<Delegation>> DelegationsTo(db::Tx& tx, const std::string& budget,
                                                      const std::string& delegate);
// All, also those that are revoked or over.
absl::StatusOr<std::vector<Delegation>> ListDelegations(db::Tx& tx, const std::string& budget);

}  // namespace jointly::budgets::store
