#pragma once

#include <absl/status/statusor.h>

#include <cstdint>

#include "services/budgets/domain/exercice.h"
#include "services/budgets/domain/types.h"

// An exercice whose budget was not executory on 1 January is carried on by 80 % of what was open in
// the exercice before (Code de l'education, R719-76): a ceiling for what is committed (AE) and one
// for what is paid (CP), each judged by the dates of the entries.
namespace jointly::budgets {

inline constexpr int kProvisionalPercent = 80;

// exercice, of ("commitments", "payments"), ceiling, used, requested
inline constexpr Reason kProvisionalCeiling{"PROVISIONAL_CEILING"};

// 80 % of what was open, rounded down.
std::int64_t CeilingOf(std::int64_t previous);
// The declaration of a year; null when there is none, or when it is executory.
const DeclaredExercice* FindProvisional(const Budget& budget, int year);
// Replaces what was declared of the year.
void Declare(const DeclaredExercice& exercice, Budget& budget);
// What the budget's contract gives a year by its days. INVALID_ARGUMENT for a year outside of it.
absl::StatusOr<std::int64_t> ShareOfYear(const Budget& budget, int year);

// Whether the journal may be posted beside what its exercice has `used`. Errors:
// FAILED_PRECONDITION PROVISIONAL_CEILING.
absl::Status CheckCeiling(const Budget& budget, const Journal& journal, const AeCp& used);

}  // namespace jointly::budgets
