#pragma once

#include <jointly/partnerships/v1/partnerships.pb.h>

#include <vector>

#include "services/mobility/domain/types.h"
#include "services/mobility/store/replica_store.h"

// An agreement of another service's message, in the words of this one.
namespace jointly::mobility {

store::Agreement AgreementOf(const jointly::partnerships::v1::Agreement& message,
                             std::int64_t revision);

// Conditions of the text in effect; of the present text while none is.
std::vector<AgreementCondition> ConditionsOf(const jointly::partnerships::v1::Agreement& message);

}  // namespace jointly::mobility
