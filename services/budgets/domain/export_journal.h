#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "services/budgets/domain/ledger.h"
#include "services/budgets/domain/statement.h"

// The journal itself as a file that others can check without us: JSON lines with the hash chain,
// and the plain-text accounting formats of Beancount and hledger, with balance assertions. The same
// journal gives the same bytes.
namespace jointly::budgets {

struct SealedJournal {
  Journal journal;
  std::string hash;  // Of the chain.
};

// What an account held before a part of the journal, by the day until which its entries are
// effective: debits less credits of them, without those of the day before.
struct OpeningBalance {
  Date day{};
  std::string account;
  Layer layer = Layer::kPosted;
  std::string currency_code;
  std::int64_t amount = 0;
};

// What the journal of one budget needs to be understood alone.
struct JournalBook {
  std::string budget;
  std::string display_name;
  money::Currency currency;  // The control currency.
  std::vector<StatementPeriod> periods;
  std::vector<SealedJournal> journals;  // In the order of their sequence.
  // Of a part: the entry before it, the chain's hash there, and what there was by then, by day.
  std::int64_t after_sequence = 0;
  std::string after_hash;
  std::vector<OpeningBalance> openings;
  std::int64_t next_after_sequence = 0;  // Where the next part begins; 0: this is the last one.
};

// One RFC 8785 JSON object per line: all of the journal, amounts in minor units. A part begins with
// a line of what was before.
std::string JournalLines(const JournalBook& book);

// Accounts are our paths below the five roots that Beancount knows; what is reserved stands in
// accounts of its own below Equity:Pending. A debit is positive. Every line is asserted at the end
// of its period, and every account at the end; a part begins with opening entries, one per period
// that ended in what was before, so that these balances hold in it as in the whole. Errors:
// INVALID_ARGUMENT for an unknown currency.
absl::StatusOr<std::string> BeancountJournal(const JournalBook& book);
absl::StatusOr<std::string> HledgerJournal(const JournalBook& book);

}  // namespace jointly::budgets
