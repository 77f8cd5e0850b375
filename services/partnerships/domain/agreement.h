#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/error/error.h"
#include "common/workflow/workflow.h"
#include "services/partnerships/domain/types.h"

// How an agreement comes into effect: one partner proposes a text, the other approves exactly that
// text. Approval by one side is never final, and an approval of another text counts for nothing.
namespace jointly::partnerships {

inline constexpr Reason kNotAPartner{"NOT_A_PARTNER"};
inline constexpr Reason kTextChanged{"TEXT_CHANGED"};
inline constexpr Reason kNoticeTooShort{"NOTICE_TOO_SHORT"};

struct Facts {
  const Agreement* agreement = nullptr;
  std::string approved_hash;             // Of the text that the counterparty read; for approve.
  std::optional<Date> termination_date;  // For terminate.
  Date today;
  std::string acting_partner;  // The institution whose office acts; empty for a timer.
};

using Move = workflow::Move<State, Action, Role, Facts>;

// The table, for diagrams and tests.
std::vector<Move> AgreementMoves();
std::vector<workflow::Edge> AgreementEdges();

// SHA-256 of the RFC 8785 form of partners, validity and conditions.
std::string ContentHashOf(const Agreement& agreement);

struct Decision {
  Agreement after;
  std::string event;  // "proposed".
};

// Pure: the caller brings the role, the facts and the time. Errors: FAILED_PRECONDITION
// ILLEGAL_MOVE (with what is open now) or GUARD_REFUSED, PERMISSION_DENIED WRONG_ROLE.
absl::StatusOr<Decision> Decide(const Agreement& before, Action action, Role role,
                                const Facts& facts, Time now);

// Names of the actions that a role could take now.
std::vector<std::string> AllowedActions(const Agreement& agreement, Role role);

// Everything wrong with a text, by path below `prefix`.
void CheckText(const Agreement& agreement, std::string_view prefix, Violations& violations);

// The instant after which it no longer holds, in UTC at the end of its last day; nothing:
// open-ended.
std::optional<Date> LastDay(const Agreement& agreement);

}  // namespace jointly::partnerships
