#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "common/error/check.h"
#include "common/error/macros.h"
#include "services/budgets/domain/export_journal.h"
#include "services/budgets/domain/export_table.h"

namespace jointly::budgets {
namespace {

// A posting's place in the file: our account and layer.
struct Place {
  std::string account;
  Layer layer = Layer::kPosted;
  friend auto operator<=>(const Place&, const Place&) = default;
};

std::string_view RootOf(const Place& place) {
  if (place.layer == Layer::kPending) return "Equity:Pending";
  switch (FamilyOf(place.account).value_or(Family::kPool)) {
    case Family::kFunder:
    case Family::kCash:
    case Family::kInKindPromise:
      return "Assets";
    case Family::kSpent:
      return "Expenses";
    case Family::kPayable:
      return "Liabilities";
    default:
      return "Equity";
  }
}

// One part of an account's name: letters, digits and dashes, beginning with a capital or a digit.
std::string Component(std::string_view text) {
  std::string component;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    component += byte < 0x80 && std::isalnum(byte) != 0 ? c : '-';
  }
  if (component.empty() || component[0] == '-') component.insert(0, "X");
  component[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(component[0])));
  return component;
}

std::string NameOf(const Place& place) {
  std::string name(RootOf(place));
  std::string_view path = place.account;
  while (true) {
    const std::size_t slash = path.find('/');
    name += ":" + Component(path.substr(0, slash));
    if (slash == std::string_view::npos) return name;
    path.remove_prefix(slash + 1);
  }
}

// A text that neither format reads as anything but a text.
std::string Plain(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    const bool special = c == '"' || c == '\\' || c == ';' || c == '|' || c == '\t' ||
                         static_cast<unsigned char>(c) < 0x20;
    plain += special ? ' ' : c;
  }
  return plain;
}

// What both formats write: names, amounts, and balances on a day.
class Book {
 public:
  static absl::StatusOr<Book> Of(const JournalBook& journal_book) {
    Book book;
    for (const OpeningBalance& opening : journal_book.openings) {
      RETURN_IF_ERROR(book.Meet({opening.account, opening.layer}, opening.currency_code,
                                opening.day, opening.amount));
    }
    for (const SealedJournal& sealed : journal_book.journals) {
      for (const Posting& posting : sealed.journal.postings) {
        RETURN_IF_ERROR(book.Meet(PlaceOf(posting), posting.currency_code,
                                  sealed.journal.effective_on, Signed(posting)));
      }
    }
    book.NameAll();
    return book;
  }

  Date first() const { return first_; }
  Date last() const { return last_; }
  const std::map<std::string, int>& currencies() const { return decimals_; }
  // Sorted by account.
  const std::map<Place, std::string>& names() const { return names_; }
  const std::string& CurrencyOf(const Place& place) const { return currency_of_.at(place); }
  static std::int64_t Signed(const Posting& posting) {
    return posting.side == Side::kDebit ? posting.amount : -posting.amount;
  }
  static Place PlaceOf(const Posting& posting) { return {posting.account, posting.layer}; }

  std::string Amount(std::int64_t minor, const std::string& currency_code) const {
    return FormatDecimal({minor, decimals_.at(currency_code)}) + " " + currency_code;
  }

  // Debits less credits of the entries effective until that day.
  std::int64_t BalanceOn(const Place& place, Date day) const {
    std::int64_t balance = 0;
    const auto found = changes_.find(place);
    if (found == changes_.end()) return 0;
    for (const auto& [date, change] : found->second) {
      if (date <= day) balance += change;
    }
    return balance;
  }

  // The lines of a period and what was spent on them.
  std::vector<Place> PlacesOf(const std::string& period) const {
    std::vector<Place> places;
    for (const auto& [place, name] : names_) {
      const auto account = ParseAccount(place.account);
      if (account.has_value() && account->line.has_value() && account->line->period == period) {
        places.push_back(place);
      }
    }
    return places;
  }

 private:
  absl::Status Meet(const Place& place, const std::string& currency_code, Date day,
                    std::int64_t amount) {
    ASSIGN_OR_RETURN(const money::Currency currency, money::FindCurrency(currency_code));
    decimals_[currency.code] = currency.decimals;
    if (currency_of_.empty()) first_ = last_ = day;
    currency_of_[place] = currency_code;
    changes_[place][day] += amount;
    first_ = std::min(first_, day);
    last_ = std::max(last_, day);
    return absl::OkStatus();
  }

  // Two paths that differ in a sign or in the case of their first letter only still get two names.
  void NameAll() {
    std::set<std::string> taken;
    for (const auto& [place, currency] : currency_of_) {
      const std::string name = NameOf(place);
      std::string own = name;
      for (int copy = 2; !taken.insert(own).second; ++copy) {
        own = name + "-" + std::to_string(copy);
      }
      names_[place] = own;
    }
  }

  Date first_{};
  Date last_{};
  std::map<std::string, int> decimals_;
  std::map<Place, std::string> currency_of_;
  std::map<Place, std::string> names_;
  std::map<Place, std::map<Date, std::int64_t>> changes_;
};

std::string PostingLine(const Book& book, const std::string& indent, const Posting& posting) {
  return indent + book.names().at(Book::PlaceOf(posting)) + "  " +
         book.Amount(Book::Signed(posting), posting.currency_code) + "\n";
}

// Balances before a part as one entry per day; `title` is the head of an entry behind its date.
std::string Openings(const Book& book, const JournalBook& journal_book, const std::string& indent,
                     const std::string& title) {
  std::string text;
  std::optional<Date> day;
  for (const OpeningBalance& opening : journal_book.openings) {
    if (day != opening.day) text += "\n" + FormatDate(opening.day) + " * " + title + "\n";
    day = opening.day;
    text += indent + book.names().at({opening.account, opening.layer}) + "  " +
            book.Amount(opening.amount, opening.currency_code) + "\n";
  }
  return text;
}

std::vector<Place> AllPlaces(const Book& book) {
  std::vector<Place> places;
  for (const auto& [place, name] : book.names()) places.push_back(place);
  return places;
}

// Beancount checks at the beginning of a day, so the end of one is the next.
std::string BeancountAssertions(const Book& book, const std::vector<Place>& places, Date day) {
  std::string text;
  for (const Place& place : places) {
    const std::string& currency = book.CurrencyOf(place);
    const std::string amount = book.Amount(book.BalanceOn(place, day), currency);
    // "~ 0": without it a cent too much would pass.
    text += FormatDate(AddDays(day, 1)) + " balance " + book.names().at(place) + "  " +
            amount.substr(0, amount.find(' ')) + " ~ 0 " + currency + "\n";
  }
  return text;
}

std::string HledgerAssertions(const Book& book, const std::vector<Place>& places, Date day,
                              const std::string& title) {
  if (places.empty()) return "";
  std::string text = "\n" + FormatDate(day) + " * " + title + "\n";
  for (const Place& place : places) {
    const std::string& currency = book.CurrencyOf(place);
    text += "    " + book.names().at(place) + "  " + book.Amount(0, currency) +
            " == " + book.Amount(book.BalanceOn(place, day), currency) + "\n";
  }
  return text;
}

}  // namespace

absl::StatusOr<std::string> BeancountJournal(const JournalBook& journal_book) {
  ASSIGN_OR_RETURN(const Book book, Book::Of(journal_book));
  std::string text = "option \"title\" \"" + Plain(journal_book.display_name) + "\"\n" +
                     "option \"operating_currency\" \"" + journal_book.currency.code + "\"\n\n";
  for (const auto& [place, name] : book.names()) {
    text += FormatDate(book.first()) + " open " + name + "  " + book.CurrencyOf(place) + "\n";
  }
  const std::string after = std::to_string(journal_book.after_sequence);
  text += Openings(book, journal_book, "  ", "\"opening\" \"entries until " + after + "\"");
  for (const SealedJournal& sealed : journal_book.journals) {
    const Journal& journal = sealed.journal;
    text += "\n" + FormatDate(journal.effective_on) + " * \"" +
            std::string(Name(journal.movement)) + "\" \"" + Plain(journal.document) + "\"\n";
    text += "  sequence: " + std::to_string(journal.sequence) + "\n";
    text += "  journal: \"" + Plain(journal.id) + "\"\n";
    text += "  hash: \"" + sealed.hash + "\"\n";
    for (const Posting& posting : journal.postings) text += PostingLine(book, "  ", posting);
  }
  text += "\n";
  for (const StatementPeriod& period : journal_book.periods) {
    text += BeancountAssertions(book, book.PlacesOf(period.id), period.range.last);
  }
  if (!book.names().empty()) {
    text += BeancountAssertions(book, AllPlaces(book), book.last());
  }
  return text;
}

absl::StatusOr<std::string> HledgerJournal(const JournalBook& journal_book) {
  ASSIGN_OR_RETURN(const Book book, Book::Of(journal_book));
  std::string text = "; " + Plain(journal_book.display_name) + "\n";
  for (const auto& [code, decimals] : book.currencies()) {
    text += "commodity 1000." + std::string(static_cast<std::size_t>(decimals), '0') + " " + code +
            "\n";
  }
  for (const auto& [place, name] : book.names()) text += "account " + name + "\n";
  text += Openings(book, journal_book, "    ",
                   "opening | entries until " + std::to_string(journal_book.after_sequence));
  for (const SealedJournal& sealed : journal_book.journals) {
    const Journal& journal = sealed.journal;
    text += "\n" + FormatDate(journal.effective_on) + " * (" + std::to_string(journal.sequence) +
            ") " + std::string(Name(journal.movement)) +
            (journal.document.empty() ? "" : " | " + Plain(journal.document)) +
            "  ; journal: " + Plain(journal.id) + ", hash: " + sealed.hash + "\n";
    for (const Posting& posting : journal.postings) text += PostingLine(book, "    ", posting);
  }
  for (const StatementPeriod& period : journal_book.periods) {
    text += HledgerAssertions(book, book.PlacesOf(period.id), period.range.last,
                              "end of period " + period.id);
  }
  if (!book.names().empty()) {
    text += HledgerAssertions(book, AllPlaces(book), book.last(), "balances at the end");
  }
  return text;
}

}  // namespace jointly::budgets
