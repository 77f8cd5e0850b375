#pragma once

#include "common/workflow/workflow.h"
#include "services/budgets/domain/facts.h"

// The guards of the workflows. Each looks at loaded facts only and answers with the values that it
// saw and what to do. A guard whose id is a Reason of keys.h refuses with that reason and its
// facts; the others refuse as GUARD_REFUSED. All guards run, and a refusal names everything
// missing.
namespace jointly::budgets {

using BudgetGuard = workflow::Guard<BudgetFacts>;
using PeriodGuard = workflow::Guard<PeriodFacts>;
using CommitmentGuard = workflow::Guard<CommitmentFacts>;
using ClaimGuard = workflow::Guard<ClaimFacts>;
using TransferGuard = workflow::Guard<TransferFacts>;
using AmendmentGuard = workflow::Guard<AmendmentFacts>;
using CarryOverGuard = workflow::Guard<CarryOverFactsOf>;
using ReportGuard = workflow::Guard<ReportFacts>;

// B14: the acting hand against the hands before it. `step` names what they did: "requested".
struct EarlierHand {
  std::string_view step;
  const Hand& hand;
};
workflow::Verdict AnotherPerson(const Actor& actor, const std::vector<EarlierHand>& earlier);
// Standing in for somebody needs a delegation of that person that holds today.
workflow::Verdict MayStandIn(const Actor& actor);

// The day since which a commitment holds what it holds: its own, or that of its last revaluation or
// of the last document taken back, which reserved it anew. No step on it is dated before.
Date BoundOn(const CommitmentFacts& facts);
// What may still be paid of it (B15): no more than was recognised, nor before it was.
std::int64_t OwedOn(const CommitmentFacts& facts);

namespace check {
workflow::Verdict SourcesAddUp(const BudgetFacts& facts);
workflow::Verdict PeriodsCover(const BudgetFacts& facts);
workflow::Verdict PartnersExist(const BudgetFacts& facts);
workflow::Verdict AnotherApproves(const BudgetFacts& facts);
workflow::Verdict StartReached(const BudgetFacts& facts);
workflow::Verdict AgreementSigned(const BudgetFacts& facts);
workflow::Verdict PeriodsClosed(const BudgetFacts& facts);
workflow::Verdict NothingLeft(const BudgetFacts& facts);

workflow::Verdict BudgetRuns(const PeriodFacts& facts);
workflow::Verdict BudgetNotClosed(const PeriodFacts& facts);
workflow::Verdict PredecessorClosed(const PeriodFacts& facts);
workflow::Verdict PeriodOver(const PeriodFacts& facts);
workflow::Verdict NoDrafts(const PeriodFacts& facts);
workflow::Verdict AllSettled(const PeriodFacts& facts);
workflow::Verdict ReopenRequested(const PeriodFacts& facts);
workflow::Verdict AnotherReopens(const PeriodFacts& facts);

workflow::Verdict BudgetActive(const CommitmentFacts& facts);
workflow::Verdict PeriodOpen(const CommitmentFacts& facts);
workflow::Verdict DateInside(const CommitmentFacts& facts);
workflow::Verdict SupplierKnown(const CommitmentFacts& facts);
workflow::Verdict CategoryEligible(const CommitmentFacts& facts);
workflow::Verdict AnotherApproves(const CommitmentFacts& facts);
workflow::Verdict StandIn(const CommitmentFacts& facts);
workflow::Verdict LineCovers(const CommitmentFacts& facts);
workflow::Verdict RemainderCovers(const CommitmentFacts& facts);
workflow::Verdict ExcessCovered(const CommitmentFacts& facts);
workflow::Verdict RevaluationCovered(const CommitmentFacts& facts);
workflow::Verdict ExpiryReached(const CommitmentFacts& facts);
workflow::Verdict AnotherPays(const CommitmentFacts& facts);
workflow::Verdict StillOwed(const CommitmentFacts& facts);
workflow::Verdict SomethingPaid(const CommitmentFacts& facts);
workflow::Verdict NotBeforeOriginal(const CommitmentFacts& facts);
workflow::Verdict OnItsLine(const CommitmentFacts& facts);
workflow::Verdict ReservedAgain(const CommitmentFacts& facts);
workflow::Verdict NotPaid(const CommitmentFacts& facts);

workflow::Verdict HasItems(const ClaimFacts& facts);
workflow::Verdict HasReceipts(const ClaimFacts& facts);
workflow::Verdict DatesInside(const ClaimFacts& facts);
workflow::Verdict CommitmentOpen(const ClaimFacts& facts);
workflow::Verdict BudgetActive(const ClaimFacts& facts);
workflow::Verdict ClaimPeriodOpen(const ClaimFacts& facts);
workflow::Verdict ClaimCovered(const ClaimFacts& facts);
workflow::Verdict AnotherCertifies(const ClaimFacts& facts);
workflow::Verdict AnotherApproves(const ClaimFacts& facts);
workflow::Verdict AnotherPays(const ClaimFacts& facts);
workflow::Verdict StandIn(const ClaimFacts& facts);

workflow::Verdict BudgetActive(const TransferFacts& facts);
workflow::Verdict SamePeriod(const TransferFacts& facts);
workflow::Verdict CategoriesKnown(const TransferFacts& facts);
workflow::Verdict TransferPeriodOpen(const TransferFacts& facts);
workflow::Verdict SourceCovers(const TransferFacts& facts);
workflow::Verdict RuleSaysFree(const TransferFacts& facts);
workflow::Verdict RuleSaysBound(const TransferFacts& facts);
workflow::Verdict FunderLetter(const TransferFacts& facts);
workflow::Verdict AnotherApproves(const TransferFacts& facts);
workflow::Verdict StandIn(const TransferFacts& facts);
workflow::Verdict RequesterWithdraws(const TransferFacts& facts);

workflow::Verdict SignsForPartner(const AmendmentFacts& facts);
workflow::Verdict NotSignedYet(const AmendmentFacts& facts);
workflow::Verdict BudgetAmendable(const AmendmentFacts& facts);
workflow::Verdict SignedInTime(const AmendmentFacts& facts);
workflow::Verdict EndMoves(const AmendmentFacts& facts);
workflow::Verdict LastPeriodOpen(const AmendmentFacts& facts);
workflow::Verdict LeavingFree(const AmendmentFacts& facts);
workflow::Verdict AmountFits(const AmendmentFacts& facts);
workflow::Verdict DeobligationCovered(const AmendmentFacts& facts);
workflow::Verdict ReallocationBalanced(const AmendmentFacts& facts);
workflow::Verdict MovementInside(const AmendmentFacts& facts);
workflow::Verdict MovementPeriodOpen(const AmendmentFacts& facts);
workflow::Verdict AnotherSigns(const AmendmentFacts& facts);
workflow::Verdict AnotherPutsInForce(const AmendmentFacts& facts);

workflow::Verdict FromStillOpen(const CarryOverFactsOf& facts);
workflow::Verdict NotLastPeriod(const CarryOverFactsOf& facts);
workflow::Verdict CarryOverAllowed(const CarryOverFactsOf& facts);
workflow::Verdict ReasonGiven(const CarryOverFactsOf& facts);
workflow::Verdict WithinCap(const CarryOverFactsOf& facts);
workflow::Verdict AboveMinimum(const CarryOverFactsOf& facts);
workflow::Verdict LinesCover(const CarryOverFactsOf& facts);
workflow::Verdict OnlyOne(const CarryOverFactsOf& facts);
workflow::Verdict AnotherApproves(const CarryOverFactsOf& facts);
workflow::Verdict StandIn(const CarryOverFactsOf& facts);
workflow::Verdict GivenBack(const CarryOverFactsOf& facts);

workflow::Verdict DueReached(const ReportFacts& facts);
workflow::Verdict DuePassed(const ReportFacts& facts);
workflow::Verdict SequenceFrozen(const ReportFacts& facts);
workflow::Verdict NumbersReproduce(const ReportFacts& facts);
workflow::Verdict AnotherCertifies(const ReportFacts& facts);
}  // namespace check

// Reasons that name the rule itself, beside those of keys.h.
inline constexpr Reason kTransferBound{"TRANSFER_NEEDS_FUNDER"};  // rule, cumulated, limit

}  // namespace jointly::budgets
