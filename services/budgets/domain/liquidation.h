#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "services/budgets/domain/ledger.h"
#include "services/budgets/domain/types.h"

// The arithmetic of one document against a reservation; pure.
namespace jointly::budgets {

// A document of `original` (the commitment's currency) that costs `control` (the budget's, by its
// own day's rate).
struct Invoice {
  std::int64_t original = 0;
  std::int64_t control = 0;
  bool final = false;  // What is left is released.
};

// What it does to the reservation. excess and released are never both positive.
struct ReservationUse {
  std::int64_t spent = 0;             // `control`.
  std::int64_t from_reservation = 0;  // The part of the remainder that it uses up.
  std::int64_t excess = 0;            // Reserved first, in the same journal: needs available.
  std::int64_t released = 0;          // Given back to the line.
  std::int64_t original_used = 0;     // Of the original remainder.
  bool ends = false;                  // No remainder stays.
};

// A foreign document uses the share of the reservation that its original amount is of the original
// remainder, half to even; the last one uses all of it. Errors: those of common/money.
absl::StatusOr<ReservationUse> PlanUse(const Commitment& commitment, const Invoice& invoice,
                                       const money::Currency& currency);

// The same read from the entry of a document; what it used of the original remainder is not in it.
ReservationUse UseOf(const Journal& liquidation);
// What the entry of a payment took from what was owed.
std::int64_t SettledBy(const Journal& payment);

// An entry of a document that is taken back.
struct TakenBack {
  std::string journal;  // Its id.
  std::string name;     // "budgets/b/journals/7".
  Date effective_on{};
  LineKey line;        // Of a cost: where it is; of a credit note: where the credit goes.
  ReservationUse use;  // Of a liquidation.
  std::vector<std::string> payments;  // Of its commitment, not taken back: names of entries.
};

// The part of the remainder that releasing `original` gives back.
absl::StatusOr<std::int64_t> PlanRelease(const Commitment& commitment, std::int64_t original,
                                         const money::Currency& currency);

// The largest document that the remainder and the funder's tolerance cover, original currency.
std::int64_t LargestDocument(const Commitment& commitment, const FunderTerms& terms);

}  // namespace jointly::budgets
