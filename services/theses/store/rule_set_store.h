#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "common/error/error.h"
#include "services/theses/store/scope.h"

// Published rule sets, all versions, and the theses that are to be computed anew because of one.
namespace jointly::theses::store {

inline constexpr Reason kRuleSetNotFound{"RULE_SET_NOT_FOUND"};  // rule_set

struct RuleSetRow {
  std::string id;
  std::int64_t version = 0;
  std::string document;
  std::string institution;
  std::string source;
  std::string publisher;
  Time create_time;
};

// The last version of a set; nothing: none was published.
absl::StatusOr<std::optional<RuleSetRow>> LatestRuleSet(db::Tx& tx, const std::string& id);
// The last version of each, by id; without documents when they are not asked for.
absl::StatusOr<std::vector<RuleSetRow>> LatestRuleSets(db::Tx& tx, bool with_documents);
void InsertRuleSet(db::Tx& tx, const RuleSetRow& row);

// Tells one publication from the next. With a lock publications wait for each other.
absl::StatusOr<std::string> RuleStamp(db::Tx& tx, Lock lock);
void SaveRuleStamp(db::Tx& tx, const std::string& stamp);

// Whom a publication touches; empty lists: everybody.
struct Touched {
  std::vector<std::string> institutions;
  std::vector<std::string> schools;
};
// Those that are known here.
absl::StatusOr<std::vector<std::string>> InstitutionsOfRegion(db::Tx& tx,
                                                              const std::string& region);
// Queues the live theses that are touched; how many they are.
absl::StatusOr<int> AskForRecomputation(db::Tx& tx, const Touched& touched, Time now);
// Queues one thesis.
void AskForRecomputationOf(db::Tx& tx, const std::string& thesis, Time now);
// At most `limit` theses that wait, in order, after `after`. Whoever takes them removes them with
// the work, in the same transaction.
absl::StatusOr<std::vector<std::string>> WaitingTheses(db::Tx& tx, const std::string& after,
                                                       int limit);
void DoneWith(db::Tx& tx, const std::vector<std::string>& theses);
absl::StatusOr<std::int64_t> CountWaiting(db::Tx& tx);

}  // namespace jointly::theses::store
