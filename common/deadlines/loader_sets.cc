#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/deadlines/loader.h"

namespace jointly::deadlines {
namespace {

using nlohmann::ordered_json;

// Only to learn where a text stops being JSON.
class Position : public nlohmann::json_sax<ordered_json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    stopped_at = position;
    return false;
  }
  std::size_t stopped_at = 0;
};

// Brackets within each other, outside of texts; the rest of the loader may then recurse.
std::size_t DepthOf(std::string_view text) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') ++i;
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '[' || c == '{') deepest = std::max(deepest, ++depth);
    if ((c == ']' || c == '}') && depth > 0) --depth;
  }
  return deepest;
}

std::string PlaceOf(std::string_view text) {
  Position position;
  ordered_json::sax_parse(text, &position);
  const std::string_view read = text.substr(0, position.stopped_at);
  return "line " + std::to_string(std::count(read.begin(), read.end(), '\n') + 1);
}

// "07-27"; the 29th of February is a day of some years.
std::optional<std::pair<unsigned, unsigned>> ParseMonthDay(const std::string& text) {
  const auto date = text.size() == 5 ? ParseDate("2024-" + text) : ParseDate("");
  if (!date.ok()) return std::nullopt;
  return std::pair(static_cast<unsigned>(date->month()), static_cast<unsigned>(date->day()));
}

std::optional<std::chrono::weekday> ParseWeekday(std::string_view text) {
  constexpr std::array<std::string_view, 7> kNames = {"Sun", "Mon", "Tue", "Wed",
                                                      "Thu", "Fri", "Sat"};
  const auto found = std::find(kNames.begin(), kNames.end(), text);
  if (found == kNames.end()) return std::nullopt;
  return std::chrono::weekday(static_cast<unsigned>(found - kNames.begin()));
}

// "2026-11-25" or "2026-11-25 Wed".
std::optional<SessionCell> ParseCell(const std::string& text) {
  SessionCell cell;
  const auto date = ParseDate(text.substr(0, 10));
  if (!date.ok()) return std::nullopt;
  cell.date = *date;
  if (text.size() == 10) return cell;
  if (text[10] != ' ') return std::nullopt;
  cell.weekday = ParseWeekday(text.substr(11));
  return cell.weekday.has_value() ? std::optional(cell) : std::nullopt;
}

}  // namespace

Scope ReadScope(const JsonObject& object, const Scope& outer) {
  Scope scope = outer;
  const std::optional<JsonObject> given = object.Object("scope");
  if (!given.has_value()) return scope;
  given->AllowKeys({"region", "institution", "school", "programme", "agreement"});
  const std::pair<std::string_view, std::string*> parts[] = {{"region", &scope.region},
                                                             {"institution", &scope.institution},
                                                             {"school", &scope.school},
                                                             {"programme", &scope.programme},
                                                             {"agreement", &scope.agreement}};
  for (const auto& [key, part] : parts) {
    const std::string text = given->String(key);
    if (text.empty()) continue;
    if (!part->empty() && *part != text) {
      given->Add(kBadValue, key,
                 "the set is of \"" + *part + "\" already; put the rule into a set of its own");
    }
    *part = text;
  }
  if ((!scope.school.empty() || !scope.programme.empty()) && scope.institution.empty()) {
    given->Add(kScopeTooWide, "",
               "a school or programme is one of an institution; name the institution too");
  }
  if (!scope.institution.empty() && !scope.institution.starts_with("institutions/")) {
    given->Add(kBadValue, "institution", "give its resource name, like institutions/uga");
  }
  return scope;
}

void Loader::ReadDocument(std::string_view text, std::size_t index) {
  LoadedSet set;
  set.id = "documents[" + std::to_string(index) + "]";
  if (text.size() > kDocumentBytesMax || DepthOf(text) > kDocumentDepthMax) {
    Add(kBadValue, set.id,
        "it has " + std::to_string(text.size()) + " bytes and brackets " +
            std::to_string(DepthOf(text)) + " deep; at most " + std::to_string(kDocumentBytesMax) +
            " bytes and " + std::to_string(kDocumentDepthMax) + " are allowed, split the rule set");
    return;
  }
  auto json = std::make_shared<ordered_json>(
      ordered_json::parse(text, nullptr, /*allow_exceptions=*/false));
  if (!json->is_object()) {
    Add(kBadJson, set.id,
        json->is_discarded() ? "it is no JSON from " + PlaceOf(text) + " on; mend it there"
                             : "a rule set is an object; put it in { }");
    return;
  }
  set.json = json;
  const std::string id = JsonObject(*json, set.id + ": ", faults_).String("id", true);
  if (!id.empty()) set.id = id;
  for (const LoadedSet& other : sets_) {
    if (other.id == set.id) Add(kDuplicate, set.id, "two rule sets have this id; rename one");
  }
  const JsonObject object(*json, set.id + ": ", faults_);
  object.AllowKeys(
      {"id", "source", "scope", "effective", "closures", "tables", "selections", "rules"});
  set.source = object.String("source", true);
  set.scope = ReadScope(object, {});
  ReadEffective(object, set.effective_first, set.effective_last);
  ReadClosures(object);
  ReadTables(object);
  sets_.push_back(std::move(set));
}

void Loader::ReadClosures(const JsonObject& object) {
  for (const JsonObject& closure : object.Objects("closures")) {
    closure.AllowKeys({"id", "institution", "source", "demo", "yearly", "dated"});
    const std::string name = "closure:" + closure.String("id", true);
    closure.String("institution");
    std::vector<YearlyClosure> yearly;
    for (const auto& [first, last] : closure.Pairs("yearly")) {
      const auto from = ParseMonthDay(first.value_or(""));
      const auto to = ParseMonthDay(last.value_or(""));
      if (!from.has_value() || !to.has_value()) {
        closure.Add(kBadValue, "yearly", "a yearly closure has two days like \"07-27\"");
        continue;
      }
      yearly.push_back({from->first, from->second, to->first, to->second});
    }
    std::vector<std::pair<Day, Day>> dated;
    for (const auto& [first, last] : closure.Pairs("dated")) {
      const auto from = ParseDate(first.value_or(""));
      const auto to = ParseDate(last.value_or(""));
      if (!from.ok() || !to.ok() || *to < *from || DayOf(*to) > kCalendarLast ||
          DayOf(*from) < kCalendarFirst) {
        closure.Add(kBadValue, "dated",
                    "a dated closure has a first and a last day of the years 1990 to 2100, in "
                    "this order");
        continue;
      }
      dated.emplace_back(DayOf(*from), DayOf(*to));
    }
    if (compiled_->FindClosed(name) != nullptr) {
      closure.Add(kDuplicate, "id", "two closures have this id; rename one");
      continue;
    }
    compiled_->closed.push_back(Closure(name, yearly, dated));
  }
}

SessionTable Loader::ReadTable(const JsonObject& object) {
  object.AllowKeys({"id", "source", "institution", "columns", "rows"});
  SessionTable table;
  table.id = object.String("id", true);
  table.source = object.String("source", true);
  table.institution = object.String("institution");
  table.columns = object.Strings("columns");
  for (const JsonObject& row : object.Objects("rows", "label")) {
    row.AllowKeys({"label", "demo", "cells"});
    SessionRow& made = table.rows.emplace_back();
    made.label = row.String("label", true);
    made.demo = row.Bool("demo");
    for (const std::optional<std::string>& text : row.Cells("cells")) {
      const std::optional<SessionCell> cell =
          text.has_value() ? ParseCell(*text) : std::optional(SessionCell());
      if (!cell.has_value()) {
        row.Add(kBadValue, "cells",
                "\"" + *text + "\" is no day; write 2026-11-25 or 2026-11-25 Wed");
      }
      made.cells.push_back(cell.value_or(SessionCell()));
    }
  }
  return table;
}

void Loader::ReadTables(const JsonObject& object) {
  for (const JsonObject& entry : object.Objects("tables")) {
    const std::size_t before = faults_.size();
    CompiledTable made{ReadTable(entry), {}};
    for (const CompiledTable& other : compiled_->tables) {
      if (other.table.id == made.table.id) {
        entry.Add(kDuplicate, "id", "two session tables have this id; rename one");
      }
    }
    if (faults_.size() == before) {
      const std::vector<Fault> found = CheckSessionTable(made.table, entry.path());
      faults_.insert(faults_.end(), found.begin(), found.end());
    }
    for (const SessionRow& row : made.table.rows) {
      std::vector<Day>& days = made.days.emplace_back();
      for (const SessionCell& cell : row.cells) {
        days.push_back(cell.date.has_value() ? DayOf(*cell.date) : kNoDay);
      }
      days.resize(made.table.columns.size(), kNoDay);
    }
    compiled_->tables.push_back(std::move(made));
  }
}

std::int32_t Loader::FindTable(const JsonObject& object) {
  const std::string id = object.String("table", true);
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < compiled_->tables.size(); ++i) {
    ids.push_back(compiled_->tables[i].table.id);
    if (ids.back() == id) return static_cast<std::int32_t>(i);
  }
  if (!id.empty()) {
    const std::string nearest = Nearest(id, ids);
    object.Add(kUnknownTable, "table",
               "there is no session table \"" + id + "\"" +
                   (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
  }
  return -1;
}

std::int32_t Loader::ReadSelection(const JsonObject& object, bool sides) {
  const std::int32_t table = FindTable(object);
  std::string pick = object.String("pick", true);
  if (table < 0 || pick.empty()) return -1;
  CompiledSelection selection;
  selection.table = table;
  selection.last = pick.starts_with("last where ");
  if (!selection.last && !pick.starts_with("first where ")) {
    object.Add(kBadPredicate, "pick",
               "it begins with neither \"first where \" nor \"last where \"; say which row is "
               "meant when several fit");
    return -1;
  }
  Names names;
  names.vocabulary = &compiled_->vocabulary;
  names.columns = &compiled_->tables[static_cast<std::size_t>(table)].table.columns;
  names.sides = sides;
  selection.pick = ParseExpression(std::string_view(pick).substr(pick.find(" where ") + 7), names,
                                   object.PathOf("pick"), faults_);
  compiled_->selections.push_back(std::move(selection));
  return static_cast<std::int32_t>(compiled_->selections.size() - 1);
}

void Loader::ReadSelections(LoadedSet& set) {
  const std::optional<JsonObject> selections = ObjectOf(set).Object("selections");
  if (!selections.has_value()) return;
  for (const auto& [name, object] : selections->Members()) {
    object.AllowKeys({"table", "pick"});
    const std::int32_t index = ReadSelection(object, set.scope.OfASide());
    if (index < 0) continue;
    const auto table =
        static_cast<std::size_t>(compiled_->selections[static_cast<std::size_t>(index)].table);
    set.selections.push_back({name, index, &compiled_->tables[table].table.columns});
  }
}

}  // namespace jointly::deadlines
