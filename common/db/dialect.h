#pragma once

#include <absl/status/status.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/db/value.h"

// How the one SQL text of database.h becomes each engine's own. Internal to common/db.
namespace jointly::db {

enum class Dialect {
  kSqlite,
  kPostgres,
  kPostgresReadOnly,  // A read-only transaction may not lock rows: the lock tokens vanish.
};

// Replaces the tokens of database.h. Braces that are no token stay as they are.
std::string Translate(std::string_view sql, Dialect dialect);

// The single statements of a migration. Knows quotes, comments and PostgreSQL's dollar quoting, so
// a semicolon inside of them does not split; nor does one in the body of SQLite's CREATE TRIGGER.
// Pieces without a statement are left out.
std::vector<std::string> SplitStatements(std::string_view script);

// Refuses what PostgreSQL cannot store (a NUL byte, invalid UTF-8), so that both engines keep the
// same texts. Errors: INVALID_ARGUMENT.
absl::Status CheckTexts(const Values& parameters);

// A TextList as SQLite's json_each reads it: ["a","b"].
std::string ToJsonArray(const TextList& list);

// The beginning of a statement on one line, for logs and errors: never its parameters.
std::string Excerpt(std::string_view sql);

}  // namespace jointly::db
