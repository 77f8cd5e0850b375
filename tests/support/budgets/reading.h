#pragma once

#include <string_view>
#include <utility>

#include "common/db/database.h"
#include "common/error/check.h"

namespace jointly::budgets::invariants {

// One question in a snapshot of its own; an error ends the process.
inline db::Rows Query(db::Database& database, std::string_view sql, db::Values parameters = {}) {
  auto rows = database.Read([&](db::Tx& tx) { return tx.Query(sql, parameters); });
  Check(rows.ok(), rows.status().ToString());
  return *std::move(rows);
}

}  // namespace jointly::budgets::invariants
