#pragma once

#include <absl/status/statusor.h>
#include <jointly/theses/v1/resources.pb.h>

#include <map>
#include <optional>
#include <string>

#include "common/timers/timers.h"
#include "services/theses/api/engine.h"
#include "services/theses/api/relation.h"
#include "services/theses/domain/amendment_decide.h"
#include "services/theses/domain/cotutelle_deadlines.h"
#include "services/theses/domain/cotutelle_decide.h"
#include "services/theses/store/scope.h"

// What every change of an agreement or an amendment writes, whoever asked for it: a call or the
// time that passed. The thesis is locked first, then the agreement, then the amendment.
namespace jointly::theses {

// One transaction at work.
struct Turn {
  db::Tx& tx;
  Engine& engine;
  const Who& who;
};
Who TimeWho(Time now);

// An agreement with what its guards look at and what its dates hang on.
struct CotutelleView {
  CotutelleFacts facts;
  CotutellePlace place;
};
// Errors: NOT_FOUND, also for what is out of scope. With a lock, of the thesis and the agreement.
absl::StatusOr<CotutelleView> ViewCotutelle(const Turn& turn, const std::string& id,
                                            const store::Scope& scope, store::Lock lock);
// Of an agreement that is not there yet: of a thesis, locked.
absl::StatusOr<CotutelleView> ViewThesis(const Turn& turn, const std::string& thesis,
                                         const store::Scope& scope);
// Errors: PERMISSION_DENIED WRONG_ROLE for everybody but the doctoral offices of the two sides.
absl::Status RequireOffice(const auth::Principal& principal, const Thesis& thesis);
// Errors: INVALID_ARGUMENT: nobody has signed tomorrow.
absl::Status NotInFuture(Date signed_date, Date today);
AmendmentFacts FactsOf(const CotutelleView& view, const Amendment& amendment);

// Saves the agreement, arms its timers, tells it, and lets the thesis see what changed. `note` is
// never personal.
absl::Status CarryOut(const Turn& turn, const CotutelleView& view,
                      const CotutelleDecision& decision, const std::string& event,
                      const std::string& note = "");
// The same for a new one.
absl::Status CarryIn(const Turn& turn, const CotutelleView& view, const Cotutelle& created);
// Saves the amendment and its agreement's revision; when it comes into force, agreement and thesis
// change with it, in this transaction or not at all.
absl::Status CarryOut(const Turn& turn, const CotutelleView& view,
                      const AmendmentDecision& decision);
absl::Status CarryIn(const Turn& turn, const CotutelleView& view, const Amendment& created);

// The timers of domain/cotutelle_deadlines.h.
std::map<std::string, timers::Handler> CotutelleTimers(Engine& engine);

}  // namespace jointly::theses
