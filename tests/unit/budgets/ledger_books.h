#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/error/check.h"
#include "services/budgets/domain/movements.h"
#include "tests/support/table.h"

// A ledger in memory that is told its movements in words, as the tables of the tests spell them.
namespace jointly::budgets {

inline const money::Currency kEur{"EUR", 2};
inline const money::Currency kJpy{"JPY", 0};

inline std::int64_t Cents(std::string_view decimal) {
  const auto amount = money::ParseMoney(decimal, kEur);
  Check(amount.ok(), "an amount of a table is none");
  return amount->minor;
}

inline std::string Decimal(std::int64_t minor) {
  const std::string text = money::FormatMoney({minor, kEur});
  return text.substr(0, text.find(' '));
}

inline Date Day(std::string_view text) {
  const auto date = ParseDate(text);
  Check(date.ok(), "a date of a table is none");
  return *date;
}

// "p1/EQUIP" of UGA, "p1/EQUIP/tsukuba", "p1/EQUIP/tsukuba/inkind".
inline LineKey Line(std::string_view text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == '/') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  Check(parts.size() >= 2, "a line of a table is none");
  return {.period = parts[0],
          .category = parts[1],
          .partner = "institutions/" + (parts.size() > 2 ? parts[2] : std::string("uga")),
          .kind = parts.size() > 3 && parts[3] == "inkind" ? Kind::kInKind : Kind::kCash};
}

inline Entry EntryOn(std::string_view date, int number) {
  return {.budget = "grenoble",
          .id = "journal-" + std::to_string(number),
          .effective_on = Day(date),
          .record_time = FromMicros(number),
          .actor = "people/accountant",
          .document = "",
          .reference = "",
          .currency = kEur};
}

inline std::string FactOf(const absl::Status& status, std::string_view name) {
  for (const Fact& fact : FactsOf(status)) {
    if (fact.name == name) return fact.value;
  }
  return "";
}

class Books {
 public:
  Balances balances;
  std::vector<Journal> journals;

  Entry Next(std::string_view date = "2020-04-01") { return EntryOn(date, ++count_); }

  // OK, or why not.
  absl::Status Post(absl::StatusOr<Journal> journal) {
    if (!journal.ok()) return journal.status();
    const Balances before = balances;
    const absl::Status status = Apply(balances, *journal);
    if (status.ok()) {
      journals.push_back(*std::move(journal));
    } else {
      EXPECT_EQ(balances, before) << "a refusal leaves no trace";
    }
    for (const Finding& finding : Inspect(balances, "EUR")) {
      ADD_FAILURE() << finding.invariant << ' ' << finding.subject << ' ' << finding.text;
    }
    return status;
  }

  void Must(absl::StatusOr<Journal> journal) {
    const absl::Status status = Post(std::move(journal));
    EXPECT_TRUE(status.ok()) << status;
  }

  Balance At(std::string_view path) const {
    const auto found = balances.find(path);
    return found == balances.end() ? Balance{} : found->second;
  }
  std::string AvailableAt(std::string_view line) const {
    return Decimal(AvailableOn(balances, Line(line)));
  }
  std::string CreditAt(std::string_view path) const { return Decimal(PostedCredit(At(path))); }
  std::string DebitAt(std::string_view path) const { return Decimal(PostedDebit(At(path))); }

  // Of all lines of a period.
  std::string AvailableIn(std::string_view period) const {
    std::int64_t sum = 0;
    for (const auto& [path, balance] : balances) {
      const auto account = ParseAccount(path);
      if (account.has_value() && account->family == Family::kLine &&
          account->line->period == period) {
        sum += Available(balance);
      }
    }
    return Decimal(sum);
  }

 private:
  int count_ = 0;
};

}  // namespace jointly::budgets
