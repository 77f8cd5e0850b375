#pragma once

#include <absl/status/status.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error/error.h"
#include "common/time/civil.h"

// The signature ladder of a text that several people sign on paper, one after the other, and the
// days on which agreements hold. Pure.
namespace jointly::agreement {

inline constexpr Reason kSignatureOutOfOrder{"SIGNATURE_OUT_OF_ORDER"};
inline constexpr Reason kAlreadySigned{"ALREADY_SIGNED"};
inline constexpr Reason kStaleContent{"STALE_CONTENT"};

// One rung. Rungs are signed in the order of their steps, which count from 1.
struct Signature {
  int step = 0;
  std::string signatory;            // "student", "president_a".
  std::string person;               // people/{id} who recorded it; empty: not signed yet.
  std::optional<Date> signed_date;  // Unset: not signed yet.
  bool original_received = false;   // Whether the signed originals are back from there.
  friend bool operator==(const Signature&, const Signature&) = default;
};
using Ladder = std::vector<Signature>;

Ladder MakeLadder(const std::vector<std::string>& signatories);
// The rung that is signed next; null: all are.
const Signature* NextRung(const Ladder& ladder);
// Who has not signed, and from where originals are not back, by name and in order.
std::vector<std::string> Unsigned(const Ladder& ladder);
std::vector<std::string> WithoutOriginal(const Ladder& ladder);

// A signature that somebody records.
struct Signing {
  int step = 0;
  std::string person;
  Date signed_date{};
  bool original_received = false;
};
// Signs the next rung, or notes that the originals of a signed one are back. Errors
// (FAILED_PRECONDITION): SIGNATURE_OUT_OF_ORDER for a later rung, one that is not there, or a date
// before the rung below, naming who comes next; ALREADY_SIGNED when there is nothing to note.
absl::Status Sign(Ladder& ladder, const Signing& signing);

// ABORTED STALE_CONTENT with both hashes, unless `given` is the hash of the text as it is now.
absl::Status MatchContent(std::string_view given, std::string_view current);

// Days on which something holds, both included.
struct Validity {
  Date first{};
  Date last{};
};
bool Overlap(const Validity& a, const Validity& b);
// A day as many months later, clamped to the end of its month: 31 January + 1 = 28 February.
Date AddMonths(Date date, int months);

}  // namespace jointly::agreement
