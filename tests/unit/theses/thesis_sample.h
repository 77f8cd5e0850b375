#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/theses/domain/decide.h"

// A thesis between Grenoble and Tsukuba, as the tests of its domain need it.
namespace jointly::theses {

inline constexpr const char* kUga = "institutions/uga";
inline constexpr const char* kTsukuba = "institutions/tsukuba";

// "2026-11-03"; the test ends when it is none.
Date Day(std::string_view text);

// A jury of `members`, of whom the first `externals` are external and the first `rank_a` are
// professors; the first `reviewers` review, with an HDR. The last member presides when that is
// asked for.
struct JuryOrder {
  int members = 4;
  int externals = 2;
  int rank_a = 2;
  int reviewers = 2;
};
std::vector<JuryMember> Jury(const JuryOrder& order);

// Planned for 2026-11-03 14:00 in Grenoble, with a sound jury.
DefencePlan UsualPlan();

// In force from 2024-10-01 to 2027-08-31.
Cotutelle UsualAgreement();

// Active since 2024-10-01: enrolled in both first years, proofs exchanged.
Thesis ActiveThesis();
Setting UsualSetting(std::string_view today = "2026-06-01");
ThesisFacts FactsOn(const Thesis& thesis, std::string_view today = "2026-06-01");

}  // namespace jointly::theses
