#include "services/identity/api/key_ring.h"

#include <algorithm>

#include "common/error/error.h"
#include "common/error/macros.h"

namespace jointly::identity {
namespace {

using store::KeyRow;
using store::KeyState;

std::string Context(const std::string& kid) { return "signing_key.sealed_pem/" + kid; }

const KeyRow* Find(const std::vector<KeyRow>& keys, KeyState state) {
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [state](const KeyRow& key) { return key.state == state; });
  return found == keys.end() ? nullptr : &*found;
}

}  // namespace

KeyRow KeyRing::Make(KeyState state, Time now) {
  const auth::SigningKey key = auth::SigningKey::Generate(rng_);
  const auth::PublicKey published = key.Public();
  return {.kid = key.kid(),
          .state = state,
          .sealed_pem = auth::Seal(master_key_, key.ToPem(), Context(key.kid()), rng_),
          .x = published.x,
          .y = published.y,
          .state_time = now};
}

absl::StatusOr<Time> KeyRing::Ensure(db::Tx& tx, Time now) {
  ASSIGN_OR_RETURN(const auto keys, store::LoadKeys(tx, /*lock=*/true));
  const KeyRow* current = Find(keys, KeyState::kCurrent);
  if (current == nullptr) store::InsertKey(tx, Make(KeyState::kCurrent, now));
  if (Find(keys, KeyState::kNext) == nullptr) store::InsertKey(tx, Make(KeyState::kNext, now));
  return current == nullptr ? now : current->state_time;
}

absl::StatusOr<std::string> KeyRing::Rotate(db::Tx& tx, Time now) {
  ASSIGN_OR_RETURN(std::vector<KeyRow> keys, store::LoadKeys(tx, /*lock=*/true));
  std::string kid;
  // Retire first: the index allows one current key at any moment.
  for (KeyRow& key : keys) {
    if (key.state == KeyState::kRetired && now - key.state_time > kRetiredKeyLife) {
      store::DeleteKey(tx, key.kid);
    }
    if (key.state != KeyState::kCurrent) continue;
    key.state = KeyState::kRetired;
    key.state_time = now;
    key.sealed_pem.clear();  // Nothing may be signed with it any more.
    store::SaveKey(tx, key);
  }
  for (KeyRow& key : keys) {
    if (key.state != KeyState::kNext) continue;
    key.state = KeyState::kCurrent;
    key.state_time = now;
    store::SaveKey(tx, key);
    kid = key.kid;
  }
  if (kid.empty()) return Internal(kInternal, "there is no next signing key; restart identity");
  store::InsertKey(tx, Make(KeyState::kNext, now));
  return kid;
}

absl::StatusOr<std::shared_ptr<const auth::SigningKey>> KeyRing::Current(db::Tx& tx) {
  ASSIGN_OR_RETURN(const auto row, store::FindCurrentKey(tx));
  if (!row.has_value()) return Internal(kInternal, "there is no signing key; restart identity");
  {
    const std::lock_guard lock(mutex_);
    const auto found = opened_.find(row->kid);
    if (found != opened_.end()) return found->second;
  }
  ASSIGN_OR_RETURN(const std::string pem,
                   auth::Unseal(master_key_, row->sealed_pem, Context(row->kid)));
  ASSIGN_OR_RETURN(auth::SigningKey key, auth::SigningKey::FromPem(pem));
  auto shared = std::make_shared<const auth::SigningKey>(std::move(key));
  const std::lock_guard lock(mutex_);
  opened_.clear();  // One is current; the ones before it are not used again.
  opened_[row->kid] = shared;
  return shared;
}

absl::StatusOr<std::vector<auth::PublicKey>> KeyRing::Published(db::Tx& tx, Time now) {
  ASSIGN_OR_RETURN(const auto keys, store::LoadKeys(tx, /*lock=*/false));
  std::vector<auth::PublicKey> published;
  for (const KeyRow& key : keys) {
    if (key.state == KeyState::kRetired && now - key.state_time > kRetiredKeyLife) continue;
    published.push_back({key.kid, key.x, key.y});
  }
  return published;
}

}  // namespace jointly::identity
