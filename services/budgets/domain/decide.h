#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/budgets/domain/amendment_workflow.h"
#include "services/budgets/domain/budget_workflow.h"
#include "services/budgets/domain/carry_over_workflow.h"
#include "services/budgets/domain/claim_workflow.h"
#include "services/budgets/domain/commitment_workflow.h"
#include "services/budgets/domain/liquidation.h"
#include "services/budgets/domain/period_workflow.h"
#include "services/budgets/domain/report_workflow.h"
#include "services/budgets/domain/transfer_workflow.h"

// Decisions: pure functions of facts, action and role. Each returns the object after the move, the
// row of the table (its event names the change), and what the ledger has to record, as data. Order
// of refusal: ILLEGAL_MOVE (FAILED_PRECONDITION, with the state and what is possible now),
// WRONG_ROLE (PERMISSION_DENIED), a missing input (INVALID_ARGUMENT), then the guards, all of them.
// A guard of a money rule, and of who may act (SELF_APPROVAL), refuses with its own reason and
// facts (keys.h); the rest is GUARD_REFUSED.
namespace jointly::budgets {

inline constexpr Reason kMissingInput{"MISSING_INPUT"};
inline constexpr Reason kContentChanged{"CONTENT_CHANGED"};  // ABORTED: another text was signed.

// What the ledger has to record for a decision; the caller makes the journal of it
// (domain/movements.h) in the same transaction. Amounts are of the control currency and > 0 unless
// said otherwise.
enum class MovementKind {
  kAuthorise,  // funder -> pool: amount; negative for a deobligation.
  kAllocate,   // pool -> line; negative for what a deobligation takes from a line.
  kTransfer,   // line -> to.
  kReserve,    // pending on line.
  kRelease,    // pending back.
  kLiquidate,  // amount spent, from_reservation, excess.
  kPay,        // amount, of partner's payable.
  kReverse,    // the journal `reverses`.
  kCarry,      // line -> the same line of period to.period: amount free, and `reserved`.
  kReturn,     // line (or the pool, when its period is empty) -> the funder.
  kRevalue,    // pending by amount, which may be negative.
  kPromise,    // amount, that partner promises in kind.
  kCredit,     // amount of a closed period's cost back on line; document names its entry.
};
struct MovementPlan {
  MovementKind kind = MovementKind::kReserve;
  std::string document = {};  // "commitments/{id}", "transfers/{id}": without the budget.
  Date effective_date{};
  LineKey line = {};
  LineKey to = {};
  std::int64_t amount = 0;
  std::int64_t from_reservation = 0;        // liquidate.
  std::int64_t excess = 0;                  // liquidate.
  std::vector<std::int64_t> reserved = {};  // carry: remainders of its open commitments.
  std::string organisation = {};            // authorise, return, pay: the source.
  std::string partner = {};                 // pay, promise.
  std::string reverses = {};
  std::optional<Conversion> conversion = {};
};
std::string_view Name(MovementKind kind);

// A timer of common/timers to arm or cancel.
inline constexpr std::string_view kCommitmentExpires = "commitment_expires";
inline constexpr std::string_view kPeriodDue = "period_due";
inline constexpr std::string_view kReportDue = "report_due";
inline constexpr std::string_view kBudgetEnds = "budget_ends";
inline constexpr std::string_view kLinesWatched = "lines_watched";  // See watch.h.
struct TimerPlan {
  bool arm = false;  // Else cancel.
  std::string kind = {};
  std::string subject = {};  // "<budget>/<id>".
  Date on{};                 // At the start of this day in the budget's zone.
};

struct BudgetDecision {
  Budget after;
  BudgetState from = BudgetState::kDraft;
  const BudgetMove* move = nullptr;
  std::vector<MovementPlan> movements;
  std::vector<TimerPlan> timers;
};

struct PeriodDecision {
  Period after;
  PeriodState from = PeriodState::kPlanned;
  const PeriodMove* move = nullptr;
  std::vector<MovementPlan> movements;   // close: carry and return, line by line.
  CarryOverJudgement carry_over;         // close: by which rule.
  std::vector<std::string> carried;      // close: ids of the commitments that go along.
  std::optional<PeriodicReport> report;  // close: the one that falls due.
  std::vector<TimerPlan> timers;
};

struct CommitmentDecision {
  Commitment after;
  CommitmentState from = CommitmentState::kRequested;
  const CommitmentMove* move = nullptr;
  std::vector<MovementPlan> movements;
  std::vector<TimerPlan> timers;
  // liquidate, of a foreign commitment: what it used of the original amount, to be kept, for no
  // entry says it and only with it the document can be taken back.
  std::int64_t original_used = 0;
};

struct ClaimDecision {
  ExpenseClaim after;
  ClaimState from = ClaimState::kDraft;
  const ClaimMove* move = nullptr;
  std::vector<MovementPlan> movements;
  bool liquidates = false;  // The commitment is liquidated by the claim's total as well.
};

struct TransferDecision {
  LineTransfer after;
  TransferState from = TransferState::kRequested;
  const TransferMove* move = nullptr;
  std::vector<MovementPlan> movements;
};

struct AmendmentDecision {
  Amendment after;
  AmendmentState from = AmendmentState::kDraft;
  const AmendmentMove* move = nullptr;
  // put_in_force: the budget after it (revision + 1, event "updated") and the periods that it makes
  // or whose end it moves.
  std::optional<Budget> budget;
  std::vector<Period> new_periods;
  std::vector<Period> changed_periods;
  std::vector<MovementPlan> movements;
};

struct CarryOverDecision {
  CarryOver after;
  CarryOverState from = CarryOverState::kProposed;
  const CarryOverMove* move = nullptr;
};

// Whether it may be proposed: its period is not closed, and has no other one. Errors:
// FAILED_PRECONDITION PERIOD_NOT_OPEN, CARRY_OVER_EXISTS.
absl::Status CheckProposal(const CarryOverFactsOf& facts);
// What a close does with a carry-over of its period; nothing for a refused one whose money the
// funder lets go on all the same, and for one that is done.
std::optional<CarryOverAction> SettledBy(const CarryOver& carry_over,
                                         const CarryOverJudgement& close);

struct ReportDecision {
  PeriodicReport after;
  ReportState from = ReportState::kScheduled;
  const ReportMove* move = nullptr;
  std::vector<TimerPlan> timers;
};

absl::StatusOr<BudgetDecision> Decide(const BudgetFacts& facts, BudgetAction action, Role role);
absl::StatusOr<PeriodDecision> Decide(const PeriodFacts& facts, PeriodAction action, Role role);
absl::StatusOr<CommitmentDecision> Decide(const CommitmentFacts& facts, CommitmentAction action,
                                          Role role);
absl::StatusOr<ClaimDecision> Decide(const ClaimFacts& facts, ClaimAction action, Role role);
absl::StatusOr<TransferDecision> Decide(const TransferFacts& facts, TransferAction action,
                                        Role role);
absl::StatusOr<AmendmentDecision> Decide(const AmendmentFacts& facts, AmendmentAction action,
                                         Role role);
absl::StatusOr<CarryOverDecision> Decide(const CarryOverFactsOf& facts, CarryOverAction action,
                                         Role role);
absl::StatusOr<ReportDecision> Decide(const ReportFacts& facts, ReportAction action, Role role);

// What sources promise in kind, for the in-kind book (B10).
void PromiseSources(const std::vector<Source>& sources, const std::string& document,
                    Date effective_date, std::vector<MovementPlan>& movements);

// Which outcome a command of a caller has: the rows are one per outcome.
CommitmentAction LiquidateAction(const Commitment& commitment, std::int64_t original, bool final);
CommitmentAction ReverseAction(const Commitment& commitment, const TakenBack& liquidation);
CommitmentAction ReleaseAction(const Commitment& commitment, std::int64_t original);
AmendmentAction SignAction(const Budget& budget, const Amendment& amendment,
                           const std::string& institution);

// SHA-256 is the caller's: the canonical text of an amendment that the partners sign.
std::string ContentOf(const Amendment& amendment);

// An action that the role may take now, and what it lacks. Inputs that the caller brings with the
// command are not missing.
template <typename Action>
struct Allowed {
  Action action;
  std::vector<workflow::Finding> missing;  // The refusing guards only.
  bool ready() const { return missing.empty(); }
};
std::vector<Allowed<BudgetAction>> AllowedActions(const BudgetFacts& facts, Role role);
std::vector<Allowed<PeriodAction>> AllowedActions(const PeriodFacts& facts, Role role);
std::vector<Allowed<CommitmentAction>> AllowedActions(const CommitmentFacts& facts, Role role);
std::vector<Allowed<ClaimAction>> AllowedActions(const ClaimFacts& facts, Role role);
std::vector<Allowed<TransferAction>> AllowedActions(const TransferFacts& facts, Role role);
std::vector<Allowed<AmendmentAction>> AllowedActions(const AmendmentFacts& facts, Role role);
std::vector<Allowed<CarryOverAction>> AllowedActions(const CarryOverFactsOf& facts, Role role);
std::vector<Allowed<ReportAction>> AllowedActions(const ReportFacts& facts, Role role);

// By state and role alone, for lists: no guard is looked at.
std::vector<BudgetAction> OpenActions(BudgetState state, Role role);
std::vector<PeriodAction> OpenActions(PeriodState state, Role role);
std::vector<CommitmentAction> OpenActions(CommitmentState state, Role role);
std::vector<ClaimAction> OpenActions(ClaimState state, Role role);
std::vector<TransferAction> OpenActions(TransferState state, Role role);
std::vector<AmendmentAction> OpenActions(AmendmentState state, Role role);
std::vector<CarryOverAction> OpenActions(CarryOverState state, Role role);
std::vector<ReportAction> OpenActions(ReportState state, Role role);

}  // namespace jointly::budgets
