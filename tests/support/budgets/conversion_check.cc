#include "tests/support/budgets/conversion_check.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "common/time/civil.h"
#include "tests/support/budgets/reading.h"

namespace jointly::budgets::invariants {
namespace {

__extension__ using Wide = __int128;

constexpr const char* kEuro = "EUR";
constexpr int kRateAgeDaysMax = 7;

Wide TenTo(int exponent) {
  Wide power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// "120.83" as 12083 and 2.
std::pair<Wide, int> ReadRate(const std::string& text) {
  Wide digits = 0;
  int decimals = 0;
  bool after_point = false;
  for (const char c : text) {
    if (c == '.') {
      after_point = true;
      continue;
    }
    digits = digits * 10 + (c - '0');
    decimals += after_point ? 1 : 0;
  }
  return {digits, decimals};
}

std::int64_t HalfEven(Wide top, Wide bottom) {
  Wide quotient = top / bottom;
  const Wide twice = 2 * (top % bottom);
  if (twice > bottom || (twice == bottom && quotient % 2 != 0)) ++quotient;
  return static_cast<std::int64_t>(quotient);
}

// Of or into euros, as all that tests convert.
std::optional<std::int64_t> ReckonAgain(const Conversion& conversion) {
  const bool from_euro = conversion.from.currency.code == kEuro;
  if (from_euro == (conversion.to.currency.code == kEuro)) return std::nullopt;
  const auto [rate, decimals] = ReadRate(conversion.rate);
  Wide top = conversion.from.minor;
  Wide bottom = 1;
  (from_euro ? top : bottom) *= rate;
  (from_euro ? bottom : top) *= TenTo(decimals);
  top *= TenTo(conversion.to.currency.decimals);
  bottom *= TenTo(conversion.from.currency.decimals);
  return HalfEven(top, bottom);
}

// What a movement posts of its conversion; nothing of one that posts it elsewhere.
std::optional<std::int64_t> PostedBy(const Journal& journal) {
  std::int64_t posted = 0;
  for (const Posting& posting : journal.postings) {
    const auto family = FamilyOf(posting.account);
    const bool debit = posting.side == Side::kDebit;
    const bool pending = posting.layer == Layer::kPending;
    switch (journal.movement) {
      case Movement::kReserve:
      case Movement::kRevalue:
        if (family == Family::kLine && pending && debit && posting.amount > 0) {
          posted += posting.amount;
        }
        break;
      case Movement::kRecognise:
      case Movement::kLiquidate:
        if (family == Family::kSpent && debit) posted += posting.amount;
        break;
      case Movement::kPay:
        if (family == Family::kCash && !debit) posted += posting.amount;
        break;
      default:
        return std::nullopt;
    }
  }
  return posted;
}

class ConversionCheck {
 public:
  ConversionCheck(db::Database& database, const std::string& budget, Findings& findings)
      : budget_(budget), findings_(findings) {
    for (const db::Row& row : Query(database, "SELECT currency_code, date, rate FROM rate")) {
      rates_[{row.Text("currency_code"), row.Text("date")}] = row.Text("rate");
    }
  }

  void Judge(const Journal& journal) {
    for (const Conversion& conversion : journal.conversions) Judge(journal, conversion);
  }

 private:
  void Judge(const Journal& journal, const Conversion& conversion) {
    const auto again = ReckonAgain(conversion);
    if (!again.has_value()) return;
    if (*again != conversion.to.minor) {
      Find(journal, "is stored as " + std::to_string(conversion.to.minor) + ", the rate " +
                        conversion.rate + " makes it " + std::to_string(*again));
    }
    const std::string& foreign = conversion.from.currency.code == kEuro
                                     ? conversion.to.currency.code
                                     : conversion.from.currency.code;
    const auto published = rates_.find({foreign, FormatDate(conversion.rate_date)});
    if (published == rates_.end() || published->second != conversion.rate) {
      Find(journal, "has a rate that was not published for " + FormatDate(conversion.rate_date));
    }
    // A revaluation names the day of its rate; all else takes that of its own date.
    const bool own_day = journal.movement != Movement::kRevalue && journal.reverses.empty();
    if (own_day && (conversion.rate_date > journal.effective_on ||
                    conversion.rate_date < AddDays(journal.effective_on, -kRateAgeDaysMax))) {
      Find(journal, "has the rate of " + FormatDate(conversion.rate_date) + " on " +
                        FormatDate(journal.effective_on));
    }
    const auto posted = PostedBy(journal);
    if (posted.has_value() && *posted != conversion.to.minor) {
      Find(journal, "posts " + std::to_string(*posted) + " of a conversion to " +
                        std::to_string(conversion.to.minor));
    }
  }

  void Find(const Journal& journal, const std::string& what) {
    findings_.push_back("B20 " + budget_ + " journal " + std::to_string(journal.sequence) + " " +
                        what);
  }

  const std::string& budget_;
  Findings& findings_;
  std::map<std::pair<std::string, std::string>, std::string> rates_;
};

}  // namespace

void CheckConversions(db::Database& database, const std::string& budget,
                      const std::vector<Journal>& journals, Findings& findings) {
  ConversionCheck check(database, budget, findings);
  for (const Journal& journal : journals) check.Judge(journal);
}

}  // namespace jointly::budgets::invariants
