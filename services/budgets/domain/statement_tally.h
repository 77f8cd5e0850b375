#pragma once

#include <map>
#include <string>
#include <vector>

#include "services/budgets/domain/exercice.h"
#include "services/budgets/domain/statement.h"

// The sums of the journal sorted by what they mean. Internal to statement*.cc.
namespace jointly::budgets {

struct LineTally {
  std::int64_t credited = 0;    // Posted credits less debits.
  std::int64_t carried_in = 0;  // Part of `credited`.
  std::int64_t carried = 0;     // Out; taken off `credited` already.
  std::int64_t returned = 0;    // Likewise.
  std::int64_t reserved = 0;
  std::int64_t spent = 0;
  // All that ever came onto the line; without what came from the period before.
  std::int64_t authorised() const { return credited + spent + carried + returned; }
  std::int64_t own() const { return authorised() - carried_in; }
};

// A line's change within one year of the calendar.
struct YearTally {
  std::int64_t reserved = 0;
  std::int64_t spent = 0;
  std::int64_t returned = 0;
};

struct Tally {
  std::map<LineKey, LineTally> lines;                         // Cash.
  std::map<LineKey, std::map<std::string, YearTally>> years;  // By the name of a year.
  AeCpByYear exercices;
  std::map<std::string, std::int64_t> paid_by_partner;
  std::map<std::string, std::int64_t> paid_by_year;  // By the name of a year of the calendar.
  std::int64_t paid = 0;
  std::int64_t pool = 0;
  std::int64_t pool_returned = 0;
  std::map<std::string, InKindRow> in_kind;  // By partner.
};

Tally TallyOf(const StatementInput& input);
// Rows without an order, each name at most once.
std::vector<StatementRow> PeriodRows(const Tally& tally);
std::vector<StatementRow> YearRows(const StatementInput& input, const Tally& tally);

std::string HashOf(const Statement& statement);

}  // namespace jointly::budgets
