#pragma once

#include <jointly/partnerships/v1/partnerships.pb.h>

#include <string>
#include <string_view>

#include "common/error/error.h"
#include "services/partnerships/domain/types.h"

// proto <-> domain. FromProto adds every violation of a message, by path below `prefix`.
namespace jointly::partnerships {

namespace pb = jointly::partnerships::v1;

pb::Institution ToProto(const Institution& institution);
pb::Unit ToProto(const Unit& unit);
// Without allowed_actions: they depend on the caller.
pb::Agreement ToProto(const Agreement& agreement);

Institution FromProto(const pb::Institution& message, std::string_view prefix,
                      Violations& violations);
Unit FromProto(const pb::Unit& message, std::string_view prefix, Violations& violations);
// Only what a person may write: title, partners, validity, conditions, demo.
Agreement FromProto(const pb::Agreement& message, std::string_view prefix, Violations& violations);

}  // namespace jointly::partnerships
