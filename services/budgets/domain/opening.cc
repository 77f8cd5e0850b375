#include "services/budgets/domain/opening.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "services/budgets/domain/csv.h"

namespace jointly::budgets {
namespace {

__extension__ using Wide = __int128;

constexpr std::string_view kLines = "lines";
constexpr std::string_view kCommitments = "commitments";

// The cells of one file by the names of their columns, and what is wrong with them.
class Sheet {
 public:
  Sheet(std::string_view file, std::vector<std::string> columns, std::string_view text,
        std::vector<BadRow>& bad_rows)
      : file_(file), columns_(std::move(columns)), table_(ReadCsv(text)), bad_rows_(bad_rows) {
    if (!table_.problem.empty()) Fault(0, "", table_.problem);
    for (const std::string& column : columns_) {
      const auto count = std::count(table_.header.begin(), table_.header.end(), column);
      if (count == 0) Fault(0, column, "the header lacks this column");
      if (count > 1) Fault(0, column, "the header has this column twice");
    }
    for (const std::string& name : table_.header) {
      const bool known = std::find(columns_.begin(), columns_.end(), name) != columns_.end();
      if (!known) Fault(0, name.substr(0, 40), "no such column is known");
    }
    if (table_.rows.size() > kOpeningRowsMax) {
      Fault(0, "", "has more than " + std::to_string(kOpeningRowsMax) + " rows");
    }
    usable_ = bad_rows_.empty() || bad_rows_.back().file != file_ || bad_rows_.back().row != 0;
  }

  int rows() const { return usable_ ? static_cast<int>(table_.rows.size()) : 0; }
  // Turns to a row, from 1; false when its cells cannot be told apart.
  bool Go(int row) {
    row_ = row;
    good_ = true;
    const std::size_t cells = table_.rows[static_cast<std::size_t>(row - 1)].size();
    if (cells != table_.header.size()) {
      Fault("", "has " + std::to_string(cells) + " cells; the header has " +
                    std::to_string(table_.header.size()));
    }
    return good_;
  }
  const std::string& At(const std::string& column) const {
    const auto found = std::find(table_.header.begin(), table_.header.end(), column);
    return table_.rows[static_cast<std::size_t>(row_ - 1)]
                      [static_cast<std::size_t>(found - table_.header.begin())];
  }
  void Fault(const std::string& column, const std::string& problem) {
    good_ = false;
    Fault(row_, column, problem);
  }
  void Require(bool holds, const std::string& column, const std::string& problem) {
    if (!holds) Fault(column, problem);
  }
  // Whether nothing is wrong with the row so far.
  bool good() const { return good_; }

  // An amount that is not negative.
  std::int64_t Amount(const std::string& column, const money::Currency& currency) {
    const auto amount = money::ParseMoney(At(column), currency);
    if (!amount.ok()) {
      Fault(column, "\"" + At(column).substr(0, 40) + "\" is no amount of " + currency.code +
                        " with at most " + std::to_string(currency.decimals) + " decimals");
      return 0;
    }
    Require(amount->minor >= 0, column, "is negative");
    return amount->minor;
  }

 private:
  void Fault(int row, const std::string& column, const std::string& problem) {
    if (bad_rows_.size() >= kBadRowsMax) return;
    bad_rows_.push_back(
        {.file = std::string(file_), .row = row, .column = column, .problem = problem});
  }

  std::string_view file_;
  std::vector<std::string> columns_;
  CsvTable table_;
  std::vector<BadRow>& bad_rows_;
  int row_ = 0;
  bool good_ = true;
  bool usable_ = true;
};

const Period* FindPeriod(const std::vector<Period>& periods, const std::string& id) {
  const auto found = std::find_if(periods.begin(), periods.end(),
                                  [&](const Period& period) { return period.id == id; });
  return found == periods.end() ? nullptr : &*found;
}

// Period, category and partner of a row.
LineKey ReadKey(Sheet& sheet, const Budget& budget, const std::vector<Period>& periods) {
  LineKey key{.period = sheet.At("period"),
              .category = sheet.At("category"),
              .partner = sheet.At("partner")};
  sheet.Require(FindPeriod(periods, key.period) != nullptr, "period",
                "the budget has no such period");
  sheet.Require(FindCategory(budget, key.category) != nullptr, "category",
                "the budget has no such category");
  sheet.Require(HasPartner(budget, key.partner), "partner",
                "is no partner of the budget, like institutions/uga");
  return key;
}

void CheckLine(Sheet& sheet, const OpeningLine& line, const Period* period, Date today) {
  sheet.Require(line.authorised > 0, "authorised", "a line needs an amount above 0");
  sheet.Require(line.spent <= line.authorised, "spent", "is more than what is authorised");
  sheet.Require(line.paid <= line.spent, "paid", "is more than what is spent");
  sheet.Require(line.key.kind == Kind::kCash || line.paid == 0, "paid",
                "what is delivered in kind is not paid");
  if (period != nullptr) {
    sheet.Require(line.spent == 0 || period->start_date <= today, "spent",
                  "the period has not begun");
  }
}

// Returns the row of every line that the file speaks of, also of one with a fault.
std::map<LineKey, int> ReadLines(Sheet& sheet, const Budget& budget,
                                 const std::vector<Period>& periods, Date today, Opening& opening) {
  std::map<LineKey, int> seen;
  for (int row = 1; row <= sheet.rows(); ++row) {
    if (!sheet.Go(row)) continue;
    OpeningLine line{.row = row, .key = ReadKey(sheet, budget, periods)};
    const std::string& kind = sheet.At("kind");
    sheet.Require(kind == "cash" || kind == "in_kind", "kind", "is cash or in_kind");
    line.key.kind = kind == "in_kind" ? Kind::kInKind : Kind::kCash;
    line.authorised = sheet.Amount("authorised", budget.currency);
    line.spent = sheet.Amount("spent", budget.currency);
    line.paid = sheet.Amount("paid", budget.currency);
    const Period* period = FindPeriod(periods, line.key.period);
    if (sheet.good()) CheckLine(sheet, line, period, today);
    const auto [first, is_new] = seen.emplace(line.key, row);
    sheet.Require(is_new, "category",
                  "the same line stands in row " + std::to_string(first->second));
    if (!sheet.good()) continue;
    line.dated = std::clamp(today, period->start_date, period->end_date);
    opening.lines.push_back(line);
  }
  return seen;
}

// A commitment needs its line. That of a line with a fault is judged when the line is mended.
void CheckLinesOf(const std::map<LineKey, int>& seen, Opening& opening) {
  std::set<LineKey> good;
  for (const OpeningLine& line : opening.lines) good.insert(line.key);
  std::erase_if(opening.commitments, [&](const OpeningCommitment& commitment) {
    if (!seen.contains(commitment.line) && opening.bad_rows.size() < kBadRowsMax) {
      opening.bad_rows.push_back({.file = std::string(kCommitments),
                                  .row = commitment.row,
                                  .column = "category",
                                  .problem = "the lines have none of this period, category and "
                                             "partner"});
    }
    return !good.contains(commitment.line);
  });
}

void ReadCommitments(Sheet& sheet, const Budget& budget, const std::vector<Period>& periods,
                     Opening& opening) {
  std::map<std::string, int> seen;
  for (int row = 1; row <= sheet.rows(); ++row) {
    if (!sheet.Go(row)) continue;
    OpeningCommitment commitment{.row = row,
                                 .id = sheet.At("id"),
                                 .line = ReadKey(sheet, budget, periods),
                                 .supplier_reference = sheet.At("supplier_reference")};
    const bool plain = !commitment.id.empty() && commitment.id.size() <= 64 &&
                       std::all_of(commitment.id.begin(), commitment.id.end(), [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                       });
    sheet.Require(plain, "id", "is not made of at most 64 lower-case letters, digits and dashes");
    const auto [first, is_new] = seen.emplace(commitment.id, row);
    sheet.Require(is_new, "id", "the same id stands in row " + std::to_string(first->second));
    sheet.Require(!commitment.supplier_reference.empty(), "supplier_reference",
                  "an open commitment needs its order or contract number");
    const auto currency = money::FindCurrency(sheet.At("currency"));
    sheet.Require(currency.ok(), "currency", "is not an ISO 4217 currency code like EUR");
    if (currency.ok()) {
      commitment.amount = {sheet.Amount("amount", *currency), *currency};
      sheet.Require(!sheet.good() || commitment.amount.minor > 0, "amount", "must be above 0");
    }
    const auto date = ParseDate(sheet.At("date"));
    const Period* period = FindPeriod(periods, commitment.line.period);
    sheet.Require(date.ok(), "date", "is not a date like 2020-06-15");
    if (date.ok() && period != nullptr) {
      sheet.Require(*date >= period->start_date && *date <= period->end_date, "date",
                    "lies outside of the period");
    }
    if (!sheet.good()) continue;
    commitment.date = *date;
    commitment.control = commitment.amount.minor;  // Until it is converted.
    opening.commitments.push_back(std::move(commitment));
  }
}

void CheckContract(const Budget& budget, Opening& opening) {
  Wide total = 0;
  for (const OpeningLine& line : opening.lines) {
    if (line.key.kind == Kind::kCash) total += line.authorised;
  }
  if (total <= budget.contract_amount || opening.bad_rows.size() >= kBadRowsMax) return;
  opening.bad_rows.push_back(
      {.file = std::string(kLines),
       .row = 0,
       .column = "authorised",
       .problem = "all lines together are more than the contract amount of " +
                  money::FormatMoney({budget.contract_amount, budget.currency})});
}

// Posts into balances of its own, so that what the ledger would refuse is known beforehand.
class Poster {
 public:
  Poster(Opening& opening, const MakeEntry& make_entry)
      : opening_(opening), make_entry_(make_entry) {}

  Entry Begin(Date date, const std::string& document = "") const {
    return make_entry_(date, document);
  }
  bool Post(absl::StatusOr<Journal> journal, std::string_view file, int row,
            const std::string& column) {
    absl::Status status = journal.status();
    if (status.ok()) status = Apply(balances_, *journal);
    if (status.ok()) {
      journals_.push_back(*std::move(journal));
      return true;
    }
    if (opening_.bad_rows.size() >= kBadRowsMax) return false;
    std::string problem = MessageOf(status);
    for (const Fact& fact : FactsOf(status)) {
      if (fact.name == "available") problem += "; available: " + fact.value;
    }
    opening_.bad_rows.push_back(
        {.file = std::string(file), .row = row, .column = column, .problem = problem});
    return false;
  }
  std::vector<Journal> Take() && { return std::move(journals_); }

 private:
  Opening& opening_;
  const MakeEntry& make_entry_;
  Balances balances_;
  std::vector<Journal> journals_;
};

void PostLine(Poster& poster, const Budget& budget, const OpeningLine& line,
              const std::string& payer) {
  if (line.key.kind == Kind::kInKind) {
    poster.Post(PromiseInKind(poster.Begin(budget.start_date), line.key.partner, line.authorised),
                kLines, line.row, "authorised");
    if (line.spent > 0) {
      poster.Post(DeliverInKind(poster.Begin(line.dated), line.key, line.spent), kLines, line.row,
                  "spent");
    }
    return;
  }
  const bool allocated =
      poster.Post(Allocate(poster.Begin(budget.start_date), {{line.key, line.authorised}}), kLines,
                  line.row, "authorised");
  if (!allocated || line.spent == 0) return;
  const bool spent = poster.Post(Recognise(poster.Begin(line.dated), line.key, line.spent), kLines,
                                 line.row, "spent");
  if (!spent || line.paid == 0) return;
  poster.Post(Pay(poster.Begin(line.dated),
                  {.partner = line.key.partner, .organisation = payer, .recognised = line.paid}),
              kLines, line.row, "paid");
}

}  // namespace

Opening ReadOpening(const Budget& budget, const std::vector<Period>& periods, Date today,
                    std::string_view lines_csv, std::string_view commitments_csv) {
  Opening opening;
  Sheet lines(kLines, {"period", "category", "partner", "kind", "authorised", "spent", "paid"},
              lines_csv, opening.bad_rows);
  const std::map<LineKey, int> seen = ReadLines(lines, budget, periods, today, opening);
  CheckContract(budget, opening);
  if (commitments_csv.empty()) return opening;
  Sheet commitments(
      kCommitments,
      {"id", "period", "category", "partner", "supplier_reference", "amount", "currency", "date"},
      commitments_csv, opening.bad_rows);
  ReadCommitments(commitments, budget, periods, opening);
  CheckLinesOf(seen, opening);
  return opening;
}

std::vector<Journal> OpeningJournals(const Budget& budget, Opening& opening,
                                     const MakeEntry& make_entry) {
  Poster poster(opening, make_entry);
  std::string payer;
  for (const Source& source : budget.sources) {
    if (source.kind != Kind::kCash || source.promised == 0) continue;
    if (payer.empty()) payer = source.organisation;
    poster.Post(Authorise(poster.Begin(budget.start_date), source.organisation, source.promised),
                kLines, 0, "authorised");
  }
  std::int64_t paid = 0;
  for (const OpeningLine& line : opening.lines) paid += line.paid;
  if (paid > 0) {
    poster.Post(ReceiveInstalment(poster.Begin(budget.start_date), payer, paid), kLines, 0, "paid");
  }
  for (const OpeningLine& line : opening.lines) PostLine(poster, budget, line, payer);
  for (const OpeningCommitment& commitment : opening.commitments) {
    poster.Post(Reserve(poster.Begin(commitment.date, "commitments/" + commitment.id),
                        commitment.line, commitment.control, commitment.conversion),
                kCommitments, commitment.row, "amount");
  }
  return std::move(poster).Take();
}

}  // namespace jointly::budgets
