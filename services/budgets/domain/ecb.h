#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "services/budgets/domain/rates.h"

// The European Central Bank's reference rates, in the files exactly as it publishes them.
namespace jointly::budgets {

inline constexpr Reason kUnknownRateFormat{"UNKNOWN_RATE_FORMAT"};  // format

struct CurrencyRate {
  std::string currency;  // Three capital letters, also of currencies that are gone: "CYP".
  Rate rate;
  friend bool operator==(const CurrencyRate&, const CurrencyRate&) = default;
};

// One day's rates, by currency; without those that the file has no rate of ("N/A").
struct RateDay {
  Date date{};
  std::vector<CurrencyRate> rates;
  friend bool operator==(const RateDay&, const RateDay&) = default;
};

struct FileFault {
  int line = 0;  // From 1; 0: of the whole file.
  std::string text;
};

// What a file says: days, oldest first, each once; and everything that is wrong with it. A file
// with a fault must not be imported.
struct RateFile {
  std::vector<RateDay> days;
  std::vector<FileFault> faults;
};

// A longer list of faults than this helps nobody: the last one says how many more there are.
inline constexpr int kFaultsMax = 100;

// eurofxref-daily.xml, -hist-90d.xml, -hist.xml: gesmes:Envelope > Cube > one or many
// Cube time='...' > Cube currency='...' rate='...'; single or double quotes. A document type
// declaration is refused: the ECB's files have none, and entities could blow up.
RateFile ReadEcbXml(std::string_view content);
// eurofxref-hist.csv: "Date,USD,JPY,...,", a trailing comma in each line, "N/A", ISO dates.
RateFile ReadEcbHistoryCsv(std::string_view content);
// eurofxref.csv: "Date, USD, JPY, ..., " and one line that begins with "13 April 2026".
RateFile ReadEcbDailyCsv(std::string_view content);

// By a format's name: "daily_xml" (also the longer XML files), "history_csv", "daily_csv".
// Errors: INVALID_ARGUMENT UNKNOWN_RATE_FORMAT; or with a violation "content:<line>" for each
// fault.
absl::StatusOr<std::vector<RateDay>> ReadRates(std::string_view format, std::string_view content);

}  // namespace jointly::budgets
