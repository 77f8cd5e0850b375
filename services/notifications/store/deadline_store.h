#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/db/database.h"
#include "services/notifications/domain/ladder.h"
#include "services/notifications/domain/types.h"
#include "services/notifications/store/scoped_query.h"

namespace jointly::notifications::store {

absl::StatusOr<std::optional<KeptDeadline>> LockDeadline(db::Tx& tx, const std::string& id);
// All of a resource, in order of their ids.
absl::StatusOr<std::vector<KeptDeadline>> LockDeadlinesOf(db::Tx& tx, const std::string& subject);
// Armed deadlines of the applications to a call.
absl::StatusOr<std::vector<KeptDeadline>> LockDeadlinesOfApplicants(db::Tx& tx,
                                                                    const std::string& call);
// `audience_changed`: writes the audience rows too.
void SaveDeadline(db::Tx& tx, const KeptDeadline& kept, bool audience_changed);
// The call's decision time has changed: who waits for it waits until then. Gives the deadlines.
absl::StatusOr<std::vector<std::string>> MoveHeldAudiences(db::Tx& tx, const std::string& call,
                                                           Time until, Time now);

// Steps that are settled for a due date, and whether any message about the deadline was ever sent.
absl::StatusOr<std::set<Step>> SettledSteps(db::Tx& tx, const std::string& deadline, Date due);
absl::StatusOr<bool> WasTold(db::Tx& tx, const std::string& deadline);
struct StepRecord {
  std::string deadline;
  Date due;
  std::string name;  // A step's distance ("-7") or "moved/<generation>".
  std::int64_t generation = 0;
  std::string_view outcome;
  Time time;
};
void SaveStep(db::Tx& tx, const StepRecord& record);

// Whose deadlines are listed: their own, and those of the roles that they hold.
struct DeadlineScope {
  std::string person;
  std::vector<Reader::Role> roles;
};
struct ListedDeadline {
  deadlines::Deadline deadline;
  std::string list_key;
};
ScopedQuery DeadlinesOf(const DeadlineScope& scope, Time now);
absl::StatusOr<std::vector<ListedDeadline>> ListDeadlines(db::Tx& tx, const ScopedQuery& query);

}  // namespace jointly::notifications::store
