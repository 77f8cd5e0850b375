#include "common/deadlines/day_set.h"

#include <bit>

#include "common/deadlines/holidays.h"

namespace jointly::deadlines {

DaySet::DaySet(Day first, Day last, bool all)
    : first_(first), size_(last - first + 1), words_(static_cast<std::size_t>(size_ + 63) / 64) {
  if (!all) return;
  for (std::uint64_t& word : words_) word = ~std::uint64_t{0};
  // Days after the last one are in no set.
  if (size_ % 64 != 0) words_.back() >>= 64 - size_ % 64;
}

bool DaySet::Empty() const {
  for (const std::uint64_t word : words_) {
    if (word != 0) return false;
  }
  return true;
}

bool DaySet::Full() const {
  int count = 0;
  for (const std::uint64_t word : words_) count += std::popcount(word);
  return count == size_;
}

void DaySet::Intersect(const DaySet& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
}

void DaySet::Unite(const DaySet& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
}

bool DaySet::Meets(const DaySet& other) const {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if ((words_[i] & other.words_[i]) != 0) return true;
  }
  return false;
}

std::optional<Day> DaySet::Least() const {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (words_[i] != 0) return first_ + static_cast<Day>(i) * 64 + std::countr_zero(words_[i]);
  }
  return std::nullopt;
}

std::optional<Day> DaySet::Greatest() const {
  for (std::size_t i = words_.size(); i-- > 0;) {
    if (words_[i] != 0) return first_ + static_cast<Day>(i) * 64 + 63 - std::countl_zero(words_[i]);
  }
  return std::nullopt;
}

std::optional<Day> DaySet::LongRun(int longest) const {
  int run = 0;
  for (Day day = first_; Covers(day); ++day) {
    run = Has(day) ? run + 1 : 0;
    if (run > longest) return day;
  }
  return std::nullopt;
}

Closed Weekends() {
  Closed closed{"weekends", DaySet(kCalendarFirst, kCalendarLast, false)};
  for (Day day = kCalendarFirst; day <= kCalendarLast; ++day) {
    const std::chrono::weekday weekday = WeekdayOf(DateOf(day));
    if (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday) closed.days.Insert(day);
  }
  return closed;
}

std::optional<Closed> Holidays(std::string_view region) {
  if (PublicHolidays(region, kFirstHolidayYear).empty()) return std::nullopt;
  Closed closed{"holidays:" + std::string(region), DaySet(kCalendarFirst, kCalendarLast, false)};
  for (int year = kFirstHolidayYear; year <= kLastHolidayYear; ++year) {
    for (const Holiday& holiday : PublicHolidays(region, year)) {
      closed.days.Insert(DayOf(holiday.date));
    }
  }
  using std::chrono::year;
  closed.known_first = DayOf(Date{year(kFirstHolidayYear) / 1 / 1});
  closed.known_last = DayOf(Date{year(kLastHolidayYear) / 12 / 31});
  return closed;
}

namespace {

Day DayIn(int year, unsigned month, unsigned day) {
  const auto last = std::chrono::year(year) / std::chrono::month(month) / std::chrono::last;
  const Date date = std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
  return DayOf(date.ok() ? date : Date{last});
}

}  // namespace

Closed Closure(std::string name, const std::vector<YearlyClosure>& yearly,
               const std::vector<std::pair<Day, Day>>& dated) {
  Closed closed{std::move(name), DaySet(kCalendarFirst, kCalendarLast, false)};
  for (const YearlyClosure& closure : yearly) {
    for (int year = 1989; year <= 2100; ++year) {
      const Day first = DayIn(year, closure.first_month, closure.first_day);
      Day last = DayIn(year, closure.last_month, closure.last_day);
      if (last < first) last = DayIn(year + 1, closure.last_month, closure.last_day);
      for (Day day = first; day <= last; ++day) closed.days.Insert(day);
    }
  }
  for (const auto& [first, last] : dated) {
    for (Day day = first; day <= last; ++day) closed.days.Insert(day);
  }
  return closed;
}

}  // namespace jointly::deadlines
