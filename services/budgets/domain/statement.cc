#include "services/budgets/domain/statement.h"

#include <algorithm>
#include <limits>
#include <set>

#include "common/error/macros.h"
#include "services/budgets/domain/statement_tally.h"

namespace jointly::budgets {
namespace {

__extension__ using Wide = __int128;

// The place of a name in the budget's own order; unknown ones come behind, by name.
std::pair<std::size_t, std::string> Rank(const std::vector<std::string>& order,
                                         const std::string& name) {
  const auto found = std::find(order.begin(), order.end(), name);
  return {static_cast<std::size_t>(found - order.begin()), name};
}

void AddTo(StatementRow& total, const StatementRow& row) {
  total.budget += row.budget;
  total.committed += row.committed;
  total.actual += row.actual;
  total.paid += row.paid;
  total.carried += row.carried;
  total.returned += row.returned;
}

// Sums of rows by one of their names. `across`: over several periods, where what one period carried
// to the next must not count in both.
std::vector<StatementRow> Total(const std::vector<StatementRow>& rows,
                                std::string StatementRow::*name,
                                const std::vector<std::string>& order, bool across) {
  std::map<std::pair<std::size_t, std::string>, StatementRow> totals;
  for (const StatementRow& row : rows) {
    StatementRow& total = totals[Rank(order, row.*name)];
    total.*name = row.*name;
    AddTo(total, row);
  }
  std::vector<StatementRow> result;
  for (auto& [rank, total] : totals) {
    if (across) {
      total.budget -= total.carried;
      total.carried = 0;
    }
    result.push_back(std::move(total));
  }
  return result;
}

void AddPaid(std::vector<StatementRow>& totals, std::string StatementRow::*name,
             const std::map<std::string, std::int64_t>& paid) {
  for (StatementRow& total : totals) {
    const auto found = paid.find(total.*name);
    if (found != paid.end()) total.paid = found->second;
  }
}

// Every line belongs to a period of the budget, or the years below would lose it.
absl::Status CheckLines(const StatementInput& input) {
  for (const MovementSum& sum : input.sums) {
    const auto account = ParseAccount(sum.account);
    if (!account.has_value() || !account->line.has_value()) continue;
    const bool known = std::any_of(
        input.periods.begin(), input.periods.end(),
        [&](const StatementPeriod& period) { return period.id == account->line->period; });
    if (!known) {
      return Internal(kJournalUnsound, "the journal has a line of a period that the budget has not",
                      {{"rule", "period"}, {"account", sum.account}});
    }
  }
  return absl::OkStatus();
}

// A sum of absolute values that fits into 64 bits: then no partial sum below can leave them.
absl::Status CheckRange(const StatementInput& input) {
  Wide total = 0;
  for (const MovementSum& sum : input.sums) {
    for (const std::int64_t amount :
         {sum.posted_debit, sum.posted_credit, sum.pending_debit, sum.pending_credit}) {
      total += amount < 0 ? -Wide{amount} : Wide{amount};
    }
  }
  if (total <= std::numeric_limits<std::int64_t>::max()) return absl::OkStatus();
  return OutOfRange(money::kAmountOutOfRange,
                    "the budget's movements do not add up within 64 bits of minor units",
                    {{"currency_code", input.currency.code}});
}

std::vector<std::string> PeriodOrder(const StatementInput& input) {
  std::vector<std::string> order;
  for (const StatementPeriod& period : input.periods) order.push_back(period.id);
  return order;
}

std::vector<ExerciceRow> Exercices(const StatementInput& input, const Tally& tally,
                                   std::int64_t contract) {
  std::map<int, ExerciceRow> years;
  // Of the periods that the journal speaks of: one that is added later changes no older statement.
  std::optional<DateRange> used;
  for (const StatementPeriod& period : input.periods) {
    const bool has_lines =
        std::any_of(tally.lines.begin(), tally.lines.end(),
                    [&](const auto& line) { return line.first.period == period.id; });
    if (!has_lines) continue;
    if (!used.has_value()) used = period.range;
    used->last = period.range.last;
  }
  if (used.has_value()) {
    const DateRange range = *used;
    const auto shares = ProRata({contract, input.currency}, Calendar::kExercice, range);
    const std::vector<CalendarYear> cut = YearsOf(Calendar::kExercice, range);
    for (std::size_t i = 0; i < cut.size(); ++i) {
      ExerciceRow& row = years[Exercice(cut[i].range.first)];
      row.pro_rata = shares.ok() ? (*shares)[i].minor : 0;
    }
  }
  for (const auto& [year, consumed] : tally.exercices) {
    years[year].commitments = consumed.commitments;
    years[year].payments = consumed.payments;
  }
  std::vector<ExerciceRow> rows;
  std::int64_t outstanding = 0;
  for (auto& [year, row] : years) {
    row.year = year;
    outstanding += row.commitments - row.payments;
    row.outstanding = outstanding;
    rows.push_back(row);
  }
  return rows;
}

bool InPeriod(const StatementInput& input, const StatementRow& row) {
  return input.period.empty() || row.period == input.period;
}

absl::Status CheckPeriod(const StatementInput& input, const std::vector<StatementRow>& rows) {
  if (input.period.empty()) return absl::OkStatus();
  const bool known =
      std::any_of(input.periods.begin(), input.periods.end(),
                  [&](const StatementPeriod& period) { return period.id == input.period; });
  const bool used = std::any_of(rows.begin(), rows.end(), [&](const StatementRow& row) {
    return row.period == input.period;
  });
  if (used || (known && input.calendar == Calendar::kBudget)) return absl::OkStatus();
  return NotFound(kPeriodNotFound, "the budget has no such period in this calendar",
                  {{"period", input.period}, {"calendar", std::string(Name(input.calendar))}});
}

// Rows of the statement's calendar, in the order in which they are read.
std::vector<StatementRow> OrderedRows(const StatementInput& input, const Tally& tally) {
  std::vector<StatementRow> rows =
      input.calendar == Calendar::kBudget ? PeriodRows(tally) : YearRows(input, tally);
  const std::vector<std::string> order =
      input.calendar == Calendar::kBudget ? PeriodOrder(input) : std::vector<std::string>();
  std::sort(rows.begin(), rows.end(), [&](const StatementRow& a, const StatementRow& b) {
    return std::make_tuple(Rank(order, a.period), Rank(input.categories, a.category),
                           Rank(input.partners, a.partner)) <
           std::make_tuple(Rank(order, b.period), Rank(input.categories, b.category),
                           Rank(input.partners, b.partner));
  });
  return rows;
}

}  // namespace

std::string Percent(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return "";
  // Tenths of a percent, half to even.
  const bool negative = (part < 0) != (whole < 0) && part != 0;
  const Wide top = Wide{part < 0 ? -Wide{part} : Wide{part}} * 1000;
  const Wide bottom = whole < 0 ? -Wide{whole} : Wide{whole};
  Wide tenths = top / bottom;
  const Wide twice = 2 * (top % bottom);
  if (twice > bottom || (twice == bottom && tenths % 2 != 0)) ++tenths;
  return (negative && tenths != 0 ? "-" : "") +
         std::to_string(static_cast<std::int64_t>(tenths / 10)) + "." +
         std::to_string(static_cast<std::int64_t>(tenths % 10));
}

std::string VariancePercent(const StatementRow& row) { return Percent(row.variance(), row.budget); }

std::optional<TransferRow> TransferOf(const Journal& journal) {
  if (journal.movement != Movement::kTransfer && journal.movement != Movement::kReverse) return {};
  TransferRow row{.document = journal.document, .effective_date = journal.effective_on};
  int lines = 0;
  for (const Posting& posting : journal.postings) {
    const auto account = ParseAccount(posting.account);
    if (!account.has_value() || account->family != Family::kLine ||
        posting.layer != Layer::kPosted) {
      return {};
    }
    ++lines;
    (posting.side == Side::kDebit ? row.from : row.to) = *account->line;
    row.amount = posting.amount;
  }
  if (lines != 2 || row.from.period != row.to.period) return {};
  return row;
}

absl::Status ExchangeFold::Add(const Journal& journal, bool listed) {
  std::int64_t gained = 0;
  for (const Posting& posting : journal.postings) {
    if (posting.account != ExchangeAccount(control_) || posting.layer != Layer::kPosted) continue;
    gained += posting.side == Side::kCredit ? posting.amount : -posting.amount;
  }
  for (const Conversion& conversion : journal.conversions) {
    ExchangeRow row{.document = journal.document,
                    .movement = journal.movement,
                    .effective_date = journal.effective_on,
                    .conversion = conversion};
    const auto reserved = reservations_.find(journal.document);
    if (journal.movement == Movement::kPay) {
      row.difference = gained;
    } else if (journal.movement == Movement::kReverse) {
      const auto original = differences_.find(journal.reverses);
      row.difference = original == differences_.end() ? 0 : -original->second;
    } else if (journal.movement == Movement::kReserve) {
      if (reserved == reservations_.end()) reservations_.emplace(journal.document, conversion);
    } else if (reserved != reservations_.end() &&
               reserved->second.from.currency == conversion.from.currency) {
      ASSIGN_OR_RETURN(const money::Money then, ConvertAgain(reserved->second, conversion.from));
      ASSIGN_OR_RETURN(const money::Money less, money::Subtract(then, conversion.to));
      row.difference = less.minor;
    }
    differences_[journal.id] += row.difference;
    if (listed) rows_.push_back(std::move(row));
  }
  return absl::OkStatus();
}

absl::StatusOr<Statement> MakeStatement(const StatementInput& input) {
  RETURN_IF_ERROR(CheckRange(input));
  RETURN_IF_ERROR(CheckLines(input));
  const Tally tally = TallyOf(input);
  const std::vector<StatementRow> rows = OrderedRows(input, tally);
  RETURN_IF_ERROR(CheckPeriod(input, rows));
  Statement statement{.budget = input.budget,
                      .display_name = input.display_name,
                      .as_of_sequence = input.as_of_sequence,
                      .as_of_date = input.as_of_date,
                      .calendar = input.calendar,
                      .period = input.period,
                      .currency = input.currency,
                      .authorised_version = input.authorised_version};
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(statement.rows),
               [&](const StatementRow& row) { return InPeriod(input, row); });
  const bool across = input.period.empty();
  const std::vector<std::string> periods =
      input.calendar == Calendar::kBudget ? PeriodOrder(input) : std::vector<std::string>();
  statement.by_period = Total(statement.rows, &StatementRow::period, periods, /*across=*/false);
  statement.by_category = Total(statement.rows, &StatementRow::category, input.categories, across);
  statement.by_partner = Total(statement.rows, &StatementRow::partner, input.partners, across);
  if (across) AddPaid(statement.by_partner, &StatementRow::partner, tally.paid_by_partner);
  if (input.calendar != Calendar::kBudget) {
    AddPaid(statement.by_period, &StatementRow::period, tally.paid_by_year);
  }
  for (const StatementRow& row : rows) AddTo(statement.life_to_date, row);
  statement.life_to_date.budget -= statement.life_to_date.carried;
  statement.life_to_date.carried = 0;
  statement.life_to_date.paid = tally.paid;
  statement.pool = tally.pool;
  statement.pool_returned = tally.pool_returned;
  statement.contract = tally.pool + tally.pool_returned + statement.life_to_date.budget;
  statement.exercices = Exercices(input, tally, statement.contract);
  statement.transfers = input.transfers;
  statement.exchanges = input.exchanges;
  statement.next_annexes_page_token = input.next_annexes_page_token;
  for (const auto& [partner, row] : tally.in_kind) statement.in_kind.push_back(row);
  statement.content_hash = HashOf(statement);
  return statement;
}

}  // namespace jointly::budgets
