#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error/error.h"
#include "services/theses/domain/cotutelle_workflow.h"

// Decisions on cotutelle agreements: pure functions of facts, action and role. Order of refusal:
// ILLEGAL_MOVE (with what is possible now), WRONG_ROLE, a missing input, then all guards at once.
namespace jointly::theses {

inline constexpr Reason kAlreadyApproved{"ALREADY_APPROVED"};      // institution
inline constexpr Reason kAgreementsOverlap{"AGREEMENTS_OVERLAP"};  // cotutelle, other
inline constexpr Reason kThesisEnded{"THESIS_ENDED"};              // thesis, state
inline constexpr Reason kMissingAgreementInput{"MISSING_INPUT"};   // action, field

// What a command brings along.
struct CotutelleInput {
  std::string reason = {};
  std::string person = {};        // people/{id} who acts.
  std::string institution = {};   // approve: the side.
  std::string content_hash = {};  // approve and sign: of the text that was read.
  agreement::Signing signing = {};
};

struct CotutelleDecision {
  Cotutelle after;  // With revision + 1 and update_time.
  CotutelleState from = CotutelleState::kIdea;
  const CotutelleMove* move = nullptr;
};

// A new agreement, revision 1. Errors: THESIS_ENDED; AGREEMENTS_OVERLAP with another of the thesis.
absl::StatusOr<Cotutelle> CreateCotutelle(const CotutelleFacts& facts, Time now);
// Another text: back to negotiating, without approvals and signatures.
absl::StatusOr<CotutelleDecision> UpdateText(const CotutelleFacts& facts, const CotutelleText& text,
                                             Time now);
absl::StatusOr<CotutelleDecision> Decide(const CotutelleFacts& facts, CotutelleAction action,
                                         OfficeRole role, const CotutelleInput& input, Time now);
// ABORTED STALE_CONTENT for another text than the present one, ALREADY_APPROVED.
absl::StatusOr<CotutelleDecision> Approve(const CotutelleFacts& facts, const CotutelleInput& input,
                                          Time now);
// A rung, or the return of its originals. Errors: as agreement::Sign.
absl::StatusOr<CotutelleDecision> Sign(const CotutelleFacts& facts, const CotutelleInput& input,
                                       Time now);
// An amendment changed, or came into force (then `amended` is the new head).
CotutelleDecision AmendmentMoved(const CotutelleFacts& facts, CotutelleAction action,
                                 const std::optional<TextFrom>& amended, Time now);
// The end has passed and something depends on it. Nothing when that is known already.
std::optional<CotutelleDecision> BlockExpiry(const CotutelleFacts& facts, Time now);

struct AllowedCotutelleAction {
  CotutelleAction action;
  std::vector<workflow::Finding> missing;  // The refusing guards only.
};
std::vector<AllowedCotutelleAction> AllowedActions(const CotutelleFacts& facts);
// The action of MoveCotutelle by its name; the others have methods of their own.
std::optional<CotutelleAction> ParseMoveAction(std::string_view name);

// Why the agreement can not be on its days: "cotutelles/x holds 2026-09-01 to 2029-08-31". Empty:
// no other one overlaps it.
std::string OverlapOf(const Cotutelle& cotutelle, const std::vector<Cotutelle>& siblings,
                      Date last);
// What depends on the agreement after a day: "theses/x is active". Empty: nothing, or it survives.
std::vector<std::string> DependantsAfter(const Cotutelle& cotutelle, const Thesis& thesis,
                                         const std::vector<Cotutelle>& siblings, Date last);
// Notice in months, by the text or by default.
int NoticeMonths(const CotutelleText& text);
// The last day: of the notice that was given, else of the text in force.
Date LastDay(const Cotutelle& cotutelle);

}  // namespace jointly::theses
