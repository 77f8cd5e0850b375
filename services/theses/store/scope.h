#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/db/query.h"

// Who may see which theses. Every query by or for a caller carries it, so that what is foreign
// looks exactly like what does not exist.
namespace jointly::theses::store {

struct Scope {
  std::string person;                // "people/x": their own theses and those that they direct.
  std::vector<std::string> offices;  // Institutions and schools whose doctoral office they are.
  bool everywhere = false;
};

// The service itself: timers, events, recomputation.
inline Scope Everything() { return {.person = "", .offices = {}, .everywhere = true}; }

using db::Condition;
using db::Lock;
using db::Slice;

// On the columns of the table `thesis`, by that name: whoever asks for what hangs on a thesis joins
// it. "(thesis.student = $2 OR thesis.director_a = $2 OR thesis.institution_a {any $3} ...)".
Condition ScopeCondition(const Scope& scope, int first);

}  // namespace jointly::theses::store
