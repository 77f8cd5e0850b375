#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/time/clock.h"

// A sign-in and all refresh tokens that follow from it: one family. Each refresh token carries its
// generation; only the newest works.
namespace jointly::identity {

struct Session {
  std::string id;
  std::string person;  // Bare id.
  std::int64_t generation = 0;
  std::string token_hash;  // SHA-256 of the newest refresh token.
  Time create_time{};
  Time refresh_time{};
  std::optional<Time> end_time;
};

inline constexpr std::chrono::hours kSessionIdleMax{24 * 30};
inline constexpr std::chrono::hours kSessionLifeMax{24 * 90};

enum class RefreshVerdict {
  kGood,
  kEnded,   // Signed out, revoked, or outlived.
  kReused,  // An older token of a living session: stolen or lost. The session must end.
};
RefreshVerdict Judge(const Session& session, std::int64_t generation, std::string_view token_hash,
                     Time now);

bool Outlived(const Session& session, Time now);

}  // namespace jointly::identity
