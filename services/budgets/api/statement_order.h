#pragma once

#include <absl/status/statusor.h>

#include "common/error/macros.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/domain/calendar.h"
#include "services/budgets/store/statement_store.h"

namespace jointly::budgets {

// What both statement requests say alike.
template <typename Request>
absl::StatusOr<store::StatementOrder> OrderOf(const Request& request) {
  Violations violations;
  // A period by its id, its resource name or the name of a year.
  store::StatementOrder order{.as_of_sequence = request.as_of_sequence(),
                              .period = request.period().substr(request.period().rfind('/') + 1)};
  violations.Require(request.as_of_sequence() >= 0, "as_of_sequence",
                     "is negative: 0 is now, 1 the first journal");
  const auto places = store::PlacesOf(request.annexes_page_token());
  if (violations.Require(places.has_value(), "annexes_page_token",
                         "must be the token of the statement before")) {
    order.annexes = *places;
  }
  order.as_of_date =
      ReadMaybeDate(request.has_as_of_date(), request.as_of_date(), "as_of_date", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(order.calendar, ParseCalendar(request.calendar()));
  return order;
}

}  // namespace jointly::budgets
