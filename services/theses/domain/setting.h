#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "common/time/civil.h"
#include "services/theses/domain/cotutelle_types.h"
#include "services/theses/domain/types.h"

// What surrounds a thesis: its agreements, its stays, and what is known of its two institutions.
// Loaded beforehand; whatever judges a thesis reads these and the thesis, and nothing else.
namespace jointly::theses {

// An institution as partnerships knows it.
struct Place {
  std::string name;  // "institutions/uga".
  std::string zone = "UTC";
  std::string region;  // "FR".
  unsigned academic_year_start_month = 9;
};

// A stay of the student at the other side, from the mobility service.
struct Stay {
  std::string mobility;  // "mobilities/x".
  std::string sending;
  std::string receiving;
  Date first;
  Date last;  // Included.
  friend bool operator==(const Stay&, const Stay&) = default;
};

struct Setting {
  std::array<Place, 2> places;  // In the order of the thesis's sides.
  std::vector<Cotutelle> agreements;
  std::vector<Stay> stays;  // By first day.
  // The framework agreement between the two institutions that ended, while none is in effect.
  std::string ended_framework;
  // The last day of the duration that the rules allow, with what they let stop it; unset: unknown.
  std::optional<Date> ruled_end;
  Date today;  // In the zone of the side in charge.
};

const Place& PlaceOf(const Setting& setting, std::string_view institution);
const Place& PlaceInCharge(const Thesis& thesis, const Setting& setting);
// The last day of the extension, else the one that the rules give, else of the three years (six
// when not full time) from the start.
std::optional<Date> ExpectedEnd(const Thesis& thesis, const Setting& setting);

}  // namespace jointly::theses
