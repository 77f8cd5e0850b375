#include "services/budgets/domain/ecb.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "services/budgets/domain/ecb_days.h"

namespace jointly::budgets {
namespace {

// The lines of a text without their ends, LF or CRLF; a byte order mark is passed over.
std::vector<std::string_view> LinesOf(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

// The cells of a line; the ECB ends each line with a comma, behind which is nothing.
std::vector<std::string_view> CellsOf(std::string_view line) {
  std::vector<std::string_view> cells;
  while (true) {
    const std::size_t comma = line.find(',');
    cells.push_back(Trim(line.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    line.remove_prefix(comma + 1);
  }
  if (cells.size() > 1 && cells.back().empty()) cells.pop_back();
  return cells;
}

// "13 April 2026".
absl::StatusOr<Date> ParseEnglishDate(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  const absl::Status refusal = InvalidArgument(kInvalidArgument, "not a date like 13 April 2026");
  const std::size_t first = text.find(' ');
  const std::size_t second = text.find(' ', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return refusal;
  const std::string_view day = text.substr(0, first);
  const std::string_view month = text.substr(first + 1, second - first - 1);
  const auto found = std::find(kMonths.begin(), kMonths.end(), month);
  if (found == kMonths.end() || day.empty() || day.size() > 2) return refusal;
  std::string number = std::to_string(found - kMonths.begin() + 1);
  if (number.size() == 1) number.insert(0, "0");
  std::string padded(day);
  if (padded.size() == 1) padded.insert(0, "0");
  return ParseDate(std::string(text.substr(second + 1)) + "-" + number + "-" + padded);
}

struct CsvForm {
  absl::StatusOr<Date> (*parse_date)(std::string_view);
  std::string_view date_form;
};

void ReadRow(const std::vector<std::string_view>& header,
             const std::vector<std::string_view>& cells, int line, const CsvForm& form,
             DayCollector& days) {
  const auto date = form.parse_date(cells.front());
  if (!date.ok()) {
    days.Leave();
    days.Fault(line, "\"" + Shorten(cells.front()) + "\" is not a date like " +
                         std::string(form.date_form));
  } else {
    days.Begin(*date, line);
  }
  if (cells.size() != header.size()) {
    days.Fault(line, "has " + std::to_string(cells.size()) + " cells; the header has " +
                         std::to_string(header.size()));
    return;
  }
  for (std::size_t i = 1; i < cells.size(); ++i) {
    if (cells[i] != "N/A") days.Add(header[i], cells[i], line);
  }
}

RateFile ReadCsv(std::string_view content, const CsvForm& form) {
  DayCollector days;
  const std::vector<std::string_view> lines = LinesOf(content);
  if (lines.empty() || lines.front().empty()) {
    days.Fault(0, "the file is empty");
    return std::move(days).Finish();
  }
  const std::vector<std::string_view> header = CellsOf(lines.front());
  if (header.front() != "Date" || header.size() < 2) {
    days.Fault(1, "the header must be Date and then currency codes, as in " +
                      std::string("Date,USD,JPY,"));
    return std::move(days).Finish();
  }
  std::set<std::string_view> seen;
  for (std::size_t i = 1; i < header.size(); ++i) {
    if (!IsCurrencyCode(header[i])) {
      days.Fault(1, "\"" + Shorten(header[i]) + "\" is not a currency code");
    } else if (!seen.insert(header[i]).second) {
      days.Fault(1, std::string(header[i]) + " occurs twice in the header");
    }
  }
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (Trim(lines[i]).empty()) continue;
    ReadRow(header, CellsOf(lines[i]), static_cast<int>(i) + 1, form, days);
  }
  return std::move(days).Finish();
}

}  // namespace

std::string Shorten(std::string_view text) {
  constexpr std::size_t kShown = 40;
  return text.size() <= kShown ? std::string(text) : std::string(text.substr(0, kShown)) + "...";
}

bool IsCurrencyCode(std::string_view text) {
  return text.size() == 3 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

void DayCollector::Fault(int line, std::string text) {
  ++faults_seen_;
  if (file_.faults.size() < static_cast<std::size_t>(kFaultsMax)) {
    file_.faults.push_back({line, std::move(text)});
  }
}

void DayCollector::Begin(Date date, int line) {
  const auto [found, is_new] = days_.try_emplace(date);
  current_ = &found->second;
  if (!is_new) Fault(line, FormatDate(date) + " occurs twice in the file");
}

void DayCollector::Add(std::string_view currency, std::string_view rate, int line) {
  const auto parsed = ParseRate(rate);
  if (!IsCurrencyCode(currency)) {
    Fault(line, "\"" + Shorten(currency) + "\" is not a currency code");
  } else if (!parsed.ok()) {
    Fault(line, "\"" + Shorten(rate) + "\" is not a rate of " + std::string(currency) +
                    ": a plain decimal above 0");
  } else if (current_ != nullptr && !current_->try_emplace(std::string(currency), *parsed).second) {
    Fault(line, std::string(currency) + " has two rates on one day");
  }
}

RateFile DayCollector::Finish() && {
  if (days_.empty() && faults_seen_ == 0) Fault(0, "the file has no day with rates");
  if (faults_seen_ > kFaultsMax) {
    file_.faults.back() = {0,
                           "and " + std::to_string(faults_seen_ - kFaultsMax + 1) + " more faults"};
  }
  for (const auto& [date, rates] : days_) {
    RateDay& day = file_.days.emplace_back(RateDay{.date = date, .rates = {}});
    for (const auto& [currency, rate] : rates) day.rates.push_back({currency, rate});
  }
  return std::move(file_);
}

RateFile ReadEcbHistoryCsv(std::string_view content) {
  return ReadCsv(content, {.parse_date = &ParseDate, .date_form = "2026-04-13"});
}

RateFile ReadEcbDailyCsv(std::string_view content) {
  return ReadCsv(content, {.parse_date = &ParseEnglishDate, .date_form = "13 April 2026"});
}

absl::StatusOr<std::vector<RateDay>> ReadRates(std::string_view format, std::string_view content) {
  RateFile file;
  if (format == "daily_xml") {
    file = ReadEcbXml(content);
  } else if (format == "history_csv") {
    file = ReadEcbHistoryCsv(content);
  } else if (format == "daily_csv") {
    file = ReadEcbDailyCsv(content);
  } else {
    return InvalidArgument(kUnknownRateFormat,
                           "a file of rates is daily_xml, history_csv or daily_csv",
                           {{"format", Shorten(format)}});
  }
  Violations violations;
  for (const FileFault& fault : file.faults) {
    violations.Add(fault.line == 0 ? "content" : "content:" + std::to_string(fault.line),
                   fault.text);
  }
  if (!violations.empty()) return violations.ToStatus();
  return std::move(file.days);
}

}  // namespace jointly::budgets
