#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/budgets/domain/liquidation.h"
#include "services/budgets/domain/rules.h"
#include "services/budgets/domain/types.h"

// What the guards look at: loaded beforehand by the caller, so that a decision is a pure function.
namespace jointly::budgets {

// Whoever takes a step, and who else could.
struct Actor {
  Hand hand;
  // People who may take this step in this budget by a grant or a delegation: for a refusal that
  // says who could. Empty: not loaded.
  std::vector<std::string> able;
  // Delegations of the budget in which the acting person is the delegate.
  std::vector<Delegation> delegations;
  Date today{};  // In the budget's zone; delegations are judged by it.
};

struct BudgetInput {
  std::string reason;                  // reject, suspend.
  std::optional<Date> effective_date;  // activate, begin_closing, close.
  std::optional<Budget> updated;       // update: the text after it.
};

struct BudgetFacts {
  Budget budget;  // Before.
  Time now;
  Actor actor;
  std::vector<Period> periods;                // In the order of their dates.
  std::vector<std::string> unknown_partners;  // That no institution of the replica is.
  std::int64_t pool = 0;
  int open_commitments = 0;
  std::int64_t lines_available = 0;  // Of all lines together.
  BudgetInput input;
};

struct PeriodInput {
  std::string reason;  // request_reopen; open: why although the one before is still open.
  std::optional<Date> effective_date;  // close: judged, not the clock. Default: its last day.
};

struct PeriodFacts {
  Budget budget;
  Period period;  // Before.
  std::optional<Period> previous;
  std::optional<Period> next;
  Time now;
  Actor actor;
  int drafts = 0;  // Requests, claims and transfers of the period that nobody has decided.
  std::vector<Commitment> open_commitments;  // On its lines.
  std::vector<Leftover> leftovers;           // Cash lines.
  std::optional<CarryOver> carry_over;       // The approved one.
  std::optional<CarryOver> proposed;         // The one that nobody has decided: there is but one.
  std::vector<CarryOver> refused;            // Not given back by an earlier close.
  PeriodInput input;
};

struct CommitmentInput {
  std::string reason;                  // refuse, release.
  std::optional<Date> effective_date;  // liquidate, release, pay; default: the commitment's.
  // approve: what it reserves. liquidate: what the document costs by its own day's rate. revalue:
  // what the remainder is worth now. In the control currency.
  std::int64_t control = 0;
  std::int64_t original = 0;             // liquidate, release: in the commitment's own currency.
  bool final = false;                    // liquidate: what is left is released.
  std::optional<Conversion> conversion;  // Of `control`, when the currencies differ.
  std::string to_period;                 // carry.
  // pay, reverse_payment: what of the recognised cost it settles; credit: what of it is given back.
  // In the control currency.
  std::int64_t settled = 0;
  std::optional<TakenBack> taken_back;  // reverse_liquidation, reverse_payment, credit.
  std::string organisation;             // pay: from whose cash.
  // The step is a claim's: it has judged its hands, and its own entry moves the money.
  bool through_claim = false;
};

struct CommitmentFacts {
  Budget budget;
  Period period;          // Of the line; for a carry the one that closes.
  Commitment commitment;  // Before.
  Time now;
  Actor actor;
  Role role = Role::kManager;  // Who acts: a soft-closed period takes the accountant's entries.
  std::int64_t available = 0;  // On the line, before the step.
  Date today{};                // For the expiry.
  std::optional<Date> revalued_on;  // The day of the last step after which it held anew.
  // pay, reverse_liquidation: what is recognised and not paid on its day or any later one, the
  // least of them. Unset: not loaded.
  std::optional<std::int64_t> owed;
  CommitmentInput input;
};

struct ClaimInput {
  std::string note;               // request_changes, decline, payment_failed, reverse_approval.
  std::string payment_reference;  // pay.
  std::string payment_journal;    // pay: the journal's id.
  std::optional<Date> effective_date;
  std::int64_t control = 0;  // approve: the total in the control currency, by its day's rate.
  std::optional<ExpenseClaim> updated;
};

struct ClaimFacts {
  bool sees_budget = true;  // Whoever asks may see what the budget has; a traveller may not.
  Budget budget;
  Period period;          // Of the commitment's line.
  Commitment commitment;  // That it is paid from.
  ExpenseClaim claim;     // Before.
  Time now;
  Actor actor;
  Role role = Role::kClaimant;
  std::int64_t available = 0;  // On the commitment's line.
  ClaimInput input;
};

struct TransferInput {
  std::string funder_approval;
  std::string reason;  // refuse.
};

struct TransferFacts {
  Budget budget;
  Period period;  // Of the lines.
  LineTransfer transfer;
  Time now;
  Actor actor;
  std::int64_t available = 0;  // On the line that gives.
  Judgement judgement;
  TransferInput input;
};

struct AmendmentInput {
  std::string institution;   // sign: whom the caller signs for.
  std::string content_hash;  // sign: what the caller read.
  std::optional<Date> effective_date;
};

// What a partner still has in the budget.
struct Standing {
  std::string partner;
  std::int64_t available = 0;  // On its lines of periods that are not closed.
  std::int64_t committed = 0;  // What open commitments of its lines still hold.
  int commitments = 0;         // How many those are, with what waits for approval.
  std::int64_t owed = 0;       // Recognised and not paid.
};

inline bool IsFree(const Standing& standing) {
  return standing.available == 0 && standing.commitments == 0 && standing.owed == 0;
}

struct AmendmentFacts {
  Budget budget;
  Amendment amendment;  // Before.
  std::vector<Period> periods;
  Time now;
  Actor actor;
  std::int64_t pool = 0;
  std::vector<Leftover> leftovers;  // Cash lines of periods that are not closed.
  std::vector<Standing> leaving;    // What is left of the partners that it lets go.
  AmendmentInput input;
};

// The day of what it moves: what was said when it is put in force, else when it was signed.
Date MovementDate(const AmendmentFacts& facts);

struct CarryOverFactsOf {
  Budget budget;
  Period from;
  std::optional<Period> to;        // Nothing: there is none after it.
  CarryOver carry_over;            // Before.
  std::optional<CarryOver> other;  // Another one of its period, proposed or approved.
  std::vector<Leftover> leftovers;
  CarryOverJudgement judgement;  // post, return: what the close does.
  Time now;
  Actor actor;
};

struct ReportInput {
  std::int64_t as_of_sequence = 0;  // prepare.
  std::string content_hash;         // prepare; certify, send: computed anew.
};

struct ReportFacts {
  Budget budget;
  Period period;
  PeriodicReport report;  // Before.
  Time now;
  Actor actor;
  Date today{};
  ReportInput input;
};

}  // namespace jointly::budgets
