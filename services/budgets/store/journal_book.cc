#include <algorithm>
#include <map>
#include <utility>

#include "common/error/macros.h"
#include "services/budgets/store/statement_store.h"
#include "services/budgets/store/terms_store.h"

// The journal for its exports, as a whole or in parts.
namespace jointly::budgets::store {
namespace {

constexpr std::int64_t kPage = 1000;

// The chain at an entry: its seal, or what it will be, from the last one that is sealed.
absl::StatusOr<std::string> HashAt(db::Tx& tx, const std::string& budget, std::int64_t sequence) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT sequence, hash FROM journal_seal WHERE budget = $1 AND sequence <= $2
       ORDER BY sequence DESC LIMIT 1)sql",
                                                 {budget, sequence}));
  std::int64_t after = rows.empty() ? 0 : rows.front().Int("sequence");
  std::string hash = rows.empty() ? "" : rows.front().Text("hash");
  while (after < sequence) {
    const std::int64_t end = std::min(sequence, after + kPage);
    ASSIGN_OR_RETURN(const std::vector<Journal> journals,
                     LoadJournals(tx, budget, after, static_cast<int>(end - after)));
    for (const Journal& journal : journals) hash = ChainHash(hash, journal);
    after = end;
  }
  return hash;
}

using PlaceAmounts = std::map<std::pair<std::string, Layer>, std::int64_t>;

void AddOpenings(Date day, const Balances& balances, PlaceAmounts& before, JournalBook& book) {
  for (const auto& [path, balance] : balances) {
    const std::pair<Layer, std::int64_t> layers[] = {{Layer::kPosted, PostedDebit(balance)},
                                                     {Layer::kPending, PendingDebit(balance)}};
    for (const auto& [layer, amount] : layers) {
      std::int64_t& known = before[{path, layer}];
      const std::int64_t change = amount - std::exchange(known, amount);
      if (change == 0) continue;
      book.openings.push_back({.day = day,
                               .account = path,
                               .layer = layer,
                               .currency_code = balance.currency_code,
                               .amount = change});
    }
  }
}

// Balances before the part: until the end of each period, and the rest on the day after the last.
absl::Status LoadOpenings(db::Tx& tx, const StatementOrder& order, JournalBook& book) {
  PlaceAmounts before;
  Date rest = order.as_of_date.value_or(Date{});
  for (const StatementPeriod& period : book.periods) {
    Date day = period.range.last;
    if (order.as_of_date.has_value()) day = std::min(day, *order.as_of_date);
    ASSIGN_OR_RETURN(const Balances balances,
                     BalancesAt(tx, book.budget, {.sequence = book.after_sequence, .date = day}));
    AddOpenings(day, balances, before, book);
    if (!order.as_of_date.has_value()) rest = AddDays(day, 1);
  }
  ASSIGN_OR_RETURN(
      const Balances all,
      BalancesAt(tx, book.budget, {.sequence = book.after_sequence, .date = order.as_of_date}));
  AddOpenings(rest, all, before, book);
  return absl::OkStatus();
}

absl::Status LoadEntries(db::Tx& tx, const StatementOrder& order, std::int64_t last,
                         JournalBook& book) {
  std::string hash = book.after_hash;
  for (std::int64_t after = book.after_sequence; after < last; after += kPage) {
    const std::int64_t end = std::min(last, after + kPage);
    ASSIGN_OR_RETURN(std::vector<Journal> journals,
                     LoadJournals(tx, book.budget, after, static_cast<int>(end - after)));
    ASSIGN_OR_RETURN(const auto seals, LoadSeals(tx, book.budget, after, end));
    for (Journal& journal : journals) {
      // The seal, or what it will be: the background's work shows in no file.
      const auto seal = seals.find(journal.sequence);
      hash = seal == seals.end() ? ChainHash(hash, journal) : seal->second;
      if (order.as_of_date.has_value() && journal.effective_on > *order.as_of_date) continue;
      book.journals.push_back({.journal = std::move(journal), .hash = hash});
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<JournalBook> LoadBook(db::Tx& tx, const Budget& budget,
                                     const std::vector<Period>& periods,
                                     const StatementOrder& order, const JournalPart& part) {
  JournalBook book{
      .budget = budget.id, .display_name = budget.display_name, .currency = budget.currency};
  ASSIGN_OR_RETURN(std::int64_t last, SequenceOf(tx, budget.id, order));
  ASSIGN_OR_RETURN(Terms terms, TermsAt(tx, budget, periods, last));
  book.periods = std::move(terms.periods);
  if (part.after_sequence < 0 || part.after_sequence > last) {
    return NotFound(kSequenceNotFound, "the budget's journal has no such sequence",
                    {{"sequence", std::to_string(part.after_sequence)},
                     {"last_sequence", std::to_string(last)}});
  }
  const std::int64_t count = last - part.after_sequence;
  if (part.limit == 0 && count > kExportJournalsMax) {
    return FailedPrecondition(
        kExportTooLarge,
        "too many journals for one file: ask for parts of it by journal_limit and after_sequence",
        {{"journals", std::to_string(count)}, {"limit", std::to_string(kExportJournalsMax)}});
  }
  const std::int64_t limit =
      part.limit == 0 ? kExportJournalsMax : std::min(part.limit, kExportJournalsMax);
  book.after_sequence = part.after_sequence;
  if (count > limit) last = book.next_after_sequence = part.after_sequence + limit;
  if (book.after_sequence > 0) {
    ASSIGN_OR_RETURN(book.after_hash, HashAt(tx, budget.id, book.after_sequence));
    RETURN_IF_ERROR(LoadOpenings(tx, order, book));
  }
  RETURN_IF_ERROR(LoadEntries(tx, order, last, book));
  return book;
}

}  // namespace jointly::budgets::store
