#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error/error.h"
#include "common/money/money.h"
#include "common/time/civil.h"
#include "common/time/clock.h"
#include "services/budgets/domain/keys.h"

// The documents of the budgets service. Ids of the service's own things are bare ("p1", a
// commitment's uuid), foreign resources are full names ("people/x", "institutions/uga"). Amounts
// are minor units of the budget's control currency, unless a currency is said. Who moved money is
// in the ledger (domain/ledger.h); a document says why, by whom and in which state.
namespace jointly::budgets {

enum class BudgetState {
  kDraft = 1,
  kSubmitted,
  kRejected,
  kApproved,
  kActive,
  kSuspended,
  kClosing,
  kClosed,
  kArchived,
};
enum class BudgetAction {
  kUpdate,
  kSubmit,
  kApprove,
  kReject,
  kActivate,
  kSuspend,
  kResume,
  kBeginClosing,
  kClose,
  kArchive,
};

enum class PeriodState { kPlanned = 1, kOpen, kSoftClosed, kClosed, kReopened };
enum class PeriodAction { kOpenPeriod, kSoftClose, kClose, kRequestReopen, kReopen, kRemind };

enum class CommitmentState {
  kRequested = 1,
  kApproved,
  kPartiallyLiquidated,
  kLiquidated,
  kCancelled,
  kExpired,
  kCarried,
  kUndercovered,
  kRefused,
};
// One action per outcome. kLiquidate leaves a remainder, kLiquidateAll does not; so do kRelease and
// kReleaseAll (nothing was used: cancelled) and kReleaseRest (something was: liquidated). kPay,
// kReversePayment and kCredit leave the state as it is.
enum class CommitmentAction {
  kApprove,
  kReconsider,
  kRefuse,
  kLiquidate,
  kLiquidateAll,
  kRelease,
  kReleaseAll,
  kReleaseRest,
  kExpire,
  kCarry,
  kRevalue,
  kFindUndercovered,
  kPay,
  kReversePayment,
  kReverseLiquidation,      // Something else stays liquidated.
  kReverseOnlyLiquidation,  // Nothing does.
  kCredit,
};

enum class ClaimState {
  kDraft = 1,
  kSubmitted,
  kChangesRequested,
  kDeclined,
  kCertified,
  kApproved,
  kPaid,
  kPaymentFailed,
};
enum class ClaimAction {
  kUpdate,
  kSubmit,
  kCertify,
  kRequestChanges,
  kDecline,
  kApprove,
  kPay,
  kFailPayment,
  kReverseApproval,
};

enum class TransferState {
  kRequested = 1,
  kAutoApproved,
  kPendingFunder,
  kApproved,
  kPosted,
  kRefused,
  kWithdrawn,
};
enum class TransferAction { kFindFree, kFindBound, kFunderApprove, kApprove, kRefuse, kWithdraw };

enum class AmendmentState { kDraft = 1, kPartlySigned, kAllSigned, kInForce, kVoid };
enum class AmendmentAction { kSign, kSignLast, kPutInForce, kVoidAmendment };
enum class AmendmentType {
  kNoCostExtension = 1,
  kCostedExtension,
  kSupplement,
  kDeobligation,
  kRebudget,
  kPartnerChange,
  kDateChange,
  kCorrection,
  kTermination,
};

enum class CarryOverState { kProposed = 1, kApproved, kPosted, kRefused, kReturned };
enum class CarryOverAction { kApprove, kRefuse, kPost, kReturn };

enum class ReportState {
  kScheduled = 1,
  kDue,
  kPrepared,
  kCertified,
  kSent,
  kAccepted,
  kOverdue,
  kRevision,
};
enum class ReportAction { kFallDue, kFindOverdue, kPrepare, kCertify, kSend, kAccept, kRevise };

// Who acts. Manager and accountant are grants in the budget's own institution or unit, partner is a
// budget manager of a partner, claimant a relation of the claim, timer the service itself.
enum class Role { kManager, kAccountant, kPartner, kClaimant, kTimer };

// snake_case names as they are stored, shown in allowed_actions and written in events.
std::string_view Name(BudgetState value);
std::string_view Name(BudgetAction value);
std::string_view Name(PeriodState value);
std::string_view Name(PeriodAction value);
std::string_view Name(CommitmentState value);
std::string_view Name(CommitmentAction value);
std::string_view Name(ClaimState value);
std::string_view Name(ClaimAction value);
std::string_view Name(TransferState value);
std::string_view Name(TransferAction value);
std::string_view Name(AmendmentState value);
std::string_view Name(AmendmentAction value);
std::string_view Name(AmendmentType value);
std::string_view Name(CarryOverState value);
std::string_view Name(CarryOverAction value);
std::string_view Name(ReportState value);
std::string_view Name(ReportAction value);
std::string_view Name(Role value);
std::string_view Name(Kind value);  // "cash", "inkind".

// Nothing for an unknown name. Parse<BudgetState>("draft").
template <typename Enum>
std::optional<Enum> Parse(std::string_view name);

// The hand that took a step. Who stands in by a delegation counts as both persons (B14).
struct Hand {
  std::string person;       // "people/x", "services/mobility" or "services/theses".
  std::string in_place_of;  // "people/y"; empty: in their own name.
  bool empty() const { return person.empty(); }
  friend bool operator==(const Hand&, const Hand&) = default;
};
// Whether the two are one person, in their own name or for another.
bool SamePerson(const Hand& a, const Hand& b);

struct Source {
  std::string organisation;   // "institutions/x" or a ROR id.
  std::int64_t promised = 0;  // >= 0.
  Kind kind = Kind::kCash;
  friend bool operator==(const Source&, const Source&) = default;
};

struct Category {
  std::string id;  // "EQUIP".
  std::string display_name;
  std::string funder_category;  // The funder's own: "goods"; empty: its own id.
  std::string envelope;         // personnel, fonctionnement, investissement, intervention.
  friend bool operator==(const Category&, const Category&) = default;
};

struct FunderTerms {
  std::string rule_set = "free";         // See rules.h.
  std::string rule_variant;              // "fund", "subsidy".
  std::string rate_policy = "day";       // "day", "previous_target_day", "period_average".
  std::string carry_over = "automatic";  // "automatic", "on_reason", "none", or a rule's id.
  int carry_over_maximum_percent = 0;    // Of what is left; 0: no maximum.
  std::int64_t carry_over_minimum = 0;
  int liquidation_tolerance_percent = 0;  // Above a commitment's remainder.
  bool indirect_on_top = false;
  friend bool operator==(const FunderTerms&, const FunderTerms&) = default;
};

struct GrantScheme {
  std::string id;
  std::string call;  // "calls/x"; empty: by funding reference.
  std::string category;
  std::string partner;
  std::optional<money::Money> rate_per_day;       // It pays stays.
  std::string day_convention;                     // "calendar_days", "30_per_month".
  std::string standing_approver;                  // "people/x".
  std::optional<money::Money> amount_per_thesis;  // It pays theses.
  friend bool operator==(const GrantScheme&, const GrantScheme&) = default;
};

// A French exercice whose state somebody declared; see provisional.h.
struct DeclaredExercice {
  int year = 0;
  bool provisional = false;
  std::int64_t previous_commitments = 0;  // Open in the exercice before.
  std::int64_t previous_payments = 0;
  std::string actor;  // "people/x".
  friend bool operator==(const DeclaredExercice&, const DeclaredExercice&) = default;
};

struct Budget {
  std::string id;
  std::string display_name;
  std::string institution;            // "institutions/uga"; immutable.
  std::string unit;                   // "institutions/uga/units/x"; may be empty.
  std::vector<std::string> partners;  // "institutions/x"; the first one is the default.
  money::Currency currency;           // Immutable.
  std::int64_t contract_amount = 0;   // Of cash, by the amendment in force.
  std::vector<Source> sources;
  Date start_date{};
  Date end_date{};  // The last day.
  std::string agreement_reference;
  std::string funding_reference;
  FunderTerms terms;
  std::vector<Category> categories;
  std::vector<GrantScheme> grants;
  std::vector<DeclaredExercice> exercices;  // By year.
  std::string time_zone;
  BudgetState state = BudgetState::kDraft;
  std::string state_reason;             // Of the last rejection or suspension.
  std::int64_t authorised_version = 0;  // 1 once active; one more per amendment in force.
  Hand requester;
  Hand approver;
  Time create_time;
  Time update_time;
  std::int64_t revision = 0;
  bool demo = false;
};

const Category* FindCategory(const Budget& budget, std::string_view id);
bool HasPartner(const Budget& budget, std::string_view partner);
// Whether documents may still be written in the budget: active, or closing (to settle what is
// left).
bool TakesDocuments(BudgetState state);

struct Period {
  std::string budget;
  std::string id;  // "p1".
  Date start_date{};
  Date end_date{};  // The last day.
  PeriodState state = PeriodState::kPlanned;
  std::string digest;            // SHA-256 of the close statement, hex.
  std::string digest_signature;  // base64url.
  Hand reopen_requester;
  std::string reopen_reason;
  std::int64_t closing_sequence = 0;  // Of the last journal of its close.
  Time update_time;
  std::int64_t revision = 0;
};
// The period of a day; null: none.
const Period* PeriodOn(const std::vector<Period>& periods, Date on);
// Whether entries may be dated in it at all; while it is soft closed or reopened, by the accountant
// only.
bool TakesEntries(PeriodState state, Role role);

struct Attachment {
  std::string id;
  std::string kind;       // quote, invoice, receipt, order, other.
  std::string file_name;  // Personal.
  std::string media_type;
  std::int64_t size_bytes = 0;
  std::string sha256;
  Time create_time;
  friend bool operator==(const Attachment&, const Attachment&) = default;
};

// What a grant answers to who asked for it; of other commitments nothing.
struct GrantAnswer {
  int request_number = 0;  // Which asking it answers, 1 for the first.
  // Of a refusal, beside its reason: what was wrong and what to do, and the figures. Never persons.
  std::string message;
  Facts facts;
};

struct Commitment {
  std::string id;
  std::string budget;
  LineKey line;
  std::string display_name;
  std::string supplier_reference;
  money::Money amount;  // In the document's own currency.
  Date effective_date{};
  std::optional<Date> expire_date;
  // reserved = liquidated + released + remaining (B4).
  std::int64_t reserved = 0;
  std::int64_t liquidated = 0;
  std::int64_t released = 0;
  std::int64_t remaining = 0;
  std::int64_t paid = 0;                 // CP; never more than was liquidated (B15).
  std::int64_t credited = 0;             // Of what was liquidated: by credit notes, after a close.
  std::int64_t original_remaining = 0;   // Minor units of `amount`'s currency.
  std::optional<Conversion> conversion;  // Of the reservation; unset: the control currency.
  CommitmentState state = CommitmentState::kRequested;
  Hand requester;
  Hand approver;
  std::string refusal;   // A reason code, or the approver's words.
  std::string mobility;  // "mobilities/x", when a stay asked for it.
  std::string thesis;    // "theses/x", when a thesis asked for it.
  GrantAnswer answer;
  std::vector<Attachment> attachments;
  Time create_time;
  Time update_time;
  std::int64_t revision = 0;
  bool demo = false;
};
// Holds money on its line.
bool IsOpen(CommitmentState state);
// The stay or thesis that asked for it; empty for an order.
const std::string& AskerOf(const Commitment& commitment);

struct ExpenseItem {
  Date date{};
  std::string description;  // Personal.
  std::int64_t amount = 0;  // Minor units of the claim's currency.
  friend bool operator==(const ExpenseItem&, const ExpenseItem&) = default;
};

struct ExpenseClaim {
  std::string id;
  std::string budget;
  std::string commitment;
  std::string claimant;  // "people/x".
  Date mission_start_date{};
  Date mission_end_date{};
  money::Currency currency;  // The commitment's.
  std::vector<ExpenseItem> items;
  ClaimState state = ClaimState::kDraft;
  Hand certifier;
  Hand approver;
  Hand reapprover;  // Who opened the payment again after it failed.
  Hand payer;
  std::string note;  // Personal. Of the last refusal.
  std::string payment_reference;
  std::string payment_journal;  // Id of the journal of the last payment.
  std::int64_t recognised = 0;  // What its approval put in the ledger: control currency.
  std::vector<Attachment> attachments;
  std::string sealed;  // The personal texts as they are stored: api/claim_vault.h.
  Time create_time;
  Time update_time;
  std::int64_t revision = 0;
};
// The sum of the items, 0 when it does not fit (which is refused before it is stored).
std::int64_t TotalOf(const ExpenseClaim& claim);

struct LineTransfer {
  std::string id;
  std::string budget;
  LineKey from;
  LineKey to;
  std::int64_t amount = 0;
  Date effective_date{};
  std::string reason;
  TransferState state = TransferState::kRequested;
  std::string rule;       // "kakenhi-fund/1": id and version.
  std::string rationale;  // "cumulated 6000.00 of 41000.00 free".
  std::string funder_approval;
  std::string refusal;
  Hand requester;
  Hand approver;
  Time create_time;
  Time update_time;
  std::int64_t revision = 0;
};

struct Reallocation {
  LineKey line;
  std::int64_t change = 0;
  friend bool operator==(const Reallocation&, const Reallocation&) = default;
};

struct Amendment {
  std::string id;
  std::string budget;
  AmendmentType type = AmendmentType::kCorrection;
  std::string reason;
  Date signed_date{};  // Judged against the budget's end.
  std::optional<Date> new_end_date;
  std::int64_t change = 0;
  std::vector<Source> new_sources;
  std::vector<std::string> new_partners;
  std::vector<std::string> leaving_partners;
  std::vector<Reallocation> reallocations;
  AmendmentState state = AmendmentState::kDraft;
  std::vector<std::string> signed_by;  // Partners, in the order of signing.
  std::vector<Hand> signers;           // Who signed, beside `signed_by`.
  std::string content_hash;
  std::int64_t authorised_version = 0;  // Once in force.
  Hand requester;
  Time create_time;
  Time update_time;
  std::int64_t revision = 0;
};

// Whether it posts anything once it is in force.
bool MovesMoney(const Amendment& amendment);

struct CarryOver {
  std::string id;
  std::string budget;
  std::string from_period;
  std::string to_period;
  std::vector<Reallocation> lines;  // What each line of the from-period gives; > 0.
  std::string reason;
  CarryOverState state = CarryOverState::kProposed;
  std::int64_t carried = 0;   // posted: by the close, of its lines.
  std::int64_t returned = 0;  // posted, returned: by the close, of its lines.
  Hand requester;
  Hand approver;
  Time create_time;
  Time update_time;
  std::int64_t revision = 0;
};
// At most what fits: more than any line has.
std::int64_t TotalOf(const CarryOver& carry_over);

struct PeriodicReport {
  std::string id;
  std::string budget;
  std::string period;
  ReportState state = ReportState::kScheduled;
  Date due_date{};
  std::int64_t as_of_sequence = 0;  // Frozen when prepared.
  std::string content_hash;
  Hand preparer;
  Hand certifier;
  Time create_time;
  Time update_time;
  std::int64_t revision = 0;
};

// Who may approve in whose place in one budget, and until when.
struct Delegation {
  std::string id;
  std::string budget;
  std::string delegator;
  std::string delegate;
  Date start_date{};
  Date end_date{};  // The last day.
  bool revoked = false;
  std::int64_t revision = 0;
};
bool InForce(const Delegation& delegation, Date on);

}  // namespace jointly::budgets
