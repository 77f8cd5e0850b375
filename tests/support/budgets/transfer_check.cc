#include "tests/support/budgets/transfer_check.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "common/error/check.h"
#include "services/budgets/domain/rules.h"
#include "services/budgets/store/budget_store.h"
#include "tests/support/budgets/reading.h"

namespace jointly::budgets::invariants {
namespace {

// What the handbooks say, for the rule sets under which tests transfer.
struct Limit {
  std::string_view rule_set;
  std::string_view variant;  // Empty: any.
  int percent;
  bool whole_budget;  // Else of the period's own grant.
  bool by_envelope;   // Else by the funder's categories.
  std::int64_t least_yen;
};
constexpr Limit kLimits[] = {
    {"kakenhi", "fund", 50, true, false, 3'000'000},
    {"kakenhi", "subsidy", 50, false, false, 3'000'000},
    {"french_30", "", 30, true, true, 0},
};

const Limit* LimitOf(const FunderTerms& terms) {
  for (const Limit& limit : kLimits) {
    if (limit.rule_set != terms.rule_set) continue;
    if (limit.variant.empty() || limit.variant == terms.rule_variant) return &limit;
  }
  return nullptr;
}

class TransferCheck {
 public:
  TransferCheck(db::Database& database, const Budget& budget, const Limit& limit)
      : budget_(budget), limit_(limit) {
    for (const db::Row& row :
         Query(database, "SELECT id, funder_approval FROM line_transfer WHERE budget = $1",
               {budget.id})) {
      letters_["transfers/" + row.Text("id")] = row.Text("funder_approval");
    }
  }

  void Judge(const Journal& journal, Findings& findings) {
    const bool transfer = journal.document.starts_with("transfers/");
    const bool grants =
        journal.counts_as == Movement::kAllocate || journal.document.starts_with("amendments/");
    if (!transfer && !grants) return;
    std::set<std::string> groups;
    std::string base;
    for (const Posting& posting : journal.postings) {
      const auto account = ParseAccount(posting.account);
      if (!account.has_value() || account->family != Family::kLine) continue;
      const std::int64_t amount = posting.side == Side::kCredit ? posting.amount : -posting.amount;
      const std::string group = GroupOf(*account->line);
      base = limit_.whole_budget ? std::string() : account->line->period;
      groups.insert(group);
      if (transfer) moved_[{base, group}] += amount;
      if (grants && group != kIndirect) direct_[base] += amount;
    }
    // Between lines of one category of the funder everything is free.
    if (!transfer || groups.size() < 2 || !letters_[journal.document].empty()) return;
    const std::int64_t most = MostFree(base);
    for (const std::string& group : groups) {
      const std::int64_t moved = moved_[{base, group}];
      if (group != kIndirect && std::abs(moved) <= most) continue;
      findings.push_back("B18 " + journal.document + " brings " + group + " to " +
                         std::to_string(moved) + " of " + std::to_string(most) +
                         " and the funder was not asked");
    }
  }

 private:
  std::string GroupOf(const LineKey& line) const {
    const Category* category = FindCategory(budget_, line.category);
    if (category == nullptr) return std::string();
    const bool indirect = category->funder_category == kIndirect;
    return limit_.by_envelope && !indirect ? category->envelope : category->funder_category;
  }

  std::int64_t MostFree(const std::string& base) {
    const std::int64_t share = direct_[base] * limit_.percent / 100;
    return budget_.currency.code == "JPY" ? std::max(share, limit_.least_yen) : share;
  }

  const Budget& budget_;
  const Limit& limit_;
  std::map<std::string, std::string> letters_;                         // By document.
  std::map<std::pair<std::string, std::string>, std::int64_t> moved_;  // By base and group.
  std::map<std::string, std::int64_t> direct_;                         // By base.
};

}  // namespace

void CheckTransfers(db::Database& database, const std::string& id,
                    const std::vector<Journal>& journals, Findings& findings) {
  const auto budget = database.Read(
      [&](db::Tx& tx) { return store::LoadBudget(tx, id, store::Everything(), store::Lock::kNo); });
  Check(budget.ok(), budget.status().ToString());
  const Limit* limit = LimitOf(budget->terms);
  if (limit == nullptr) return;
  TransferCheck check(database, *budget, *limit);
  for (const Journal& journal : journals) check.Judge(journal, findings);
}

}  // namespace jointly::budgets::invariants
