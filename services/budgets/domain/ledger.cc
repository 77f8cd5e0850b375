#include "services/budgets/domain/ledger.h"

#include <algorithm>
#include <limits>

#include "common/error/macros.h"
#include "common/money/money.h"
#include "common/money/wide.h"

namespace jointly::budgets {
namespace {

using money::Fits;
using money::Wide;

std::string Say(Wide minor, const std::string& currency_code) {
  const auto currency = money::FindCurrency(currency_code);
  if (!currency.ok() || !Fits(minor)) return "out of range " + currency_code;
  return money::FormatMoney({static_cast<std::int64_t>(minor), *currency});
}

absl::Status Unsound(std::string_view rule, std::string_view text, const std::string& account) {
  return Internal(kJournalUnsound, text, {{"rule", std::string(rule)}, {"account", account}});
}

// What the journal does to one account.
struct Change {
  const std::string* account = nullptr;
  const std::string* currency_code = nullptr;
  Family family = Family::kPool;
  Wide posted_debit = 0;
  Wide posted_credit = 0;
  Wide pending_debit = 0;
  Wide pending_credit = 0;

  void Add(const Posting& posting) {
    Wide& sum = posting.layer == Layer::kPosted
                    ? (posting.side == Side::kDebit ? posted_debit : posted_credit)
                    : (posting.side == Side::kDebit ? pending_debit : pending_credit);
    sum += posting.amount;
  }
};

// Few accounts per journal: a search through them is cheaper than a map.
std::vector<Change> ChangesOf(const Journal& journal) {
  std::vector<Change> changes;
  for (const Posting& posting : journal.postings) {
    auto found = std::find_if(changes.begin(), changes.end(), [&](const Change& change) {
      return *change.account == posting.account;
    });
    if (found == changes.end()) {
      changes.push_back({.account = &posting.account, .currency_code = &posting.currency_code});
      changes.back().family = FamilyOf(posting.account).value_or(Family::kPool);
      found = std::prev(changes.end());
    }
    found->Add(posting);
  }
  return changes;
}

Wide WideAvailable(const Balance& b) {
  return Wide{b.posted_credit} - b.posted_debit - b.pending_debit + b.pending_credit;
}

absl::Status RefuseAvailable(const Change& change, const Balance& before, Wide requested) {
  const std::string available = Say(WideAvailable(before), before.currency_code);
  const std::string wanted = Say(requested, before.currency_code);
  return FailedPrecondition(
      kAmountNotAvailable,
      *change.account + " has " + available + " available, less than the " + wanted +
          " that are asked for: ask for less, or move money there by a transfer or an allocation",
      {{"available", available}, {"requested", wanted}, {"line", *change.account}});
}

absl::Status RefuseBelowZero(const Change& change, Wide balance, Wide moved) {
  const std::string before = Say(balance, *change.currency_code);
  const std::string by = Say(moved, *change.currency_code);
  return FailedPrecondition(kBelowZero,
                            "more is taken back from " + *change.account +
                                " than is there: " + before + ", changed by " + by,
                            {{"account", *change.account}, {"balance", before}, {"change", by}});
}

// A sum that was already below its bound (after a correction) may get better step by step.
bool Worsens(Wide after, Wide change) { return after < 0 && change < 0; }

absl::Status CheckBounds(const Change& change, const Balance& before, const Balance& after,
                         Movement movement) {
  const Wide credit = change.posted_credit - change.posted_debit;
  const Wide reserved = change.pending_debit - change.pending_credit;
  switch (change.family) {
    case Family::kLine:
    case Family::kPool:
      if (Worsens(WideAvailable(after), credit - reserved)) {
        return RefuseAvailable(change, before, reserved - credit);
      }
      if (Worsens(Wide{after.pending_debit} - after.pending_credit, reserved)) {
        return RefuseBelowZero(change, PendingDebit(before), reserved);
      }
      break;
    case Family::kSpent:
      if (movement != Movement::kCorrect && Worsens(PostedDebit(after), -credit)) {
        return RefuseBelowZero(change, PostedDebit(before), -credit);
      }
      break;
    case Family::kPayable:
      if (Worsens(-Wide{PendingDebit(after)}, -reserved)) {
        return RefuseBelowZero(change, -Wide{PendingDebit(before)}, -reserved);
      }
      break;
    case Family::kCarry:
      if (PostedCredit(after) != 0) {
        return Unsound("B9", "a carry account is not empty after the journal", *change.account);
      }
      break;
    default:
      break;
  }
  return absl::OkStatus();
}

absl::StatusOr<Balance> After(const Change& change, const Balance& before) {
  const Wide sums[] = {
      before.posted_debit + change.posted_debit, before.posted_credit + change.posted_credit,
      before.pending_debit + change.pending_debit, before.pending_credit + change.pending_credit};
  Balance after = before;
  after.posted_debit = static_cast<std::int64_t>(sums[0]);
  after.posted_credit = static_cast<std::int64_t>(sums[1]);
  after.pending_debit = static_cast<std::int64_t>(sums[2]);
  after.pending_credit = static_cast<std::int64_t>(sums[3]);
  after.version += 1;
  const Wide available = sums[1] - sums[0] - sums[2] + sums[3];
  const bool fits = std::all_of(std::begin(sums), std::end(sums), Fits) && Fits(available) &&
                    Fits(sums[1] - sums[0]) && Fits(sums[2] - sums[3]);
  if (fits) return after;
  return OutOfRange(money::kAmountOutOfRange,
                    "the sums of " + *change.account + " would not fit into 64 bits",
                    {{"account", *change.account}, {"currency_code", *change.currency_code}});
}

struct LayerSum {
  Layer layer;
  const std::string* currency_code;
  Wide sum = 0;  // Debits less credits.
};

absl::Status CheckBalanced(const Journal& journal) {
  std::vector<LayerSum> sums;
  for (const Posting& posting : journal.postings) {
    auto found = std::find_if(sums.begin(), sums.end(), [&](const LayerSum& sum) {
      return sum.layer == posting.layer && *sum.currency_code == posting.currency_code;
    });
    if (found == sums.end()) {
      sums.push_back({.layer = posting.layer, .currency_code = &posting.currency_code});
      found = std::prev(sums.end());
    }
    found->sum += posting.side == Side::kDebit ? Wide{posting.amount} : -Wide{posting.amount};
  }
  for (const LayerSum& sum : sums) {
    if (sum.sum != 0) {
      return Unsound("B1", "debits and credits differ by " + Say(sum.sum, *sum.currency_code), "");
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::int64_t PostedCredit(const Balance& b) { return b.posted_credit - b.posted_debit; }
std::int64_t PostedDebit(const Balance& b) { return b.posted_debit - b.posted_credit; }
std::int64_t PendingDebit(const Balance& b) { return b.pending_debit - b.pending_credit; }
std::int64_t Available(const Balance& b) { return PostedCredit(b) - PendingDebit(b); }

std::int64_t AvailableOn(const Balances& balances, const LineKey& line) {
  const auto found = balances.find(LineAccount(line));
  return found == balances.end() ? 0 : Available(found->second);
}

absl::Status CheckShape(const Journal& journal) {
  if (journal.postings.size() < 2) {
    return Unsound("B1", "a journal has at least two postings", "");
  }
  const bool in_kind = IsInKind(journal.postings.front().account);
  for (const Posting& posting : journal.postings) {
    if (!ParseAccount(posting.account).has_value()) {
      return Unsound("account", "no such kind of account", posting.account);
    }
    if (posting.currency_code.empty()) {
      return Unsound("B11", "a posting names its currency", posting.account);
    }
    if (posting.amount == 0) return Unsound("B1", "a posting moves something", posting.account);
    if (posting.amount < 0 && posting.layer == Layer::kPosted) {
      return Unsound("B1", "only what is pending may be taken back by a negative amount",
                     posting.account);
    }
    if (IsInKind(posting.account) != in_kind) {
      return Unsound("B10", "cash and in-kind are never in one journal", posting.account);
    }
  }
  return CheckBalanced(journal);
}

absl::Status Apply(Balances& balances, const Journal& journal) {
  RETURN_IF_ERROR(CheckShape(journal));
  const std::vector<Change> changes = ChangesOf(journal);
  std::vector<Balance> after;
  after.reserve(changes.size());
  for (const Change& change : changes) {
    const auto found = balances.find(*change.account);
    const Balance before =
        found == balances.end() ? Balance{.currency_code = *change.currency_code} : found->second;
    if (before.closed) {
      return FailedPrecondition(kAccountClosed,
                                *change.account +
                                    " belongs to a closed period: post a correction "
                                    "in an open one",
                                {{"account", *change.account}});
    }
    ASSIGN_OR_RETURN(Balance next, After(change, before));
    RETURN_IF_ERROR(CheckBounds(change, before, next, journal.movement));
    after.push_back(std::move(next));
  }
  // An account's currency never changes; a second currency within one journal neither.
  for (const Posting& posting : journal.postings) {
    const auto index = static_cast<std::size_t>(
        std::find_if(changes.begin(), changes.end(),
                     [&](const Change& c) { return *c.account == posting.account; }) -
        changes.begin());
    if (after[index].currency_code != posting.currency_code) {
      return Unsound("B11", "the account is kept in " + after[index].currency_code,
                     posting.account);
    }
  }
  for (std::size_t i = 0; i < changes.size(); ++i) {
    balances.insert_or_assign(*changes[i].account, std::move(after[i]));
  }
  return absl::OkStatus();
}

}  // namespace jointly::budgets
