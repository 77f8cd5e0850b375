#include "services/mobility/domain/quota.h"

#include <utility>

#include "common/error/check.h"
#include "common/error/error.h"

namespace jointly::mobility {
namespace {

QuotaOutcome Refuse(Reason reason, std::string_view text, const Ledger& ledger,
                    const QuotaCommand& command) {
  const Quota& quota = ledger.quota;
  return {FailedPrecondition(reason, text,
                             {{"quota", quota.id},
                              {"application", command.application},
                              {"capacity", std::to_string(quota.capacity())},
                              {"held", std::to_string(quota.held)},
                              {"confirmed", std::to_string(quota.confirmed)},
                              {"asked", std::to_string(command.places)}}),
          false, std::nullopt};
}

QuotaOutcome Changed(const QuotaEntry& entry) { return {absl::OkStatus(), true, entry}; }

QuotaEntry* LiveEntry(Ledger& ledger, const std::string& application) {
  const auto found = ledger.entries.find(application);
  if (found == ledger.entries.end()) return nullptr;
  return found->second.state == EntryState::kReleased ? nullptr : &found->second;
}

QuotaOutcome Hold(Ledger& ledger, const QuotaCommand& command) {
  Quota& quota = ledger.quota;
  if (LiveEntry(ledger, command.application) != nullptr) {
    return Refuse(kPlaceAlreadyTaken, "the application already has a place of this quota", ledger,
                  command);
  }
  if (command.places < 1) {
    return Refuse(kQuotaFull, "a hold takes at least one place", ledger, command);
  }
  if (quota.free() < command.places) {
    return Refuse(kQuotaFull, "no place is free: use the waiting list or add places", ledger,
                  command);
  }
  quota.held += command.places;
  QuotaEntry& entry = ledger.entries[command.application];
  entry = {.quota = quota.id,
           .application = command.application,
           .state = EntryState::kHeld,
           .places = command.places,
           .expire_time = command.expire_time};
  return Changed(entry);
}

QuotaOutcome Confirm(Ledger& ledger, const QuotaCommand& command) {
  QuotaEntry* entry = LiveEntry(ledger, command.application);
  if (entry == nullptr || entry->state != EntryState::kHeld) {
    return Refuse(kPlaceNotHeld, "the application holds no place of this quota", ledger, command);
  }
  ledger.quota.held -= entry->places;
  ledger.quota.confirmed += entry->places;
  entry->state = EntryState::kConfirmed;
  entry->expire_time.reset();
  return Changed(*entry);
}

QuotaOutcome Release(Ledger& ledger, const QuotaCommand& command) {
  QuotaEntry* entry = LiveEntry(ledger, command.application);
  if (entry == nullptr) return {absl::OkStatus(), false, std::nullopt};
  int& side = entry->state == EntryState::kHeld ? ledger.quota.held : ledger.quota.confirmed;
  side -= entry->places;
  entry->state = EntryState::kReleased;
  entry->expire_time.reset();
  return Changed(*entry);
}

QuotaOutcome Adjust(Ledger& ledger, const QuotaCommand& command) {
  Quota& quota = ledger.quota;
  constexpr std::int64_t kMost = 1'000'000;  // Keeps every sum within an int.
  const std::int64_t capacity = std::int64_t{quota.capacity()} + command.places;
  const bool below = command.places < 0 && capacity < std::int64_t{quota.held} + quota.confirmed;
  if (below || capacity > kMost) {
    return Refuse(kQuotaBelowUse, "the capacity must stay between what is in use and 1000000",
                  ledger, command);
  }
  quota.adjustment += command.places;
  return {absl::OkStatus(), command.places != 0, std::nullopt};
}

}  // namespace

std::string_view Name(EntryState state) {
  switch (state) {
    case EntryState::kHeld:
      return "held";
    case EntryState::kConfirmed:
      return "confirmed";
    case EntryState::kReleased:
      return "released";
  }
  Die("an entry state without a name");
}

std::optional<EntryState> ParseEntryState(std::string_view name) {
  for (const EntryState state :
       {EntryState::kHeld, EntryState::kConfirmed, EntryState::kReleased}) {
    if (Name(state) == name) return state;
  }
  return std::nullopt;
}

Quota OpenQuota(const AgreementCondition& condition, std::string_view academic_year,
                std::string id) {
  Quota quota;
  quota.id = std::move(id);
  quota.agreement = condition.agreement;
  quota.condition = condition.name;
  quota.academic_year = std::string(academic_year);
  quota.term = condition.term;
  quota.measure = condition.measure;
  quota.places = condition.places_per_year;
  return quota;
}

int PlacesTaken(Measure measure, Term term) {
  return measure == Measure::kSemesters && term == Term::kFullYear ? 2 : 1;
}

QuotaOutcome Apply(Ledger& ledger, const QuotaCommand& command) {
  switch (command.kind) {
    case QuotaCommandKind::kHold:
      return Hold(ledger, command);
    case QuotaCommandKind::kConfirm:
      return Confirm(ledger, command);
    case QuotaCommandKind::kRelease:
      return Release(ledger, command);
    case QuotaCommandKind::kAdjust:
      return Adjust(ledger, command);
  }
  Die("a quota command of no kind");
}

std::vector<QuotaOutcome> ApplyBatch(Ledger& ledger, std::span<const QuotaCommand> commands) {
  std::vector<QuotaOutcome> outcomes;
  outcomes.reserve(commands.size());
  for (const QuotaCommand& command : commands) outcomes.push_back(Apply(ledger, command));
  return outcomes;
}

std::optional<std::size_t> NextPromoted(std::span<const Waiting> list, int free_places) {
  std::optional<std::size_t> next;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].blocked || list[i].places > free_places) continue;
    if (!next.has_value() || list[i].ticket < list[*next].ticket) next = i;
  }
  return next;
}

}  // namespace jointly::mobility
