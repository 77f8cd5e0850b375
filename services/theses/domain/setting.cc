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

}  // namespace jointly::theses
