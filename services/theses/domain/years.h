#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/plan.h"
#include "services/theses/domain/setting.h"
#include "services/theses/domain/types.h"

// The yearly cycle of a side: which years there are, and which steps each still needs.
namespace jointly::theses {

// "2026" of "2026/2027": the id of the occasion "year".
std::string YearId(std::string_view academic_year);
// 1 for the academic year of the first enrolment; 0 for a year before it, or without one.
int YearNumber(const Side& side, const Year& year);
// The years of a side from the first one recorded until the one that holds `last`, those included
// in which nothing happened yet. Empty before anything was recorded.
std::vector<Year> YearsUntil(const Side& side, unsigned start_month, Date last);

// The steps that a year of this side asks for, in their order. In France (art. 11 and 13) a year
// after the first one begins with the CSI, its report, the director's opinion and the school's
// proposal; everywhere the enrolment is followed by its proof for the other side. A step whose rule
// is waived now is not among them: the waiver is asked again on every change.
std::vector<std::string_view> StepsAsked(const Side& side, const Place& place, const Year& year,
                                         const deadlines::Plan& plan);
// Those before `step` that are not there.
std::vector<std::string_view> MissingBefore(const Side& side, const Place& place, const Year& year,
                                            std::string_view step, const deadlines::Plan& plan);
// All that are not there.
std::vector<std::string_view> MissingSteps(const Side& side, const Place& place, const Year& year,
                                           const deadlines::Plan& plan);

}  // namespace jointly::theses
