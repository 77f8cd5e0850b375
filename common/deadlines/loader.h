#pragma once

#include <deque>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/compiled.h"
#include "common/deadlines/json_object.h"

// Private to common/deadlines: from documents to CompiledRules, with every fault of them. Tables
// and closures of all documents are read first, then selections, then rules, then what hangs
// together.
namespace jointly::deadlines {

struct LoadedSet {
  std::shared_ptr<const nlohmann::ordered_json> json;
  std::string id;  // "france", or "documents[2]" when it has none.
  std::string source;
  Scope scope;
  std::optional<Date> effective_first;
  std::optional<Date> effective_last;
  std::vector<NamedSelection> selections;
};

class Loader {
 public:
  Loader(const Vocabulary& vocabulary, std::vector<Fault>& faults);
  std::shared_ptr<const CompiledRules> Run(std::span<const std::string_view> documents);

 private:
  JsonObject ObjectOf(const LoadedSet& set);

  // loader_sets.cc
  void ReadDocument(std::string_view text, std::size_t index);
  void ReadClosures(const JsonObject& object);
  void ReadTables(const JsonObject& object);
  SessionTable ReadTable(const JsonObject& object);
  void ReadSelections(LoadedSet& set);
  // -1 with a fault.
  std::int32_t ReadSelection(const JsonObject& object, bool sides);
  std::int32_t FindTable(const JsonObject& object);

  // loader_rules.cc
  void NumberGroups();
  void ReadRules(const LoadedSet& set);
  void ReadRule(const LoadedSet& set, const JsonObject& object);
  void ReadEffective(const JsonObject& object, std::optional<Date>& first,
                     std::optional<Date>& last);
  void ReadIdentity(const LoadedSet& set, const JsonObject& object, CompiledRule& rule);
  void ReadWeight(const JsonObject& object, CompiledRule& rule);
  void ReadPredicates(const JsonObject& object, const Names& names, CompiledRule& rule);
  void ReadConstraint(const JsonObject& object, const Names& names, CompiledRule& rule);
  Names NamesOf(const LoadedSet& set, const JsonObject& object, CompiledRule& rule);

  // loader_dates.cc
  void ReadAnchor(const JsonObject& object, const Names& names, CompiledRule& rule);
  void BindField(const JsonObject& object, std::string_view key, const Names& names,
                 CompiledRule& rule);
  void ReadSessionAnchor(const JsonObject& anchor, const Names& names, CompiledRule& rule);
  void ReadArithmetic(const JsonObject& object, CompiledRule& rule);
  void ReadZone(const JsonObject& object, CompiledRule& rule);
  void ReadRoll(const JsonObject& object, CompiledRule& rule);
  std::int32_t RollingOf(Rolling rolling);

  // link.cc
  void Link();
  void OrderGroup(RuleGroup& group);
  void CheckOverlaps(const RuleGroup& group);
  void CheckAnchors(const CompiledRule& rule);
  void CheckCycles();
  void FindCycles(std::int32_t group, std::vector<char>& colours, std::vector<std::int32_t>& path);

  void Add(Reason reason, std::string path, std::string text);

  std::vector<Fault>& faults_;
  std::shared_ptr<CompiledRules> compiled_;
  std::vector<LoadedSet> sets_;
  std::map<std::string, std::int32_t, std::less<>> groups_;
  std::vector<std::string> paths_;  // By rule.
};

Scope ReadScope(const JsonObject& object, const Scope& outer);

}  // namespace jointly::deadlines
