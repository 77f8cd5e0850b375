#include "services/notifications/domain/message_format.h"

#include <unicode/locid.h>
#include <unicode/messagepattern.h>
#include <unicode/msgfmt.h>
#include <unicode/tznames.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "services/notifications/domain/render.h"

namespace jointly::notifications {
namespace {

icu::UnicodeString FromUtf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

std::string ToUtf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

icu::Locale LocaleOf(std::string_view language) {
  return icu::Locale(std::string(language).c_str());
}

}  // namespace

std::string FormatMessage(std::string_view pattern, std::string_view language,
                          const Arguments& arguments) {
  UErrorCode error = U_ZERO_ERROR;
  UParseError place;
  const icu::MessageFormat format(FromUtf8(pattern), LocaleOf(language), place, error);
  std::vector<icu::UnicodeString> names;
  std::vector<icu::Formattable> values;
  for (const auto& [name, text] : arguments.texts) {
    names.push_back(FromUtf8(name));
    values.emplace_back(FromUtf8(text));
  }
  for (const auto& [name, number] : arguments.numbers) {
    names.push_back(FromUtf8(name));
    values.emplace_back(static_cast<int32_t>(number));
  }
  icu::UnicodeString out;
  if (U_SUCCESS(error)) {
    format.format(names.data(), values.data(), static_cast<int32_t>(names.size()), out, error);
  }
  return U_SUCCESS(error) ? ToUtf8(out) : std::string(pattern);
}

std::string CityOf(std::string_view zone, std::string_view language) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::TimeZoneNames> names(
      icu::TimeZoneNames::createInstance(LocaleOf(language), error));
  if (U_SUCCESS(error) && names != nullptr) {
    icu::UnicodeString city;
    names->getExemplarLocationName(FromUtf8(zone), city);
    if (!city.isEmpty()) return ToUtf8(city);
  }
  std::string last(zone.substr(zone.rfind('/') + 1));
  std::replace(last.begin(), last.end(), '_', ' ');
  return last;
}

std::set<std::string> PlaceholdersOf(std::string_view pattern) {
  UErrorCode error = U_ZERO_ERROR;
  UParseError place;
  const icu::MessagePattern parsed(FromUtf8(pattern), &place, error);
  std::set<std::string> out;
  if (U_FAILURE(error)) return {""};
  for (int32_t i = 0; i < parsed.countParts(); ++i) {
    if (parsed.getPartType(i) == UMSGPAT_PART_TYPE_ARG_NAME) {
      out.insert(ToUtf8(parsed.getSubstring(parsed.getPart(i))));
    }
  }
  return out;
}

}  // namespace jointly::notifications
