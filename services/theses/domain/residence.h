#pragma once

#include <array>
#include <optional>

#include "common/time/civil.h"
#include "services/theses/domain/setting.h"
#include "services/theses/domain/types.h"

// How long the student is at either side. Time that is not on a stay counts for the side of the
// first enrolment; suspended time counts for none.
namespace jointly::theses {

struct Residence {
  std::array<int, 2> days = {0, 0};  // In the order of the sides.
  int percent(std::size_t side) const {
    const int total = days[0] + days[1];
    return total == 0 ? 0 : days[side] * 100 / total;
  }
};

// From the first enrolment to `last`, both included; stays count on their days, planned ones too.
Residence ResidenceUntil(const Thesis& thesis, const Setting& setting, Date last);

// Until when the forecast goes: the defence, held or planned, else the expected end.
std::optional<Date> ResidenceHorizon(const Thesis& thesis, const Setting& setting);

// A side that does not reach the agreement's minimum by the horizon with what is planned.
struct ResidenceShortfall {
  std::size_t side = 0;
  int forecast_percent = 0;
  int minimum_percent = 0;
  int missing_days = 0;
  // The last day on which a stay until the horizon still reaches it; unset: none does any more.
  std::optional<Date> last_start;
};
// Nothing when there is no minimum, no horizon, or it is reached on both sides.
std::optional<ResidenceShortfall> ShortfallOf(const Thesis& thesis, const Setting& setting);

}  // namespace jointly::theses
