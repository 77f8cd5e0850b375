#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/mobility/domain/types.h"

// Lists inside a column: one line per element, fields separated by tabs; a tab, a line feed or a
// backslash inside a field is escaped. A reader takes missing trailing fields as empty, so a field
// can be added at the end of a line without a migration.
namespace jointly::mobility::store {

using Lines = std::vector<std::vector<std::string>>;
std::string PackLines(const Lines& lines);
Lines UnpackLines(std::string_view text);

std::string Pack(const CivilTime& civil);
std::string Pack(const std::optional<CivilTime>& civil);  // Nothing is the empty text.
std::optional<CivilTime> UnpackCivilTime(std::string_view text);

std::string Pack(const std::optional<Date>& date);
std::optional<Date> UnpackDate(std::string_view text);

std::string Pack(const std::vector<std::string>& texts);
std::vector<std::string> UnpackTexts(std::string_view text);
std::string Pack(const std::vector<int>& numbers);
std::vector<int> UnpackNumbers(std::string_view text);

std::string Pack(const std::vector<Choice>& choices);
std::vector<Choice> UnpackChoices(std::string_view text);
std::string Pack(const StudyProfile& profile);
StudyProfile UnpackProfile(std::string_view text);
std::string Pack(const std::vector<Document>& documents);
std::vector<Document> UnpackDocuments(std::string_view text);
std::string Pack(const std::vector<workflow::Finding>& findings);
std::vector<workflow::Finding> UnpackFindings(std::string_view text);
std::string Pack(const std::vector<LanguageRequirement>& languages);
std::vector<LanguageRequirement> UnpackLanguages(std::string_view text);

// Numbers inside a packed line. Doubles keep their exact value.
std::string PackNumber(std::int64_t number);
std::string PackNumber(double number);
std::int64_t UnpackInteger(std::string_view text);
double UnpackDouble(std::string_view text);

}  // namespace jointly::mobility::store
