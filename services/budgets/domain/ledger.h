#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/time/clock.h"
#include "services/budgets/domain/keys.h"

// The double-entry ledger of one budget: accounts, journals, balances and every bound that a
// balance must keep. Pure: what may be posted is decided here, on balances that the store has
// loaded and locked. movements.h makes the journals; store/ledger_store.h keeps them.
//
// Two layers: posted (money that moved) and pending (reserved, not yet money). Every journal sums
// to 0 per layer and currency (B1), so all balances together do too (B2).
namespace jointly::budgets {

// Mistakes of whoever made the journal, not refusals that a user could cause.
inline constexpr Reason kJournalUnsound{"JOURNAL_UNSOUND"};     // rule, account
inline constexpr Reason kAccountClosed{"ACCOUNT_CLOSED"};       // account
inline constexpr Reason kBelowZero{"BELOW_ZERO"};               // account, balance, change
inline constexpr Reason kJournalNotFound{"JOURNAL_NOT_FOUND"};  // journal

// What an account is for; the first segment of its path.
enum class Family {
  kFunder,    // funder/<org>                    debit: promised and not yet received
  kCash,      // cash/<org>                      debit: received and not yet paid out
  kPool,      // pool                            credit >= 0: authorised, on no line yet
  kLine,      // line/<period>/<category>/<partner>/<cash|inkind>   see Available
  kSpent,     // spent/<the same four>           debit >= 0 unless a correction: actual cost
  kExpended,  // expended                        credit: the other side of spent
  kPayable,   // payable/<partner>               credit: recognised, not paid; pending: reserved
  kCarry,     // carry/<p>-<q>                   0 after every journal (B9)
  kReturned,  // returned/<org>                  credit: given back
  kExchange,  // fx/<CCY>                        fx/<control>: gain (credit) or loss (debit)
  kInKind,    // inkind/<partner>                credit: promised in kind
  kInKindPromise,  // inkind_promise/<partner>        debit: promised in kind, not delivered yet
};

// Paths use the last segment of a foreign name: "institutions/tsukuba" gives "tsukuba". A path
// parses back, with `institutions/` before a partner.
std::string FunderAccount(std::string_view organisation);
std::string CashAccount(std::string_view organisation);
inline constexpr std::string_view kPoolAccount = "pool";
inline constexpr std::string_view kExpendedAccount = "expended";
std::string LineAccount(const LineKey& line);
std::string SpentAccount(const LineKey& line);
std::string PayableAccount(std::string_view partner);
std::string CarryAccount(std::string_view from_period, std::string_view to_period);
std::string ReturnedAccount(std::string_view organisation);
std::string ExchangeAccount(std::string_view currency_code);
std::string InKindAccount(std::string_view partner);
std::string InKindPromiseAccount(std::string_view partner);

struct AccountName {
  Family family = Family::kPool;
  std::string name;             // The rest: "<org>", "<partner>", "<p>-<q>", "<CCY>".
  std::optional<LineKey> line;  // Of kLine and kSpent.
};
// Nothing for a text that is no account.
std::optional<AccountName> ParseAccount(std::string_view path);
std::optional<Family> FamilyOf(std::string_view path);  // The same, without taking it apart.
bool IsInKind(std::string_view path);  // Belongs to the in-kind book, never to cash (B10).

enum class Movement {
  kAuthorise = 1,
  kDeobligate,
  kInstalment,
  kAllocate,
  kTransfer,
  kReserve,
  kLiquidate,
  kRelease,
  kRecognise,
  kPay,
  kCarry,
  kReturn,
  kReverse,
  kRevalue,
  kCorrect,  // A credit note: may make `spent` negative.
  kInKindPromise,
  kInKindDelivery,
};
std::string_view Name(Movement movement);  // "authorise", ..., "in_kind_delivery".
std::optional<Movement> ParseMovement(std::string_view name);

enum class Layer { kPosted, kPending };
enum class Side { kDebit, kCredit };

struct Posting {
  std::string account;
  Layer layer = Layer::kPosted;
  Side side = Side::kDebit;
  std::int64_t amount = 0;    // Never 0. Negative only in the pending layer, to take it back.
  std::string currency_code;  // Minor units of it.
  friend bool operator==(const Posting&, const Posting&) = default;
};

// One immutable entry (B12). `sequence` and `payload_hash` are given by the store.
struct Journal {
  std::string budget;         // Bare id.
  std::int64_t sequence = 0;  // 1, 2, 3, ... without gaps per budget (B13).
  std::string id;             // UUID of the client, or derived from the command.
  std::string payload_hash;   // See PayloadHash.
  Movement movement = Movement::kAllocate;
  // What sums count it as: of a reversal the original's movement, else its own.
  Movement counts_as = Movement::kAllocate;
  Date effective_on{};    // Decides the period and the year.
  Time record_time;       // Not part of the payload.
  std::string document;   // "commitments/{id}", "claims/{id}", ...; empty: none.
  std::string reverses;   // Id of the journal that it mirrors.
  std::string reference;  // An invoice, a valuation "120 h x 45.00", a reason. Never personal.
  std::string actor;      // people/{id}, "services/x".
  std::vector<Posting> postings;
  std::vector<Conversion> conversions;
};

// Sums of minor units of the account's currency. Debits and credits only grow, but for pending.
struct Balance {
  std::string currency_code;
  std::int64_t posted_debit = 0;
  std::int64_t posted_credit = 0;
  std::int64_t pending_debit = 0;
  std::int64_t pending_credit = 0;
  std::int64_t version = 0;  // Of the journals that touched it.
  bool closed = false;       // Of a closed period: takes no posting any more (B8).
  friend bool operator==(const Balance&, const Balance&) = default;
};
using Balances = std::map<std::string, Balance, std::less<>>;  // By path.

std::int64_t PostedCredit(const Balance& balance);  // Credits less debits.
std::int64_t PostedDebit(const Balance& balance);   // Debits less credits.
std::int64_t PendingDebit(const Balance& balance);  // Reserved, on a line.
// What a line can still give: posted credits - posted debits - pending debits.
std::int64_t Available(const Balance& balance);
// The same of a path; 0 for an account that is not there.
std::int64_t AvailableOn(const Balances& balances, const LineKey& line);

// Checks the journal alone: at least two postings, known accounts, amounts not 0 and negative only
// when pending, B1 and B10. Errors: INTERNAL JOURNAL_UNSOUND; OUT_OF_RANGE.
absl::Status CheckShape(const Journal& journal);

// Applies the journal, all of it or nothing. Accounts that are not there begin with 0 in the
// posting's currency. Errors beside CheckShape's:
//   FAILED_PRECONDITION AMOUNT_NOT_AVAILABLE  a line or the pool would go below 0 (B3); facts
//                                             available, requested, line (a path)
//   FAILED_PRECONDITION BELOW_ZERO            spent (unless a correction) or what is reserved
//   FAILED_PRECONDITION ACCOUNT_CLOSED        a line of a closed period (B8)
//   INTERNAL JOURNAL_UNSOUND                  another currency (B11), a carry that is left (B9)
//   OUT_OF_RANGE AMOUNT_OUT_OF_RANGE          a sum leaves 64 bits
absl::Status Apply(Balances& balances, const Journal& journal);

// SHA-256, hex, of everything that the client decided: all but sequence and record time.
std::string PayloadHash(const Journal& journal);
// The first field in which two payloads differ: "movement", "effective_date", "document",
// "reverses", "reference", "actor", "postings", "conversions"; empty: none.
std::string_view PayloadDifference(const Journal& a, const Journal& b);
// The link of the hash chain: over the link before it and the whole journal.
std::string ChainHash(std::string_view previous_hash, const Journal& journal);

// What an invariant says about balances; nothing is found in a sound ledger.
struct Finding {
  std::string invariant;  // "B3".
  std::string subject;    // An account, "journal 17", or the budget.
  std::string text;       // What is and what should be.
  friend bool operator==(const Finding&, const Finding&) = default;
};
// B2, B3, B4 (of lines), B7, B9, B10 and B11 of whole balances, and the ties between accounts:
// spent = expended, reserved on lines = reserved on payables. `may_correct`: spent may be negative.
std::vector<Finding> Inspect(const Balances& balances, const std::string& currency_code,
                             bool may_correct = true);
// What the balances say was authorised: pool + lines + spent + returned (B6 compares it with the
// contract amount in force). Cash only.
std::int64_t AuthorisedBy(const Balances& balances, const std::string& currency_code);

}  // namespace jointly::budgets
