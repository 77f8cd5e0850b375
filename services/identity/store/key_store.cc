#include "services/identity/store/key_store.h"

#include <array>

#include "common/error/check.h"
#include "common/error/macros.h"

namespace jointly::identity::store {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"next", "current", "retired"};

std::string_view Name(KeyState state) { return kNames[static_cast<std::size_t>(state)]; }

KeyState ParseState(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<KeyState>(i);
  }
  Die("a signing key has an unknown state");
}

KeyRow KeyOf(const db::Row& row) {
  return {.kid = row.Text("kid"),
          .state = ParseState(row.Text("state")),
          .sealed_pem = row.IsNull("sealed_pem") ? "" : row.Bytes("sealed_pem"),
          .x = row.Text("x"),
          .y = row.Text("y"),
          .state_time = row.At("state_time")};
}

db::Value SealedOf(const KeyRow& key) {
  if (key.sealed_pem.empty()) return db::Null{};
  return db::Blob{key.sealed_pem};
}

constexpr std::string_view kSelect =
    "SELECT kid, state, sealed_pem, x, y, state_time FROM signing_key";

}  // namespace

absl::StatusOr<std::vector<KeyRow>> LoadKeys(db::Tx& tx, bool lock) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   tx.Query(std::string(kSelect) + " ORDER BY state_time DESC, kid" +
                            (lock ? " {for_update}" : "")));
  std::vector<KeyRow> keys;
  for (const db::Row& row : rows) keys.push_back(KeyOf(row));
  return keys;
}

absl::StatusOr<std::optional<KeyRow>> FindCurrentKey(db::Tx& tx) {
  ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(std::string(kSelect) + " WHERE state = $1",
                                                 {Name(KeyState::kCurrent)}));
  if (rows.empty()) return std::nullopt;
  return KeyOf(rows.front());
}

void InsertKey(db::Tx& tx, const KeyRow& key) {
  tx.Execute(R"sql(
      INSERT INTO signing_key (kid, state, sealed_pem, x, y, state_time)
      VALUES ($1, $2, $3, $4, $5, $6))sql",
             {key.kid, Name(key.state), SealedOf(key), key.x, key.y, key.state_time});
}

void SaveKey(db::Tx& tx, const KeyRow& key) {
  tx.Execute("UPDATE signing_key SET state = $2, sealed_pem = $3, state_time = $4 WHERE kid = $1",
             {key.kid, Name(key.state), SealedOf(key), key.state_time});
}

void DeleteKey(db::Tx& tx, const std::string& kid) {
  tx.Execute("DELETE FROM signing_key WHERE kid = $1", {kid});
}

}  // namespace jointly::identity::store
