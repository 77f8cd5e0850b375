#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/theses/domain/cotutelle_decide.h"

// Amendments: children of an agreement in force with a freeze, approvals and signatures of their
// own. When one comes into force, agreement and thesis change in the same step.
namespace jointly::theses {

struct AmendmentDecision {
  Amendment after;  // With revision + 1 and update_time.
  CotutelleState from = CotutelleState::kNegotiating;
  const AmendmentMove* move = nullptr;
};

// Everything wrong with an amendment by itself, by path below `prefix` ("amendment").
void CheckAmendment(const Amendment& amendment, std::string_view prefix, Violations& violations);

// A new amendment, revision 1. Errors: GUARD_REFUSED when the agreement is not in force, or the
// effective date not within its term.
absl::StatusOr<Amendment> CreateAmendment(const AmendmentFacts& facts, Time now);
// Other changes: back to negotiating, without approvals and signatures. `edited` brings changes,
// paths and effective date.
absl::StatusOr<AmendmentDecision> UpdateAmendment(const AmendmentFacts& facts,
                                                  const Amendment& edited, Time now);
absl::StatusOr<AmendmentDecision> Decide(const AmendmentFacts& facts, AmendmentAction action,
                                         OfficeRole role, const CotutelleInput& input, Time now);
absl::StatusOr<AmendmentDecision> Approve(const AmendmentFacts& facts, const CotutelleInput& input,
                                          Time now);
absl::StatusOr<AmendmentDecision> Sign(const AmendmentFacts& facts, const CotutelleInput& input,
                                       Time now);

struct AllowedAmendmentAction {
  AmendmentAction action;
  std::vector<workflow::Finding> missing;
};
std::vector<AllowedAmendmentAction> AllowedActions(const AmendmentFacts& facts);
std::optional<AmendmentAction> ParseAmendmentMove(std::string_view name);

// The agreement's text with the changes.
CotutelleText Amended(const Cotutelle& cotutelle, const Amendment& amendment);
// What the thesis takes over: title, directors, award mode, languages, the side in charge. Whether
// anything of the thesis differs is for the caller to see.
Thesis ApplyAmendment(Thesis thesis, const CotutelleText& changes,
                      const std::vector<std::string>& paths);

}  // namespace jointly::theses
