#pragma once

#include <string>

#include "common/db/value.h"

// Pieces of the statements of all stores.
namespace jointly::db {

// Whether a row is loaded to be changed.
enum class Lock { kNo, kYes };
inline std::string LockToken(Lock lock) { return lock == Lock::kYes ? " {for_update}" : ""; }

// A WHERE condition and its parameters. Its numbers begin where its maker was told; `next` is the
// first free one.
struct Condition {
  std::string sql;
  Values parameters;
  int next = 1;
};

// A page of a list, as common/rpc computes it: its parameters follow the query's own.
struct Slice {
  std::string where;
  std::string order_and_limit;
  Values parameters;
};

// "($1, $2, $3)": the values of an INSERT; with a conflict clause also of a save.
inline std::string Placeholders(std::size_t count) {
  std::string text = "(";
  for (std::size_t i = 1; i <= count; ++i) {
    text += (i == 1 ? "$" : ", $") + std::to_string(i);
  }
  return text + ")";
}

}  // namespace jointly::db
