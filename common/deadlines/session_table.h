#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/deadlines/faults.h"
#include "common/time/civil.h"

// A published table of sessions: a row per conferral of degrees, a column per date that its
// candidates must respect, the conferral last. It is data with its source, and it is distrusted:
// universities publish tables with a year that is off by one.
namespace jointly::deadlines {

struct SessionCell {
  std::optional<Date> date;                     // Unset: the table says nothing; allowed.
  std::optional<std::chrono::weekday> weekday;  // As published; must be the date's.
};

struct SessionRow {
  std::string label;  // "2027-03": the year, or year and month, of the last column.
  std::vector<SessionCell> cells;
  bool demo = false;  // Made up for the demonstration; the source does not publish it.
};

struct SessionTable {
  std::string id;
  std::string source;       // Where it is published.
  std::string institution;  // "institutions/tsukuba".
  std::vector<std::string> columns;
  std::vector<SessionRow> rows;
};

// Every bad cell of every row, by row and column:
//   SESSION_ROW_INCOMPLETE    another number of cells than of columns, or no date in the last one
//   SESSION_ROW_WEEKDAY       "2026-01-13 Wed" is a Tuesday
//   SESSION_ROW_OUT_OF_ORDER  a date before one of an earlier column of its row
//   SESSION_ROW_YEAR          the last date is not in the label's year (and month); or a date lies
//                             more than eleven months before the next one, so that its year looks
//                             wrong ("2026-01-13" before a session on 2027-01-27)
//   SESSION_ROW_TOO_EARLY     a date more than 18 months before the last one
//   SESSION_ROWS_OUT_OF_ORDER the last date is not after the row before's
//   BAD_VALUE                 no columns, a column twice, no rows
// `path` is put before each: "<path>.rows[1](2027-01).application".
std::vector<Fault> CheckSessionTable(const SessionTable& table, std::string_view path);

}  // namespace jointly::deadlines
