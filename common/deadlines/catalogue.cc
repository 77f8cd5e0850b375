#include <nlohmann/json.hpp>

#include "common/deadlines/frame.h"
#include "common/deadlines/loader.h"
#include "common/deadlines/predicate.h"
#include "common/error/macros.h"

namespace jointly::deadlines {
namespace {

SlotIndex IndexOf(const std::vector<Field>& fields) {
  SlotIndex index;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    index.emplace(fields[i].name, static_cast<std::int32_t>(i));
  }
  return index;
}

}  // namespace

CompiledRules WithSlots(const Vocabulary& vocabulary) {
  CompiledRules compiled;
  compiled.vocabulary = vocabulary;
  compiled.shared = IndexOf(vocabulary.shared);
  compiled.side = IndexOf(vocabulary.side);
  for (const auto& [kind, fields] : vocabulary.occasions) {
    compiled.occasions.emplace_back(kind, IndexOf(fields));
  }
  return compiled;
}

const Closed* CompiledRules::FindClosed(std::string_view name) const {
  for (const Closed& one : closed) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

Loader::Loader(const Vocabulary& vocabulary, std::vector<Fault>& faults)
    : faults_(faults), compiled_(std::make_shared<CompiledRules>(WithSlots(vocabulary))) {
  // The same for every catalogue, and slower to make than to copy.
  static const std::vector<Closed> kEverywhere = [] {
    std::vector<Closed> all = {Weekends()};
    for (const std::string_view region : {"FR", "JP"}) {
      std::optional<Closed> holidays = Holidays(region);
      if (holidays.has_value()) all.push_back(*std::move(holidays));
    }
    return all;
  }();
  compiled_->closed = kEverywhere;
}

JsonObject Loader::ObjectOf(const LoadedSet& set) {
  return JsonObject(*set.json, set.id + ": ", faults_);
}

void Loader::Add(Reason reason, std::string path, std::string text) {
  faults_.push_back({std::string(reason.name), std::move(path), std::move(text)});
}

std::shared_ptr<const CompiledRules> Loader::Run(std::span<const std::string_view> documents) {
  for (std::size_t i = 0; i < documents.size(); ++i) ReadDocument(documents[i], i);
  for (LoadedSet& set : sets_) ReadSelections(set);
  NumberGroups();
  for (const LoadedSet& set : sets_) ReadRules(set);
  Link();
  return compiled_;
}

Catalogue::Catalogue() : compiled_(std::make_shared<CompiledRules>()) {}
Catalogue::Catalogue(std::shared_ptr<const CompiledRules> compiled)
    : compiled_(std::move(compiled)) {}

absl::StatusOr<Catalogue> Catalogue::Load(const Vocabulary& vocabulary,
                                          std::span<const std::string_view> documents) {
  std::vector<Fault> faults;
  std::shared_ptr<const CompiledRules> compiled = Loader(vocabulary, faults).Run(documents);
  if (!faults.empty()) return ToStatus(faults);
  return Catalogue(std::move(compiled));
}

std::vector<Fault> Catalogue::Check(const Vocabulary& vocabulary,
                                    std::span<const std::string_view> documents) {
  std::vector<Fault> faults;
  Loader(vocabulary, faults).Run(documents);
  return faults;
}

std::vector<RuleInfo> Catalogue::Rules() const {
  std::vector<RuleInfo> rules;
  for (const CompiledRule& rule : compiled_->rules) rules.push_back(rule.info);
  return rules;
}

std::vector<SessionTable> Catalogue::Tables() const {
  std::vector<SessionTable> tables;
  for (const CompiledTable& table : compiled_->tables) tables.push_back(table.table);
  return tables;
}

bool Catalogue::InCalendars(Date date) const {
  const Day day = date.ok() ? DayOf(date) : kNoDay;
  return day >= compiled_->known_first && day <= compiled_->known_last;
}

std::vector<Fault> CheckPredicate(std::string_view predicate, const Vocabulary& vocabulary,
                                  const PredicateScope& scope) {
  std::vector<Fault> faults;
  Names names;
  names.vocabulary = &vocabulary;
  names.sides = scope.sides;
  if (vocabulary.occasions.contains(scope.occasion)) names.occasion = scope.occasion;
  ParseExpression(predicate, names, "predicate", faults);
  return faults;
}

absl::StatusOr<bool> Holds(std::string_view predicate, const Vocabulary& vocabulary,
                           const Facts& facts, std::string_view institution) {
  std::vector<Fault> faults;
  Names names;
  names.vocabulary = &vocabulary;
  names.sides = !institution.empty();
  const Expression expression = ParseExpression(predicate, names, "predicate", faults);
  if (!faults.empty()) return ToStatus(faults);
  const CompiledRules compiled = WithSlots(vocabulary);
  ASSIGN_OR_RETURN(const Frame frame, MakeFrame(compiled, facts));
  View view{&frame};
  for (std::size_t i = 0; i < frame.sides.size(); ++i) {
    if (frame.sides[i].institution == institution) view.side = static_cast<std::int32_t>(i);
  }
  return Evaluate(view, expression);
}

}  // namespace jointly::deadlines
