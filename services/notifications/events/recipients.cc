#include "services/notifications/events/recipients.h"

#include <set>

#include "common/error/macros.h"
#include "services/notifications/domain/ladder.h"
#include "services/notifications/store/reader_store.h"

namespace jointly::notifications {
namespace {

constexpr std::chrono::hours kJustLearned{24};

bool KeptFrom(const Hold& hold, Time at) {
  if (hold.call.empty()) return false;
  return hold.until == kNever || hold.until + kJustLearned > at;
}

absl::StatusOr<std::vector<Recipient>> Resolve(db::Tx& tx, const deadlines::Audience& audience) {
  if (!audience.person.empty()) return store::PersonAsRecipient(tx, audience.person);
  return store::HoldersOf(tx, audience.role, audience.institution, audience.unit);
}

}  // namespace

absl::StatusOr<std::vector<Concerned>> ConcernedAt(db::Tx& tx, const KeptDeadline& kept, Time at) {
  const bool people_only = RemindsPeopleOnly(KindOf(kept.deadline));
  std::vector<Concerned> out;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < kept.deadline.audience.size(); ++i) {
    const deadlines::Audience& audience = kept.deadline.audience[i];
    if (people_only && audience.person.empty()) continue;
    if (KeptFrom(kept.holds.at(i), at)) continue;
    ASSIGN_OR_RETURN(const std::vector<Recipient> found, Resolve(tx, audience));
    for (const Recipient& recipient : found) {
      if (seen.insert(recipient.person).second) out.push_back({recipient, kept.holds.at(i)});
    }
  }
  return out;
}

}  // namespace jointly::notifications
