#include "common/db/packed.h"

#include <array>
#include <charconv>

#include "common/error/check.h"

namespace jointly::db {
namespace {

void AppendEscaped(std::string_view field, std::string& out) {
  for (const char c : field) {
    switch (c) {
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        out += c;
    }
  }
}

char Unescaped(char c) {
  if (c == 't') return '\t';
  if (c == 'n') return '\n';
  return c;
}

template <typename Number>
Number Unpack(std::string_view text) {
  Number number = 0;
  if (text.empty()) return number;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  Check(error == std::errc() && end == text.data() + text.size(), "a packed number is none");
  return number;
}

}  // namespace

std::string PackLines(const Lines& lines) {
  std::string out;
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (i > 0) out += '\t';
      AppendEscaped(line[i], out);
    }
    out += '\n';
  }
  return out;
}

Lines UnpackLines(std::string_view text) {
  Lines lines;
  Line line(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\t') {
      line.emplace_back();
    } else if (text[i] == '\n') {
      lines.push_back(std::move(line));
      line.assign(1, std::string());
    } else if (text[i] == '\\' && i + 1 < text.size()) {
      line.back() += Unescaped(text[++i]);
    } else {
      line.back() += text[i];
    }
  }
  return lines;
}

std::string PackNumber(std::int64_t number) { return std::to_string(number); }

std::string PackNumber(double number) {
  std::array<char, 40> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  Check(error == std::errc(), "a number does not fit its text");
  return std::string(buffer.data(), end);
}

std::int64_t UnpackInteger(std::string_view text) { return Unpack<std::int64_t>(text); }
double UnpackDouble(std::string_view text) { return Unpack<double>(text); }

std::string Pack(const std::optional<Date>& date) {
  return date.has_value() ? FormatDate(*date) : std::string();
}

std::optional<Date> UnpackDate(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return UnpackRequiredDate(text);
}

Date UnpackRequiredDate(std::string_view text) {
  const auto date = ParseDate(text);
  Check(date.ok(), "a stored date does not parse");
  return *date;
}

std::string Pack(const CivilTime& civil) {
  return FormatDate(civil.date) + ' ' + FormatClock(civil.clock) + ' ' + civil.zone;
}

std::string Pack(const std::optional<CivilTime>& civil) {
  return civil.has_value() ? Pack(*civil) : std::string();
}

std::optional<CivilTime> UnpackCivilTime(std::string_view text) {
  const std::size_t first = text.find(' ');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = text.find(' ', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto date = ParseDate(text.substr(0, first));
  const auto clock = ParseClock(text.substr(first + 1, second - first - 1));
  Check(date.ok() && clock.ok(), "a stored civil time does not parse");
  return CivilTime{.date = *date, .clock = *clock, .zone = std::string(text.substr(second + 1))};
}

std::string Pack(const std::vector<std::string>& texts) {
  return PackAll(texts, [](const std::string& text) { return Line{text}; });
}

std::vector<std::string> UnpackTexts(std::string_view text) {
  return UnpackAll<std::string>(text, [](Fields& fields) { return fields.Text(); });
}

std::string Pack(const std::vector<int>& numbers) {
  return PackAll(numbers, [](int number) { return Line{PackNumber(std::int64_t{number})}; });
}

std::vector<int> UnpackNumbers(std::string_view text) {
  return UnpackAll<int>(text, [](Fields& fields) { return fields.Int(); });
}

std::string Pack(const Facts& facts) {
  return PackAll(facts, [](const Fact& fact) { return Line{fact.name, fact.value}; });
}

Facts UnpackFacts(std::string_view text) {
  return UnpackAll<Fact>(text, [](Fields& fields) {
    std::string name = fields.Text();
    return Fact{.name = std::move(name), .value = fields.Text()};
  });
}

}  // namespace jointly::db
