#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/budgets/domain/export_journal.h"
#include "services/budgets/domain/movements.h"
#include "services/budgets/domain/statement.h"

// The worked example of the "Grenoble Unit" as journals, each applied to the ledger before: EUR
// 250,000.00 from April 2020 to March 2023. Costs that the example gives per year only are dated on
// 1 October, in the middle of the period, and paid on the same day.
namespace jointly::budgets {

inline constexpr const char* kUga = "institutions/uga";
inline constexpr const char* kTsukuba = "institutions/tsukuba";

Date On(std::string_view text);
std::int64_t Cents(std::string_view euro);  // "24828.27" -> 2482827.
std::string Euro(std::int64_t cents);       // "24828.27".
money::Currency Eur();

// Writes journals one after the other, numbered from 1; ends the process when one is refused.
class JournalWriter {
 public:
  Entry Begin(std::string_view date, std::string document = "");
  const Journal& Post(absl::StatusOr<Journal> journal);
  bool TryPost(absl::StatusOr<Journal> journal);  // False and no trace when it is refused.
  const std::vector<Journal>& journals() const { return journals_; }
  const Balances& balances() const { return balances_; }

 private:
  std::vector<Journal> journals_;
  Balances balances_;
};

LineKey Line(std::string_view period, std::string_view category);  // EQUIP is Tsukuba's.
std::vector<StatementPeriod> GrenobleUnitPeriods();
std::vector<Journal> GrenobleUnitJournals();
StatementInput InputOf(const std::vector<Journal>& journals, Calendar calendar = Calendar::kBudget);
// The journals that are effective until a day.
std::vector<Journal> Until(const std::vector<Journal>& journals, std::string_view date);
JournalBook BookOf(const std::vector<Journal>& journals);

}  // namespace jointly::budgets
