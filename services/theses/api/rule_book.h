#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/db/database.h"
#include "common/deadlines/rule_set.h"

// The rules in force: the embedded seed, each set replaced by what was published under its id.
namespace jointly::theses {

class RuleBook {
 public:
  // With the embedded seed. A seed that does not load ends the process: tests load it.
  RuleBook();
  // With another one, for tests.
  explicit RuleBook(std::vector<std::string> seed);

  // The catalogue that this transaction sees, compiled once per publication and shared.
  absl::StatusOr<std::shared_ptr<const deadlines::Catalogue>> Current(db::Tx& tx);

  // What a publication would make of the rules: all documents with `document` in the place of the
  // set `id`. Nothing is kept. All that is wrong is said at once.
  absl::Status Check(db::Tx& tx, const std::string& id, const std::string& document);

  struct Seed {
    std::string id;  // "france".
    std::string document;
  };
  const std::vector<Seed>& seed() const { return seed_; }

 private:
  absl::StatusOr<std::vector<std::string>> Documents(db::Tx& tx, const std::string& id,
                                                     const std::string& document);

  std::vector<Seed> seed_;
  std::mutex mutex_;
  std::string stamp_;  // Of the publication that `current_` was compiled from.
  std::shared_ptr<const deadlines::Catalogue> current_;
};

// The id that a rule set document gives itself; empty: it is no JSON object with an id.
std::string RuleSetIdOf(std::string_view document);

}  // namespace jointly::theses
