#include "services/theses/domain/setting.h"

#include "common/error/check.h"

namespace jointly::theses {

const Place& PlaceOf(const Setting& setting, std::string_view institution) {
  for (const Place& place : setting.places) {
    if (place.name == institution) return place;
  }
  Die("a side without a place");
}

const Place& PlaceInCharge(const Thesis& thesis, const Setting& setting) {
  return PlaceOf(setting, SideInCharge(thesis).institution);
}

std::optional<Date> ExpectedEnd(const Thesis& thesis, const Setting& setting) {
  if (thesis.extension_end.has_value()) return thesis.extension_end;
  if (setting.ruled_end.has_value()) return setting.ruled_end;
  return PlainEnd(thesis);
}

}  // namespace jointly::theses
