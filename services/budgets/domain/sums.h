#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "services/budgets/domain/ledger.h"

// The journal added up: all that statements and forecasts need of it, in a size that depends on
// lines, movements and months, not on the number of entries. The same sums come from journals here
// and from SQL in store/statement_store.h; they are additive, so a stored part and a fresh part of
// the journal may be put together.
namespace jointly::budgets {

using Month = std::chrono::year_month;

std::string FormatMonth(Month month);  // "2020-06", as a date begins.
inline Month MonthOf(Date date) { return {date.year(), date.month()}; }

struct MovementSum {
  std::string account;
  // The journal's; of a reversal that of the journal it mirrors.
  Movement movement = Movement::kAllocate;
  Month month{};
  std::string currency_code;
  // A reversal's debit takes away from the credits and its credit from the debits, so that a
  // reversed entry leaves no trace here.
  std::int64_t posted_debit = 0;
  std::int64_t posted_credit = 0;
  std::int64_t pending_debit = 0;
  std::int64_t pending_credit = 0;
  friend bool operator==(const MovementSum&, const MovementSum&) = default;
};

class SumFold {
 public:
  void Add(const Journal& journal);
  void Add(const MovementSum& sum);
  // Sorted; without those that are 0 throughout.
  std::vector<MovementSum> Finish() const;

 private:
  using Key = std::tuple<std::string, Movement, Month, std::string>;
  MovementSum& At(const std::string& account, Movement movement, Month month,
                  const std::string& currency_code);
  std::map<Key, MovementSum> sums_;
};

std::vector<MovementSum> SumsOf(const std::vector<Journal>& journals);

}  // namespace jointly::budgets
