#include "common/db/database.h"
#include "common/db/engines.h"
#include "common/error/error.h"

namespace jointly::db {

absl::StatusOr<std::unique_ptr<Database>> Open(const Options& options) {
  const std::string& url = options.url;
  if (url.starts_with("sqlite:")) return OpenSqlite(options);
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
    return OpenPostgres(options);
  }
  return InvalidArgument(kInvalidArgument,
                         "the database URL must begin with sqlite:// or postgresql://");
}

}  // namespace jointly::db
