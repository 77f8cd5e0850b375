#include <map>

#include "common/money/money.h"
#include "services/budgets/domain/ledger.h"

namespace jointly::budgets {
namespace {

__extension__ using Wide = __int128;

std::string Say(Wide minor, const std::string& currency_code) {
  const auto currency = money::FindCurrency(currency_code);
  if (!currency.ok()) return currency_code;
  return money::FormatMoney({static_cast<std::int64_t>(minor), *currency});
}

// Totals of one book (cash or in kind), by family.
struct Totals {
  std::map<Family, Wide> credit;   // Posted credits less debits.
  std::map<Family, Wide> pending;  // Pending debits less credits.
  Wide Credit(Family family) const {
    const auto found = credit.find(family);
    return found == credit.end() ? Wide{0} : found->second;
  }
};

class Inspector {
 public:
  explicit Inspector(const std::string& currency_code, bool may_correct)
      : currency_(currency_code), may_correct_(may_correct) {}

  void Look(const std::string& path, const Balance& balance) {
    const auto account = ParseAccount(path);
    if (!account.has_value()) return Find("account", path, "is no kind of account");
    const std::string& code = balance.currency_code;
    posted_[code] += PostedCredit(balance);
    pending_[code] += PendingDebit(balance);
    const bool exchange = account->family == Family::kExchange;
    if (exchange ? code != account->name : code != currency_) {
      Find("B11", path, "is kept in " + code);
    }
    if (code == currency_) {
      Totals& totals = IsInKind(path) ? in_kind_ : cash_;
      totals.credit[account->family] += PostedCredit(balance);
      totals.pending[account->family] += PendingDebit(balance);
    }
    Bounds(path, account->family, balance);
  }

  std::vector<Finding> Finish() {
    for (const auto& [code, sum] : posted_) {
      if (sum != 0) Find("B2", "posted", "all balances sum to " + Say(sum, code));
    }
    for (const auto& [code, sum] : pending_) {
      if (sum != 0) Find("B2", "pending", "all balances sum to " + Say(sum, code));
    }
    Tie("spent", -cash_.Credit(Family::kSpent), "expended", cash_.Credit(Family::kExpended));
    Tie("reserved on lines", cash_.pending[Family::kLine], "reserved on payables",
        -cash_.pending[Family::kPayable]);
    // What came in and is still due to come is what was authorised and is not yet paid out.
    Tie("funder and cash, less payable and exchange",
        -cash_.Credit(Family::kFunder) - cash_.Credit(Family::kCash) -
            cash_.Credit(Family::kPayable) - cash_.Credit(Family::kExchange),
        "pool, lines and returned",
        cash_.Credit(Family::kPool) + cash_.Credit(Family::kLine) +
            cash_.Credit(Family::kReturned));
    Tie("promised in kind", in_kind_.Credit(Family::kInKind), "outstanding and delivered in kind",
        -in_kind_.Credit(Family::kInKindPromise) - in_kind_.Credit(Family::kSpent));
    return std::move(findings_);
  }

  Wide Authorised() const {
    return cash_.Credit(Family::kPool) + cash_.Credit(Family::kLine) -
           cash_.Credit(Family::kSpent) + cash_.Credit(Family::kReturned);
  }

 private:
  void Bounds(const std::string& path, Family family, const Balance& balance) {
    const std::string& code = balance.currency_code;
    const bool line = family == Family::kLine;
    if ((line || family == Family::kPool) && Available(balance) < 0) {
      Find("B3", path, "has " + Say(Available(balance), code) + " available");
    }
    if (line && PendingDebit(balance) < 0) {
      Find("B4", path, "has " + Say(PendingDebit(balance), code) + " reserved");
    }
    if (family == Family::kPayable && PendingDebit(balance) > 0) {
      Find("B4", path, "has " + Say(-PendingDebit(balance), code) + " reserved");
    }
    if (family == Family::kSpent && PostedDebit(balance) < 0 && !may_correct_) {
      Find("B3", path, "has spent " + Say(PostedDebit(balance), code));
    }
    if (family == Family::kCarry && PostedCredit(balance) != 0) {
      Find("B9", path, "has " + Say(PostedCredit(balance), code) + " left");
    }
  }

  void Tie(const std::string& a, Wide left, const std::string& b, Wide right) {
    if (left == right) return;
    Find("B7", a, "is " + Say(left, currency_) + "; " + b + " is " + Say(right, currency_));
  }

  void Find(std::string invariant, std::string subject, std::string text) {
    findings_.push_back({std::move(invariant), std::move(subject), std::move(text)});
  }

  std::string currency_;
  bool may_correct_;
  std::map<std::string, Wide> posted_;
  std::map<std::string, Wide> pending_;
  Totals cash_;
  Totals in_kind_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> Inspect(const Balances& balances, const std::string& currency_code,
                             bool may_correct) {
  Inspector inspector(currency_code, may_correct);
  for (const auto& [path, balance] : balances) inspector.Look(path, balance);
  return inspector.Finish();
}

std::int64_t AuthorisedBy(const Balances& balances, const std::string& currency_code) {
  Inspector inspector(currency_code, /*may_correct=*/true);
  for (const auto& [path, balance] : balances) inspector.Look(path, balance);
  return static_cast<std::int64_t>(inspector.Authorised());
}

}  // namespace jointly::budgets
