#pragma once

#include <string>

#include "services/budgets/domain/decide.h"

// A sound document to change one thing of: the Grenoble Unit budget, 250,000.00 EUR, 1 April 2020
// to 31 March 2023 in three periods. People: people/manager requested what is requested,
// people/other is another manager, people/accountant and people/payer are accountants,
// people/researcher claims.
namespace jointly::budgets::sample {

Time At(const std::string& rfc3339);
Date Day(const std::string& text);
std::int64_t Cents(const std::string& euros);  // "5171.73".
money::Currency Euro();
money::Currency Yen();
LineKey Line(const std::string& period, const std::string& category);
Hand Self(const std::string& person);
Actor By(const std::string& person);  // With everybody who could act instead.

Budget GrenobleUnit();
std::vector<Period> Periods();  // p1, p2, p3.
// The initial lines per period as the worked example has them.
std::vector<LineHistory> Lines();

// Documents that have come to this state in the regular way, at a time at which the next step is
// open, with every input that any action asks for; by people/other unless said otherwise.
BudgetFacts In(BudgetState state);
PeriodFacts In(PeriodState state);
CommitmentFacts In(CommitmentState state);
ClaimFacts In(ClaimState state);
TransferFacts In(TransferState state);
AmendmentFacts In(AmendmentState state);
CarryOverFactsOf In(CarryOverState state);
ReportFacts In(ReportState state);

// The result of a decision as tables show it: the state after, the guard that refused alone, or the
// reason.
std::string Refusal(const absl::Status& status);
template <typename Facts, typename Action>
std::string ResultOf(const Facts& facts, Action action, Role role) {
  const auto decision = Decide(facts, action, role);
  if (decision.ok()) return std::string(Name(decision->after.state));
  return Refusal(decision.status());
}

}  // namespace jointly::budgets::sample
