#pragma once

#include <string>

#include "common/db/database.h"

namespace jointly::bench {

// What is looked at, through the Api, on the book of bench_ledger's budget "b": a statement of all,
// of one period and as of an old sequence, the lines, the periods and the list of budgets.
// `directory`: for attachments.
void MeasureViews(db::Database& database, const std::string& directory, int entries);

}  // namespace jointly::bench
