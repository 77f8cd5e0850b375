#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/db/database.h"

namespace jointly::identity::store {

enum class KeyState { kNext, kCurrent, kRetired };

struct KeyRow {
  std::string kid;
  KeyState state = KeyState::kNext;
  std::string sealed_pem;  // Empty when retired.
  std::string x;
  std::string y;
  Time state_time{};  // When it came into this state.
};

// Newest state first. `lock`: rotation decides on them.
absl::StatusOr<std::vector<KeyRow>> LoadKeys(db::Tx& tx, bool lock);
absl::StatusOr<std::optional<KeyRow>> FindCurrentKey(db::Tx& tx);
void InsertKey(db::Tx& tx, const KeyRow& key);
void SaveKey(db::Tx& tx, const KeyRow& key);
void DeleteKey(db::Tx& tx, const std::string& kid);

}  // namespace jointly::identity::store
