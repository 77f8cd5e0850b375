#include "services/budgets/api/export_xlsx.h"

#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "common/error/error.h"
#include "services/budgets/domain/export_table.h"
#include "services/budgets/domain/rates.h"

namespace jointly::budgets {
namespace {

// A file in memory that the library can open by a name.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(memfd_create("statement.xlsx", MFD_CLOEXEC)) {}
  ~MemoryFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  bool ok() const { return descriptor_ >= 0; }
  std::string name() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
  std::string Content() const {
    std::string content;
    std::array<char, 65536> chunk;
    while (true) {
      const ssize_t size =
          pread(descriptor_, chunk.data(), chunk.size(), static_cast<off_t>(content.size()));
      if (size <= 0) return content;
      content.append(chunk.data(), static_cast<std::size_t>(size));
    }
  }

 private:
  int descriptor_;
};

// Spreadsheets compute with binary doubles, which keep 15 decimal digits: a larger number would be
// changed silently, so it is written as a text. That holds of amounts, percentages and rates alike;
// the rate between two currencies is a quotient and a text in any case.
constexpr std::int64_t kExactUnits = 1'000'000'000'000'000;

double ToDouble(const Decimal& decimal) {
  double scale = 1;
  for (int i = 0; i < decimal.decimals; ++i) scale *= 10;
  return static_cast<double>(decimal.units) / scale;
}

struct Formats {
  lxw_format* header;
  std::array<lxw_format*, 1 + kRateDecimalsMax> numbers;  // By decimals.
};

Formats MakeFormats(lxw_workbook* workbook) {
  Formats formats;
  formats.header = workbook_add_format(workbook);
  format_set_bold(formats.header);
  std::string pattern = "#,##0";
  for (std::size_t decimals = 0; decimals < formats.numbers.size(); ++decimals) {
    formats.numbers[decimals] = workbook_add_format(workbook);
    format_set_num_format(formats.numbers[decimals], pattern.c_str());
    pattern += decimals == 0 ? ".0" : "0";
  }
  return formats;
}

void WriteCell(lxw_worksheet* sheet, lxw_row_t row, lxw_col_t column, const Cell& cell,
               const Formats& formats, bool grouped) {
  if (const auto* number = std::get_if<Decimal>(&cell)) {
    const bool exact = number->units < kExactUnits && number->units > -kExactUnits;
    const auto decimals = static_cast<std::size_t>(number->decimals);
    if (exact && decimals < formats.numbers.size()) {
      worksheet_write_number(sheet, row, column, ToDouble(*number),
                             grouped ? formats.numbers[decimals] : nullptr);
    } else {
      worksheet_write_string(sheet, row, column, FormatDecimal(*number).c_str(), nullptr);
    }
    return;
  }
  worksheet_write_string(sheet, row, column, std::get<std::string>(cell).c_str(), nullptr);
}

void WriteTable(lxw_workbook* workbook, const SheetTable& table, const Formats& formats) {
  lxw_worksheet* sheet = workbook_add_worksheet(workbook, table.name.c_str());
  if (sheet == nullptr) return;
  worksheet_freeze_panes(sheet, 1, 0);
  constexpr double kColumnWidth = 16;
  if (!table.header.empty()) {
    worksheet_set_column(sheet, 0, static_cast<lxw_col_t>(table.header.size() - 1), kColumnWidth,
                         nullptr);
  }
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    worksheet_write_string(sheet, 0, static_cast<lxw_col_t>(i), table.header[i].c_str(),
                           formats.header);
  }
  lxw_row_t row = 1;
  for (const std::vector<Cell>& cells : table.rows) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      // A year is a number too, but nobody groups its digits.
      WriteCell(sheet, row, static_cast<lxw_col_t>(i), cells[i], formats,
                table.header[i] != "year");
    }
    ++row;
  }
}

}  // namespace

absl::StatusOr<std::string> StatementWorkbook(const Statement& statement,
                                              const ConvertedActuals& converted) {
  const MemoryFile file;
  if (!file.ok()) return Internal(kInternal, "no memory for a workbook");
  lxw_workbook* workbook = workbook_new(file.name().c_str());
  if (workbook == nullptr) return Internal(kInternal, "a workbook cannot be begun");
  // Without a time the library takes the present one; this one is the least that a workbook knows.
  constexpr time_t kNoTime = 315532800;  // 1980-01-01T00:00:00Z, as in the archive's entries.
  lxw_doc_properties properties = {};
  properties.created = kNoTime;
  workbook_set_properties(workbook, &properties);
  const Formats formats = MakeFormats(workbook);
  for (const SheetTable& table : TablesOf(statement, converted))
    WriteTable(workbook, table, formats);
  const lxw_error error = workbook_close(workbook);  // Also frees it.
  if (error != LXW_NO_ERROR) {
    return Internal(kInternal, "a workbook cannot be written", {{"error", lxw_strerror(error)}});
  }
  return file.Content();
}

}  // namespace jointly::budgets
