#include "tests/support/budgets/calendar_check.h"

#include <map>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/budgets/domain/statement.h"
#include "services/budgets/store/budget_store.h"
#include "tests/support/budgets/reading.h"

namespace jointly::budgets::invariants {
namespace {

struct Sums {
  std::int64_t reserved = 0;
  std::int64_t spent = 0;
  std::int64_t paid = 0;
  friend bool operator==(const Sums&, const Sums&) = default;
};
using SumsByYear = std::map<std::string, Sums>;

// The year of an entry, reckoned without the service's calendars.
std::string YearOf(Calendar calendar, const Journal& journal, const LineKey& line) {
  const int year = static_cast<int>(journal.effective_on.year());
  const bool before_april = static_cast<unsigned>(journal.effective_on.month()) < 4;
  switch (calendar) {
    case Calendar::kBudget:
      return line.period;
    case Calendar::kJapaneseFiscalYear:
      return "FY" + std::to_string(before_april ? year - 1 : year);
    case Calendar::kExercice:
      return "exercice " + std::to_string(year);
  }
  Die("a calendar of no kind");
}

void Add(const Journal& journal, Calendar calendar, SumsByYear& years) {
  for (const Posting& posting : journal.postings) {
    const auto account = ParseAccount(posting.account);
    if (!account.has_value() || !account->line.has_value()) continue;
    if (account->line->kind != Kind::kCash) continue;
    const std::int64_t debit = posting.side == Side::kDebit ? posting.amount : -posting.amount;
    Sums& sums = years[YearOf(calendar, journal, *account->line)];
    if (account->family == Family::kSpent) sums.spent += debit;
    if (account->family == Family::kLine && posting.layer == Layer::kPending) {
      sums.reserved += debit;
    }
  }
}

std::int64_t PaidBy(const Journal& journal) {
  if (journal.counts_as != Movement::kPay) return 0;
  std::int64_t paid = 0;
  for (const Posting& posting : journal.postings) {
    if (FamilyOf(posting.account) != Family::kPayable || posting.layer == Layer::kPending) continue;
    paid += posting.side == Side::kDebit ? posting.amount : -posting.amount;
  }
  return paid;
}

Sums TotalOf(const SumsByYear& years) {
  Sums total;
  for (const auto& [year, sums] : years) {
    total.reserved += sums.reserved;
    total.spent += sums.spent;
    total.paid += sums.paid;
  }
  return total;
}

SumsByYear WithoutEmpty(SumsByYear years) {
  std::erase_if(years, [](const auto& year) { return year.second == Sums(); });
  return years;
}

std::string Text(const SumsByYear& years) {
  std::string text;
  for (const auto& [year, sums] : years) {
    text += " " + year + ": " + std::to_string(sums.reserved) + "/" + std::to_string(sums.spent) +
            "/" + std::to_string(sums.paid);
  }
  return text;
}

absl::StatusOr<std::vector<Statement>> Statements(db::Tx& tx, const std::string& id,
                                                  const store::StatementOrder& order) {
  ASSIGN_OR_RETURN(const Budget budget,
                   store::LoadBudget(tx, id, store::Everything(), store::Lock::kNo));
  ASSIGN_OR_RETURN(const auto periods, store::LoadPeriods(tx, id, store::Lock::kNo));
  ASSIGN_OR_RETURN(StatementInput input, store::LoadStatement(tx, budget, periods, order));
  std::vector<Statement> statements;
  for (const Calendar calendar :
       {Calendar::kBudget, Calendar::kJapaneseFiscalYear, Calendar::kExercice}) {
    input.calendar = calendar;
    ASSIGN_OR_RETURN(statements.emplace_back(), MakeStatement(input));
  }
  return statements;
}

}  // namespace

void CheckCalendars(db::Database& database, const std::string& budget,
                    const std::vector<Journal>& journals, std::int64_t as_of_sequence,
                    std::optional<Date> as_of_date, Findings& findings) {
  const auto statements = database.Read([&](db::Tx& tx) {
    return Statements(
        tx, budget,
        {.as_of_sequence = as_of_sequence, .as_of_date = as_of_date, .calendar = {}, .period = {}});
  });
  Check(statements.ok(), statements.status().ToString());
  for (const Statement& statement : *statements) {
    SumsByYear entries;
    std::int64_t paid = 0;
    for (const Journal& journal : journals) {
      if (as_of_sequence != 0 && journal.sequence > as_of_sequence) continue;
      if (as_of_date.has_value() && journal.effective_on > *as_of_date) continue;
      Add(journal, statement.calendar, entries);
      paid += PaidBy(journal);
    }
    SumsByYear rows;
    for (const StatementRow& row : statement.by_period) {
      rows[row.period] = {.reserved = row.committed, .spent = row.actual, .paid = 0};
    }
    const std::string subject = "B16 " + budget + " by " + std::string(Name(statement.calendar)) +
                                " as of " + std::to_string(as_of_sequence) + ": ";
    if (WithoutEmpty(rows) != WithoutEmpty(entries)) {
      findings.push_back(subject + "the statement says" + Text(rows) + ", the entries" +
                         Text(entries));
    }
    Sums life = TotalOf(entries);
    life.paid = paid;
    const StatementRow& said = statement.life_to_date;
    if (life != Sums{.reserved = said.committed, .spent = said.actual, .paid = said.paid}) {
      findings.push_back(subject + "life to date is not the sum of the entries");
    }
  }
}

}  // namespace jointly::budgets::invariants
