#pragma once

#include <string>
#include <string_view>

#include "common/db/database.h"

namespace jointly::notifications::store {

// A list that is narrowed to what the caller may see, in the SQL itself. The page of the request
// (filter, position, order, limit) is appended to it.
struct ScopedQuery {
  std::string sql;
  db::Values parameters;

  int next_parameter() const { return static_cast<int>(parameters.size()) + 1; }
  void Append(std::string_view where, std::string_view order_and_limit, const db::Values& more) {
    sql += where;
    sql += order_and_limit;
    parameters.insert(parameters.end(), more.begin(), more.end());
  }
};

}  // namespace jointly::notifications::store
