#include "common/deadlines/holidays.h"

#include <algorithm>
#include <array>

namespace jointly::deadlines {
namespace {

using std::chrono::day;
using std::chrono::Monday;
using std::chrono::month;
using std::chrono::Sunday;
using std::chrono::year;

Date On(int y, unsigned m, unsigned d) { return Date{year(y), month(m), day(d)}; }

// The nth Monday of a month.
Date NthMonday(int y, unsigned m, unsigned n) { return Date{year(y) / month(m) / Monday[n]}; }

void Sort(std::vector<Holiday>& holidays) {
  std::sort(holidays.begin(), holidays.end(),
            [](const Holiday& a, const Holiday& b) { return a.date < b.date; });
}

// Code du travail, article L3133-1. The two more of Alsace and Moselle are not national.
std::vector<Holiday> French(int y) {
  const Date easter = EasterSunday(y);
  std::vector<Holiday> holidays = {
      {On(y, 1, 1), "Jour de l'an"},
      {AddDays(easter, 1), "Lundi de Pâques"},
      {On(y, 5, 1), "Fête du Travail"},
      {On(y, 5, 8), "Victoire 1945"},
      {AddDays(easter, 39), "Ascension"},
      {AddDays(easter, 50), "Lundi de Pentecôte"},
      {On(y, 7, 14), "Fête nationale"},
      {On(y, 8, 15), "Assomption"},
      {On(y, 11, 1), "Toussaint"},
      {On(y, 11, 11), "Armistice 1918"},
      {On(y, 12, 25), "Noël"},
  };
  Sort(holidays);
  return holidays;
}

// The equinox days are named each February for the next year in the official gazette after the
// National Astronomical Observatory; later years here are the observatory's forecast.
struct Equinoxes {
  unsigned march;
  unsigned september;
};
constexpr std::array<Equinoxes, kLastHolidayYear - kFirstHolidayYear + 1> kEquinoxes = {{
    {20, 22},  // 2020
    {20, 23},  // 2021
    {21, 23},  // 2022
    {21, 23},  // 2023
    {20, 22},  // 2024
    {20, 23},  // 2025
    {20, 23},  // 2026
    {21, 23},  // 2027
    {20, 22},  // 2028
    {20, 23},  // 2029
    {20, 23},  // 2030
}};

// Marine, Sports and Mountain Day; moved in 2020 and 2021 by the Act on Special Measures for the
// Tokyo Olympic and Paralympic Games (Act No. 33 of 2015, as amended).
struct Movable {
  Date marine;
  Date sports;
  Date mountain;
};
Movable MovableDays(int y) {
  if (y == 2020) return {On(y, 7, 23), On(y, 7, 24), On(y, 8, 10)};
  if (y == 2021) return {On(y, 7, 22), On(y, 7, 23), On(y, 8, 8)};
  return {NthMonday(y, 7, 3), NthMonday(y, 10, 2), On(y, 8, 11)};
}

bool Contains(const std::vector<Holiday>& holidays, Date date) {
  return std::any_of(holidays.begin(), holidays.end(),
                     [&](const Holiday& holiday) { return holiday.date == date; });
}

// Act on National Holidays (Act No. 178 of 1948), article 2, since 2020.
std::vector<Holiday> JapaneseByName(int y) {
  const Equinoxes equinoxes = kEquinoxes[static_cast<std::size_t>(y - kFirstHolidayYear)];
  const Movable movable = MovableDays(y);
  return {
      {On(y, 1, 1), "元日"},
      {NthMonday(y, 1, 2), "成人の日"},
      {On(y, 2, 11), "建国記念の日"},
      {On(y, 2, 23), "天皇誕生日"},
      {On(y, 3, equinoxes.march), "春分の日"},
      {On(y, 4, 29), "昭和の日"},
      {On(y, 5, 3), "憲法記念日"},
      {On(y, 5, 4), "みどりの日"},
      {On(y, 5, 5), "こどもの日"},
      {movable.marine, "海の日"},
      {movable.mountain, "山の日"},
      {NthMonday(y, 9, 3), "敬老の日"},
      {On(y, 9, equinoxes.september), "秋分の日"},
      {movable.sports, "スポーツの日"},
      {On(y, 11, 3), "文化の日"},
      {On(y, 11, 23), "勤労感謝の日"},
  };
}

std::vector<Holiday> Japanese(int y) {
  const std::vector<Holiday> named = JapaneseByName(y);
  std::vector<Holiday> holidays = named;
  for (const Holiday& holiday : named) {
    // Article 3(2): for a holiday on a Sunday, the next day that is not itself a named holiday.
    if (WeekdayOf(holiday.date) == Sunday) {
      Date substitute = AddDays(holiday.date, 1);
      while (Contains(named, substitute)) substitute = AddDays(substitute, 1);
      holidays.push_back({substitute, "振替休日"});
    }
    // Article 3(3): a day between two named holidays is one as well.
    const Date between = AddDays(holiday.date, 1);
    if (Contains(named, AddDays(holiday.date, 2)) && !Contains(named, between) &&
        WeekdayOf(between) != Sunday && !Contains(holidays, between)) {
      holidays.push_back({between, "国民の休日"});
    }
  }
  Sort(holidays);
  return holidays;
}

NamedCalendar CalendarOfRegion(std::string_view region, std::string name) {
  NamedCalendar calendar{std::move(name), {}};
  for (int y = kFirstHolidayYear; y <= kLastHolidayYear; ++y) {
    for (const Holiday& holiday : PublicHolidays(region, y)) {
      calendar.calendar.closed.push_back(holiday.date);
    }
  }
  return calendar;
}

}  // namespace

Date EasterSunday(int y) {
  // The anonymous Gregorian computus (Meeus, Jones and Butcher), exact for every Gregorian year.
  const int golden = y % 19;
  const int century = y / 100;
  const int in_century = y % 100;
  const int correction = (century - (century + 8) / 25 + 1) / 3;
  const int epact = (19 * golden + century - century / 4 - correction + 15) % 30;
  const int weekday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4) % 7;
  const int shift = (golden + 11 * epact + 22 * weekday) / 451;
  const int days = epact + weekday - 7 * shift + 114;
  return On(y, static_cast<unsigned>(days / 31), static_cast<unsigned>(days % 31 + 1));
}

std::vector<Holiday> PublicHolidays(std::string_view region_code, int y) {
  if (y < kFirstHolidayYear || y > kLastHolidayYear) return {};
  if (region_code == "FR") return French(y);
  if (region_code == "JP") return Japanese(y);
  return {};
}

const NamedCalendar& CalendarOfZone(std::string_view zone) {
  static const NamedCalendar kFrance = CalendarOfRegion("FR", "France");
  static const NamedCalendar kJapan = CalendarOfRegion("JP", "Japan");
  static const NamedCalendar kWeekends{"weekends", {}};
  if (zone == "Europe/Paris") return kFrance;
  if (zone == "Asia/Tokyo") return kJapan;
  return kWeekends;
}

}  // namespace jointly::deadlines
