#pragma once

#include <jointly/theses/v1/resources.pb.h>

#include "common/bus/event.h"
#include "services/theses/api/changes.h"

namespace jointly::theses {

// What the others hear of a publication: which set, which version, where from. Its document is read
// here, so that events stay small.
bus::Event RuleSetPublished(const Who& who, const jointly::theses::v1::RuleSet& published);

}  // namespace jointly::theses
