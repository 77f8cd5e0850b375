#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "common/error/error.h"
#include "services/mobility/domain/quota.h"
#include "services/mobility/store/scope.h"

namespace jointly::mobility::store {

inline constexpr Reason kQuotaNotFound{"QUOTA_NOT_FOUND"};

// A ledger's balance with what only this service needs.
struct QuotaRow {
  Quota quota;
  int agreed_places = 0;         // What the agreement says now: see domain/places.h.
  std::int64_t last_ticket = 0;  // Of its waiting list; never given twice.
  std::string sending_institution;
  std::string sending_unit;
  std::string receiving_institution;
  std::string receiving_unit;
};

// What a booking did; the table only grows.
enum class EntryKind { kHeld, kConfirmed, kReleased, kAdjusted, kAgreed };
std::string_view Name(EntryKind kind);

struct EntryRow {
  std::string quota;
  std::string application;    // Empty for an adjustment.
  std::int64_t sequence = 0;  // Counts from 1 per quota and application.
  EntryKind kind = EntryKind::kHeld;
  int places = 0;
  std::optional<Time> expire_time;
  std::string reason;
  std::string actor;
  Time time;
};

// Locked in the order of their ids, so that two transactions never wait for each other.
absl::StatusOr<std::vector<QuotaRow>> LockQuotas(db::Tx& tx, const std::vector<std::string>& ids);
absl::StatusOr<std::vector<QuotaRow>> LoadQuotas(db::Tx& tx,
                                                 const std::vector<std::string>& conditions,
                                                 const std::string& academic_year);
absl::StatusOr<std::vector<QuotaRow>> QuotasOfAgreement(db::Tx& tx, const std::string& agreement);
// Errors: NOT_FOUND, also for what is out of scope.
absl::StatusOr<QuotaRow> LoadQuota(db::Tx& tx, const std::string& id, const Scope& scope);
absl::StatusOr<std::vector<QuotaRow>> ListQuotas(db::Tx& tx, const Scope& scope,
                                                 const Slice& slice);
int QuotaScopeParameters(const Scope& scope);

// Opens a ledger unless the condition has one for the year; true when this call opened it.
absl::StatusOr<bool> InsertQuota(db::Tx& tx, const QuotaRow& row);
// The ids of the conditions' ledgers for a year, by condition.
absl::StatusOr<std::map<std::string, std::string>> QuotaIds(
    db::Tx& tx, const std::vector<std::string>& conditions, const std::string& academic_year);
void SaveQuota(db::Tx& tx, const QuotaRow& row);

void InsertEntry(db::Tx& tx, const EntryRow& entry);
// The last booking of each of the applications on a quota, and its sequence.
struct LastEntry {
  QuotaEntry entry;
  std::int64_t sequence = 0;
};
absl::StatusOr<std::map<std::string, LastEntry>> LoadEntries(
    db::Tx& tx, const std::string& quota, const std::vector<std::string>& applications);

// Compares every balance with the rows of its ledger and with the applications' states. Empty when
// all agree; else one sentence per difference. For tests and the operator.
absl::StatusOr<std::vector<std::string>> VerifyQuotas(db::Tx& tx);

}  // namespace jointly::mobility::store
