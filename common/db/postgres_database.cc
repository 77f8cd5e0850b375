#include "common/db/engines.h"

namespace jointly::db {

absl::StatusOr<std::unique_ptr<Database>> OpenPostgres(const Options&) {
  return Unavailable(kDatabaseDown, "this build serves SQLite only");
}

}  // namespace jointly::db
