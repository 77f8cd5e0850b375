#pragma once

#include <jointly/mobility/v1/mobility.pb.h>

#include "services/mobility/api/relation.h"
#include "services/mobility/api/vault.h"
#include "services/mobility/domain/decide.h"

// What each caller sees of a case.
namespace jointly::mobility {

namespace pb = jointly::mobility::v1;

// The case as its student sees it at `now`: before the call's decision time whatever the allocation
// decided looks "ranked", and nothing that differs between offered, waiting, rejected and ranked is
// left in it (the revision and its time included).
store::Case Veiled(store::Case row, Time now);

// With file names opened and the deadlines of `now`; without allowed actions.
pb::Application ApplicationFor(const Relation& relation, const store::Case& row, const Vault& vault,
                               Time now);
// The nominee is opened for the two offices only.
absl::StatusOr<pb::MobilityCase> MobilityFor(const Relation& relation,
                                             const store::MobilityRow& row, const Vault& vault);

// By state and role, with each guard's evidence.
void AddAllowedActions(const ApplicationFacts& facts, const Relation& relation,
                       pb::Application& message);
void AddAllowedActions(const MobilityFacts& facts, const Relation& relation,
                       pb::MobilityCase& message);
// By state and role alone, for lists.
void AddOpenActions(ApplicationState seen, const Relation& relation, pb::Application& message);
void AddOpenActions(MobilityState state, const Relation& relation, pb::MobilityCase& message);

}  // namespace jointly::mobility
