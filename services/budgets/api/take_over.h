#pragma once

#include <absl/status/statusor.h>

#include <vector>

#include "services/budgets/api/desk.h"
#include "services/budgets/domain/decide.h"
#include "services/budgets/domain/opening.h"

// A budget that was imported: read when it is imported and again when it is activated, posted then.
namespace jointly::budgets {

// What the files say on this day: nothing may be kept when it has bad rows.
struct TakeOver {
  Opening opening;
  std::vector<Journal> journals;
};
TakeOver ReadTakeOver(Desk& desk, const store::OpeningFiles& files);
absl::Status RefuseBadRows(const Opening& opening);

// Posts the opening of a budget in the place of its activation's own movements, opens the periods
// that have begun and tells all of it. `hand` is who activates.
absl::Status TakeOverWith(Desk& desk, const store::OpeningFiles& files, bus::Outbox& outbox,
                          const Budget& before, const BudgetDecision& active, const Hand& hand);

}  // namespace jointly::budgets
