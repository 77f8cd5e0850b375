#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/theses/domain/setting.h"
#include "services/theses/domain/types.h"

// Many theses with what they are judged by, in few queries: a batch costs as many round trips as
// one thesis does.
namespace jointly::theses::store {

struct StoredThesis {
  Thesis thesis;
  std::string plan_digest;  // Of the deadlines that were told last.
};
// Locked, by id; those that are not there are left out.
absl::StatusOr<std::vector<StoredThesis>> LockTheses(db::Tx& tx,
                                                     const std::vector<std::string>& ids);
// By thesis, each by creation.
absl::StatusOr<std::map<std::string, std::vector<Cotutelle>>> CotutellesOfAll(
    db::Tx& tx, const std::vector<std::string>& theses);
// Approved stays by student, each by first day.
absl::StatusOr<std::map<std::string, std::vector<Stay>>> StaysOfAll(
    db::Tx& tx, const std::vector<std::string>& students);

}  // namespace jointly::theses::store
