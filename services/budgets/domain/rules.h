#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/budgets/domain/types.h"

// What funders allow, as data: rows with an id, a version, the dates between which they hold and
// where they were read. A judgement names the row, so that a past decision can be explained after
// the rule has changed.
namespace jointly::budgets {

// A category of this funder category is no direct cost: it counts in no base and is not
// transferred without the funder.
inline constexpr std::string_view kIndirect = "indirect";

enum class RuleBase {
  kPeriod,       // The grant of the transfer's own period: KAKENHI's subsidies.
  kWholeBudget,  // The grant of all periods: KAKENHI's funds.
};
enum class RuleCount { kFunderCategory, kEnvelope };

// How much may move between categories without the funder's approval.
struct CategoryRule {
  std::string_view id;            // "kakenhi-fund".
  std::string_view set;           // FunderTerms::rule_set.
  std::string_view variant = {};  // FunderTerms::rule_variant; empty: any.
  int version = 1;
  std::string_view effective_from;        // ISO date.
  std::string_view effective_until = {};  // The last day; empty: still holds.
  std::string_view source;
  RuleBase base = RuleBase::kPeriod;
  RuleCount count = RuleCount::kFunderCategory;
  int percent = 0;                       // Of the base's direct cost; 0: no limit.
  std::int64_t floor = 0;                // At least this much is free: minor units of...
  std::string_view floor_currency = {};  // ...this currency; it counts in budgets of this one.
  bool inclusive = true;                 // Exactly the limit is free ("within", not "less than").
  std::string_view eligible = {};  // Funder categories that may be spent on, by comma; empty: any.
};
std::span<const CategoryRule> CategoryRules();
// The version that holds on a day; null for an unknown set. A set without the variant that is asked
// for, but with one row for any, has that one.
const CategoryRule* FindCategoryRule(std::string_view set, std::string_view variant, Date on);
bool KnownRuleSet(std::string_view set, std::string_view variant);
// Whether the rule lets a category be spent on.
bool Eligible(const CategoryRule& rule, const Category& category);

// A cash line as category rules see it.
struct LineHistory {
  LineKey key;
  std::int64_t initial = 0;      // Allocated by the budget or an amendment; never by a transfer.
  std::int64_t transferred = 0;  // In less out so far.
};

struct Judgement {
  bool free = false;
  std::string rule;            // "kakenhi-fund/1".
  std::int64_t cumulated = 0;  // The larger change of the two categories, after the transfer.
  std::int64_t limit = 0;
  std::string rationale = {};  // "cumulated 6000.00 of 41000.00 EUR free (50 % of 82000.00)".
};

// Judges a transfer on top of what was transferred before (B18). `lines` are all cash lines of the
// budget.
Judgement JudgeTransfer(const CategoryRule& rule, const Budget& budget,
                        const std::vector<LineHistory>& lines, const LineTransfer& transfer);

// --- Carry-over --------------------------------------------------------------------------------

// What the terms of known schemes are; a budget's own terms are copied from here and may differ.
struct CarryOverRule {
  std::string_view id;
  int version = 1;
  std::string_view effective_from;
  std::string_view effective_until = {};
  std::string_view source;
  std::string_view mode;  // "automatic", "on_reason", "none".
  int maximum_percent = 0;
  std::int64_t minimum = 0;
  std::string_view minimum_currency = {};
};
std::span<const CarryOverRule> CarryOverRules();
const CarryOverRule* FindCarryOverRule(std::string_view id, Date on);

// What may go on from a period.
struct CarryOverTerms {
  std::string rule;  // "kakenhi-subsidy/1"; empty: the budget says it itself.
  std::string mode;  // "automatic", "on_reason", "none".
  int maximum_percent = 0;
  std::int64_t minimum = 0;
};
// "kakenhi-subsidy/1 (on_reason)"; the mode alone without a rule.
std::string Text(const CarryOverTerms& terms);
// A mode, or the id of a rule.
bool KnownCarryOver(std::string_view name);
// "kakenhi-fund, kakenhi-subsidy, ...": for a refusal.
std::string CarryOverRuleIds();
// By the rule that holds on the last day of the period; one that does not hold lets nothing go on.
// A maximum or minimum of the budget's own goes before the rule's; a rule's minimum counts in its
// own currency.
CarryOverTerms CarryOverTermsOf(const FunderTerms& terms, const money::Currency& currency,
                                Date period_end);

// What a period leaves on a line.
struct Leftover {
  LineKey line;
  std::int64_t available = 0;
};

struct CarryOverFacts {
  const FunderTerms& terms;
  const money::Currency& currency;
  std::vector<Leftover> leftovers;      // Cash lines of the period that closes.
  const CarryOver* approved = nullptr;  // Its carry-over, when one was approved.
  bool has_next_period = false;
  Date period_end{};
};

struct CarryOverJudgement {
  std::vector<Reallocation> carried = {};  // Into the same category and partner of the next period.
  std::vector<Reallocation> returned = {};  // What goes back to the funder.
  bool commitments = false;                 // Whether open commitments go along.
  std::string rationale = {};
};
// What such rows say of the lines that a carry-over names.
std::int64_t OfLines(const CarryOver& carry_over, const std::vector<Reallocation>& rows);
// Every cent of the leftovers is either carried or returned.
CarryOverJudgement JudgeCarryOver(const CarryOverFacts& facts);

}  // namespace jointly::budgets
