#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/mobility/domain/types.h"

// The ledger of places. One ledger per condition (which is directional), receiving academic year
// and term of the condition. Invariant: 0 <= held + confirmed <= places + adjustment. Only an
// agreement that is amended to fewer places can break it: nobody loses a place then, but none is
// given either until enough became free.
namespace jointly::mobility {

struct Quota {
  std::string id;
  std::string agreement;
  std::string condition;  // "agreements/a/conditions/c".
  std::string academic_year;
  Term term = Term::kUnspecified;  // kUnspecified: the year as a whole.
  Measure measure = Measure::kPersons;
  int places = 0;
  int adjustment = 0;
  int held = 0;
  int confirmed = 0;
  int waiting = 0;  // Applications on its waiting list.
  Time update_time;
  std::int64_t revision = 0;

  int capacity() const { return places + adjustment; }
  int free() const { return capacity() - held - confirmed; }
};

// A ledger that nobody has used yet: places from the agreement, revision 0.
Quota OpenQuota(const AgreementCondition& condition, std::string_view academic_year,
                std::string id);

// Places that a stay of this term takes: a full year takes two where semesters are counted.
int PlacesTaken(Measure measure, Term term);

// What an application has of a quota now.
enum class EntryState { kHeld = 1, kConfirmed = 2, kReleased = 3 };
std::string_view Name(EntryState state);  // "held", "confirmed", "released".
std::optional<EntryState> ParseEntryState(std::string_view name);

struct QuotaEntry {
  std::string quota;
  std::string application;
  EntryState state = EntryState::kHeld;
  int places = 1;
  std::optional<Time> expire_time;  // Of a hold.
};

enum class QuotaCommandKind { kHold, kConfirm, kRelease, kAdjust };

struct QuotaCommand {
  QuotaCommandKind kind = QuotaCommandKind::kHold;
  std::string quota;
  std::string application;          // Not for adjust.
  int places = 1;                   // hold: to take; adjust: to add or, negative, to take away.
  std::optional<Time> expire_time;  // hold.
  std::string reason;               // adjust.
};

inline constexpr Reason kQuotaFull{"QUOTA_FULL"};
inline constexpr Reason kPlaceNotHeld{"PLACE_NOT_HELD"};
inline constexpr Reason kPlaceAlreadyTaken{"PLACE_ALREADY_TAKEN"};
inline constexpr Reason kQuotaBelowUse{"QUOTA_BELOW_USE"};

struct QuotaOutcome {
  absl::Status status;              // OK, or FAILED_PRECONDITION with one of the reasons above.
  bool changed = false;             // A release of nothing is OK and changes nothing.
  std::optional<QuotaEntry> entry;  // After the command, where it changed.
};

// A loaded balance with the entries of the applications that a batch names.
struct Ledger {
  Quota quota;
  std::map<std::string, QuotaEntry> entries;  // By application; released ones may be absent.
};

// Applies one command; a refusal changes nothing.
QuotaOutcome Apply(Ledger& ledger, const QuotaCommand& command);
// Decides a lane's batch in order on the loaded balance. The caller bumps the revision once per
// command that changed something and writes the result set-based.
std::vector<QuotaOutcome> ApplyBatch(Ledger& ledger, std::span<const QuotaCommand> commands);

// One application that waits for a place.
struct Waiting {
  std::string application;
  std::int64_t ticket = 0;
  int places = 1;
  bool blocked = false;  // A guard of its promotion refuses (G2, G10).
};

// Who is offered the free places next: the smallest ticket that is not blocked and fits. A
// full-year student never keeps a single free semester from those behind. Nothing when nobody can
// take it.
std::optional<std::size_t> NextPromoted(std::span<const Waiting> list, int free_places);

}  // namespace jointly::mobility
