#pragma once

#include <string>

#include "services/mobility/domain/decide.h"

// A sound case to change one thing of: a student of Grenoble applies for Tsukuba's autumn term
// of 2025/2026 (1 October 2025 to 31 March 2026), in the call of 15 October to 14 November 2024,
// 12:00 in Grenoble, with results on 31 January 2025.
namespace jointly::mobility::sample {

Time At(const std::string& rfc3339);
CivilTime Civil(const std::string& text, const std::string& zone = "Europe/Paris");
Date Day(const std::string& text);

inline const std::string kCondition = "agreements/tsukuba/conditions/uga-out";

Call OpenCall();
AgreementCondition Condition();  // Two places, persons, Japanese B1 or English B2, any field.
StudyProfile Profile();
Nominee CompleteNominee();
Quota FreeQuota();  // Of Condition(), two places.

// An application that has come to this state in the regular way, at a time at which the next step
// is open (an offer stands, an appeal is in time), with every input that any action asks for.
ApplicationFacts In(ApplicationState state);
// The same at the end of the state's time: an offer expired, an appeal or completion is too late.
ApplicationFacts Overdue(ApplicationState state);

MobilityFacts In(MobilityState state);
CallFacts In(CallState state);

// The result of a decision as tables show it: the state after, or the reason of the refusal.
std::string ResultOf(const ApplicationFacts& facts, ApplicationAction action, Role role);
std::string ResultOf(const MobilityFacts& facts, MobilityAction action, Role role);
std::string ResultOf(const CallFacts& facts, CallAction action, Role role);
// For GUARD_REFUSED: the guards, "G1,G8"; else the reason; empty when OK.
std::string GuardsOf(const absl::Status& status);

}  // namespace jointly::mobility::sample
