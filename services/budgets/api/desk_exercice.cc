#include "common/error/macros.h"
#include "services/budgets/api/desk.h"
#include "services/budgets/domain/calendar.h"
#include "services/budgets/domain/provisional.h"
#include "services/budgets/store/statement_store.h"

// Below every command: nothing is posted above the ceiling of a provisional exercice.
namespace jointly::budgets {

absl::Status Desk::CheckExercice(const Journal& journal) {
  const int year = Exercice(journal.effective_on);
  if (FindProvisional(budget_, year) == nullptr) return absl::OkStatus();
  auto known = consumed_.find(year);
  if (known == consumed_.end()) {
    ASSIGN_OR_RETURN(const AeCp stored, store::LoadConsumed(*tx_, budget_.id, year));
    known = consumed_.emplace(year, stored).first;
  }
  AeCp used = known->second;
  for (const Journal& posted : journals_) {
    if (Exercice(posted.effective_on) != year) continue;
    const AeCp consumed = AeCpOf(posted);
    used.commitments += consumed.commitments;
    used.payments += consumed.payments;
  }
  return CheckCeiling(budget_, journal, used);
}

}  // namespace jointly::budgets
