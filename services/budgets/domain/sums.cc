#include "services/budgets/domain/sums.h"

namespace jointly::budgets {

std::string FormatMonth(Month month) {
  return FormatDate(Date(month / std::chrono::day(1))).substr(0, 7);
}

MovementSum& SumFold::At(const std::string& account, Movement movement, Month month,
                         const std::string& currency_code) {
  MovementSum& sum = sums_[{account, movement, month, currency_code}];
  if (sum.account.empty()) {
    sum.account = account;
    sum.movement = movement;
    sum.month = month;
    sum.currency_code = currency_code;
  }
  return sum;
}

void SumFold::Add(const Journal& journal) {
  const bool mirrors = !journal.reverses.empty();
  for (const Posting& posting : journal.postings) {
    MovementSum& sum = At(posting.account, journal.counts_as, MonthOf(journal.effective_on),
                          posting.currency_code);
    const bool debit = (posting.side == Side::kDebit) != mirrors;
    const std::int64_t amount = mirrors ? -posting.amount : posting.amount;
    if (posting.layer == Layer::kPosted) {
      (debit ? sum.posted_debit : sum.posted_credit) += amount;
    } else {
      (debit ? sum.pending_debit : sum.pending_credit) += amount;
    }
  }
}

void SumFold::Add(const MovementSum& sum) {
  MovementSum& total = At(sum.account, sum.movement, sum.month, sum.currency_code);
  total.posted_debit += sum.posted_debit;
  total.posted_credit += sum.posted_credit;
  total.pending_debit += sum.pending_debit;
  total.pending_credit += sum.pending_credit;
}

std::vector<MovementSum> SumFold::Finish() const {
  std::vector<MovementSum> sums;
  for (const auto& [key, sum] : sums_) {
    if (sum.posted_debit != 0 || sum.posted_credit != 0 || sum.pending_debit != 0 ||
        sum.pending_credit != 0) {
      sums.push_back(sum);
    }
  }
  return sums;
}

std::vector<MovementSum> SumsOf(const std::vector<Journal>& journals) {
  SumFold fold;
  for (const Journal& journal : journals) fold.Add(journal);
  return fold.Finish();
}

}  // namespace jointly::budgets
