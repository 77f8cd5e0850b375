#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/notifications/domain/types.h"
#include "services/notifications/store/scoped_query.h"

namespace jointly::notifications::store {

void InsertActivity(db::Tx& tx, const Activity& activity, const std::vector<Viewer>& viewers);
void MoveHeldActivities(db::Tx& tx, const std::string& call, Time until, Time now);

// Who asks: the names under which activities are shown to them.
struct ActivityScope {
  std::vector<std::string> viewers;  // The person and the institutions of their offices.
  bool everywhere = false;           // Administrators and auditors of the deployment.
  bool all_but_budgets = false;      // Offices of the deployment; of budgets as viewers.
  // `viewers` is the person alone: few rows among many, so they are where the search begins.
  bool person_only = false;
};

ScopedQuery ActivitiesOf(const ActivityScope& scope, Time now);
absl::StatusOr<std::vector<Activity>> ListActivities(db::Tx& tx, const ScopedQuery& query);

}  // namespace jointly::notifications::store
