#include "common/deadlines/facts.h"

#include <algorithm>
#include <numeric>

#include "common/error/check.h"

namespace jointly::deadlines {
namespace {

// Edits that turn one word into the other (Levenshtein), one row of the table at a time.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

// A name that shares its last part ("own.enrolled" for "enrolled") is meant more often than chance.
std::string_view LastPart(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

}  // namespace

const std::string& In(const Text& text, std::string_view language) {
  if (language == "fr" && !text.fr.empty()) return text.fr;
  if (language == "ja" && !text.ja.empty()) return text.ja;
  return text.en;
}

std::string_view Name(Type type) {
  switch (type) {
    case Type::kBool:
      return "boolean";
    case Type::kInteger:
      return "integer";
    case Type::kDate:
      return "date";
    case Type::kTime:
      return "time";
    case Type::kSymbol:
      return "symbol";
    case Type::kText:
      return "text";
  }
  Die("a type without a name");
}

std::string Nearest(std::string_view name, const std::vector<std::string>& candidates) {
  const std::string* nearest = nullptr;
  std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance =
        LastPart(candidate) == LastPart(name) ? 1 : Distance(name, candidate);
    if (distance < least) {
      least = distance;
      nearest = &candidate;
    }
  }
  return nearest == nullptr ? std::string() : *nearest;
}

}  // namespace jointly::deadlines
