#include "services/budgets/store/annex_store.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <utility>

#include "common/db/insert.h"
#include "common/error/macros.h"
#include "services/budgets/store/ledger_rows.h"

namespace jointly::budgets::store {
namespace {

constexpr const char* kTransfer = "transfer";
constexpr const char* kExchange = "exchange";
constexpr const char* kLastDay = "9999-12-31";

// The days that a statement's annexes are of; its period's, or all until its date.
struct Days {
  std::string first;
  std::string last = kLastDay;
};

Days DaysOf(const StatementInput& input, bool of_period) {
  Days days;
  if (of_period && input.calendar == Calendar::kBudget) {
    for (const StatementPeriod& period : input.periods) {
      if (period.id != input.period) continue;
      days = {FormatDate(period.range.first), FormatDate(period.range.last)};
    }
  } else if (of_period && input.period.size() > 4) {
    // "FY2020", "exercice 2020": June lies in the year of its number by both.
    const auto june = ParseDate(input.period.substr(input.period.size() - 4) + "-06-01");
    if (june.ok()) {
      const DateRange year = YearOf(input.calendar, *june).range;
      days = {FormatDate(year.first), FormatDate(year.last)};
    }
  }
  if (input.as_of_date.has_value()) days.last = std::min(days.last, FormatDate(*input.as_of_date));
  return days;
}

std::string FormatPlace(const AnnexPlace& place) {
  return place.ended ? "-" : FormatDate(place.effective_on) + "/" + std::to_string(place.sequence);
}

std::optional<AnnexPlace> ParsePlace(std::string_view text) {
  if (text == "-") return AnnexPlace{.ended = true};
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto date = ParseDate(text.substr(0, slash));
  AnnexPlace place;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + slash + 1, end, place.sequence);
  if (!date.ok() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  place.effective_on = *date;
  return place;
}

// A page of entries behind a place, and one more when there is one.
absl::StatusOr<db::Rows> SelectPage(db::Tx& tx, const StatementInput& input, const char* annex,
                                    const Days& days, const AnnexPlace& behind) {
  const std::string from =
      behind.sequence == 0 ? days.first : std::max(days.first, FormatDate(behind.effective_on));
  return tx.Query(
      R"sql(
      SELECT sequence, effective_on FROM annex_entry
       WHERE budget = $1 AND annex = $2 AND effective_on >= $3 AND effective_on <= $4
         AND (effective_on > $5 OR sequence > $6) AND sequence <= $7
       ORDER BY effective_on, sequence LIMIT $8)sql",
      {input.budget, annex, from, days.last, from,
       behind.sequence == 0 || from != FormatDate(behind.effective_on) ? std::int64_t{0}
                                                                       : behind.sequence,
       input.as_of_sequence, kAnnexRowsMax + 1});
}

struct AnnexPage {
  std::vector<std::int64_t> sequences;
  AnnexPlace next;
};
// What fits on the page; where the next one begins.
absl::StatusOr<AnnexPage> Cut(const db::Rows& rows) {
  AnnexPage page{.sequences = {}, .next = {.ended = true}};
  for (const db::Row& row : rows) {
    if (page.sequences.size() == static_cast<std::size_t>(kAnnexRowsMax)) {
      page.next.ended = false;
      break;
    }
    page.sequences.push_back(row.Int("sequence"));
    page.next.sequence = page.sequences.back();
    ASSIGN_OR_RETURN(page.next.effective_on, ParseDate(row.Text("effective_on")));
  }
  return page;
}

std::vector<std::int64_t> SequencesOf(const db::Rows& rows) {
  std::vector<std::int64_t> sequences;
  for (const db::Row& row : rows) sequences.push_back(row.Int("sequence"));
  return sequences;
}

std::string IdOf(const std::string& document) {
  return document.substr(document.rfind('/') + 1);  // The whole of it without a slash.
}

// Adds what only the transfers' own documents know.
absl::Status Explain(db::Tx& tx, const std::string& budget, std::vector<TransferRow>& transfers) {
  db::TextList ids;
  for (const TransferRow& row : transfers) ids.values.push_back(IdOf(row.document));
  if (ids.values.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT id, rule, approver, funder_approval FROM line_transfer
       WHERE budget = $1 AND id {any $2})sql",
                                                 {budget, ids}));
  std::map<std::string, const db::Row*> by_id;
  for (const db::Row& row : rows) by_id.emplace(row.Text("id"), &row);
  for (TransferRow& transfer : transfers) {
    const auto found = by_id.find(IdOf(transfer.document));
    if (found == by_id.end()) continue;
    const db::Row& row = *found->second;
    transfer.rule = row.Text("rule");
    transfer.approval = row.Text("approver");
    if (!row.Text("funder_approval").empty()) {
      transfer.approval += "; " + row.Text("funder_approval");
    }
  }
  return absl::OkStatus();
}

// Of a budget's period those between its lines, whatever their date: people make transfers, so that
// there are few to look through.
absl::StatusOr<AnnexPlace> LoadTransfers(db::Tx& tx, AnnexPlace place, StatementInput& input) {
  const bool by_line = input.calendar == Calendar::kBudget && !input.period.empty();
  const Days days = DaysOf(input, !input.period.empty() && !by_line);
  while (!place.ended) {
    ASSIGN_OR_RETURN(const db::Rows rows, SelectPage(tx, input, kTransfer, days, place));
    ASSIGN_OR_RETURN(const AnnexPage page, Cut(rows));
    place = page.next;
    ASSIGN_OR_RETURN(const std::vector<Journal> journals,
                     SelectChosen(tx, input.budget, page.sequences));
    for (const Journal& journal : journals) {
      auto row = TransferOf(journal);
      if (!row.has_value() || (by_line && row->from.period != input.period)) continue;
      input.transfers.push_back(*std::move(row));
    }
    if (!input.transfers.empty()) break;
  }
  std::stable_sort(input.transfers.begin(), input.transfers.end(),
                   [](const TransferRow& a, const TransferRow& b) {
                     return a.effective_date < b.effective_date;
                   });
  RETURN_IF_ERROR(Explain(tx, input.budget, input.transfers));
  return place;
}

// What the differences of these conversions are counted from: the reservations of their documents,
// and what reversals among them reverse.
absl::StatusOr<std::vector<Journal>> LoadOrigins(db::Tx& tx, const StatementInput& input,
                                                 const std::vector<Journal>& listed) {
  db::TextList ids;
  for (const Journal& journal : listed) {
    if (!journal.reverses.empty()) ids.values.push_back(journal.reverses);
  }
  std::vector<Journal> origins;
  if (!ids.values.empty()) {
    ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
        SELECT sequence FROM journal WHERE id {any $2} AND budget || '' = $1)sql",
                                                   {input.budget, ids}));
    ASSIGN_OR_RETURN(origins, SelectChosen(tx, input.budget, SequencesOf(rows)));
  }
  db::TextList documents;
  for (const auto* journals : {&listed, &std::as_const(origins)}) {
    for (const Journal& journal : *journals) {
      const bool counts_from = journal.movement != Movement::kReserve &&
                               journal.movement != Movement::kPay && !journal.document.empty();
      if (counts_from) documents.values.push_back(journal.document);
    }
  }
  if (documents.values.empty()) return origins;
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT sequence FROM journal
       WHERE document {any $2} AND document <> '' AND budget || '' = $1
         AND movement = 'reserve')sql",
                                                 {input.budget, documents}));
  ASSIGN_OR_RETURN(std::vector<Journal> reservations,
                   SelectChosen(tx, input.budget, SequencesOf(rows)));
  std::move(reservations.begin(), reservations.end(), std::back_inserter(origins));
  return origins;
}

absl::StatusOr<AnnexPlace> LoadExchanges(db::Tx& tx, const AnnexPlace& place,
                                         StatementInput& input) {
  if (place.ended) return place;
  ASSIGN_OR_RETURN(db::Rows rows,
                   SelectPage(tx, input, kExchange, DaysOf(input, !input.period.empty()), place));
  ASSIGN_OR_RETURN(const AnnexPage page, Cut(rows));
  ASSIGN_OR_RETURN(const std::vector<Journal> listed,
                   SelectChosen(tx, input.budget, page.sequences));
  ASSIGN_OR_RETURN(const std::vector<Journal> origins, LoadOrigins(tx, input, listed));
  struct Entry {
    const Journal* journal;
    bool listed;
  };
  std::map<std::int64_t, Entry> entries;  // By sequence, as the fold needs them.
  for (const Journal& journal : listed) entries.emplace(journal.sequence, Entry{&journal, true});
  for (const Journal& journal : origins) {
    const bool then = journal.sequence <= input.as_of_sequence &&
                      (!input.as_of_date.has_value() || journal.effective_on <= *input.as_of_date);
    if (then) entries.try_emplace(journal.sequence, Entry{&journal, false});
  }
  ExchangeFold exchanges(input.currency.code);
  for (const auto& [sequence, entry] : entries) {
    RETURN_IF_ERROR(exchanges.Add(*entry.journal, entry.listed));
  }
  input.exchanges = std::move(exchanges).Finish();
  std::stable_sort(input.exchanges.begin(), input.exchanges.end(),
                   [](const ExchangeRow& a, const ExchangeRow& b) {
                     return a.effective_date < b.effective_date;
                   });
  return page.next;
}

}  // namespace

std::string TokenOf(const AnnexPlaces& places) {
  if (places.transfers.ended && places.exchanges.ended) return "";
  return FormatPlace(places.transfers) + "|" + FormatPlace(places.exchanges);
}

std::optional<AnnexPlaces> PlacesOf(const std::string& token) {
  if (token.empty()) return AnnexPlaces{};
  const std::size_t bar = token.find('|');
  if (bar == std::string::npos) return std::nullopt;
  const auto transfers = ParsePlace(std::string_view(token).substr(0, bar));
  const auto exchanges = ParsePlace(std::string_view(token).substr(bar + 1));
  if (!transfers.has_value() || !exchanges.has_value()) return std::nullopt;
  return AnnexPlaces{*transfers, *exchanges};
}

absl::Status LoadAnnexes(db::Tx& tx, const AnnexPlaces& from, StatementInput& input) {
  AnnexPlaces next;
  ASSIGN_OR_RETURN(next.transfers, LoadTransfers(tx, from.transfers, input));
  ASSIGN_OR_RETURN(next.exchanges, LoadExchanges(tx, from.exchanges, input));
  input.next_annexes_page_token = TokenOf(next);
  return absl::OkStatus();
}

void InsertAnnexEntries(db::Tx& tx, const std::vector<Journal>& journals) {
  db::Values values;
  for (const Journal& journal : journals) {
    const std::string day = FormatDate(journal.effective_on);
    if (journal.counts_as == Movement::kTransfer) {
      db::AddRow(values, journal.budget, kTransfer, day, journal.sequence);
    }
    if (!journal.conversions.empty()) {
      db::AddRow(values, journal.budget, kExchange, day, journal.sequence);
    }
  }
  db::InsertRows(
      tx, {.into = "INSERT INTO annex_entry (budget, annex, effective_on, sequence)", .columns = 4},
      std::move(values));
}

absl::StatusOr<std::int64_t> CountAnnexEntries(db::Tx& tx, const std::string& budget) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(R"sql(
      SELECT COUNT(*) AS entries FROM annex_entry AS a
        JOIN journal AS j ON j.budget = a.budget AND j.sequence = a.sequence
             AND j.effective_on = a.effective_on
       WHERE a.budget = $1)sql",
                                                 {budget}));
  return rows.front().Int("entries");
}

std::int64_t AnnexEntriesOf(const Journal& journal) {
  return (journal.counts_as == Movement::kTransfer ? 1 : 0) + (journal.conversions.empty() ? 0 : 1);
}

}  // namespace jointly::budgets::store
