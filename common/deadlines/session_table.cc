#include "common/deadlines/session_table.h"

#include <algorithm>
#include <array>

#include "common/deadlines/days.h"

namespace jointly::deadlines {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
// Sessions prepare for half a year at most; a longer wait between two steps is a wrong year.
constexpr Offset kLongestStep{11, 0};
constexpr Offset kLongestRow{18, 0};

class Checker {
 public:
  Checker(const SessionTable& table, std::string_view path) : table_(table), path_(path) {}

  std::vector<Fault> Run() {
    CheckColumns();
    const SessionRow* before = nullptr;
    for (const SessionRow& row : table_.rows) {
      if (!CheckRow(row)) continue;
      const Date last = *row.cells.back().date;
      if (before != nullptr && last <= *before->cells.back().date) {
        Add(kSessionRowsOutOfOrder, row, table_.columns.size() - 1,
            FormatDate(last) + " is not after the " + FormatDate(*before->cells.back().date) +
                " of the row before; order the rows by their last column");
      }
      before = &row;
    }
    return std::move(faults_);
  }

 private:
  void CheckColumns() {
    for (auto it = table_.columns.begin(); it != table_.columns.end(); ++it) {
      if (std::find(table_.columns.begin(), it, *it) != it) {
        faults_.push_back({std::string(kBadValue.name), path_ + ".columns",
                           "the column \"" + *it + "\" is there twice; name each once"});
      }
    }
    if (table_.columns.empty() || table_.rows.empty()) {
      faults_.push_back({std::string(kBadValue.name), path_,
                         "a table needs at least one column and one row; without them no session "
                         "can be chosen"});
    }
  }

  // False: the row has no last date, so that nothing can be compared with it.
  bool CheckRow(const SessionRow& row) {
    if (row.cells.size() != table_.columns.size() || row.cells.empty() ||
        !row.cells.back().date.has_value()) {
      faults_.push_back(
          {std::string(kSessionRowIncomplete.name), Path(row),
           "it has " + std::to_string(row.cells.size()) + " cells for " +
               std::to_string(table_.columns.size()) +
               " columns, or no date in the last one; give each column a date or null, the last "
               "one a date"});
      return false;
    }
    CheckLabel(row);
    for (std::size_t i = 0; i < row.cells.size(); ++i) CheckCell(row, i);
    return true;
  }

  void CheckLabel(const SessionRow& row) {
    const std::string last = FormatDate(*row.cells.back().date);
    const std::size_t size = row.label.size();
    if ((size != 4 && size != 7) || last.substr(0, size) != row.label) {
      Add(kSessionRowYear, row, row.cells.size() - 1,
          last + " is not in the row's session \"" + row.label +
              "\"; label the row with the year, or year and month (2027-03), of its last date, or "
              "mend the date");
    }
  }

  void CheckCell(const SessionRow& row, std::size_t column) {
    const SessionCell& cell = row.cells[column];
    if (!cell.date.has_value()) return;
    if (cell.weekday.has_value() && *cell.weekday != WeekdayOf(*cell.date)) {
      Add(kSessionRowWeekday, row, column,
          FormatDate(*cell.date) + " is a " +
              std::string(kWeekdays[WeekdayOf(*cell.date).c_encoding()]) + ", the table says " +
              std::string(kWeekdays[cell.weekday->c_encoding()]) +
              "; one of the two is wrong, most often the year");
    }
    const Date last = *row.cells.back().date;
    if (DayOf(*cell.date) < Shift(DayOf(last), {-kLongestRow.months, 0}).day) {
      Add(kSessionRowTooEarly, row, column,
          FormatDate(*cell.date) + " is more than 18 months before the session on " +
              FormatDate(last) + "; check its year");
    }
    CheckNext(row, column);
  }

  // Against the nearest later column that has a date.
  void CheckNext(const SessionRow& row, std::size_t column) {
    std::size_t next = column + 1;
    while (next < row.cells.size() && !row.cells[next].date.has_value()) ++next;
    if (next >= row.cells.size()) return;
    const Date date = *row.cells[column].date;
    const Date following = *row.cells[next].date;
    const std::string after =
        table_.columns[next] + " on " + FormatDate(following) + " of the same row";
    if (date > following) {
      Add(kSessionRowOutOfOrder, row, column,
          FormatDate(date) + " is after " + after +
              "; the columns are in the order of their dates");
    } else if (DayOf(following) > Shift(DayOf(date), kLongestStep).day) {
      Add(kSessionRowYear, row, column,
          FormatDate(date) + " is more than eleven months before " + after +
              "; its year looks wrong (" + FormatDate(DateOf(Shift(DayOf(date), {12, 0}).day)) +
              " would fit)");
    }
  }

  std::string Path(const SessionRow& row) const {
    const auto index = static_cast<std::size_t>(&row - table_.rows.data());
    return path_ + ".rows[" + std::to_string(index) + "](" + row.label + ")";
  }

  void Add(Reason reason, const SessionRow& row, std::size_t column, std::string text) {
    faults_.push_back(
        {std::string(reason.name), Path(row) + "." + table_.columns[column], std::move(text)});
  }

  const SessionTable& table_;
  const std::string path_;
  std::vector<Fault> faults_;
};

}  // namespace

std::vector<Fault> CheckSessionTable(const SessionTable& table, std::string_view path) {
  return Checker(table, path).Run();
}

}  // namespace jointly::deadlines
