#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/deadlines/deadlines.h"
#include "services/theses/domain/cotutelle_types.h"
#include "services/theses/domain/types.h"

// The dates of a cotutelle agreement, computed anew with every change and every read: end of the
// day in the zone of the side in charge. Ids are "cotutelles/<id>/<kind>", the generation is the
// agreement's revision.
namespace jointly::theses {

struct CotutellePlace {
  std::string time_zone;                     // Of the side in charge.
  std::vector<deadlines::Audience> offices;  // The doctoral offices of both sides.
};

// "review" 12, "decision" 9, "notice" (the text's) and "renewal" 3 months before the end; "end", of
// which notifications remind 180, 90 and 30 days before; "signature" 14 days after the rung that is
// open became open; "expiry_blocked" 30 days after an end that something depends on.
std::vector<deadlines::Deadline> DeadlinesOf(const Cotutelle& cotutelle,
                                             const CotutellePlace& place, Time now);

// What time moves by itself: an instant per kind; without one the timer is cancelled.
struct CotutelleTimer {
  std::string_view kind;
  std::optional<Time> due;
};
inline constexpr std::string_view kCotutelleEnds = "cotutelle_ends";
inline constexpr std::string_view kCotutelleNotice = "cotutelle_notice";
inline constexpr std::string_view kCotutelleDormant = "cotutelle_dormant";
inline constexpr std::string_view kAmendmentEffective = "amendment_effective";
// A blocked expiry is looked at again every day: the thesis may have ended meanwhile.
std::vector<CotutelleTimer> TimersOf(const Cotutelle& cotutelle, const std::string& time_zone,
                                     Time now);
// Without a sign of life for that long, an agreement is looked at by people.
Time DormantFrom(Time last_change);

}  // namespace jointly::theses
