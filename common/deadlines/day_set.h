#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/days.h"

// Private to common/deadlines: sets of days as bits, for calendars and for feasibility.
namespace jointly::deadlines {

class DaySet {
 public:
  DaySet() = default;
  DaySet(Day first, Day last, bool all);  // Both ends included.

  Day first() const { return first_; }
  Day last() const { return first_ + size_ - 1; }
  bool Covers(Day day) const { return day >= first_ && day < first_ + size_; }
  bool Has(Day day) const { return Covers(day) && (Word(day) >> Bit(day) & 1) != 0; }
  void Insert(Day day) {
    if (Covers(day)) words_[Index(day)] |= std::uint64_t{1} << Bit(day);
  }
  void Remove(Day day) {
    if (Covers(day)) words_[Index(day)] &= ~(std::uint64_t{1} << Bit(day));
  }
  bool Empty() const;
  bool Full() const;
  // Of sets with the same first and last day.
  void Intersect(const DaySet& other);
  void Unite(const DaySet& other);
  bool Meets(const DaySet& other) const;
  std::optional<Day> Least() const;
  std::optional<Day> Greatest() const;
  // The last day of an unbroken run of more than `longest` days; nothing when there is none.
  std::optional<Day> LongRun(int longest) const;

 private:
  std::size_t Index(Day day) const { return static_cast<std::size_t>(day - first_) / 64; }
  unsigned Bit(Day day) const { return static_cast<unsigned>(day - first_) % 64; }
  std::uint64_t Word(Day day) const { return words_[Index(day)]; }

  Day first_ = 0;
  Day size_ = 0;
  std::vector<std::uint64_t> words_;
};

// Calendars know these days; weekends are known for all of them, holidays for fewer.
inline constexpr Day kCalendarFirst = 7305;  // 1990-01-01.
inline constexpr Day kCalendarLast = 47846;  // 2100-12-31.

// What is closed: "weekends", "holidays:FR", "closure:uga".
struct Closed {
  std::string name;
  DaySet days;
  Day known_first = kCalendarFirst;
  Day known_last = kCalendarLast;
};

struct YearlyClosure {
  unsigned first_month, first_day, last_month, last_day;  // Over the year's end when last < first.
};
Closed Weekends();
std::optional<Closed> Holidays(std::string_view region);  // Nothing for an unknown region.
Closed Closure(std::string name, const std::vector<YearlyClosure>& yearly,
               const std::vector<std::pair<Day, Day>>& dated);

}  // namespace jointly::deadlines
