#pragma once

#include <vector>

#include "common/deadlines/deadlines.h"
#include "services/mobility/domain/types.h"

// The deadlines that calls and applications have by the rules of this service, computed
// anew with every change and every read. Ids are "<subject>/<kind>"; the generation is the
// aggregate's revision, so a later computation always replaces an earlier one.
namespace jointly::mobility {

// "closes": the home office's view of the call (drafts have their own). "decides": results are due.
// "nominations_close": the last day on which the home office may nominate.
std::vector<deadlines::Deadline> DeadlinesOf(const Call& call, Time now);

// "submit" of a draft, "complete" of an incomplete one, "offer_expires", "appeal", "nominate" of a
// confirmed one. Until the call's decision time the student is not in the audience of an offer or
// of an appeal against a rejection.
std::vector<deadlines::Deadline> DeadlinesOf(const Application& application, const Call& call,
                                             Time now);

// Until when a decision may be appealed: working days of the home institution after the student may
// know it, to the end of that day.
absl::StatusOr<CivilTime> AppealUntil(const Call& call, Time decision_time);

}  // namespace jointly::mobility
