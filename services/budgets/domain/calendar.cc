#include "services/budgets/domain/calendar.h"

#include <algorithm>
#include <utility>

#include "common/error/check.h"

namespace jointly::budgets {
namespace {

Date LastOfMarch(int year) { return std::chrono::year{year} / std::chrono::March / 31; }

}  // namespace

std::string_view Name(Calendar calendar) {
  switch (calendar) {
    case Calendar::kBudget:
      return "budget";
    case Calendar::kJapaneseFiscalYear:
      return "japanese_fiscal_year";
    case Calendar::kExercice:
      return "exercice";
  }
  Die("a calendar without a name");
}

absl::StatusOr<Calendar> ParseCalendar(std::string_view name) {
  if (name.empty()) return Calendar::kBudget;
  for (const Calendar calendar :
       {Calendar::kBudget, Calendar::kJapaneseFiscalYear, Calendar::kExercice}) {
    if (name == Name(calendar)) return calendar;
  }
  return InvalidArgument(kUnknownCalendar, "a calendar is budget, japanese_fiscal_year or exercice",
                         {{"calendar", std::string(name.substr(0, 40))}});
}

int JapaneseFiscalYear(Date date) {
  const int year = static_cast<int>(date.year());
  return date.month() < std::chrono::April ? year - 1 : year;
}

int Exercice(Date date) { return static_cast<int>(date.year()); }

CalendarYear YearOf(Calendar calendar, Date date) {
  if (calendar == Calendar::kJapaneseFiscalYear) {
    const int year = JapaneseFiscalYear(date);
    return {.name = "FY" + std::to_string(year),
            .range = {.first = AddDays(LastOfMarch(year), 1), .last = LastOfMarch(year + 1)}};
  }
  Check(calendar == Calendar::kExercice, "a budget's periods are its own data");
  const int year = Exercice(date);
  return {.name = "exercice " + std::to_string(year),
          .range = {.first = std::chrono::year{year} / std::chrono::January / 1,
                    .last = std::chrono::year{year} / std::chrono::December / 31}};
}

std::vector<CalendarYear> YearsOf(Calendar calendar, const DateRange& range) {
  std::vector<CalendarYear> years;
  for (Date date = range.first; date <= range.last;) {
    CalendarYear year = YearOf(calendar, date);
    date = AddDays(year.range.last, 1);
    year.range.first = std::max(year.range.first, range.first);
    year.range.last = std::min(year.range.last, range.last);
    years.push_back(std::move(year));
  }
  return years;
}

int DaysOf(const DateRange& range) {
  const auto days = std::chrono::sys_days(range.last) - std::chrono::sys_days(range.first);
  return static_cast<int>(days.count()) + 1;
}

absl::StatusOr<std::vector<money::Money>> ProRata(const money::Money& whole, Calendar calendar,
                                                  const DateRange& range) {
  std::vector<std::int64_t> weights;
  for (const CalendarYear& year : YearsOf(calendar, range)) weights.push_back(DaysOf(year.range));
  return money::Split(whole, weights);
}

}  // namespace jointly::budgets
