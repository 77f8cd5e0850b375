#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error/error.h"
#include "common/time/civil.h"

// Lists inside a column: one line per element, fields separated by tabs; a tab, a line feed or a
// backslash inside a field is escaped. A reader takes missing trailing fields as empty, so a field
// can be added at the end of a line without a migration. What does not unpack was not packed here:
// it ends the process.
namespace jointly::db {

using Line = std::vector<std::string>;
using Lines = std::vector<Line>;
std::string PackLines(const Lines& lines);
Lines UnpackLines(std::string_view text);

// Numbers inside a field. Doubles keep their exact value; the empty text is 0.
std::string PackNumber(std::int64_t number);
std::string PackNumber(double number);
std::int64_t UnpackInteger(std::string_view text);
double UnpackDouble(std::string_view text);

// "2020-06-15"; nothing is the empty text.
std::string Pack(const std::optional<Date>& date);
std::optional<Date> UnpackDate(std::string_view text);
Date UnpackRequiredDate(std::string_view text);

// "2020-06-15 12:00:00 Europe/Paris"; nothing is the empty text.
std::string Pack(const CivilTime& civil);
std::string Pack(const std::optional<CivilTime>& civil);
std::optional<CivilTime> UnpackCivilTime(std::string_view text);

std::string Pack(const std::vector<std::string>& texts);
std::vector<std::string> UnpackTexts(std::string_view text);
std::string Pack(const std::vector<int>& numbers);
std::vector<int> UnpackNumbers(std::string_view text);
std::string Pack(const Facts& facts);
Facts UnpackFacts(std::string_view text);

// Gives the fields of a line in order; the empty text after the last. A service that has types of
// its own in its lines derives from it.
class Fields {
 public:
  explicit Fields(const Line& line) : line_(line) {}
  std::string Text() { return next_ < line_.size() ? line_[next_++] : std::string(); }
  std::int64_t Integer() { return UnpackInteger(Text()); }
  int Int() { return static_cast<int>(Integer()); }
  bool Bool() { return Integer() != 0; }
  double Double() { return UnpackDouble(Text()); }
  Time At() { return FromMicros(Integer()); }
  Date ADate() { return UnpackRequiredDate(Text()); }
  std::optional<Date> MaybeDate() { return UnpackDate(Text()); }

 private:
  const Line& line_;
  std::size_t next_ = 0;
};

// A list, element by element: `to_line(element) -> Line`, and `from_fields(TheFields&) -> Element`.
template <typename Element, typename ToLine>
std::string PackAll(const std::vector<Element>& elements, ToLine to_line) {
  Lines lines;
  for (const Element& element : elements) lines.push_back(to_line(element));
  return PackLines(lines);
}
template <typename Element, typename TheFields = Fields, typename FromFields>
std::vector<Element> UnpackAll(std::string_view text, FromFields from_fields) {
  std::vector<Element> elements;
  for (const Line& line : UnpackLines(text)) {
    TheFields fields(line);
    elements.push_back(from_fields(fields));
  }
  return elements;
}

}  // namespace jointly::db
