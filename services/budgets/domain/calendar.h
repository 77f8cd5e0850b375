#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "services/budgets/domain/rates.h"

// The years that one journal is seen by: the budget's own periods, Japan's fiscal year (1 April to
// 31 March, as national universities report) and the French exercice (the civil year, Code de
// l'education R719-76).
namespace jointly::budgets {

inline constexpr Reason kUnknownCalendar{"UNKNOWN_CALENDAR"};  // calendar

enum class Calendar { kBudget, kJapaneseFiscalYear, kExercice };
std::string_view Name(Calendar calendar);  // "budget", "japanese_fiscal_year", "exercice".
// An empty name is the budget's. Errors: INVALID_ARGUMENT UNKNOWN_CALENDAR.
absl::StatusOr<Calendar> ParseCalendar(std::string_view name);

// FY2020 is 2020-04-01 to 2021-03-31: 2020.
int JapaneseFiscalYear(Date date);
int Exercice(Date date);

// One year of a calendar.
struct CalendarYear {
  std::string name;  // "FY2020", "exercice 2020".
  DateRange range;
};
// Not of kBudget, whose periods are the budget's own data.
CalendarYear YearOf(Calendar calendar, Date date);
// The years that a range touches, in order; the first and the last are cut to the range.
std::vector<CalendarYear> YearsOf(Calendar calendar, const DateRange& range);

int DaysOf(const DateRange& range);  // Both ends count.

// A sum by days over the years that a range touches, to the cent (largest remainder): what a
// planning office enters for a grant whose years are not its own.
absl::StatusOr<std::vector<money::Money>> ProRata(const money::Money& whole, Calendar calendar,
                                                  const DateRange& range);

}  // namespace jointly::budgets
