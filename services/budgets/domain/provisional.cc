#include "services/budgets/domain/provisional.h"

#include <algorithm>

#include "common/error/macros.h"
#include "services/budgets/domain/calendar.h"
#include "services/budgets/domain/text.h"

namespace jointly::budgets {
namespace {

struct Judged {
  std::string_view of;
  std::int64_t previous = 0;
  std::int64_t used = 0;
  std::int64_t wanted = 0;
};

absl::Status Judge(const Budget& budget, int year, const Judged& judged) {
  const std::int64_t ceiling = CeilingOf(judged.previous);
  // What gives back is never too much; `used` and `wanted` are both within a ledger's bounds.
  if (judged.wanted <= 0 || judged.used <= ceiling - judged.wanted) return absl::OkStatus();
  return FailedPrecondition(
      kProvisionalCeiling,
      "the exercice is provisional: no more than 80 % of what was open in the one before may be " +
          std::string(judged.of == "payments" ? "paid" : "committed") +
          " until the budget is executory",
      {{"exercice", std::to_string(year)},
       {"of", std::string(judged.of)},
       {"ceiling", Text(ceiling, budget.currency)},
       {"used", Text(judged.used, budget.currency)},
       {"requested", Text(judged.wanted, budget.currency)}});
}

}  // namespace

std::int64_t CeilingOf(std::int64_t previous) {
  return previous / 100 * kProvisionalPercent + previous % 100 * kProvisionalPercent / 100;
}

const DeclaredExercice* FindProvisional(const Budget& budget, int year) {
  for (const DeclaredExercice& exercice : budget.exercices) {
    if (exercice.year == year) return exercice.provisional ? &exercice : nullptr;
  }
  return nullptr;
}

void Declare(const DeclaredExercice& exercice, Budget& budget) {
  std::erase_if(budget.exercices,
                [&](const DeclaredExercice& other) { return other.year == exercice.year; });
  const auto after =
      std::find_if(budget.exercices.begin(), budget.exercices.end(),
                   [&](const DeclaredExercice& other) { return other.year > exercice.year; });
  budget.exercices.insert(after, exercice);
}

absl::StatusOr<std::int64_t> ShareOfYear(const Budget& budget, int year) {
  const DateRange whole{budget.start_date, budget.end_date};
  ASSIGN_OR_RETURN(const std::vector<money::Money> shares,
                   ProRata({budget.contract_amount, budget.currency}, Calendar::kExercice, whole));
  const std::vector<CalendarYear> years = YearsOf(Calendar::kExercice, whole);
  for (std::size_t i = 0; i < years.size(); ++i) {
    if (Exercice(years[i].range.first) == year) return shares[i].minor;
  }
  return InvalidArgument(kInvalidArgument, "the budget has no such exercice",
                         {{"exercice", std::to_string(year)}});
}

absl::Status CheckCeiling(const Budget& budget, const Journal& journal, const AeCp& used) {
  const int year = Exercice(journal.effective_on);
  const DeclaredExercice* exercice = FindProvisional(budget, year);
  if (exercice == nullptr) return absl::OkStatus();
  const AeCp wanted = AeCpOf(journal);
  RETURN_IF_ERROR(Judge(budget, year,
                        {.of = "commitments",
                         .previous = exercice->previous_commitments,
                         .used = used.commitments,
                         .wanted = wanted.commitments}));
  return Judge(budget, year,
               {.of = "payments",
                .previous = exercice->previous_payments,
                .used = used.payments,
                .wanted = wanted.payments});
}

}  // namespace jointly::budgets
