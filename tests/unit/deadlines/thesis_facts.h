#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/facts.h"
#include "common/deadlines/plan.h"
#include "common/deadlines/rule_set.h"

// A thesis between Grenoble and Tsukuba for tests of rules: what its facts can be, and one in the
// middle of its way.
namespace jointly::theses {

std::span<const std::string_view> RuleFiles();  // services/theses/rules.

}  // namespace jointly::theses

namespace jointly::deadlines {

Vocabulary ThesisVocabulary();
const Catalogue& Seed();

Date On(std::string_view text);                                               // "2026-11-03"
CivilTime At(std::string_view text, std::string_view zone = "Europe/Paris");  // "2026-11-03 14:00"

// Active, in charge of Grenoble (school edcsv), enrolled on both sides since autumn 2024; agreement
// 2024-10-01 to 2028-09-30; today 2026-03-01; no date of defence.
Facts ActiveThesis();
// The same with its defence planned.
Facts PlannedThesis(std::string_view defence);
Occasion Year(std::string_view id, std::int64_t number, std::string_view start,
              std::string_view end);

// "2026-10-20 23:59:59 Europe/Paris", or "none".
std::string DueOf(const Plan& plan, std::string_view id);
// "armed", "met", "waived" or "none".
std::string StateOf(const Plan& plan, std::string_view id);

// One rule set without a name, made of rules in JSON: for tests of the language.
std::string SetOf(std::string_view rules, std::string_view more = "");
Catalogue LoadOrDie(const Vocabulary& vocabulary, const std::vector<std::string>& documents);
std::vector<Fault> FaultsOf(const std::vector<std::string>& documents);

}  // namespace jointly::deadlines
