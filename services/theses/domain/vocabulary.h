#pragma once

#include "common/deadlines/facts.h"

// The facts that rules about theses may speak of.
namespace jointly::theses {

// Shared fields: what the thesis, its defence and its agreement are. Side fields (own., other.):
// how far one side's procedure is. Occasion "year": one per academic year of a side. Intervals:
// "agreement" (days on which one is in force) and "suspension" (by legal basis). Zone of the role
// "institution_in_charge": of the side where the defence is held.
const deadlines::Vocabulary& ThesisVocabulary();

}  // namespace jointly::theses
