#include <algorithm>

#include "services/budgets/domain/guards.h"
#include "services/budgets/domain/text.h"

// The guards of budgets and periods, and of who may act at all.
namespace jointly::budgets {

using workflow::Verdict;

Verdict AnotherPerson(const Actor& actor, const std::vector<EarlierHand>& earlier) {
  std::vector<std::string> faults;
  std::vector<std::string> taken;
  for (const EarlierHand& before : earlier) {
    if (before.hand.empty()) continue;
    for (const std::string& person : {before.hand.person, before.hand.in_place_of}) {
      if (!person.empty()) taken.push_back(person);
    }
    if (SamePerson(actor.hand, before.hand)) {
      faults.push_back(Text(before.hand) + " " + std::string(before.step) + " it");
    }
  }
  if (faults.empty()) return {true, Text(actor.hand) + " took no earlier step", ""};
  std::vector<std::string> others;
  for (const std::string& person : actor.able) {
    if (std::find(taken.begin(), taken.end(), person) == taken.end()) others.push_back(person);
  }
  const std::string evidence = Text(actor.hand) + " acts, and " + Join(faults, ", ");
  if (!others.empty()) return {false, evidence, "It can be taken by " + Join(others, ", ") + "."};
  return {false, evidence,
          "Nobody else may take this step now: grant the role to another person, or let an "
          "approver who took no step delegate it."};
}

Verdict MayStandIn(const Actor& actor) {
  const std::string& absent = actor.hand.in_place_of;
  if (absent.empty()) return {true, "in their own name", ""};
  for (const Delegation& delegation : actor.delegations) {
    if (delegation.delegator == absent && delegation.delegate == actor.hand.person &&
        InForce(delegation, actor.today)) {
      return {true, absent + " delegated until " + FormatDate(delegation.end_date), ""};
    }
  }
  return {false,
          absent + " delegated nothing to " + actor.hand.person + " for " + FormatDate(actor.today),
          "Have " + absent + " make a delegation, or act in your own name."};
}

namespace check {

Verdict SourcesAddUp(const BudgetFacts& facts) {
  const Budget& budget = facts.budget;
  std::int64_t sum = 0;
  for (const Source& source : budget.sources) {
    if (source.kind == Kind::kCash && __builtin_add_overflow(sum, source.promised, &sum)) {
      return {false, "the sources do not add up to an amount", "Correct the sources."};
    }
  }
  const bool same = sum == budget.contract_amount && sum > 0;
  return {same,
          "contract " + Text(budget.contract_amount, budget.currency) + ", cash sources " +
              Text(sum, budget.currency),
          same ? "" : "Correct the contract amount or what the sources promise."};
}

Verdict PeriodsCover(const BudgetFacts& facts) {
  const Budget& budget = facts.budget;
  if (facts.periods.empty()) return {false, "no period", "Give the budget at least one period."};
  std::vector<std::string> faults;
  Date expected = budget.start_date;
  for (const Period& period : facts.periods) {
    if (period.start_date != expected) {
      faults.push_back(period.id + " starts on " + FormatDate(period.start_date) + " instead of " +
                       FormatDate(expected));
    }
    if (period.end_date < period.start_date) faults.push_back(period.id + " ends before it starts");
    expected = AddDays(period.end_date, 1);
  }
  if (facts.periods.back().end_date != budget.end_date) {
    faults.push_back("the last period ends on " + FormatDate(facts.periods.back().end_date) +
                     ", the budget on " + FormatDate(budget.end_date));
  }
  if (!faults.empty()) {
    return {false, Join(faults, "; "), "Let the periods follow each other over the whole budget."};
  }
  return {true, std::to_string(facts.periods.size()) + " periods cover the budget", ""};
}

Verdict PartnersExist(const BudgetFacts& facts) {
  if (facts.budget.partners.empty()) return {false, "no partner", "Name at least one partner."};
  if (facts.unknown_partners.empty()) return {true, Join(facts.budget.partners, ", "), ""};
  return {false, "unknown: " + Join(facts.unknown_partners, ", "),
          "Register the institution first, or correct its name."};
}

Verdict AnotherApproves(const BudgetFacts& facts) {
  return AnotherPerson(facts.actor, {{"submitted", facts.budget.requester}});
}

Verdict StartReached(const BudgetFacts& facts) {
  const Date on = facts.input.effective_date.value_or(facts.actor.today);
  const bool reached = on >= facts.budget.start_date;
  return {reached,
          "starts on " + FormatDate(facts.budget.start_date) + ", activated for " + FormatDate(on),
          reached ? "" : "Activate it on or after its start date."};
}

Verdict AgreementSigned(const BudgetFacts& facts) {
  const std::string& reference = facts.budget.agreement_reference;
  return {!reference.empty(), reference.empty() ? "no agreement is named" : reference,
          reference.empty() ? "Enter the reference of the signed agreement." : ""};
}

Verdict PeriodsClosed(const BudgetFacts& facts) {
  std::vector<std::string> open;
  for (const Period& period : facts.periods) {
    if (period.state != PeriodState::kClosed) {
      open.push_back(period.id + " is " + std::string(Name(period.state)));
    }
  }
  if (open.empty()) return {true, "every period is closed", ""};
  return {false, Join(open, ", "), "Close the periods first."};
}

Verdict NothingLeft(const BudgetFacts& facts) {
  std::vector<std::string> left;
  if (facts.pool != 0) left.push_back("pool " + Text(facts.pool, facts.budget.currency));
  if (facts.lines_available != 0) {
    left.push_back("lines " + Text(facts.lines_available, facts.budget.currency));
  }
  if (facts.open_commitments != 0) {
    left.push_back(std::to_string(facts.open_commitments) + " open commitments");
  }
  if (left.empty()) return {true, "nothing is left", ""};
  return {false, Join(left, ", "), "Return what is left to the funder."};
}

Verdict BudgetRuns(const PeriodFacts& facts) {
  const bool runs = TakesDocuments(facts.budget.state);
  return {runs, "the budget is " + std::string(Name(facts.budget.state)),
          runs ? "" : "Activate the budget first."};
}

Verdict BudgetNotClosed(const PeriodFacts& facts) {
  const BudgetState state = facts.budget.state;
  const bool runs = TakesDocuments(state) || state == BudgetState::kSuspended;
  return {runs, "the budget is " + std::string(Name(state)),
          runs ? "" : "What a closed budget said stays as it is."};
}

Verdict PredecessorClosed(const PeriodFacts& facts) {
  if (!facts.previous.has_value()) return {true, "the first period", ""};
  const Period& before = *facts.previous;
  const std::string evidence = before.id + " is " + std::string(Name(before.state));
  if (before.state == PeriodState::kSoftClosed || before.state == PeriodState::kClosed ||
      before.state == PeriodState::kReopened) {
    return {true, evidence, ""};
  }
  if (!facts.input.reason.empty()) return {true, evidence + "; overlap explained", ""};
  return {false, evidence, "Soft-close it first, or give a reason for the overlap."};
}

Verdict PeriodOver(const PeriodFacts& facts) {
  const Date on = facts.input.effective_date.value_or(facts.period.end_date);
  const bool over = on >= facts.period.end_date;
  return {over, "ends on " + FormatDate(facts.period.end_date) + ", closed on " + FormatDate(on),
          over ? "" : "Close it on its last day or later."};
}

Verdict NoDrafts(const PeriodFacts& facts) {
  const bool none = facts.drafts == 0 && !facts.proposed.has_value();
  std::string evidence = std::to_string(facts.drafts) + " requests, claims or transfers wait";
  if (facts.proposed.has_value()) {
    evidence += "; the carry-over budgets/" + facts.proposed->budget + "/carryOvers/" +
                facts.proposed->id + " is proposed";
  }
  return {none, evidence, none ? "" : "Decide them first."};
}

Verdict AllSettled(const PeriodFacts& facts) {
  if (facts.open_commitments.empty()) return {true, "no reservation is open", ""};
  const CarryOverTerms terms =
      CarryOverTermsOf(facts.budget.terms, facts.budget.currency, facts.period.end_date);
  std::vector<std::string> names;
  for (const Commitment& commitment : facts.open_commitments) {
    names.push_back(commitment.id + " " + Text(commitment.remaining, facts.budget.currency));
  }
  const std::string evidence = "open: " + Join(names, ", ");
  if (!facts.next.has_value()) {
    return {false, evidence + "; it is the last period", "Liquidate or release them."};
  }
  if (terms.mode == "none") {
    return {false, evidence + "; the funder allows no carry-over: " + Text(terms),
            "Liquidate or release them."};
  }
  if (terms.mode == "on_reason" && !facts.carry_over.has_value()) {
    return {false, evidence + "; no carry-over was approved",
            "Have a carry-over approved, or liquidate or release them."};
  }
  return {true, evidence + "; carried to " + facts.next->id, ""};
}

Verdict ReopenRequested(const PeriodFacts& facts) {
  const bool requested = !facts.period.reopen_requester.empty();
  return {requested,
          requested ? Text(facts.period.reopen_requester) + ": " + facts.period.reopen_reason
                    : "nobody asked to open it again",
          requested ? "" : "Request the reopening first, with its reason."};
}

Verdict AnotherReopens(const PeriodFacts& facts) {
  return AnotherPerson(facts.actor, {{"requested", facts.period.reopen_requester}});
}

}  // namespace check
}  // namespace jointly::budgets
