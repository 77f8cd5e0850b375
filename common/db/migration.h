#pragma once

#include <string_view>
#include <vector>

namespace jointly::db {

// A forward-only step, embedded from store/migrations/NNNN_name.sql. `postgres` replaces `sql` on
// PostgreSQL where the engines differ; empty: the same text serves both. The portable tokens of
// db.h ({identity}, {blob}) are allowed.
struct Migration {
  int number = 0;  // From 1, without gaps.
  std::string_view name;
  std::string_view sql;
  std::string_view postgres;
};

// A module's migrations; each module numbers its own.
struct MigrationSet {
  std::string_view module;  // "kernel", "mobility".
  const std::vector<Migration>* migrations = nullptr;
};

}  // namespace jointly::db
