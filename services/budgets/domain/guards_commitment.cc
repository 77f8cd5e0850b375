#include <algorithm>

#include "services/budgets/domain/guards.h"
#include "services/budgets/domain/liquidation.h"
#include "services/budgets/domain/text.h"

// The guards of commitments.
namespace jointly::budgets {

Date BoundOn(const CommitmentFacts& facts) {
  const Date bound = facts.commitment.effective_date;
  return std::max(bound, facts.revalued_on.value_or(bound));
}

std::int64_t OwedOn(const CommitmentFacts& facts) {
  const Commitment& commitment = facts.commitment;
  const std::int64_t unpaid = commitment.liquidated - commitment.credited - commitment.paid;
  return std::min(unpaid, facts.owed.value_or(unpaid));
}

namespace check {
namespace {

using workflow::Verdict;

Date EffectiveDate(const CommitmentFacts& facts) {
  return facts.input.effective_date.value_or(BoundOn(facts));
}

std::string Amount(const CommitmentFacts& facts, std::int64_t minor) {
  return Text(minor, facts.budget.currency);
}

Verdict Available(const CommitmentFacts& facts, std::int64_t wanted) {
  const bool covered = wanted <= facts.available;
  return {covered,
          Text(facts.commitment.line) + " has " + Amount(facts, facts.available) + " available, " +
              Amount(facts, wanted) + " is asked for",
          covered ? "" : "Ask for less, or transfer money to the line first."};
}

}  // namespace

Verdict BudgetActive(const CommitmentFacts& facts) {
  const bool active = TakesDocuments(facts.budget.state);
  return {active, "the budget is " + std::string(Name(facts.budget.state)),
          active ? "" : "Only an active budget takes commitments."};
}

Verdict PeriodOpen(const CommitmentFacts& facts) {
  const bool open = TakesEntries(facts.period.state, facts.role);
  return {open, facts.period.id + " is " + std::string(Name(facts.period.state)),
          open ? "" : "Use a line of an open period, or ask the accountant."};
}

Verdict DateInside(const CommitmentFacts& facts) {
  const Date on = EffectiveDate(facts);
  const Date bound = BoundOn(facts);
  const bool inside = facts.period.start_date <= on && on <= facts.period.end_date;
  const std::string evidence = FormatDate(on) + "; " + facts.period.id + " is " +
                               FormatDate(facts.period.start_date) + " to " +
                               FormatDate(facts.period.end_date);
  if (!inside) {
    return {false, evidence,
            "Choose a date inside the period, or a line of the period of that date."};
  }
  // Else an exercice in which nothing, or less, was bound would pay or give back (B15).
  if (on < bound) {
    return {false,
            evidence + (facts.revalued_on == bound ? ", it was reserved anew on " : ", it is of ") +
                FormatDate(bound),
            "Choose that date or a later one."};
  }
  return {true, evidence, ""};
}

Verdict SupplierKnown(const CommitmentFacts& facts) {
  const bool known = !facts.commitment.supplier_reference.empty();
  return {known, known ? facts.commitment.supplier_reference : "no order or contract is named",
          known ? "" : "Enter the supplier's reference."};
}

Verdict CategoryEligible(const CommitmentFacts& facts) {
  const FunderTerms& terms = facts.budget.terms;
  const Category* category = FindCategory(facts.budget, facts.commitment.line.category);
  if (category == nullptr) {
    return {false, facts.commitment.line.category + " is no category of the budget",
            "Use one of the budget's categories."};
  }
  const CategoryRule* rule =
      FindCategoryRule(terms.rule_set, terms.rule_variant, EffectiveDate(facts));
  if (rule == nullptr) {
    return {false, "no rule of " + terms.rule_set + " holds on " + FormatDate(EffectiveDate(facts)),
            "Correct the funder's terms."};
  }
  const bool eligible = Eligible(*rule, *category);
  return {eligible,
          category->id + (eligible ? " is eligible" : " is not eligible") + " under " +
              std::string(rule->id) + "/" + std::to_string(rule->version),
          eligible ? "" : "Use a category that the funder pays."};
}

Verdict AnotherApproves(const CommitmentFacts& facts) {
  return AnotherPerson(facts.actor, {{"requested", facts.commitment.requester}});
}

Verdict StandIn(const CommitmentFacts& facts) { return MayStandIn(facts.actor); }

Verdict LineCovers(const CommitmentFacts& facts) { return Available(facts, facts.input.control); }

Verdict RemainderCovers(const CommitmentFacts& facts) {
  const money::Currency& currency = facts.commitment.amount.currency;
  const std::int64_t largest = LargestDocument(facts.commitment, facts.budget.terms);
  const bool covered = facts.input.original <= largest;
  return {covered,
          Text(facts.commitment.original_remaining, currency) + " remains, " +
              Text(facts.input.original, currency) + " is asked for, tolerance " +
              std::to_string(facts.budget.terms.liquidation_tolerance_percent) + " %",
          covered ? "" : "Make another commitment for what exceeds it."};
}

Verdict ExcessCovered(const CommitmentFacts& facts) {
  const auto plan = PlanUse(facts.commitment,
                            {.original = facts.input.original,
                             .control = facts.input.control,
                             .final = facts.input.final},
                            facts.budget.currency);
  if (!plan.ok()) return {false, "the amount is out of range", "Correct the amount."};
  if (plan->excess == 0) return {true, "the reservation covers it", ""};
  return Available(facts, plan->excess);
}

Verdict RevaluationCovered(const CommitmentFacts& facts) {
  const std::int64_t more = facts.input.control - facts.commitment.remaining;
  if (more <= 0) return {true, "the new rate needs no more", ""};
  return Available(facts, more);
}

Verdict ExpiryReached(const CommitmentFacts& facts) {
  const auto& expires = facts.commitment.expire_date;
  const bool over = expires.has_value() && facts.today > *expires;
  return {over,
          (expires.has_value() ? "holds until " + FormatDate(*expires) : "has no last day") +
              ", today " + FormatDate(facts.today),
          over ? "" : "Wait until its last day is over."};
}

Verdict AnotherPays(const CommitmentFacts& facts) {
  if (facts.input.through_claim) return {true, "the claim has judged who pays it", ""};
  return AnotherPerson(facts.actor, {{"requested", facts.commitment.requester},
                                     {"approved", facts.commitment.approver}});
}

Verdict StillOwed(const CommitmentFacts& facts) {
  const std::int64_t owed = OwedOn(facts);
  const bool covered = owed > 0 && facts.input.settled <= owed;
  std::string evidence =
      "of what was recognised on the commitment " + Amount(facts, owed) + " remains to be paid";
  if (facts.owed.has_value()) evidence += " on this day";
  return {covered, evidence,
          covered ? "" : "Pay less, or on a later day, or enter what it cost first."};
}

Verdict SomethingPaid(const CommitmentFacts& facts) {
  const bool paid = facts.commitment.paid > 0;
  return {paid, Amount(facts, facts.commitment.paid) + " is paid",
          paid ? "" : "There is no payment to take back."};
}

Verdict NotBeforeOriginal(const CommitmentFacts& facts) {
  if (!facts.input.taken_back.has_value()) return {true, "not before what it takes back", ""};
  const Date first = facts.input.taken_back->effective_on;
  const bool after = EffectiveDate(facts) >= first;
  return {after,
          FormatDate(EffectiveDate(facts)) + "; what is taken back is of " + FormatDate(first),
          after ? "" : "Choose that date or a later one."};
}

Verdict OnItsLine(const CommitmentFacts& facts) {
  const auto& document = facts.input.taken_back;
  if (!document.has_value()) return {true, Text(facts.commitment.line), ""};
  const bool same = document->line == facts.commitment.line;
  return {
      same,
      "the document is on " + Text(document->line) + ", the commitment on " +
          Text(facts.commitment.line),
      same ? "" : "It was carried since: close the document's period, then enter a credit note."};
}

Verdict ReservedAgain(const CommitmentFacts& facts) {
  const auto& document = facts.input.taken_back;
  return Available(facts, document.has_value() ? document->use.released : 0);
}

Verdict NotPaid(const CommitmentFacts& facts) {
  const auto& document = facts.input.taken_back;
  const std::int64_t owed = OwedOn(facts);
  const bool free = document.has_value() ? document->use.spent <= owed : owed > 0;
  std::string evidence = "of what was recognised on the commitment " + Amount(facts, owed) +
                         " is not paid on this day or later";
  if (free) return {true, evidence, ""};
  const bool named = document.has_value() && !document->payments.empty();
  return {false, evidence,
          named ? "Take back first, the last one first: " + Join(document->payments, ", ") + "."
                : "Take its payments back first."};
}

}  // namespace check
}  // namespace jointly::budgets
