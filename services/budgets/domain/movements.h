#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/budgets/domain/ledger.h"

// One function per movement of money: what is wanted -> the journal that says it, or a refusal of
// amounts that cannot be meant. Whether the accounts can bear it is Apply's question (ledger.h).
// Amounts are minor units of the budget's control currency. An amount that is not > 0:
// INVALID_ARGUMENT INVALID_AMOUNT, facts movement and amount. A line of the wrong kind:
// INVALID_ARGUMENT INVALID_ARGUMENT, fact line.
namespace jointly::budgets {

// What every journal says of itself.
struct Entry {
  std::string budget;
  std::string id;  // UUID.
  Date effective_on{};
  Time record_time;
  std::string actor;
  std::string document;      // "commitments/{id}", ...
  std::string reference;     // See Journal.
  money::Currency currency;  // The budget's control currency.
};

struct LineAmount {
  LineKey line;
  std::int64_t amount = 0;
};

// Activation and supplements: funder -> pool. Deobligation: pool -> funder.
absl::StatusOr<Journal> Authorise(const Entry& entry, std::string_view organisation,
                                  std::int64_t amount);
absl::StatusOr<Journal> Deobligate(const Entry& entry, std::string_view organisation,
                                   std::int64_t amount);
// The funder's money arrives: funder -> cash.
absl::StatusOr<Journal> ReceiveInstalment(const Entry& entry, std::string_view organisation,
                                          std::int64_t amount);
// Pool -> lines, all in one journal. A negative amount takes back from a line.
absl::StatusOr<Journal> Allocate(const Entry& entry, const std::vector<LineAmount>& lines);
absl::StatusOr<Journal> Transfer(const Entry& entry, const LineKey& from, const LineKey& to,
                                 std::int64_t amount);
// Pending: the line holds the amount for a commitment.
absl::StatusOr<Journal> Reserve(const Entry& entry, const LineKey& line, std::int64_t amount,
                                const std::optional<Conversion>& conversion = std::nullopt);

// A document that turns (a part of) a reservation into cost.
struct Liquidation {
  LineKey line;
  std::int64_t remaining = 0;  // Of the commitment, before.
  std::int64_t cost = 0;       // What the document costs.
  // The part of the reservation that it uses. Of a foreign document: the remainder's share by
  // original amounts. Unset: as much as it costs, at most the remainder.
  std::optional<std::int64_t> part;
  bool final = false;  // All of the remainder goes: what the cost does not use is released.
  // How much more than the part it may cost. A foreign document is judged by its original amount
  // beforehand: leave it unlimited.
  std::int64_t tolerance = std::numeric_limits<std::int64_t>::max();
  std::optional<Conversion> conversion;
};
// What it means for the commitment (B4): reserved += excess, liquidated += cost,
// released += released, remaining = remaining.
struct Liquidated {
  Journal journal;
  std::int64_t excess = 0;    // Reserved first, in the same journal.
  std::int64_t released = 0;  // Given back to the line.
  std::int64_t remaining = 0;
};
// Errors: FAILED_PRECONDITION MORE_THAN_REMAINS (remaining, requested) above the tolerance.
absl::StatusOr<Liquidated> Liquidate(const Entry& entry, const Liquidation& liquidation);

// Release, expiry, cancellation. Errors: MORE_THAN_REMAINS when amount > remaining.
absl::StatusOr<Journal> Release(const Entry& entry, const LineKey& line, std::int64_t remaining,
                                std::int64_t amount);
// Cost without a commitment (payroll, fees).
absl::StatusOr<Journal> Recognise(const Entry& entry, const LineKey& line, std::int64_t amount,
                                  const std::optional<Conversion>& conversion = std::nullopt);
// A credit note: cost taken back, on a line of an open period; names the old document.
absl::StatusOr<Journal> Correct(const Entry& entry, const LineKey& line, std::int64_t amount);

struct Payment {
  std::string partner;          // Whose payable.
  std::string organisation;     // From whose cash.
  std::int64_t recognised = 0;  // What the payable loses.
  // What left the bank, when it was paid in a foreign currency: conversion.from is the foreign
  // amount, conversion.to what the bank took in the control currency. The difference to
  // `recognised` stays on fx/<control>: a gain is a credit.
  std::optional<Conversion> conversion;
};
absl::StatusOr<Journal> Pay(const Entry& entry, const Payment& payment);

// One line's part of a close: `line` is of the closing period; category, partner and kind stay.
struct CarriedLine {
  LineKey line;
  std::int64_t free = 0;               // Of what is available.
  std::vector<std::int64_t> reserved;  // Remainders of open commitments, one each.
};
// Posted and pending move to the same lines of the next period, through the carry account. Lines
// with nothing to carry are left out; nothing at all: INVALID_ARGUMENT.
absl::StatusOr<Journal> Carry(const Entry& entry, std::string_view to_period,
                              const std::vector<CarriedLine>& lines);
// Back to the funder; without a line from the pool.
absl::StatusOr<Journal> Return(const Entry& entry, const std::optional<LineKey>& line,
                               std::string_view organisation, std::int64_t amount);
// The exact mirror; entry.document is taken from the original when empty. That there is at most one
// is the store's unique key. Errors: FAILED_PRECONDITION ALREADY_REVERSED (journal, by) for a
// journal that is itself a reversal.
absl::StatusOr<Journal> Reverse(const Entry& entry, const Journal& original);

// A foreign remainder at a new rate: released and reserved again in one journal.
struct Revaluation {
  LineKey line;
  std::int64_t before = 0;
  std::int64_t after = 0;
  Conversion conversion;  // Of `after`.
};
absl::StatusOr<Journal> Revalue(const Entry& entry, const Revaluation& revaluation);

// In kind: a book of its own (B10). The promise of a partner, and what it delivers of it.
absl::StatusOr<Journal> PromiseInKind(const Entry& entry, std::string_view partner,
                                      std::int64_t value);
absl::StatusOr<Journal> DeliverInKind(const Entry& entry, const LineKey& line, std::int64_t value);

}  // namespace jointly::budgets
