#include "services/budgets/domain/rules.h"

#include <algorithm>
#include <array>
#include <map>

#include "common/error/check.h"
#include "common/money/wide.h"
#include "services/budgets/domain/text.h"

namespace jointly::budgets {
namespace {

constexpr std::string_view kHandbook = "JSPS KAKENHI handbook 2023 p.20, 2024 p.15-16";

constexpr std::string_view kStrictReading =
    "kenkyo.office.uec.ac.jp/news/kaken/gaiyou/ryuuyou.html: less than 50 %";

constexpr auto kCategoryRules = std::to_array<CategoryRule>({
    {.id = "free",
     .set = "free",
     .effective_from = "2000-01-01",
     .source = "the funder asks for nothing"},
    // The handbook says "within 50 %"; pages of universities say "less than 50 %". The handbook
    // wins; who reads it strictly has the variant "fund_strict" or "subsidy_strict".
    {.id = "kakenhi-fund",
     .set = "kakenhi",
     .variant = "fund",
     .effective_from = "2011-04-01",
     .source = kHandbook,
     .base = RuleBase::kWholeBudget,
     .percent = 50,
     .floor = 3'000'000,
     .floor_currency = "JPY",
     .eligible = "goods,travel,personnel,other,indirect"},
    {.id = "kakenhi-subsidy",
     .set = "kakenhi",
     .variant = "subsidy",
     .effective_from = "2011-04-01",
     .source = kHandbook,
     .base = RuleBase::kPeriod,
     .percent = 50,
     .floor = 3'000'000,
     .floor_currency = "JPY",
     .eligible = "goods,travel,personnel,other,indirect"},
    {.id = "kakenhi-fund-strict",
     .set = "kakenhi",
     .variant = "fund_strict",
     .effective_from = "2011-04-01",
     .source = kStrictReading,
     .base = RuleBase::kWholeBudget,
     .percent = 50,
     .floor = 3'000'000,
     .floor_currency = "JPY",
     .inclusive = false,
     .eligible = "goods,travel,personnel,other,indirect"},
    {.id = "kakenhi-subsidy-strict",
     .set = "kakenhi",
     .variant = "subsidy_strict",
     .effective_from = "2011-04-01",
     .source = kStrictReading,
     .base = RuleBase::kPeriod,
     .percent = 50,
     .floor = 3'000'000,
     .floor_currency = "JPY",
     .inclusive = false,
     .eligible = "goods,travel,personnel,other,indirect"},
    {.id = "other-agency-jp",
     .set = "other_agency_jp",
     .effective_from = "2011-04-01",
     .source = "NIBIOHN contract clauses: 50 %, at least JPY 5,000,000 a fiscal year",
     .base = RuleBase::kPeriod,
     .percent = 50,
     .floor = 5'000'000,
     .floor_currency = "JPY"},
    {.id = "french-30",
     .set = "french_30",
     .effective_from = "2002-09-23",
     .source = "arrete du 23 septembre 2002: running and equipment, 30 % of the initial grant",
     .base = RuleBase::kWholeBudget,
     .count = RuleCount::kEnvelope,
     .percent = 30},
    {.id = "horizon-europe",
     .set = "horizon_europe",
     .effective_from = "2021-01-01",
     .source = "Horizon Europe model grant agreement: categories and partners without amendment",
     .base = RuleBase::kWholeBudget,
     .eligible = "A,B,C,D,E,indirect"},
});

constexpr auto kCarryOverRules = std::to_array<CarryOverRule>({
    {.id = "kakenhi-fund",
     .effective_from = "2011-04-01",
     .source = "JSPS: fund type, no procedure between years",
     .mode = "automatic"},
    {.id = "kakenhi-subsidy",
     .effective_from = "2011-04-01",
     .source = "MEXT 1330856: carry-over for a reason that could not be foreseen",
     .mode = "on_reason"},
    {.id = "kakenhi-adjustment",
     .effective_from = "2013-04-01",
     .source = "MEXT 1337106: 90 % of what was returned, from JPY 100,000, not in the final year",
     .mode = "on_reason",
     .maximum_percent = 90,
     .minimum = 100'000,
     .minimum_currency = "JPY"},
    {.id = "french-earmarked",
     .effective_from = "2013-01-01",
     .source = "GBCP: earmarked and multi-year resources are opened again",
     .mode = "automatic"},
    {.id = "french-ordinary",
     .effective_from = "2013-01-01",
     .source = "guide-recherche.univ-amu.fr: an ordinary dotation is not carried",
     .mode = "none"},
});

bool Holds(std::string_view from, std::string_view until, Date on) {
  const std::string day = FormatDate(on);  // ISO dates compare as texts.
  return from <= day && (until.empty() || day <= until);
}

bool Among(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (list.substr(0, comma) == name) return true;
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return false;
}

std::string_view FunderCategory(const Category& category) {
  return category.funder_category.empty() ? category.id : category.funder_category;
}

// Horizon Europe calls its indirect costs E.
bool IsIndirect(const CategoryRule& rule, const Category& category) {
  const std::string_view name = FunderCategory(category);
  return name == kIndirect || (rule.set == "horizon_europe" && name == "E");
}

std::string_view GroupOf(const CategoryRule& rule, const Category& category) {
  return rule.count == RuleCount::kEnvelope ? std::string_view(category.envelope)
                                            : FunderCategory(category);
}

// Rounded down, because half a cent more is not free; without a product that could overflow.
std::int64_t PercentOf(std::int64_t amount, int percent) {
  return amount / 100 * percent + amount % 100 * percent / 100;
}

// What a rule counts: the direct cost of its base, and how far each group moved from its start.
struct Count {
  std::int64_t direct = 0;
  std::map<std::string, money::Wide, std::less<>> moved;
};

Count CountOf(const CategoryRule& rule, const Budget& budget, const std::vector<LineHistory>& lines,
              const std::string& period) {
  Count count;
  for (const LineHistory& line : lines) {
    if (line.key.kind != Kind::kCash) continue;
    if (rule.base == RuleBase::kPeriod && line.key.period != period) continue;
    const Category* category = FindCategory(budget, line.key.category);
    if (category == nullptr || IsIndirect(rule, *category)) continue;
    count.direct += line.initial;
    count.moved[std::string(GroupOf(rule, *category))] += line.transferred;
  }
  return count;
}

std::string RuleName(const CategoryRule& rule) {
  return std::string(rule.id) + "/" + std::to_string(rule.version);
}

// The amount without its currency, for "6000.00 of 41000.00 EUR".
std::string Digits(std::int64_t minor, const money::Currency& currency) {
  const std::string text = Text(minor, currency);
  return text.substr(0, text.find(' '));
}

void Limit(const CategoryRule& rule, const Budget& budget, const Count& count,
           Judgement& judgement) {
  judgement.limit = PercentOf(count.direct, rule.percent);
  std::string how = std::to_string(rule.percent) + " % of " + Digits(count.direct, budget.currency);
  // Where the floor counts it is free itself, also by who reads the percentage strictly.
  const bool floor = rule.floor > 0 && rule.floor >= judgement.limit &&
                     rule.floor_currency == budget.currency.code;
  if (floor) {
    judgement.limit = rule.floor;
    how += ", at least " + Digits(rule.floor, budget.currency);
  }
  judgement.free = rule.inclusive || floor ? judgement.cumulated <= judgement.limit
                                           : judgement.cumulated < judgement.limit;
  judgement.rationale = "cumulated " + Digits(judgement.cumulated, budget.currency) + " of " +
                        Text(judgement.limit, budget.currency) + " free (" + how + ")" +
                        (judgement.free ? "" : ": the funder must approve");
}

}  // namespace

std::span<const CategoryRule> CategoryRules() { return kCategoryRules; }
std::span<const CarryOverRule> CarryOverRules() { return kCarryOverRules; }

const CategoryRule* FindCategoryRule(std::string_view set, std::string_view variant, Date on) {
  for (const CategoryRule& rule : kCategoryRules) {
    if (rule.set != set || (!rule.variant.empty() && rule.variant != variant)) continue;
    if (Holds(rule.effective_from, rule.effective_until, on)) return &rule;
  }
  return nullptr;
}

bool KnownRuleSet(std::string_view set, std::string_view variant) {
  return std::any_of(kCategoryRules.begin(), kCategoryRules.end(), [&](const CategoryRule& rule) {
    return rule.set == set && rule.variant == variant;
  });
}

const CarryOverRule* FindCarryOverRule(std::string_view id, Date on) {
  for (const CarryOverRule& rule : kCarryOverRules) {
    if (rule.id == id && Holds(rule.effective_from, rule.effective_until, on)) return &rule;
  }
  return nullptr;
}

std::string Text(const CarryOverTerms& terms) {
  return terms.rule.empty() ? terms.mode : terms.rule + " (" + terms.mode + ")";
}

bool KnownCarryOver(std::string_view name) {
  return Among("automatic,on_reason,none", name) ||
         std::any_of(kCarryOverRules.begin(), kCarryOverRules.end(),
                     [&](const CarryOverRule& rule) { return rule.id == name; });
}

std::string CarryOverRuleIds() {
  std::vector<std::string> ids;
  for (const CarryOverRule& rule : kCarryOverRules) ids.emplace_back(rule.id);
  return Join(ids, ", ");
}

CarryOverTerms CarryOverTermsOf(const FunderTerms& terms, const money::Currency& currency,
                                Date period_end) {
  CarryOverTerms found{.mode = terms.carry_over,
                       .maximum_percent = terms.carry_over_maximum_percent,
                       .minimum = terms.carry_over_minimum};
  if (Among("automatic,on_reason,none", terms.carry_over)) return found;
  const CarryOverRule* rule = FindCarryOverRule(terms.carry_over, period_end);
  if (rule == nullptr) {
    found.rule = terms.carry_over;
    found.mode = "none";
    return found;
  }
  found.rule = std::string(rule->id) + "/" + std::to_string(rule->version);
  found.mode = rule->mode;
  if (found.maximum_percent == 0) found.maximum_percent = rule->maximum_percent;
  if (found.minimum == 0 && rule->minimum_currency == currency.code) found.minimum = rule->minimum;
  return found;
}

bool Eligible(const CategoryRule& rule, const Category& category) {
  return rule.eligible.empty() || Among(rule.eligible, FunderCategory(category));
}

Judgement JudgeTransfer(const CategoryRule& rule, const Budget& budget,
                        const std::vector<LineHistory>& lines, const LineTransfer& transfer) {
  Judgement judgement{.rule = RuleName(rule)};
  if (rule.set == "free") {
    judgement.free = true;
    judgement.rationale = "transfers are free for this funder";
    return judgement;
  }
  const Category* from = FindCategory(budget, transfer.from.category);
  const Category* to = FindCategory(budget, transfer.to.category);
  Check(from != nullptr && to != nullptr, "a transfer between unknown categories is judged");
  if (IsIndirect(rule, *from) != IsIndirect(rule, *to)) {
    judgement.rationale = "between direct and indirect costs: the funder must approve";
    return judgement;
  }
  const std::string source(GroupOf(rule, *from));
  const std::string target(GroupOf(rule, *to));
  if (source == target || rule.percent == 0) {
    judgement.free = true;
    judgement.rationale = source == target ? "within " + source : "categories are free";
    return judgement;
  }
  Count count = CountOf(rule, budget, lines, transfer.from.period);
  count.moved[source] -= transfer.amount;
  count.moved[target] += transfer.amount;
  const auto size = [](money::Wide moved) { return moved < 0 ? -moved : moved; };
  judgement.cumulated =
      money::Clamped(std::max(size(count.moved[source]), size(count.moved[target])));
  Limit(rule, budget, count, judgement);
  return judgement;
}

namespace {

// The leftovers that may go on, by line: all, or what the approved carry-over names.
std::vector<std::int64_t> Wanted(const CarryOverFacts& facts) {
  std::vector<std::int64_t> wanted;
  for (const Leftover& leftover : facts.leftovers) {
    if (facts.approved == nullptr) {
      wanted.push_back(leftover.available);
      continue;
    }
    money::Wide named = 0;
    for (const Reallocation& line : facts.approved->lines) {
      if (line.line == leftover.line) named += line.change;
    }
    wanted.push_back(money::Clamped(std::clamp<money::Wide>(named, 0, leftover.available)));
  }
  return wanted;
}

CarryOverJudgement ReturnAll(const CarryOverFacts& facts, std::string rationale) {
  CarryOverJudgement judgement{.rationale = std::move(rationale)};
  for (const Leftover& leftover : facts.leftovers) {
    if (leftover.available > 0) judgement.returned.push_back({leftover.line, leftover.available});
  }
  return judgement;
}

std::int64_t Sum(const std::vector<std::int64_t>& amounts) {
  std::int64_t total = 0;
  for (const std::int64_t amount : amounts) total += amount;
  return total;
}

// No more than the cap, split over the lines so that no cent is lost.
std::vector<std::int64_t> Capped(const CarryOverFacts& facts, int percent,
                                 std::vector<std::int64_t> wanted) {
  std::int64_t left = 0;
  for (const Leftover& leftover : facts.leftovers) left += leftover.available;
  const std::int64_t total = Sum(wanted);
  if (percent == 0 || total <= PercentOf(left, percent)) return wanted;
  const auto parts =
      money::Split({.minor = PercentOf(left, percent), .currency = facts.currency}, wanted);
  Check(parts.ok(), "a carry-over does not split");
  for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = (*parts)[i].minor;
  return wanted;
}

}  // namespace

std::int64_t OfLines(const CarryOver& carry_over, const std::vector<Reallocation>& rows) {
  money::Wide total = 0;
  for (const Reallocation& row : rows) {
    const bool named = std::any_of(carry_over.lines.begin(), carry_over.lines.end(),
                                   [&](const Reallocation& line) { return line.line == row.line; });
    if (named) total += row.change;
  }
  return money::Clamped(total);
}

CarryOverJudgement JudgeCarryOver(const CarryOverFacts& facts) {
  const CarryOverTerms terms = CarryOverTermsOf(facts.terms, facts.currency, facts.period_end);
  if (!facts.has_next_period) return ReturnAll(facts, "the last period: what is left goes back");
  if (terms.mode == "none") {
    return ReturnAll(facts, "the funder allows no carry-over: " + Text(terms));
  }
  if (terms.mode == "on_reason" && facts.approved == nullptr) {
    return ReturnAll(facts, "no carry-over was approved: " + Text(terms));
  }
  const std::vector<std::int64_t> carried = Capped(facts, terms.maximum_percent, Wanted(facts));
  const std::int64_t total = Sum(carried);
  if (total < terms.minimum) {
    CarryOverJudgement judgement =
        ReturnAll(facts, Text(terms) + ": " + Text(total, facts.currency) +
                             " is less than the least that is carried, " +
                             Text(terms.minimum, facts.currency));
    judgement.commitments = true;
    return judgement;
  }
  CarryOverJudgement judgement{.commitments = true};
  for (std::size_t i = 0; i < carried.size(); ++i) {
    const Leftover& leftover = facts.leftovers[i];
    if (carried[i] > 0) judgement.carried.push_back({leftover.line, carried[i]});
    const std::int64_t rest = leftover.available - carried[i];
    if (rest > 0) judgement.returned.push_back({leftover.line, rest});
  }
  judgement.rationale = Text(terms) + ": " + Text(total, facts.currency) + " carried";
  if (terms.maximum_percent > 0) {
    judgement.rationale += ", at most " + std::to_string(terms.maximum_percent) + " %";
  }
  return judgement;
}

}  // namespace jointly::budgets
