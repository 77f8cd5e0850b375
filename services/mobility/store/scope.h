#pragma once

#include <string>
#include <vector>

#include "common/db/query.h"
#include "services/mobility/domain/types.h"

// Who may see which rows. Every query by or for a caller carries it, so that what is foreign looks
// exactly like what does not exist.
namespace jointly::mobility::store {

struct Scope {
  std::string person;                // "people/x"; empty: nobody's own cases.
  std::vector<std::string> offices;  // Institutions and units whose cases the caller sees.
  bool everywhere = false;
  Time now;  // Before a call's decision time a student sees less.
};

// The service itself: timers, events, allocation.
inline Scope Everything(Time now) { return {.everywhere = true, .now = now}; }

using db::Condition;
using db::Slice;

// Where a table says whose a row is. Institutions and units stand apart, so that each is looked for
// by its own index. An empty name: the table has no such column.
struct ScopeColumns {
  std::string student;
  std::vector<std::string> institutions;
  std::vector<std::string> units;
};
// "(application.student = $2 OR application.home_institution {any $3} ...)".
Condition ScopeCondition(const Scope& scope, const ScopeColumns& columns, int first);

}  // namespace jointly::mobility::store
