#include "services/identity/domain/session.h"

namespace jointly::identity {

bool Outlived(const Session& session, Time now) {
  return now >= session.refresh_time + kSessionIdleMax ||
         now >= session.create_time + kSessionLifeMax;
}

RefreshVerdict Judge(const Session& session, std::int64_t generation, std::string_view token_hash,
                     Time now) {
  if (session.end_time.has_value() || Outlived(session, now)) return RefreshVerdict::kEnded;
  // The same generation with another hash was issued by a database that has since been restored
  // from a backup: two families share the number, and nobody can tell which is right.
  if (generation != session.generation || token_hash != session.token_hash) {
    return RefreshVerdict::kReused;
  }
  return RefreshVerdict::kGood;
}

}  // namespace jointly::identity
