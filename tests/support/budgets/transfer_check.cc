#include "tests/support/budgets/transfer_check.h"

#include <map>
#include <set>

#include "common/error/check.h"
#include "services/budgets/domain/rules.h"
#include "services/budgets/store/budget_store.h"
#include "services/budgets/store/ledger_store.h"
#include "tests/support/budgets/reading.h"

namespace jointly::budgets::invariants {
namespace {

// B18: what was moved between the funder's categories of a period without its letter.
class TransferCheck {
 public:
  TransferCheck(db::Database& database, const Budget& budget)
      : database_(database), budget_(budget) {}

  void Run(Findings& findings) {
    for (const db::Row& row :
         Query(database_, "SELECT id, funder_approval FROM line_transfer WHERE budget = $1",
               {budget_.id})) {
      letters_["transfers/" + row.Text("id")] = row.Text("funder_approval");
    }
    const auto journals = database_.Read(
        [&](db::Tx& tx) { return store::LoadJournals(tx, budget_.id, 0, kJournalsMax); });
    Check(journals.ok(), journals.status().ToString());
    for (const Journal& journal : *journals) Judge(journal, findings);
  }

 private:
  static constexpr int kJournalsMax = 10'000;

  std::string GroupOf(const LineKey& line) const {
    const Category* category = FindCategory(budget_, line.category);
    return category == nullptr ? std::string() : category->funder_category;
  }

  void Judge(const Journal& journal, Findings& findings) {
    const bool transfer = journal.document.starts_with("transfers/");
    const bool grants =
        journal.counts_as == Movement::kAllocate || journal.document.starts_with("amendments/");
    if (!transfer && !grants) return;
    std::string period;
    for (const Posting& posting : journal.postings) {
      const auto account = ParseAccount(posting.account);
      if (!account.has_value() || account->family != Family::kLine) continue;
      const std::string group = GroupOf(*account->line);
      const std::int64_t amount = posting.side == Side::kCredit ? posting.amount : -posting.amount;
      period = account->line->period;
      if (transfer) moved_[{period, group}] += amount;
      if (grants && group != kIndirect) direct_[period] += amount;
    }
    if (!transfer || !letters_[journal.document].empty()) return;
    for (const Posting& posting : journal.postings) {
      const auto account = ParseAccount(posting.account);
      if (!account.has_value() || account->family != Family::kLine) continue;
      const std::int64_t moved = moved_[{period, GroupOf(*account->line)}];
      if (2 * std::abs(moved) <= direct_[period] || posting.amount == 0) continue;
      if (Within(journal)) continue;
      findings.push_back("B18 " + journal.document + " moves " + std::to_string(moved) +
                         " of a direct grant of " + std::to_string(direct_[period]) +
                         " and the funder was not asked");
    }
  }

  // Between lines of one category of the funder everything is free.
  bool Within(const Journal& journal) const {
    std::set<std::string> groups;
    for (const Posting& posting : journal.postings) {
      const auto account = ParseAccount(posting.account);
      if (account.has_value() && account->line.has_value()) groups.insert(GroupOf(*account->line));
    }
    return groups.size() == 1;
  }

  db::Database& database_;
  const Budget& budget_;
  std::map<std::string, std::string> letters_;  // By document.
  std::map<std::pair<std::string, std::string>, std::int64_t> moved_;
  std::map<std::string, std::int64_t> direct_;
};

}  // namespace

void CheckTransfers(db::Database& database, const std::string& id, Findings& findings) {
  const auto budget = database.Read(
      [&](db::Tx& tx) { return store::LoadBudget(tx, id, store::Everything(), store::Lock::kNo); });
  Check(budget.ok(), budget.status().ToString());
  if (budget->terms.rule_set == "kakenhi") TransferCheck(database, *budget).Run(findings);
}

}  // namespace jointly::budgets::invariants
