#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/budgets/domain/calendar.h"
#include "services/budgets/domain/sums.h"

// What an administrator reads: budget, committed, actual and available per period, category and
// partner, by the budget's own periods or by another country's years. A pure function of the
// journal up to a sequence, so that any past statement can be printed again byte for byte.
// Amounts are minor units of the budget's control currency.
namespace jointly::budgets {

inline constexpr Reason kPeriodNotFound{"PERIOD_NOT_FOUND"};  // period

struct StatementPeriod {
  std::string id;  // "p1".
  DateRange range;
};

// A posted transfer between two lines, as its document explains it.
struct TransferRow {
  std::string document;
  Date effective_date{};
  LineKey from;
  LineKey to;
  std::int64_t amount = 0;
  std::string rule;
  std::string approval;  // Who approved; with the funder's letter, where one was needed.
};

// Of a journal that moves between two lines (a transfer or its reversal), without rule and
// approval, which its document knows; nothing of any other journal.
std::optional<TransferRow> TransferOf(const Journal& journal);

// A conversion that the journal holds.
struct ExchangeRow {
  std::string document;
  Movement movement = Movement::kReserve;
  Date effective_date{};
  Conversion conversion;
  // What the amount costs less than at the rate of the document's reservation; of a payment: less
  // than what was recognised. A loss is negative. 0 of a reservation itself.
  std::int64_t difference = 0;
};

// The FX annex, from the journals that hold conversions, in the order of their sequence.
class ExchangeFold {
 public:
  explicit ExchangeFold(std::string control_currency_code)
      : control_(std::move(control_currency_code)) {}
  // `listed`: else only what later ones are counted from.
  absl::Status Add(const Journal& journal, bool listed = true);
  std::vector<ExchangeRow> Finish() && { return std::move(rows_); }

 private:
  std::string control_;
  std::map<std::string, Conversion> reservations_;   // By document: the first one.
  std::map<std::string, std::int64_t> differences_;  // By the journal's id.
  std::vector<ExchangeRow> rows_;
};

struct StatementInput {
  std::string budget;  // Bare id.
  std::string display_name;
  money::Currency currency;
  std::int64_t authorised_version = 0;
  std::vector<StatementPeriod> periods;  // Of the whole budget, by date.
  std::vector<std::string> categories;   // In the budget's order; others follow by name.
  std::vector<std::string> partners;     // Likewise: "institutions/tsukuba".
  std::int64_t as_of_sequence = 0;
  std::optional<Date> as_of_date;  // The sums already end there.
  Calendar calendar = Calendar::kBudget;
  std::string period;  // Rows of this one only; life to date is always of all. Empty: all.
  std::vector<MovementSum> sums;
  std::vector<TransferRow> transfers;
  std::vector<ExchangeRow> exchanges;
  std::string next_annexes_page_token;  // Not empty: there are more transfers or exchanges.
};

struct StatementRow {
  std::string period;    // "p1", "FY2020" or "exercice 2020", by the calendar; empty: all.
  std::string category;  // Empty: all.
  std::string partner;   // Empty: all.
  // By budget periods: allocated, transferred and carried in. In a sum over several periods and by
  // years without what was only carried on, so that nothing counts twice. Of a year: each line's
  // share by the days of its period that lie in the year.
  std::int64_t budget = 0;
  std::int64_t committed = 0;  // Open remainders; of a year: the change within it.
  std::int64_t actual = 0;     // Recognised (service fait).
  std::int64_t paid = 0;       // Of period rows 0: money is paid per partner, not per line.
  std::int64_t carried = 0;    // To the next period; budget periods only.
  std::int64_t returned = 0;
  std::int64_t available() const { return budget - committed - actual - carried - returned; }
  std::int64_t variance() const { return budget - actual; }
  friend bool operator==(const StatementRow&, const StatementRow&) = default;
};
// Of the budget, one decimal, half-even: "86.7"; empty when there is no budget.
std::string VariancePercent(const StatementRow& row);
std::string Percent(std::int64_t part, std::int64_t whole);

// The French view of one exercice (GBCP art. 180, 206): what consumed autorisations d'engagement
// and credits de paiement in it. A reservation that is carried over a close is no new one.
struct ExerciceRow {
  int year = 0;
  std::int64_t commitments = 0;  // AE: reserved or recognised without commitment, less releases.
  std::int64_t payments = 0;     // CP: paid.
  std::int64_t outstanding = 0;  // Restes a payer at its end, cumulated: >= 0.
  std::int64_t pro_rata = 0;     // The contract by days, for the plan of a civil year.
  friend bool operator==(const ExerciceRow&, const ExerciceRow&) = default;
};

// What a partner promised and delivered in kind; never added to money (B10).
struct InKindRow {
  std::string partner;
  std::int64_t promised = 0;
  std::int64_t delivered = 0;
  friend bool operator==(const InKindRow&, const InKindRow&) = default;
};

struct Statement {
  std::string budget;
  std::string display_name;
  std::int64_t as_of_sequence = 0;
  std::optional<Date> as_of_date;
  Calendar calendar = Calendar::kBudget;
  std::string period;  // The only one of the rows; empty: all. Not printed: the rows say it.
  money::Currency currency;
  std::int64_t authorised_version = 0;
  std::vector<StatementRow> rows;
  std::vector<StatementRow> by_period;
  std::vector<StatementRow> by_category;
  std::vector<StatementRow> by_partner;
  StatementRow life_to_date;
  std::int64_t pool = 0;           // Authorised, on no line.
  std::int64_t pool_returned = 0;  // Given back without having been on a line.
  // = life to date: available + committed + actual + returned, and what the pool has and gave back.
  std::int64_t contract = 0;
  std::vector<ExerciceRow> exercices;
  std::vector<TransferRow> transfers;
  std::vector<ExchangeRow> exchanges;
  std::string next_annexes_page_token;
  std::vector<InKindRow> in_kind;
  std::string content_hash;  // SHA-256 of CanonicalStatement (converted.h) without the hash.
};

// Errors: NOT_FOUND PERIOD_NOT_FOUND for a period that the budget (or the calendar, in its range)
// does not have; OUT_OF_RANGE.
absl::StatusOr<Statement> MakeStatement(const StatementInput& input);

}  // namespace jointly::budgets
