#pragma once

#include <absl/status/statusor.h>

#include <cstdint>

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

// The part of the remainder that releasing `original` gives back.
absl::StatusOr<std::int64_t> PlanRelease(const Commitment& commitment, std::int64_t original,
                                         const money::Currency& currency);

// The largest document that the remainder and the funder's tolerance cover, original currency.
std::int64_t LargestDocument(const Commitment& commitment, const FunderTerms& terms);

}  // namespace jointly::budgets
