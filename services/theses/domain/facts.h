#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/deadlines/feasibility.h"
#include "common/deadlines/plan.h"
#include "services/theses/domain/setting.h"
#include "services/theses/domain/types.h"

// What decisions on a thesis look at, loaded and computed beforehand: guards read these and nothing
// else.
namespace jointly::theses {

// What a command brings along. Absent parts are left as they are.
struct ThesisInput {
  std::optional<Date> date;  // When it happened; today where it is not given.
  std::string reason;
  std::string institution;               // The side that acts, or that it is about.
  std::optional<Thesis> updated;         // update: the text after it.
  std::optional<Suspension> suspension;  // suspend.
  std::optional<Date> end_date;          // request_extension.
  std::string academic_year;             // A year's step.
  std::string step;                      // Of a year, or of the defence.
  std::optional<Milestone> milestone;
  bool certified = false;              // The step "deposit".
  std::optional<DefencePlan> defence;  // plan_defence: time, place and jury.
  std::string member;                  // report: the reviewer's id.
  std::string opinion;                 // report.
  std::vector<std::string> present;    // defend and its like.
};

struct ThesisFacts {
  Thesis thesis;  // Before.
  Setting setting;
  deadlines::Plan plan;  // Before.
  Time now;
  Date date;  // The command's, else today.
  ThesisInput input;
  // plan_defence: what forbids the day that is asked for, with the rest as it would be.
  std::vector<deadlines::Requirement> forbidding;
};

}  // namespace jointly::theses
