#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/budgets/domain/movements.h"
#include "services/budgets/domain/types.h"

// A budget that already runs, taken over from elsewhere: its lines with what was spent and paid,
// and its open commitments, as two CSV files. Everything that is wrong is found before anything is
// written. Pure.
namespace jointly::budgets {

struct BadRow {
  std::string file;  // "lines", "commitments".
  int row = 0;       // From 1, the header not counted; 0: the header or the whole file.
  std::string column;
  std::string problem;
  friend bool operator==(const BadRow&, const BadRow&) = default;
};

struct OpeningLine {
  int row = 0;
  LineKey key;
  std::int64_t authorised = 0;  // In kind: promised.
  std::int64_t spent = 0;       // In kind: delivered.
  std::int64_t paid = 0;
  Date dated{};  // Of what was spent: today, or the period's last day when it is over.
};

struct OpeningCommitment {
  int row = 0;
  std::string id;
  LineKey line;
  std::string supplier_reference;
  money::Money amount;
  Date date{};
  // What it reserves: the amount itself, or what the caller converts it to.
  std::int64_t control = 0;
  std::optional<Conversion> conversion;
};

struct Opening {
  std::vector<OpeningLine> lines;
  std::vector<OpeningCommitment> commitments;
  std::vector<BadRow> bad_rows;  // At most kBadRowsMax; rows with one are not above.
};
inline constexpr std::size_t kBadRowsMax = 1000;
inline constexpr std::size_t kOpeningRowsMax = 10'000;

// Lines: period,category,partner,kind,authorised,spent,paid. Commitments:
// id,period,category,partner,supplier_reference,amount,currency,date. RFC 4180 with a header in any
// order; a semicolon parts cells as well; amounts with a point. Kind is cash or in_kind. Checks
// shape, names, dates, amounts, doubles, and that all lines together fit into the contract amount.
Opening ReadOpening(const Budget& budget, const std::vector<Period>& periods, Date today,
                    std::string_view lines_csv, std::string_view commitments_csv);

// What the next journal says of itself.
using MakeEntry = std::function<Entry(Date effective_on, const std::string& document)>;
// The journals that say it: each source's promise, the lines, what was spent and paid (from the
// first source's cash, which receives as much), the reservations. Applies them in memory: a row
// that the ledger refuses becomes a bad row of `opening`, and its journal is left out.
std::vector<Journal> OpeningJournals(const Budget& budget, Opening& opening,
                                     const MakeEntry& make_entry);

}  // namespace jointly::budgets
