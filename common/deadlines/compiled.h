#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/deadlines/day_set.h"
#include "common/deadlines/days.h"
#include "common/deadlines/expression.h"
#include "common/deadlines/rule_set.h"

// Private to common/deadlines: rule sets after loading. Everything that a name could mean is an
// index by now, so that a plan compares integers only.
namespace jointly::deadlines {

struct CompiledTable {
  SessionTable table;
  std::vector<std::vector<Day>> days;  // By row and column; kNoDay: the table says nothing.
};

struct CompiledSelection {
  std::int32_t table = 0;
  bool last = false;  // "last where", else "first where".
  Expression pick;
};

enum class AnchorKind : std::uint8_t { kField, kSession, kDeadline, kInterval };
struct Anchor {
  AnchorKind kind = AnchorKind::kField;
  Operand field;            // Of kField.
  Text label;               //
  std::int32_t index = 0;   // Selection, rule group or interval.
  std::int32_t column = 0;  // Of kSession.
  std::string name;         // As written: field, table, rule, interval.
};

enum class ZoneKind : std::uint8_t { kOfAnchor, kFixed, kOfRole, kOfOwn };

struct Rolling {
  bool forward = false;
  std::vector<std::int32_t> parts;  // Among the closed things of the catalogue.
  DaySet closed;                    // All of them.
  Day known_first = kCalendarFirst;
  Day known_last = kCalendarLast;
};

struct CompiledRule {
  RuleInfo info;
  std::int32_t group = 0;
  unsigned narrowness = 0;  // Greater wins.
  Day first = kNoDay;       // Effective; kNoDay: always.
  Day last = kNoDay;
  std::string occasion;  // "year".
  Expression when, met, waive, holds;
  Anchor anchor;
  Offset offset;
  std::string offset_text;
  std::optional<std::chrono::seconds> clock;
  ZoneKind zone_kind = ZoneKind::kOfAnchor;
  std::string zone;  // Of kFixed.
  std::string role;  // Of kOfRole.
  std::int32_t rolling = -1;
  std::vector<std::string> pause;
  std::vector<std::string> audience;
};

// The rules that share one id, best first.
struct RuleGroup {
  std::string id;
  std::vector<std::int32_t> rules;
};

using SlotIndex = std::map<std::string, std::int32_t, std::less<>>;

struct CompiledRules {
  Vocabulary vocabulary;
  SlotIndex shared;
  SlotIndex side;
  std::vector<std::pair<std::string, SlotIndex>> occasions;  // In the order of the vocabulary.
  std::vector<CompiledTable> tables;
  std::vector<CompiledSelection> selections;
  std::vector<Closed> closed;
  std::vector<Rolling> rollings;
  std::vector<CompiledRule> rules;
  std::vector<RuleGroup> groups;
  Day known_first = kCalendarFirst;  // Of all calendars that rolls use.
  Day known_last = kCalendarLast;

  const Closed* FindClosed(std::string_view name) const;
};

// Vocabulary and its slots, without any rule.
CompiledRules WithSlots(const Vocabulary& vocabulary);

}  // namespace jointly::deadlines
