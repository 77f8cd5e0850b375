#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/auth/token.h"

namespace jointly::auth {

// Verified tokens, so that the same token costs a look-up and not a signature check. Bounded; only
// tokens that passed every check get in, so nobody outside can fill it with rubbish. The whole
// token is the key: a digest would cost more than the comparison and could only be weaker.
class TokenCache {
 public:
  struct Entry {
    Principal principal;
    Time issued;
    Time refused_from;  // Expiry with the leeway.
  };

  // Null when unknown or expired.
  std::shared_ptr<const Entry> Find(std::string_view token, Time now);
  // Stores unless `still_good()` says no, which is asked under the lock that Erase takes: a
  // revocation that comes between check and store finds the entry and removes it.
  void Store(std::string_view token, std::shared_ptr<const Entry> entry, Time now,
             const std::function<bool()>& still_good);
  // Forgets the person's tokens that were issued before the instant.
  void Erase(std::string_view person, Time not_before);

 private:
  static constexpr std::size_t kShards = 16;  // So that threads seldom meet at a lock.
  static constexpr std::size_t kEntriesPerShardMax = 1024;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, std::shared_ptr<const Entry>, Hash, std::equal_to<>> entries;
  };
  // The last characters are of the signature, so they spread evenly.
  Shard& ShardOf(std::string_view token);

  std::array<Shard, kShards> shards_;
};

}  // namespace jointly::auth
