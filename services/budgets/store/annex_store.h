#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/budgets/domain/statement.h"

// The entries that a statement lists one by one, by their date: transfers and conversions. What a
// page costs depends on the page, not on the journal.
namespace jointly::budgets::store {

// Rows of each annex on one page.
inline constexpr int kAnnexRowsMax = 500;

// Behind which entry an annex goes on.
struct AnnexPlace {
  Date effective_on{};
  std::int64_t sequence = 0;
  bool ended = false;  // Nothing of it is left.
};
struct AnnexPlaces {
  AnnexPlace transfers;
  AnnexPlace exchanges;
};
// A page token and back; nothing for a text that is none.
std::string TokenOf(const AnnexPlaces& places);
std::optional<AnnexPlaces> PlacesOf(const std::string& token);

// Fills transfers, exchanges and the next token of a statement that has everything else.
absl::Status LoadAnnexes(db::Tx& tx, const AnnexPlaces& from, StatementInput& input);

// Queues what InsertJournals has for the annexes.
void InsertAnnexEntries(db::Tx& tx, const std::vector<Journal>& journals);
// How many entries the annexes have, and how many the journal says.
absl::StatusOr<std::int64_t> CountAnnexEntries(db::Tx& tx, const std::string& budget);
std::int64_t AnnexEntriesOf(const Journal& journal);

}  // namespace jointly::budgets::store
