#include "services/budgets/domain/types.h"

#include <algorithm>
#include <array>

#include "common/money/wide.h"
#include "common/text/names.h"

namespace jointly::budgets {
namespace {

// The names of one enumeration: read by Name and by Parse.
template <typename Enum>
constexpr int kNames = 0;

template <>
constexpr auto kNames<BudgetState> = std::to_array<Named<BudgetState>>({
    {BudgetState::kDraft, "draft"},
    {BudgetState::kSubmitted, "submitted"},
    {BudgetState::kRejected, "rejected"},
    {BudgetState::kApproved, "approved"},
    {BudgetState::kActive, "active"},
    {BudgetState::kSuspended, "suspended"},
    {BudgetState::kClosing, "closing"},
    {BudgetState::kClosed, "closed"},
    {BudgetState::kArchived, "archived"},
});
template <>
constexpr auto kNames<BudgetAction> = std::to_array<Named<BudgetAction>>({
    {BudgetAction::kUpdate, "update"},
    {BudgetAction::kSubmit, "submit"},
    {BudgetAction::kApprove, "approve"},
    {BudgetAction::kReject, "reject"},
    {BudgetAction::kActivate, "activate"},
    {BudgetAction::kSuspend, "suspend"},
    {BudgetAction::kResume, "resume"},
    {BudgetAction::kBeginClosing, "begin_closing"},
    {BudgetAction::kClose, "close"},
    {BudgetAction::kArchive, "archive"},
});
template <>
constexpr auto kNames<PeriodState> = std::to_array<Named<PeriodState>>({
    {PeriodState::kPlanned, "planned"},
    {PeriodState::kOpen, "open"},
    {PeriodState::kSoftClosed, "soft_closed"},
    {PeriodState::kClosed, "closed"},
    {PeriodState::kReopened, "reopened"},
});
template <>
constexpr auto kNames<PeriodAction> = std::to_array<Named<PeriodAction>>({
    {PeriodAction::kOpenPeriod, "open"},
    {PeriodAction::kSoftClose, "soft_close"},
    {PeriodAction::kClose, "close"},
    {PeriodAction::kRequestReopen, "request_reopen"},
    {PeriodAction::kReopen, "reopen"},
    {PeriodAction::kRemind, "remind"},
});
template <>
constexpr auto kNames<CommitmentState> = std::to_array<Named<CommitmentState>>({
    {CommitmentState::kRequested, "requested"},
    {CommitmentState::kApproved, "approved"},
    {CommitmentState::kPartiallyLiquidated, "partially_liquidated"},
    {CommitmentState::kLiquidated, "liquidated"},
    {CommitmentState::kCancelled, "cancelled"},
    {CommitmentState::kExpired, "expired"},
    {CommitmentState::kCarried, "carried"},
    {CommitmentState::kUndercovered, "undercovered"},
    {CommitmentState::kRefused, "refused"},
});
template <>
constexpr auto kNames<CommitmentAction> = std::to_array<Named<CommitmentAction>>({
    {CommitmentAction::kApprove, "approve"},
    {CommitmentAction::kReconsider, "reconsider"},
    {CommitmentAction::kRefuse, "refuse"},
    {CommitmentAction::kLiquidate, "liquidate"},
    {CommitmentAction::kLiquidateAll, "liquidate_all"},
    {CommitmentAction::kRelease, "release"},
    {CommitmentAction::kReleaseAll, "release_all"},
    {CommitmentAction::kReleaseRest, "release_rest"},
    {CommitmentAction::kExpire, "expire"},
    {CommitmentAction::kCarry, "carry"},
    {CommitmentAction::kRevalue, "revalue"},
    {CommitmentAction::kFindUndercovered, "find_undercovered"},
    {CommitmentAction::kPay, "pay"},
    {CommitmentAction::kReversePayment, "reverse_payment"},
    {CommitmentAction::kReverseLiquidation, "reverse_liquidation"},
    {CommitmentAction::kReverseOnlyLiquidation, "reverse_only_liquidation"},
    {CommitmentAction::kCredit, "credit"},
});
template <>
constexpr auto kNames<ClaimState> = std::to_array<Named<ClaimState>>({
    {ClaimState::kDraft, "draft"},
    {ClaimState::kSubmitted, "submitted"},
    {ClaimState::kChangesRequested, "changes_requested"},
    {ClaimState::kDeclined, "declined"},
    {ClaimState::kCertified, "certified"},
    {ClaimState::kApproved, "approved"},
    {ClaimState::kPaid, "paid"},
    {ClaimState::kPaymentFailed, "payment_failed"},
});
template <>
constexpr auto kNames<ClaimAction> = std::to_array<Named<ClaimAction>>({
    {ClaimAction::kUpdate, "update"},
    {ClaimAction::kSubmit, "submit"},
    {ClaimAction::kCertify, "certify"},
    {ClaimAction::kRequestChanges, "request_changes"},
    {ClaimAction::kDecline, "decline"},
    {ClaimAction::kApprove, "approve"},
    {ClaimAction::kPay, "pay"},
    {ClaimAction::kFailPayment, "payment_failed"},
    {ClaimAction::kReverseApproval, "reverse_approval"},
});
template <>
constexpr auto kNames<TransferState> = std::to_array<Named<TransferState>>({
    {TransferState::kRequested, "requested"},
    {TransferState::kAutoApproved, "auto_approved"},
    {TransferState::kPendingFunder, "pending_funder"},
    {TransferState::kApproved, "approved"},
    {TransferState::kPosted, "posted"},
    {TransferState::kRefused, "refused"},
    {TransferState::kWithdrawn, "withdrawn"},
});
template <>
constexpr auto kNames<TransferAction> = std::to_array<Named<TransferAction>>({
    {TransferAction::kFindFree, "find_free"},
    {TransferAction::kFindBound, "find_bound"},
    {TransferAction::kFunderApprove, "funder_approve"},
    {TransferAction::kApprove, "approve"},
    {TransferAction::kRefuse, "refuse"},
    {TransferAction::kWithdraw, "withdraw"},
});
template <>
constexpr auto kNames<AmendmentState> = std::to_array<Named<AmendmentState>>({
    {AmendmentState::kDraft, "draft"},
    {AmendmentState::kPartlySigned, "partly_signed"},
    {AmendmentState::kAllSigned, "all_signed"},
    {AmendmentState::kInForce, "in_force"},
    {AmendmentState::kVoid, "void"},
});
template <>
constexpr auto kNames<AmendmentAction> = std::to_array<Named<AmendmentAction>>({
    {AmendmentAction::kSign, "sign"},
    {AmendmentAction::kSignLast, "sign_last"},
    {AmendmentAction::kPutInForce, "put_in_force"},
    {AmendmentAction::kVoidAmendment, "void"},
});
template <>
constexpr auto kNames<AmendmentType> = std::to_array<Named<AmendmentType>>({
    {AmendmentType::kNoCostExtension, "no_cost_extension"},
    {AmendmentType::kCostedExtension, "costed_extension"},
    {AmendmentType::kSupplement, "supplement"},
    {AmendmentType::kDeobligation, "deobligation"},
    {AmendmentType::kRebudget, "rebudget"},
    {AmendmentType::kPartnerChange, "partner_change"},
    {AmendmentType::kDateChange, "date_change"},
    {AmendmentType::kCorrection, "correction"},
    {AmendmentType::kTermination, "termination"},
});
template <>
constexpr auto kNames<CarryOverState> = std::to_array<Named<CarryOverState>>({
    {CarryOverState::kProposed, "proposed"},
    {CarryOverState::kApproved, "approved"},
    {CarryOverState::kPosted, "posted"},
    {CarryOverState::kRefused, "refused"},
    {CarryOverState::kReturned, "returned"},
});
template <>
constexpr auto kNames<CarryOverAction> = std::to_array<Named<CarryOverAction>>({
    {CarryOverAction::kApprove, "approve"},
    {CarryOverAction::kRefuse, "refuse"},
    {CarryOverAction::kPost, "post"},
    {CarryOverAction::kReturn, "return"},
});
template <>
constexpr auto kNames<ReportState> = std::to_array<Named<ReportState>>({
    {ReportState::kScheduled, "scheduled"},
    {ReportState::kDue, "due"},
    {ReportState::kPrepared, "prepared"},
    {ReportState::kCertified, "certified"},
    {ReportState::kSent, "sent"},
    {ReportState::kAccepted, "accepted"},
    {ReportState::kOverdue, "overdue"},
    {ReportState::kRevision, "revision"},
});
template <>
constexpr auto kNames<ReportAction> = std::to_array<Named<ReportAction>>({
    {ReportAction::kFallDue, "fall_due"},
    {ReportAction::kFindOverdue, "find_overdue"},
    {ReportAction::kPrepare, "prepare"},
    {ReportAction::kCertify, "certify"},
    {ReportAction::kSend, "send"},
    {ReportAction::kAccept, "accept"},
    {ReportAction::kRevise, "revise"},
});
template <>
constexpr auto kNames<Role> = std::to_array<Named<Role>>({
    {Role::kManager, "manager"},
    {Role::kAccountant, "accountant"},
    {Role::kPartner, "partner"},
    {Role::kClaimant, "claimant"},
    {Role::kTimer, "timer"},
});
template <>
constexpr auto kNames<Kind> = std::to_array<Named<Kind>>({
    {Kind::kCash, "cash"},
    {Kind::kInKind, "inkind"},
});

}  // namespace

template <typename Enum>
std::optional<Enum> Parse(std::string_view name) {
  return ValueOf(kNames<Enum>, name);
}

std::string_view Name(BudgetState value) { return NameOf(kNames<BudgetState>, value); }
template std::optional<BudgetState> Parse<BudgetState>(std::string_view);
std::string_view Name(BudgetAction value) { return NameOf(kNames<BudgetAction>, value); }
template std::optional<BudgetAction> Parse<BudgetAction>(std::string_view);
std::string_view Name(PeriodState value) { return NameOf(kNames<PeriodState>, value); }
template std::optional<PeriodState> Parse<PeriodState>(std::string_view);
std::string_view Name(PeriodAction value) { return NameOf(kNames<PeriodAction>, value); }
template std::optional<PeriodAction> Parse<PeriodAction>(std::string_view);
std::string_view Name(CommitmentState value) { return NameOf(kNames<CommitmentState>, value); }
template std::optional<CommitmentState> Parse<CommitmentState>(std::string_view);
std::string_view Name(CommitmentAction value) { return NameOf(kNames<CommitmentAction>, value); }
template std::optional<CommitmentAction> Parse<CommitmentAction>(std::string_view);
std::string_view Name(ClaimState value) { return NameOf(kNames<ClaimState>, value); }
template std::optional<ClaimState> Parse<ClaimState>(std::string_view);
std::string_view Name(ClaimAction value) { return NameOf(kNames<ClaimAction>, value); }
template std::optional<ClaimAction> Parse<ClaimAction>(std::string_view);
std::string_view Name(TransferState value) { return NameOf(kNames<TransferState>, value); }
template std::optional<TransferState> Parse<TransferState>(std::string_view);
std::string_view Name(TransferAction value) { return NameOf(kNames<TransferAction>, value); }
template std::optional<TransferAction> Parse<TransferAction>(std::string_view);
std::string_view Name(AmendmentState value) { return NameOf(kNames<AmendmentState>, value); }
template std::optional<AmendmentState> Parse<AmendmentState>(std::string_view);
std::string_view Name(AmendmentAction value) { return NameOf(kNames<AmendmentAction>, value); }
template std::optional<AmendmentAction> Parse<AmendmentAction>(std::string_view);
std::string_view Name(AmendmentType value) { return NameOf(kNames<AmendmentType>, value); }
template std::optional<AmendmentType> Parse<AmendmentType>(std::string_view);
std::string_view Name(CarryOverState value) { return NameOf(kNames<CarryOverState>, value); }
template std::optional<CarryOverState> Parse<CarryOverState>(std::string_view);
std::string_view Name(CarryOverAction value) { return NameOf(kNames<CarryOverAction>, value); }
template std::optional<CarryOverAction> Parse<CarryOverAction>(std::string_view);
std::string_view Name(ReportState value) { return NameOf(kNames<ReportState>, value); }
template std::optional<ReportState> Parse<ReportState>(std::string_view);
std::string_view Name(ReportAction value) { return NameOf(kNames<ReportAction>, value); }
template std::optional<ReportAction> Parse<ReportAction>(std::string_view);
std::string_view Name(Role value) { return NameOf(kNames<Role>, value); }
template std::optional<Role> Parse<Role>(std::string_view);
std::string_view Name(Kind value) { return NameOf(kNames<Kind>, value); }
template std::optional<Kind> Parse<Kind>(std::string_view);

bool SamePerson(const Hand& a, const Hand& b) {
  const auto meets = [](const std::string& left, const std::string& right) {
    return !left.empty() && left == right;
  };
  return meets(a.person, b.person) || meets(a.person, b.in_place_of) ||
         meets(a.in_place_of, b.person) || meets(a.in_place_of, b.in_place_of);
}

const Category* FindCategory(const Budget& budget, std::string_view id) {
  for (const Category& category : budget.categories) {
    if (category.id == id) return &category;
  }
  return nullptr;
}

bool HasPartner(const Budget& budget, std::string_view partner) {
  return std::find(budget.partners.begin(), budget.partners.end(), partner) !=
         budget.partners.end();
}

bool TakesDocuments(BudgetState state) {
  return state == BudgetState::kActive || state == BudgetState::kClosing;
}

const Period* PeriodOn(const std::vector<Period>& periods, Date on) {
  for (const Period& period : periods) {
    if (period.start_date <= on && on <= period.end_date) return &period;
  }
  return nullptr;
}

bool TakesEntries(PeriodState state, Role role) {
  if (state == PeriodState::kOpen) return true;
  const bool finance_only = state == PeriodState::kSoftClosed || state == PeriodState::kReopened;
  return finance_only && role == Role::kAccountant;
}

bool IsOpen(CommitmentState state) {
  return state == CommitmentState::kApproved || state == CommitmentState::kPartiallyLiquidated ||
         state == CommitmentState::kCarried || state == CommitmentState::kUndercovered;
}

const std::string& AskerOf(const Commitment& commitment) {
  return commitment.mobility.empty() ? commitment.thesis : commitment.mobility;
}

std::int64_t TotalOf(const ExpenseClaim& claim) {
  std::int64_t total = 0;
  for (const ExpenseItem& item : claim.items) {
    if (__builtin_add_overflow(total, item.amount, &total)) return 0;
  }
  return total;
}

bool MovesMoney(const Amendment& amendment) {
  return amendment.change != 0 || !amendment.reallocations.empty() ||
         !amendment.new_sources.empty();
}

std::int64_t TotalOf(const CarryOver& carry_over) {
  money::Wide total = 0;
  for (const Reallocation& line : carry_over.lines) total += line.change;
  return money::Clamped(total);
}

bool InForce(const Delegation& delegation, Date on) {
  return !delegation.revoked && delegation.start_date <= on && on <= delegation.end_date;
}

}  // namespace jointly::budgets
