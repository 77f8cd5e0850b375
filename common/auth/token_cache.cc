#include "common/auth/token_cache.h"

namespace jointly::auth {

TokenCache::Shard& TokenCache::ShardOf(std::string_view token) {
  const std::size_t from = token.size() > 8 ? token.size() - 8 : 0;
  return shards_[Hash{}(token.substr(from)) % kShards];
}

std::shared_ptr<const TokenCache::Entry> TokenCache::Find(std::string_view token, Time now) {
  Shard& shard = ShardOf(token);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(token);
  if (found == shard.entries.end()) return nullptr;
  if (now >= found->second->refused_from) {
    shard.entries.erase(found);
    return nullptr;
  }
  return found->second;
}

void TokenCache::Store(std::string_view token, std::shared_ptr<const Entry> entry, Time now,
                       const std::function<bool()>& still_good) {
  Shard& shard = ShardOf(token);
  const std::lock_guard lock(shard.mutex);
  if (!still_good()) return;
  if (shard.entries.size() >= kEntriesPerShardMax) {
    std::erase_if(shard.entries,
                  [now](const auto& item) { return now >= item.second->refused_from; });
  }
  if (shard.entries.size() >= kEntriesPerShardMax) shard.entries.erase(shard.entries.begin());
  shard.entries.insert_or_assign(std::string(token), std::move(entry));
}

void TokenCache::Erase(std::string_view person, Time not_before) {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    std::erase_if(shard.entries, [&](const auto& item) {
      return item.second->principal.name == person && item.second->issued < not_before;
    });
  }
}

}  // namespace jointly::auth
