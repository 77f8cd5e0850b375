#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/mobility/domain/decide.h"
#include "services/mobility/store/quota_store.h"
#include "tests/simulation/worlds/check.h"

namespace jointly::simulation {
namespace {

// Whoever waits on the list of a ledger with free places, although every guard of the promotion
// passes, and no timer will see to it when the wall clock, set back, is there again.
absl::StatusOr<Findings> WaitingBesideFreePlaces(db::Tx& tx, const std::set<std::string>& by_hand,
                                                 Time now) {
  namespace store = mobility::store;
  Findings findings;
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT application.id FROM application JOIN quota ON quota.id = application.waitlist_quota
       WHERE quota.places + quota.adjustment > quota.held + quota.confirmed
         AND NOT EXISTS (SELECT 1 FROM timer
                          WHERE kind = 'may_be_promoted' AND subject = application.id))sql"));
  for (const db::Row& row : rows) {
    if (by_hand.contains("applications/" + row.Text("id"))) continue;
    ASSIGN_OR_RETURN(const store::Case waiting,
                     store::LoadCase(tx, row.Text("id"), store::Everything(now), store::Lock::kNo));
    mobility::ApplicationFacts facts = mobility::FactsOf(waiting, now);
    RETURN_IF_ERROR(mobility::AddPlacement(tx, facts));
    const auto promoted =
        mobility::Decide(facts, mobility::ApplicationAction::kPromote, mobility::Role::kTimer);
    if (!promoted.ok()) continue;
    findings.push_back("applications/" + row.Text("id") + " waits beside a free place of quotas/" +
                       waiting.application.waitlist_quota);
  }
  return findings;
}

}  // namespace

void CheckPlaces(MobilityNode& node, const std::set<std::string>& by_hand, Findings& findings) {
  const Time now = node.outside().clock.Now();
  const auto differences =
      node.database().Read([](db::Tx& tx) { return mobility::store::VerifyQuotas(tx); });
  Check(differences.ok(), differences.status().ToString());
  findings.insert(findings.end(), differences->begin(), differences->end());
  const auto waiting =
      node.database().Read([&](db::Tx& tx) { return WaitingBesideFreePlaces(tx, by_hand, now); });
  Check(waiting.ok(), waiting.status().ToString());
  findings.insert(findings.end(), waiting->begin(), waiting->end());
  for (const db::Row& row : node.Query(R"sql(
           SELECT id FROM application
            WHERE state = 'offered' AND offer_expire_time <= $1)sql",
                                       {now})) {
    findings.push_back("applications/" + row.Text("id") + " holds an offer that is over");
  }
}

}  // namespace jointly::simulation
