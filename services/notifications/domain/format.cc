#include "services/notifications/domain/format.h"

#include <array>
#include <cstdio>

#include "common/error/error.h"
#include "common/error/macros.h"
#include "services/notifications/domain/catalogue.h"
#include "services/notifications/domain/message_format.h"

namespace jointly::notifications {
namespace {

inline constexpr Reason kInvalidCivilTime{"INVALID_CIVIL_TIME"};

std::string TwoDigits(std::int64_t number) {
  std::array<char, 8> text{};
  const int length = std::snprintf(text.data(), text.size(), "%02d", static_cast<int>(number));
  return std::string(text.data(), static_cast<std::size_t>(length));
}

bool IsUtc(std::string_view zone) {
  return zone == "UTC" || zone == "Etc/UTC" || zone == "Etc/GMT";
}

// French elides before a vowel: "heure d’Athènes".
std::string Elided(std::string text) {
  constexpr std::string_view kBefore = "heure de ";
  constexpr std::string_view kVowels = "AEIOUY";
  if (text.starts_with(kBefore) && text.size() > kBefore.size() &&
      kVowels.find(text[kBefore.size()]) != std::string_view::npos) {
    text.replace(kBefore.size() - 2, 2, "’");
  }
  return text;
}

std::string ZoneName(const Catalogue& catalogue, std::string_view zone) {
  const std::string key = "zone." + std::string(IsUtc(zone) ? "UTC" : zone);
  if (const Phrase* phrase = FindPhrase(catalogue, key)) return std::string(phrase->text);
  const Phrase* pattern = FindPhrase(catalogue, "zone.city");
  return Elided(FormatMessage(pattern->text, catalogue.language,
                              {.texts = {{"city", CityOf(zone, catalogue.language)}}}));
}

std::string DayNumber(const Catalogue& catalogue, Date date) {
  const auto day = static_cast<unsigned>(date.day());
  return std::to_string(day) + (catalogue.language == "fr" && day == 1 ? "er" : "");
}

Arguments DayArguments(const Catalogue& catalogue, Date date) {
  const auto month = static_cast<unsigned>(date.month());
  return {.texts = {{"year", std::to_string(static_cast<int>(date.year()))},
                    {"month", std::string(catalogue.months.at(month - 1))},
                    {"monthNumber", std::to_string(month)},
                    {"day", DayNumber(catalogue, date)},
                    {"weekday", std::string(catalogue.weekdays.at(WeekdayOf(date).c_encoding()))}}};
}

std::string FormatDay(const Catalogue& catalogue, Date date) {
  return FormatMessage(FindPhrase(catalogue, "date.day_alone")->text, catalogue.language,
                       DayArguments(catalogue, date));
}

}  // namespace

std::string FormatCivil(const CivilTime& civil, std::string_view language) {
  const Catalogue& catalogue = *CataloguesFor(language)[0];
  const std::int64_t minutes = civil.clock.count() / 60;
  Arguments arguments = DayArguments(catalogue, civil.date);
  arguments.texts["hour"] = std::to_string(minutes / 60);
  arguments.texts["minute"] = TwoDigits(minutes % 60);
  arguments.texts["zone"] = ZoneName(catalogue, civil.zone);
  return FormatMessage(FindPhrase(catalogue, "date.day")->text, catalogue.language, arguments);
}

std::string FormatDue(const CivilTime& due, std::string_view language,
                      std::string_view reader_zone) {
  const std::string there = FormatCivil(due, language);
  const auto instant = ToInstant(due);
  // "UTC" is what a reader has who never chose a zone: it would only puzzle them.
  if (!instant.ok() || IsUtc(reader_zone)) return there;
  const auto here = ToCivil(*instant, reader_zone);
  if (!here.ok() || (here->date == due.date && here->clock == due.clock)) return there;
  const Catalogue& catalogue = *CataloguesFor(language)[0];
  return FormatMessage(FindPhrase(catalogue, "date.both")->text, catalogue.language,
                       {.texts = {{"due", there}, {"local", FormatCivil(*here, language)}}});
}

std::string EncodeDays(Date first, Date last) { return FormatDate(first) + "/" + FormatDate(last); }

std::string FormatDays(std::string_view encoded, std::string_view language) {
  const std::size_t slash = encoded.find('/');
  if (slash == std::string_view::npos) return "";
  const auto first = ParseDate(encoded.substr(0, slash));
  const auto last = ParseDate(encoded.substr(slash + 1));
  if (!first.ok() || !last.ok()) return "";
  const Catalogue& catalogue = *CataloguesFor(language)[0];
  return FormatMessage(
      FindPhrase(catalogue, "date.period")->text, catalogue.language,
      {.texts = {{"first", FormatDay(catalogue, *first)}, {"last", FormatDay(catalogue, *last)}}});
}

int DaysUntil(const CivilTime& due, Time at) {
  const auto here = ToCivil(at, due.zone);
  const Date today = here.ok() ? here->date : Date(std::chrono::floor<std::chrono::days>(at));
  return static_cast<int>((std::chrono::sys_days(due.date) - std::chrono::sys_days(today)).count());
}

std::string EncodeCivil(const CivilTime& civil) {
  return FormatDate(civil.date) + " " + FormatClock(civil.clock) + " " + civil.zone;
}

absl::StatusOr<CivilTime> DecodeCivil(std::string_view text) {
  const std::size_t first = text.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : text.find(' ', first + 1);
  if (second == std::string_view::npos) {
    return InvalidArgument(kInvalidCivilTime, "not of the form 2026-11-14 12:00:00 Europe/Paris");
  }
  CivilTime civil;
  ASSIGN_OR_RETURN(civil.date, ParseDate(text.substr(0, first)));
  ASSIGN_OR_RETURN(civil.clock, ParseClock(text.substr(first + 1, second - first - 1)));
  civil.zone = std::string(text.substr(second + 1));
  return civil;
}

}  // namespace jointly::notifications
