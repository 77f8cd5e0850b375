#include <array>

#include "common/deadlines/plan.h"

namespace jointly::deadlines {
namespace {

using Names7 = std::array<std::string_view, 7>;
using Names12 = std::array<std::string_view, 12>;

constexpr Names7 kEnglishDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                 "Thursday", "Friday", "Saturday"};
constexpr Names7 kFrenchDays = {"dimanche", "lundi",    "mardi", "mercredi",
                                "jeudi",    "vendredi", "samedi"};
constexpr Names7 kJapaneseDays = {"日", "月", "火", "水", "木", "金", "土"};
constexpr Names12 kEnglishMonths = {"January",   "February", "March",    "April",
                                    "May",       "June",     "July",     "August",
                                    "September", "October",  "November", "December"};
constexpr Names12 kFrenchMonths = {"janvier",   "février", "mars",     "avril",
                                   "mai",       "juin",    "juillet",  "août",
                                   "septembre", "octobre", "novembre", "décembre"};

std::string ClockText(std::chrono::seconds clock, std::string_view between) {
  const std::string text = FormatClock(clock);
  // The end of the day is read as 23:59; any other second is worth its place.
  const bool whole = clock.count() % 60 == 0 || clock.count() == 86399;
  std::string short_text = text.substr(0, 2) + std::string(between) + text.substr(3, 2);
  return whole ? short_text : short_text + text.substr(5);
}

std::string ZoneText(const std::string& zone, std::string_view language) {
  struct Known {
    std::string_view zone, en, fr, ja;
  };
  constexpr std::array<Known, 3> kKnown = {{
      {"Europe/Paris", "Paris time", "heure de Paris", "パリ時間"},
      {"Asia/Tokyo", "Tokyo time", "heure de Tokyo", "日本時間"},
      {"Etc/GMT+12", "anywhere on Earth", "n'importe où sur Terre", "世界のどこでも"},
  }};
  for (const Known& known : kKnown) {
    if (known.zone != zone) continue;
    if (language == "fr") return std::string(known.fr);
    return std::string(language == "ja" ? known.ja : known.en);
  }
  return zone;
}

std::string English(Date date) {
  return std::string(kEnglishDays[WeekdayOf(date).c_encoding()]) + " " +
         std::to_string(static_cast<unsigned>(date.day())) + " " +
         std::string(kEnglishMonths[static_cast<unsigned>(date.month()) - 1]) + " " +
         std::to_string(static_cast<int>(date.year()));
}

std::string French(Date date) {
  const unsigned day = static_cast<unsigned>(date.day());
  return std::string(kFrenchDays[WeekdayOf(date).c_encoding()]) + " " +
         (day == 1 ? "1er" : std::to_string(day)) + " " +
         std::string(kFrenchMonths[static_cast<unsigned>(date.month()) - 1]) + " " +
         std::to_string(static_cast<int>(date.year()));
}

std::string Japanese(Date date) {
  return std::to_string(static_cast<int>(date.year())) + "年" +
         std::to_string(static_cast<unsigned>(date.month())) + "月" +
         std::to_string(static_cast<unsigned>(date.day())) + "日(" +
         std::string(kJapaneseDays[WeekdayOf(date).c_encoding()]) + ")";
}

}  // namespace

std::string DateText(const CivilTime& civil, std::string_view language) {
  const bool day_only = civil.zone.empty();
  const std::string zone = day_only ? "" : ZoneText(civil.zone, language);
  if (language == "fr") {
    if (day_only) return French(civil.date);
    return French(civil.date) + " à " + ClockText(civil.clock, " h ") + " (" + zone + ")";
  }
  if (language == "ja") {
    if (day_only) return Japanese(civil.date);
    return Japanese(civil.date) + " " + ClockText(civil.clock, ":") + "(" + zone + ")";
  }
  if (day_only) return English(civil.date);
  return English(civil.date) + ", " + ClockText(civil.clock, ":") + " (" + zone + ")";
}

}  // namespace jointly::deadlines
