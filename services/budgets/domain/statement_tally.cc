#include "services/budgets/domain/statement_tally.h"

#include <algorithm>

namespace jointly::budgets {
namespace {

Date FirstOf(Month month) { return month / std::chrono::day(1); }

// "institutions/tsukuba" of "payable/tsukuba", as lines name a partner.
std::string PartnerOf(const AccountName& account) {
  return account.name.find('/') == std::string::npos ? "institutions/" + account.name
                                                     : account.name;
}

void TallyLine(Tally& tally, const MovementSum& sum, const LineKey& key, bool is_spent,
               const std::string& year) {
  LineTally& line = tally.lines[key];
  const std::int64_t reserved = sum.pending_debit - sum.pending_credit;
  AeCp& exercice = tally.exercices[Exercice(FirstOf(sum.month))];
  if (is_spent) {
    const std::int64_t spent = sum.posted_debit - sum.posted_credit;
    line.spent += spent;
    exercice.commitments += spent;
    if (!year.empty()) tally.years[key][year].spent += spent;
    return;
  }
  line.credited += sum.posted_credit - sum.posted_debit;
  line.reserved += reserved;
  exercice.commitments += reserved;
  if (!year.empty()) tally.years[key][year].reserved += reserved;
  if (sum.movement == Movement::kCarry) {
    line.carried_in += sum.posted_credit;
    line.carried += sum.posted_debit;
  }
  if (sum.movement == Movement::kReturn) {
    line.returned += sum.posted_debit;
    if (!year.empty()) tally.years[key][year].returned += sum.posted_debit;
  }
}

void TallyPaid(Tally& tally, const MovementSum& sum, const std::string& partner,
               const std::string& year) {
  if (sum.movement != Movement::kPay) return;
  const std::int64_t paid = sum.posted_debit - sum.posted_credit;
  tally.paid += paid;
  tally.paid_by_partner[partner] += paid;
  tally.exercices[Exercice(FirstOf(sum.month))].payments += paid;
  if (!year.empty()) tally.paid_by_year[year] += paid;
}

void TallyInKind(Tally& tally, const MovementSum& sum, const AccountName& account) {
  const std::int64_t credit = sum.posted_credit - sum.posted_debit;
  InKindRow& row = tally.in_kind[PartnerOf(account)];
  row.partner = PartnerOf(account);
  if (account.family == Family::kInKind) {
    row.promised += credit;
    row.delivered += credit;  // Less what is still promised, which the other account holds.
  } else {
    row.delivered += credit;
  }
}

}  // namespace

Tally TallyOf(const StatementInput& input) {
  Tally tally;
  for (const MovementSum& sum : input.sums) {
    const auto account = ParseAccount(sum.account);
    if (!account.has_value()) continue;
    const std::string year = input.calendar == Calendar::kBudget
                                 ? std::string()
                                 : YearOf(input.calendar, FirstOf(sum.month)).name;
    switch (account->family) {
      case Family::kLine:
      case Family::kSpent:
        if (account->line->kind == Kind::kCash) {
          TallyLine(tally, sum, *account->line, account->family == Family::kSpent, year);
        }
        break;
      case Family::kPayable:
        TallyPaid(tally, sum, PartnerOf(*account), year);
        break;
      case Family::kPool:
        tally.pool += sum.posted_credit - sum.posted_debit;
        if (sum.movement == Movement::kReturn) tally.pool_returned += sum.posted_debit;
        break;
      case Family::kInKind:
      case Family::kInKindPromise:
        TallyInKind(tally, sum, *account);
        break;
      default:
        break;
    }
  }
  return tally;
}

std::vector<StatementRow> PeriodRows(const Tally& tally) {
  std::vector<StatementRow> rows;
  for (const auto& [key, line] : tally.lines) {
    rows.push_back({.period = key.period,
                    .category = key.category,
                    .partner = key.partner,
                    .budget = line.authorised(),
                    .committed = line.reserved,
                    .actual = line.spent,
                    .carried = line.carried,
                    .returned = line.returned});
  }
  return rows;
}

std::vector<StatementRow> YearRows(const StatementInput& input, const Tally& tally) {
  using Key = std::tuple<std::string, std::string, std::string>;
  std::map<Key, StatementRow> rows;
  const auto at = [&](const std::string& year, const LineKey& key) -> StatementRow& {
    StatementRow& row = rows[{year, key.category, key.partner}];
    row.period = year;
    row.category = key.category;
    row.partner = key.partner;
    return row;
  };
  for (const auto& [key, line] : tally.lines) {
    const auto period =
        std::find_if(input.periods.begin(), input.periods.end(),
                     [&](const StatementPeriod& candidate) { return candidate.id == key.period; });
    if (period == input.periods.end()) continue;
    const auto shares = ProRata({line.own(), input.currency}, input.calendar, period->range);
    const std::vector<CalendarYear> years = YearsOf(input.calendar, period->range);
    for (std::size_t i = 0; i < years.size(); ++i) {
      at(years[i].name, key).budget += shares.ok() ? (*shares)[i].minor : 0;
    }
  }
  for (const auto& [key, years] : tally.years) {
    for (const auto& [year, change] : years) {
      StatementRow& row = at(year, key);
      row.committed += change.reserved;
      row.actual += change.spent;
      row.returned += change.returned;
    }
  }
  std::vector<StatementRow> result;
  for (auto& [key, row] : rows) result.push_back(std::move(row));
  return result;
}

}  // namespace jointly::budgets
