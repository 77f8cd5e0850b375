#include <algorithm>

#include "services/budgets/domain/guards.h"
#include "services/budgets/domain/liquidation.h"
#include "services/budgets/domain/text.h"

// The guards of expense claims.
namespace jointly::budgets::check {

using workflow::Verdict;

Verdict HasItems(const ClaimFacts& facts) {
  const auto& items = facts.claim.items;
  const bool positive = std::all_of(items.begin(), items.end(),
                                    [](const ExpenseItem& item) { return item.amount > 0; });
  const bool passed = !items.empty() && positive && TotalOf(facts.claim) > 0;
  return {
      passed,
      std::to_string(items.size()) + " items, " + Text(TotalOf(facts.claim), facts.claim.currency),
      passed ? "" : "Enter what was spent, each item above 0."};
}

Verdict HasReceipts(const ClaimFacts& facts) {
  const auto& attachments = facts.claim.attachments;
  const auto receipts =
      std::count_if(attachments.begin(), attachments.end(), [](const Attachment& attachment) {
        return attachment.kind == "receipt" || attachment.kind == "invoice";
      });
  return {receipts > 0, std::to_string(receipts) + " receipts",
          receipts > 0 ? "" : "Attach the receipts."};
}

Verdict DatesInside(const ClaimFacts& facts) {
  const ExpenseClaim& claim = facts.claim;
  std::vector<std::string> faults;
  if (claim.mission_end_date < claim.mission_start_date) {
    faults.push_back("the mission ends before it starts");
  }
  if (claim.mission_start_date < facts.period.start_date ||
      claim.mission_end_date > facts.period.end_date) {
    faults.push_back("the mission of " + FormatDate(claim.mission_start_date) + " to " +
                     FormatDate(claim.mission_end_date) + " leaves " + facts.period.id + " (" +
                     FormatDate(facts.period.start_date) + " to " +
                     FormatDate(facts.period.end_date) + ")");
  }
  for (const ExpenseItem& item : claim.items) {
    if (item.date < claim.mission_start_date || item.date > claim.mission_end_date) {
      faults.push_back("an item is dated " + FormatDate(item.date) + ", outside the mission");
    }
  }
  if (faults.empty()) return {true, "all dates are inside the mission and the period", ""};
  return {false, Join(faults, "; "), "Correct the dates, or claim it on another commitment."};
}

Verdict CommitmentOpen(const ClaimFacts& facts) {
  const bool open = IsOpen(facts.commitment.state);
  return {open, facts.commitment.id + " is " + std::string(Name(facts.commitment.state)),
          open ? "" : "Have a commitment approved for the mission first."};
}

Verdict BudgetActive(const ClaimFacts& facts) {
  const bool active = TakesDocuments(facts.budget.state);
  return {active, "the budget is " + std::string(Name(facts.budget.state)),
          active ? "" : "Only an active budget pays claims."};
}

Verdict ClaimPeriodOpen(const ClaimFacts& facts) {
  const bool open = TakesEntries(facts.period.state, facts.role);
  return {open, facts.period.id + " is " + std::string(Name(facts.period.state)),
          open ? "" : "Ask the accountant: the period takes no entries of managers."};
}

Verdict ClaimCovered(const ClaimFacts& facts) {
  const std::int64_t total = TotalOf(facts.claim);
  const std::int64_t largest = LargestDocument(facts.commitment, facts.budget.terms);
  const bool same = facts.claim.currency == facts.commitment.amount.currency;
  const bool covered = same && total <= largest;
  const std::string remains =
      facts.sees_budget
          ? Text(facts.commitment.original_remaining, facts.commitment.amount.currency) +
                " remains on the commitment"
          : std::string(covered ? "the commitment covers it" : "less remains on the commitment");
  return {covered, remains + ", " + Text(total, facts.claim.currency) + " is claimed",
          covered ? "" : "Claim less, or have another commitment approved."};
}

Verdict AnotherCertifies(const ClaimFacts& facts) {
  const Hand claimant{.person = facts.claim.claimant, .in_place_of = ""};
  return AnotherPerson(facts.actor, {{"claimed", claimant}});
}

Verdict AnotherApproves(const ClaimFacts& facts) {
  const Hand claimant{.person = facts.claim.claimant, .in_place_of = ""};
  return AnotherPerson(facts.actor, {{"claimed", claimant}, {"certified", facts.claim.certifier}});
}

Verdict AnotherPays(const ClaimFacts& facts) {
  const Hand claimant{.person = facts.claim.claimant, .in_place_of = ""};
  return AnotherPerson(facts.actor, {{"claimed", claimant},
                                     {"certified", facts.claim.certifier},
                                     {"approved", facts.claim.approver},
                                     {"approved again", facts.claim.reapprover}});
}

Verdict StandIn(const ClaimFacts& facts) { return MayStandIn(facts.actor); }

}  // namespace jointly::budgets::check
