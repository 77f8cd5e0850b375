#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/deadlines/loader.h"

namespace jointly::deadlines {
namespace {

// Narrower parts weigh more than all wider ones together.
unsigned Narrowness(const Scope& scope) {
  return (scope.agreement.empty() ? 0U : 16U) + (scope.programme.empty() ? 0U : 8U) +
         (scope.school.empty() ? 0U : 4U) + (scope.institution.empty() ? 0U : 2U) +
         (scope.region.empty() ? 0U : 1U);
}

std::optional<Severity> ParseSeverity(std::string_view text) {
  for (const Severity severity :
       {Severity::kStatutory, Severity::kAgreement, Severity::kLocal, Severity::kCourtesy}) {
    if (Name(severity) == text) return severity;
  }
  return std::nullopt;
}

}  // namespace

// Groups are numbered before any rule is read, so that a rule can be anchored on a later one.
void Loader::NumberGroups() {
  for (const LoadedSet& set : sets_) {
    const auto rules = set.json->find("rules");
    if (rules == set.json->end() || !rules->is_array()) continue;
    for (const auto& rule : *rules) {
      if (!rule.is_object()) continue;
      const auto id = rule.find("id");
      if (id == rule.end() || !id->is_string() || groups_.contains(id->get<std::string>()))
        continue;
      groups_.emplace(id->get<std::string>(), static_cast<std::int32_t>(compiled_->groups.size()));
      compiled_->groups.push_back({id->get<std::string>(), {}});
    }
  }
}

void Loader::ReadRules(const LoadedSet& set) {
  for (const JsonObject& object : ObjectOf(set).Objects("rules")) ReadRule(set, object);
}

void Loader::ReadEffective(const JsonObject& object, std::optional<Date>& first,
                           std::optional<Date>& last) {
  const std::optional<JsonObject::Pair> pair = object.OnePair("effective");
  if (!pair.has_value()) return;
  first.reset();
  last.reset();
  const std::pair<const std::optional<std::string>*, std::optional<Date>*> ends[] = {
      {&pair->first, &first}, {&pair->second, &last}};
  for (const auto& [text, end] : ends) {
    if (!text->has_value()) continue;
    const auto date = ParseDate(**text);
    if (date.ok()) {
      *end = *date;
    } else {
      object.Add(kBadValue, "effective", "\"" + **text + "\" is no day; write 2022-12-31 or null");
    }
  }
  if (first.has_value() && last.has_value() && *last < *first) {
    object.Add(kBadValue, "effective", "it ends before it begins");
  }
}

void Loader::ReadRule(const LoadedSet& set, const JsonObject& object) {
  object.AllowKeys({"id",         "version",  "effective", "scope",    "title",  "occasion",
                    "when",       "met",      "waive",     "anchor",   "offset", "clamp",
                    "time",       "gap",      "overlap",   "zone",     "roll",   "pause",
                    "constraint", "severity", "basis",     "audience", "demo"});
  CompiledRule rule;
  ReadIdentity(set, object, rule);
  ReadWeight(object, rule);
  const Names names = NamesOf(set, object, rule);
  ReadPredicates(object, names, rule);
  ReadConstraint(object, names, rule);
  if (rule.info.constraint != ConstraintKind::kHolds) ReadAnchor(object, names, rule);
  ReadArithmetic(object, rule);
  const auto group = groups_.find(rule.info.id);
  if (group == groups_.end()) return;  // Without an id: reported.
  rule.group = group->second;
  compiled_->groups[static_cast<std::size_t>(rule.group)].rules.push_back(
      static_cast<std::int32_t>(compiled_->rules.size()));
  compiled_->rules.push_back(std::move(rule));
  paths_.push_back(object.path());
}

void Loader::ReadIdentity(const LoadedSet& set, const JsonObject& object, CompiledRule& rule) {
  RuleInfo& info = rule.info;
  info.set = set.id;
  info.source = set.source;
  info.id = object.String("id", true);
  if (info.id.find_first_of("/@ ") != std::string::npos) {
    object.Add(kBadValue, "id", "an id has no \"/\", \"@\" or blank; use dots");
  }
  info.version = object.Integer("version", 1);
  if (info.version < 1) object.Add(kBadValue, "version", "versions begin with 1");
  info.scope = ReadScope(object, set.scope);
  rule.narrowness = Narrowness(info.scope);
  info.effective_first = set.effective_first;
  info.effective_last = set.effective_last;
  ReadEffective(object, info.effective_first, info.effective_last);
  if (info.effective_first.has_value()) rule.first = DayOf(*info.effective_first);
  if (info.effective_last.has_value()) rule.last = DayOf(*info.effective_last);
  info.definition = object.Definition();
  info.demo = object.Bool("demo");
  const std::optional<JsonObject> title = object.Object("title", true);
  if (title.has_value()) {
    title->AllowKeys({"en", "fr", "ja"});
    info.title = {title->String("en", true), title->String("fr", true), title->String("ja", true)};
  }
}

void Loader::ReadWeight(const JsonObject& object, CompiledRule& rule) {
  const std::string severity = object.String("severity", true);
  const std::optional<Severity> parsed = ParseSeverity(severity);
  if (!severity.empty() && !parsed.has_value()) {
    object.Add(kBadValue, "severity",
               "\"" + severity + "\" is none; use statutory, agreement, local or courtesy");
  }
  rule.info.severity = parsed.value_or(Severity::kLocal);
  rule.info.basis = object.String("basis");
  if (rule.info.severity == Severity::kStatutory && rule.info.basis.empty()) {
    object.Add(kNoBasis, "basis", "a statutory rule without its law binds nobody; cite it");
  }
  rule.audience = object.Strings("audience");
}

Names Loader::NamesOf(const LoadedSet& set, const JsonObject& object, CompiledRule& rule) {
  Names names;
  names.vocabulary = &compiled_->vocabulary;
  names.sides = rule.info.scope.OfASide();
  names.selections = set.selections;
  const std::string occasion = object.String("occasion");
  if (occasion.empty()) return names;
  const std::string kind = occasion.starts_with("own.") ? occasion.substr(4) : std::string();
  if (!compiled_->vocabulary.occasions.contains(kind)) {
    std::vector<std::string> kinds;
    for (const auto& [known, fields] : compiled_->vocabulary.occasions) {
      kinds.push_back("own." + known);
    }
    const std::string nearest = Nearest(occasion, kinds);
    object.Add(kUnknownOccasion, "occasion",
               "there are no occasions \"" + occasion + "\"" +
                   (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
    return names;
  }
  if (!names.sides) {
    object.Add(kScopeTooWide, "occasion",
               "occasions are those of one side, and the rule's scope names none; give the scope "
               "a region or an institution");
  }
  names.occasion = kind;
  rule.occasion = kind;
  return names;
}

void Loader::ReadPredicates(const JsonObject& object, const Names& names, CompiledRule& rule) {
  const std::pair<std::string_view, Expression*> predicates[] = {
      {"when", &rule.when}, {"met", &rule.met}, {"waive", &rule.waive}};
  for (const auto& [key, expression] : predicates) {
    if (!object.Has(key)) continue;
    *expression = ParseExpression(object.String(key, true), names, object.PathOf(key), faults_);
  }
}

void Loader::ReadConstraint(const JsonObject& object, const Names& names, CompiledRule& rule) {
  if (!object.Has("constraint")) return;
  if (object.HasObject("constraint")) {
    rule.info.constraint = ConstraintKind::kHolds;
    const JsonObject constraint = *object.Object("constraint");
    constraint.AllowKeys({"holds", "on"});
    rule.holds = ParseExpression(constraint.String("holds", true), names,
                                 constraint.PathOf("holds"), faults_);
    BindField(constraint, "on", names, rule);
    for (const std::string_view key : {"anchor", "offset", "roll", "pause"}) {
      if (object.Has(key)) {
        object.Add(kBadValue, key, "a condition has no date of its own; take it out");
      }
    }
    return;
  }
  rule.info.constraint = ConstraintKind::kNotPast;
  if (object.String("constraint") != "not_past") {
    object.Add(kBadValue, "constraint",
               "use \"not_past\" or {\"holds\": predicate, \"on\": a date field}");
  }
}

}  // namespace jointly::deadlines
