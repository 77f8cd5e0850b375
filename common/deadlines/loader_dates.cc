#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/deadlines/loader.h"

namespace jointly::deadlines {
namespace {

constexpr std::string_view kAnywhereOnEarth = "Etc/GMT+12";

}  // namespace

void Loader::BindField(const JsonObject& object, std::string_view key, const Names& names,
                       CompiledRule& rule) {
  const std::string name = object.String(key, true);
  if (name.empty()) return;
  Fault fault;
  const std::optional<Operand> found = names.Find(name, fault);
  if (!found.has_value()) {
    names.Explain(name, fault);
    object.Add({fault.reason}, key, fault.text);
    return;
  }
  rule.anchor.name = name;
  if (found->space == Space::kToday) {
    object.Add(kBadValue, key, "a due that hangs on today would move every day; use an event");
  } else if (found->type != Type::kDate && found->type != Type::kTime) {
    object.Add(kPredicateType, key,
               "\"" + name + "\" is " + std::string(found->type == Type::kInteger ? "an " : "a ") +
                   std::string(Name(found->type)) + ", an anchor is a date");
  }
  if (found->space == Space::kSelection) {
    rule.anchor.kind = AnchorKind::kSession;
    rule.anchor.index = found->group;
    rule.anchor.column = found->index;
    return;
  }
  rule.anchor.kind = AnchorKind::kField;
  rule.anchor.field = *found;
  const Field* field = names.FieldOf(*found);
  if (field != nullptr) rule.anchor.label = field->label;
}

void Loader::ReadAnchor(const JsonObject& object, const Names& names, CompiledRule& rule) {
  const std::optional<JsonObject> anchor = object.Object("anchor", true);
  if (!anchor.has_value()) return;
  const std::string kind = anchor->String("kind", true);
  if (kind == "field") {
    anchor->AllowKeys({"kind", "name"});
    BindField(*anchor, "name", names, rule);
  } else if (kind == "session_row") {
    ReadSessionAnchor(*anchor, names, rule);
  } else if (kind == "deadline") {
    anchor->AllowKeys({"kind", "rule"});
    rule.anchor.kind = AnchorKind::kDeadline;
    rule.anchor.name = anchor->String("rule", true);
    rule.anchor.index = -1;
    const auto found = groups_.find(rule.anchor.name);
    if (found != groups_.end()) rule.anchor.index = found->second;
  } else if (kind == "interval_end") {
    anchor->AllowKeys({"kind", "name"});
    rule.anchor.kind = AnchorKind::kInterval;
    rule.anchor.name = anchor->String("name", true);
    const std::vector<std::string>& known = compiled_->vocabulary.intervals;
    const auto found = std::find(known.begin(), known.end(), rule.anchor.name);
    rule.anchor.index = static_cast<std::int32_t>(found - known.begin());
    if (found == known.end() && !rule.anchor.name.empty()) {
      const std::string nearest = Nearest(rule.anchor.name, known);
      anchor->Add(kUnknownInterval, "name",
                  "there are no intervals \"" + rule.anchor.name + "\"" +
                      (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
    }
  } else if (!kind.empty()) {
    anchor->Add(kBadValue, "kind",
                "\"" + kind + "\" is none; use field, session_row, deadline or interval_end");
  }
}

void Loader::ReadSessionAnchor(const JsonObject& anchor, const Names& names, CompiledRule& rule) {
  anchor.AllowKeys({"kind", "selection", "table", "pick", "column"});
  rule.anchor.kind = AnchorKind::kSession;
  if (anchor.Has("selection")) {
    const std::string name = anchor.String("selection");
    const auto found =
        std::find_if(names.selections.begin(), names.selections.end(),
                     [&](const NamedSelection& selection) { return selection.name == name; });
    if (found == names.selections.end()) {
      anchor.Add(kUnknownTable, "selection",
                 "this document makes no selection \"" + name + "\"; add it to \"selections\"");
      return;
    }
    rule.anchor.index = found->index;
  } else {
    rule.anchor.index = ReadSelection(anchor, names.sides);
    if (rule.anchor.index < 0) return;
  }
  const auto& selection = compiled_->selections[static_cast<std::size_t>(rule.anchor.index)];
  const SessionTable& table = compiled_->tables[static_cast<std::size_t>(selection.table)].table;
  const std::string column = anchor.String("column", true);
  rule.anchor.name = table.id;
  const auto found = std::find(table.columns.begin(), table.columns.end(), column);
  rule.anchor.column = static_cast<std::int32_t>(found - table.columns.begin());
  if (found == table.columns.end() && !column.empty()) {
    const std::string nearest = Nearest(column, table.columns);
    anchor.Add(kUnknownColumn, "column",
               "the table \"" + table.id + "\" has no column \"" + column + "\"" +
                   (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
  }
}

void Loader::ReadArithmetic(const JsonObject& object, CompiledRule& rule) {
  rule.offset_text = object.String("offset");
  if (object.Has("offset")) {
    const std::optional<Offset> offset = ParseOffset(rule.offset_text);
    if (!offset.has_value()) {
      object.Add(kBadOffset, "offset",
                 "\"" + rule.offset_text +
                     "\" is no offset; write years, months, weeks and days like -P14D or P1Y6M");
    }
    rule.offset = offset.value_or(Offset());
  }
  const std::pair<std::string_view, std::string_view> only[] = {
      {"clamp", "month_end"}, {"gap", "later"}, {"overlap", "later"}};
  for (const auto& [key, value] : only) {
    if (object.Has(key) && object.String(key) != value) {
      object.Add(kBadValue, key, "only \"" + std::string(value) + "\" is known");
    }
  }
  if (object.Has("time")) {
    const auto clock = ParseClock(object.String("time"));
    if (clock.ok()) {
      rule.clock = *clock;
    } else {
      object.Add(kBadValue, "time", "write a time of day like 12:00 or 23:59:59");
    }
  }
  ReadZone(object, rule);
  ReadRoll(object, rule);
  rule.pause = object.Strings("pause");
}

void Loader::ReadZone(const JsonObject& object, CompiledRule& rule) {
  if (!object.Has("zone")) return;
  if (!object.HasObject("zone")) {
    rule.zone_kind = ZoneKind::kFixed;
    rule.zone = object.String("zone");
    if (rule.zone == "AoE") rule.zone = kAnywhereOnEarth;
    if (!KnownZone(rule.zone)) {
      object.Add(kUnknownZone, "zone",
                 "\"" + rule.zone +
                     "\" is no IANA time zone; write Europe/Paris, AoE or {\"of\": "
                     "a role}");
    }
    return;
  }
  const JsonObject zone = *object.Object("zone");
  zone.AllowKeys({"of"});
  rule.role = zone.String("of", true);
  rule.zone_kind = rule.role == "own" ? ZoneKind::kOfOwn : ZoneKind::kOfRole;
  if (rule.zone_kind == ZoneKind::kOfOwn) {
    if (!rule.info.scope.OfASide()) {
      zone.Add(kScopeTooWide, "of",
               "the rule's scope names no side; give it a region or an "
               "institution, or take the zone of a role");
    }
    return;
  }
  const std::vector<std::string>& roles = compiled_->vocabulary.zones;
  if (std::find(roles.begin(), roles.end(), rule.role) == roles.end()) {
    const std::string nearest = Nearest(rule.role, roles);
    zone.Add(kUnknownZone, "of",
             "nobody with the role \"" + rule.role + "\" has a zone" +
                 (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
  }
}

void Loader::ReadRoll(const JsonObject& object, CompiledRule& rule) {
  const std::optional<JsonObject> roll = object.Object("roll");
  if (!roll.has_value()) return;
  roll->AllowKeys({"when", "to"});
  const std::string to = roll->String("to", true);
  if (!to.empty() && to != "previous_open_day" && to != "next_open_day") {
    roll->Add(kBadValue, "to", "use previous_open_day or next_open_day");
  }
  Rolling rolling;
  rolling.forward = to == "next_open_day";
  rolling.closed = DaySet(kCalendarFirst, kCalendarLast, false);
  std::vector<std::string> known;
  for (const Closed& closed : compiled_->closed) known.push_back(closed.name);
  const std::vector<std::string> names = roll->Strings("when");
  for (const std::string& name : names) {
    const Closed* closed = compiled_->FindClosed(name);
    if (closed == nullptr) {
      const std::string nearest = Nearest(name, known);
      roll->Add(kUnknownClosure, "when",
                "nothing is known of \"" + name + "\"; use weekends, holidays:FR or closure:<id>" +
                    (nearest.empty() ? "" : ", perhaps \"" + nearest + "\""));
      continue;
    }
    rolling.parts.push_back(static_cast<std::int32_t>(closed - compiled_->closed.data()));
    rolling.closed.Unite(closed->days);
    rolling.known_first = std::max(rolling.known_first, closed->known_first);
    rolling.known_last = std::min(rolling.known_last, closed->known_last);
  }
  if (names.empty()) {
    roll->Add(kMissingKey, "when", "a roll says what is closed; list at least one");
  }
  const std::optional<Day> run = rolling.closed.LongRun(366);
  if (run.has_value()) {
    roll->Add(kBadValue, "when",
              "there is no open day in the year before " + FormatDate(DateOf(*run)));
  }
  rule.rolling = RollingOf(std::move(rolling));
}

// Rules that roll alike share one calendar.
std::int32_t Loader::RollingOf(Rolling rolling) {
  compiled_->known_first = std::max(compiled_->known_first, rolling.known_first);
  compiled_->known_last = std::min(compiled_->known_last, rolling.known_last);
  for (std::size_t i = 0; i < compiled_->rollings.size(); ++i) {
    const Rolling& other = compiled_->rollings[i];
    if (other.forward == rolling.forward && other.parts == rolling.parts) {
      return static_cast<std::int32_t>(i);
    }
  }
  compiled_->rollings.push_back(std::move(rolling));
  return static_cast<std::int32_t>(compiled_->rollings.size() - 1);
}

}  // namespace jointly::deadlines
