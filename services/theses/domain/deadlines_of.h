#pragma once

#include <string>
#include <vector>

#include "common/deadlines/deadlines.h"
#include "common/deadlines/plan.h"
#include "services/theses/domain/types.h"

// A plan's obligations as the deadlines that travel in the thesis's event: ids are
// "theses/<id>/<obligation>", the generation is the revision.
namespace jointly::theses {

std::vector<deadlines::Deadline> DeadlinesOf(const Thesis& thesis, const deadlines::Plan& plan,
                                             Time now);

// One deadline of it.
deadlines::Deadline DeadlineOf(const Thesis& thesis, const deadlines::Obligation& obligation,
                               Time now);

// What a plan says as a short text, without generations and without what the clock alone changes:
// two plans with one digest need no second event.
std::string DigestOf(const deadlines::Plan& plan);

// The last day of the duration that a plan's rules allow; nothing when no rule limits it.
std::optional<Date> RuledEnd(const deadlines::Plan& plan);

}  // namespace jointly::theses
