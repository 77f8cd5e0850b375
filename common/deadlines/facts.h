#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/time/civil.h"

// What rules are computed from: the facts of one subject (a thesis), and the vocabulary that says
// which facts a subject of its kind can have. Pure values, without any I/O.
namespace jointly::deadlines {

// A text that people read, in the three languages of the product.
struct Text {
  std::string en;
  std::string fr;
  std::string ja;
  friend bool operator==(const Text&, const Text&) = default;
};
// "en", "fr" or "ja"; any other language, and an empty text, falls back to English.
const std::string& In(const Text& text, std::string_view language);

// A symbol ("joint_diploma") and a plain text are both a std::string.
using Value = std::variant<bool, std::int64_t, Date, CivilTime, std::string>;
using Fields = std::map<std::string, Value, std::less<>>;

// Days on which something holds, both ends included. `basis` is its ground ("cesure"), if any.
struct Interval {
  Date first{};
  Date last{};
  std::string basis;
};

// One of a repeated thing, for example an academic year of one side: id "2026", fields "year.start"
// and the others by their full names.
struct Occasion {
  std::string id;
  Fields fields;
};

// One partner of the subject. A rule whose scope names this side sees `fields` as own.<name> and
// the other side's as other.<name>; the keys here are the bare names ("enrolled").
struct Side {
  std::string region;     // "FR".
  std::string zone;       // "Europe/Paris".
  std::string school;     // "edcsv"; empty when it has none.
  std::string programme;  // "health-sport".
  Fields fields;
  std::map<std::string, std::vector<Occasion>, std::less<>> occasions;  // "year" -> its years.
};

// A field that is absent is unknown: every comparison with it is false, `known(...)` says so.
struct Facts {
  Fields fields;                                   // Shared fields, by their full names.
  std::map<std::string, Side, std::less<>> sides;  // By institution: "institutions/uga".
  std::map<std::string, std::vector<Interval>, std::less<>> intervals;  // "agreement".
  std::map<std::string, std::string, std::less<>> zones;  // "institution_in_charge" -> IANA name.
  std::string agreement;                                  // For scopes; empty when there is none.
  Date today{};
};

enum class Type {
  kBool = 1,
  kInteger = 2,
  kDate = 3,
  kTime = 4,    // A CivilTime; comparisons look at its date where it is.
  kSymbol = 5,  // One of a closed list of words.
  kText = 6,    // Compared with = and != only.
};
std::string_view Name(Type type);  // "date".

struct Field {
  std::string name;
  Type type = Type::kText;
  std::vector<std::string> symbols;  // Of a kSymbol, and of nothing else.
  Text label;                        // How a rationale calls it; empty: by its name.
};

// The fields that a subject of one kind can have. A rule that names another one is refused when it
// is loaded, facts that carry another one when they are used. `today` is a date field of every
// vocabulary without being listed.
struct Vocabulary {
  std::vector<Field> shared;                                         // "defence.date".
  std::vector<Field> side;                                           // "enrolled": own., other.
  std::map<std::string, std::vector<Field>, std::less<>> occasions;  // "year" -> "year.start", ...
  std::vector<std::string> intervals;                                // "agreement", "suspension".
  std::vector<std::string> zones;                                    // "institution_in_charge".
};

// The candidate that differs from `name` least; empty when nothing is near enough to be meant.
std::string Nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace jointly::deadlines
