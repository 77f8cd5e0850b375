#pragma once

#include <jointly/theses/v1/resources.pb.h>

#include "common/rpc/call.h"
#include "services/theses/api/engine.h"
#include "services/theses/domain/facts.h"

// What the methods on a thesis share.
namespace jointly::theses {

// What guards look at: a thesis as it was seen, and what a command brings.
ThesisFacts FactsFor(const Seen& seen, ThesisInput input, Time now);

// The thesis as the caller sees it, with what they may do now.
jointly::theses::v1::Thesis AnswerTo(const rpc::Call& call, const Seen& seen);

}  // namespace jointly::theses
