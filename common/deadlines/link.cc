#include <algorithm>

#include "common/deadlines/loader.h"

namespace jointly::deadlines {
namespace {

bool Overlap(const CompiledRule& a, const CompiledRule& b) {
  const bool a_before = a.last != kNoDay && b.first != kNoDay && a.last < b.first;
  const bool b_before = b.last != kNoDay && a.first != kNoDay && b.last < a.first;
  return !a_before && !b_before;
}

}  // namespace

void Loader::Link() {
  for (RuleGroup& group : compiled_->groups) {
    CheckOverlaps(group);
    OrderGroup(group);
  }
  for (const CompiledRule& rule : compiled_->rules) CheckAnchors(rule);
  CheckCycles();
}

void Loader::OrderGroup(RuleGroup& group) {
  std::stable_sort(group.rules.begin(), group.rules.end(), [&](std::int32_t a, std::int32_t b) {
    const CompiledRule& first = compiled_->rules[static_cast<std::size_t>(a)];
    const CompiledRule& second = compiled_->rules[static_cast<std::size_t>(b)];
    if (first.narrowness != second.narrowness) return first.narrowness > second.narrowness;
    return first.info.version > second.info.version;
  });
}

void Loader::CheckOverlaps(const RuleGroup& group) {
  for (std::size_t i = 0; i < group.rules.size(); ++i) {
    const auto at = static_cast<std::size_t>(group.rules[i]);
    const CompiledRule& rule = compiled_->rules[at];
    for (std::size_t j = 0; j < i; ++j) {
      const auto earlier = static_cast<std::size_t>(group.rules[j]);
      const CompiledRule& other = compiled_->rules[earlier];
      if (rule.occasion != other.occasion) {
        Add(kBadValue, paths_[at] + ".occasion",
            "rules of one id are repeated alike, and that of " + paths_[earlier] +
                " is not; give it another id");
      }
      if (rule.info.scope == other.info.scope && rule.info.version == other.info.version &&
          Overlap(rule, other)) {
        Add(kRuleOverlap, paths_[at] + ".effective",
            "version " + std::to_string(rule.info.version) + " of this scope is in effect at " +
                "the same time as that of " + paths_[earlier] +
                "; raise the version or end the other one");
      }
    }
  }
}

void Loader::CheckAnchors(const CompiledRule& rule) {
  if (rule.anchor.kind != AnchorKind::kDeadline) return;
  const std::string& path = paths_[static_cast<std::size_t>(&rule - compiled_->rules.data())];
  if (rule.anchor.index < 0) {
    std::vector<std::string> ids;
    for (const RuleGroup& group : compiled_->groups) ids.push_back(group.id);
    const std::string nearest = Nearest(rule.anchor.name, ids);
    if (!rule.anchor.name.empty()) {
      Add(kUnknownRule, path + ".anchor.rule",
          "there is no rule \"" + rule.anchor.name + "\"" +
              (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
    }
    return;
  }
  for (const std::int32_t at :
       compiled_->groups[static_cast<std::size_t>(rule.anchor.index)].rules) {
    const CompiledRule& other = compiled_->rules[static_cast<std::size_t>(at)];
    if (!rule.info.scope.OfASide() && other.info.scope.OfASide()) {
      Add(kScopeTooWide, path + ".anchor.rule",
          "\"" + rule.anchor.name +
              "\" is a rule of one side, this one of none; give its scope a "
              "region or an institution");
      return;
    }
    if (rule.occasion != other.occasion && !other.occasion.empty()) {
      Add(kUnknownOccasion, path + ".anchor.rule",
          "\"" + rule.anchor.name + "\" is due for each " + other.occasion +
              "; repeat this one likewise");
      return;
    }
  }
}

void Loader::CheckCycles() {
  std::vector<char> colours(compiled_->groups.size(), 'w');  // white, grey, black
  std::vector<std::int32_t> path;
  for (std::size_t i = 0; i < colours.size(); ++i) {
    if (colours[i] == 'w') FindCycles(static_cast<std::int32_t>(i), colours, path);
  }
}

// Every edge back to where the search came from closes a cycle.
void Loader::FindCycles(std::int32_t group, std::vector<char>& colours,
                        std::vector<std::int32_t>& path) {
  const auto index = static_cast<std::size_t>(group);
  colours[index] = 'g';
  path.push_back(group);
  for (const std::int32_t at : compiled_->groups[index].rules) {
    const CompiledRule& rule = compiled_->rules[static_cast<std::size_t>(at)];
    if (rule.anchor.kind != AnchorKind::kDeadline || rule.anchor.index < 0) continue;
    const auto next = static_cast<std::size_t>(rule.anchor.index);
    if (colours[next] == 'w') FindCycles(rule.anchor.index, colours, path);
    if (colours[next] != 'g') continue;
    std::string text;
    for (auto it = std::find(path.begin(), path.end(), rule.anchor.index); it != path.end(); ++it) {
      text += compiled_->groups[static_cast<std::size_t>(*it)].id + " -> ";
    }
    Add(kRuleCycle, paths_[static_cast<std::size_t>(at)] + ".anchor.rule",
        text + compiled_->groups[next].id +
            ": each would be due only after the other; anchor one of them on a field");
  }
  path.pop_back();
  colours[index] = 'b';
}

}  // namespace jointly::deadlines
