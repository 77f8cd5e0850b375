#pragma once

#include "common/deadlines/facts.h"
#include "services/theses/domain/setting.h"
#include "services/theses/domain/types.h"

// A thesis in the words of the vocabulary: what rules are computed from.
namespace jointly::theses {

// Years are there from the first enrolment of a side until the year of the defence, of the expected
// end and of today, whichever is last: a rule about a year knows it before anything happened in it.
deadlines::Facts FactsOf(const Thesis& thesis, const Setting& setting);

}  // namespace jointly::theses
