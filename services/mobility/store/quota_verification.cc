#include "common/db/reader.h"
#include "common/error/macros.h"
#include "services/mobility/store/quota_store.h"

// The invariant of the ledger, computed from the rows alone.
namespace jointly::mobility::store {
namespace {

void Compare(std::vector<std::string>& differences, const std::string& quota, const char* what,
             std::int64_t balance, std::int64_t computed) {
  if (balance == computed) return;
  differences.push_back("quotas/" + quota + ": " + what + " is " + std::to_string(balance) +
                        ", its rows say " + std::to_string(computed));
}

// The last booking of each application counts; adjustments add up.
constexpr std::string_view kLedgerSql = R"sql(
    SELECT quota.id, quota.held, quota.confirmed, quota.adjustment, quota.waiting,
           quota.places + quota.adjustment AS capacity,
           COALESCE((SELECT SUM(entry.places) FROM quota_entry AS entry
              WHERE entry.quota = quota.id AND entry.kind = 'held'
                AND NOT EXISTS (SELECT 1 FROM quota_entry AS later
                                 WHERE later.quota = entry.quota
                                   AND later.application = entry.application
                                   AND later.sequence > entry.sequence)), 0) AS entries_held,
           COALESCE((SELECT SUM(entry.places) FROM quota_entry AS entry
              WHERE entry.quota = quota.id AND entry.kind = 'confirmed'
                AND NOT EXISTS (SELECT 1 FROM quota_entry AS later
                                 WHERE later.quota = entry.quota
                                   AND later.application = entry.application
                                   AND later.sequence > entry.sequence)), 0) AS entries_confirmed,
           COALESCE((SELECT SUM(entry.places) FROM quota_entry AS entry
              WHERE entry.quota = quota.id AND entry.kind = 'adjusted'), 0) AS entries_adjusted,
           COALESCE((SELECT SUM(application.offer_places) FROM application
              WHERE application.offer_quota = quota.id AND application.state = 'offered'), 0)
             AS offered,
           COALESCE((SELECT SUM(application.offer_places) FROM application
              LEFT JOIN mobility ON mobility.application = application.id
              WHERE application.offer_quota = quota.id
                AND (application.state = 'confirmed'
                     OR (application.state = 'nominated' AND mobility.state <> 'cancelled'))), 0)
             AS taken,
           (SELECT COUNT(*) FROM application WHERE application.waitlist_quota = quota.id)
             AS on_list
      FROM quota)sql";

}  // namespace

absl::StatusOr<std::vector<std::string>> VerifyQuotas(db::Tx& tx) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kLedgerSql));
  std::vector<std::string> differences;
  for (const db::Row& row : rows) {
    const std::string& id = row.Text("id");
    const std::int64_t held = row.Int("held");
    const std::int64_t confirmed = row.Int("confirmed");
    Compare(differences, id, "held", held, row.Int("entries_held"));
    Compare(differences, id, "held", held, row.Int("offered"));
    Compare(differences, id, "confirmed", confirmed, row.Int("entries_confirmed"));
    Compare(differences, id, "confirmed", confirmed, row.Int("taken"));
    Compare(differences, id, "adjustment", row.Int("adjustment"), row.Int("entries_adjusted"));
    Compare(differences, id, "waiting", row.Int("waiting"), row.Int("on_list"));
    if (held < 0 || confirmed < 0 || held + confirmed > row.Int("capacity")) {
      differences.push_back("quotas/" + id + ": " + std::to_string(held + confirmed) +
                            " in use of " + std::to_string(row.Int("capacity")));
    }
  }
  return differences;
}

}  // namespace jointly::mobility::store
