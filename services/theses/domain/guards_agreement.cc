#include <algorithm>

#include "services/theses/domain/guards.h"
#include "services/theses/domain/text.h"

// Guards on proposals, agreements, suspensions and extensions.
namespace jointly::theses::check {

using workflow::Verdict;

namespace {

// Before it nothing was supervised jointly under any rule that is known here.
constexpr Date kFirstDate{std::chrono::year(1990), std::chrono::month(1), std::chrono::day(1)};
constexpr int kCesureMonthsMax = 12;

std::string Text(const Suspension& row) {
  return row.basis + " " + FormatDate(row.first) + " to " + FormatDate(row.last);
}

}  // namespace

Verdict DateSound(const ThesisFacts& facts) {
  const std::string evidence =
      FormatDate(facts.date) + ", today is " + FormatDate(facts.setting.today);
  if (facts.date > facts.setting.today) {
    return {false, evidence, "Record it when it has happened."};
  }
  if (facts.date < kFirstDate) return {false, evidence, "Check the year."};
  return {true, evidence, ""};
}

Verdict BothFavourable(const ThesisFacts& facts) {
  std::vector<std::string> open;
  for (const Side& side : facts.thesis.sides) {
    const bool now = side.institution == facts.input.institution;
    if (!now && side.opinion != "favourable") {
      open.push_back(side.institution + " is " +
                     (side.opinion.empty() ? "undecided" : side.opinion));
    }
  }
  if (open.empty()) return {true, "both are favourable", ""};
  return {false, Join(open, ", "), "Wait for the other side's opinion."};
}

Verdict AgreementInForce(const ThesisFacts& facts) {
  const bool passed = InForceOn(facts.setting.agreements, facts.date) != nullptr;
  const std::string evidence =
      (passed ? "in force on " : "none is in force on ") + FormatDate(facts.date);
  return {passed, evidence, passed ? "" : "Put a signed agreement in force first."};
}

Verdict AgreementGone(const ThesisFacts& facts) {
  const bool in_force = InForceOn(facts.setting.agreements, facts.date) != nullptr;
  const std::string evidence =
      (in_force ? "in force on " : "none is in force on ") + FormatDate(facts.date);
  return {!in_force, evidence, in_force ? "Terminate the agreement first." : ""};
}

Verdict BothEnrolled(const ThesisFacts& facts) {
  std::vector<std::string> missing;
  for (const Side& side : facts.thesis.sides) {
    const auto first = std::find_if(side.years.begin(), side.years.end(),
                                    [](const Year& year) { return year.enrolled.has_value(); });
    if (first == side.years.end()) {
      missing.push_back("enrolled in " + side.institution);
    } else if (!first->proof_received.has_value()) {
      missing.push_back("proof_received of the enrolment in " + side.institution);
    }
  }
  if (missing.empty()) return {true, "both are enrolled and proved", ""};
  return {false, "missing: " + Join(missing, ", "), "Record the missing steps of the first year."};
}

Verdict SuspensionSound(const ThesisFacts& facts) {
  if (!facts.input.suspension.has_value()) return {};
  const Suspension& row = *facts.input.suspension;
  const auto start = StartDate(facts.thesis);
  const std::string evidence = Text(row);
  const auto known = std::find(kSuspensionBases.begin(), kSuspensionBases.end(), row.basis) !=
                     kSuspensionBases.end();
  if (!known) {
    std::vector<std::string_view> bases(kSuspensionBases.begin(), kSuspensionBases.end());
    return {false, evidence, "Name a legal basis: " + Join(bases, ", ") + "."};
  }
  if (row.last < row.first) return {false, evidence, "Give a last day after the first."};
  if (start.has_value() && row.first < *start) {
    return {false, evidence + ", enrolled since " + FormatDate(*start),
            "Give a first day after the first enrolment."};
  }
  return {true, evidence, ""};
}

Verdict SuspensionFree(const ThesisFacts& facts) {
  if (!facts.input.suspension.has_value()) return {};
  const Suspension& row = *facts.input.suspension;
  for (const Suspension& other : facts.thesis.suspensions) {
    if (row.first <= other.last && other.first <= row.last) {
      return {false, "overlaps " + Text(other), "Choose other days."};
    }
  }
  return {true, "no other suspension on these days", ""};
}

Verdict CesureOnce(const ThesisFacts& facts) {
  if (!facts.input.suspension.has_value()) return {};
  const Suspension& row = *facts.input.suspension;
  if (row.basis != "cesure") return {true, "no cesure", ""};
  for (const Suspension& other : facts.thesis.suspensions) {
    if (other.basis == "cesure") {
      return {false, "there was a " + Text(other), "Suspend on another basis."};
    }
  }
  const bool passed = row.last < AddMonths(row.first, kCesureMonthsMax);
  return {passed, std::to_string(DaysIn(row.first, row.last)) + " days",
          passed ? "" : "Shorten it to a year."};
}

Verdict ResumesWithin(const ThesisFacts& facts) {
  if (facts.thesis.suspensions.empty()) return {true, "not suspended", ""};
  const Suspension& row = facts.thesis.suspensions.back();
  const bool passed = facts.date >= row.first;
  return {passed, "resumes " + FormatDate(facts.date) + ", suspended by " + Text(row),
          passed ? "" : "Give a day after its first."};
}

Verdict AskedInTime(const ThesisFacts& facts) {
  const auto end = ExpectedEnd(facts.thesis, facts.setting);
  const bool passed = !end.has_value() || facts.date <= *end;
  return {passed, "asked on " + FormatDate(facts.date) + ", expected end " + theses::Text(end),
          passed ? "" : "It should have been asked for before the expected end."};
}

Verdict EndsLater(const ThesisFacts& facts) {
  if (!facts.input.end_date.has_value()) return {};
  const auto end = ExpectedEnd(facts.thesis, facts.setting);
  const bool passed = !end.has_value() || *facts.input.end_date > *end;
  return {passed,
          "until " + FormatDate(*facts.input.end_date) + ", expected end " + theses::Text(end),
          passed ? "" : "Ask for a later end."};
}

Verdict OpinionsOnExtension(const ThesisFacts& facts) {
  const Thesis& thesis = facts.thesis;
  for (const Side& side : thesis.sides) {
    if (PlaceOf(facts.setting, side.institution).region != "FR") continue;
    if (!thesis.extension_request.has_value()) continue;
    // Of the year that the extension begins in, or of the one in which it was asked for.
    const auto given = std::any_of(side.years.begin(), side.years.end(), [&](const Year& year) {
      return year.csi_report.has_value() && year.director_opinion.has_value() &&
             *year.csi_report >= AddMonths(thesis.extension_request->requested, -12);
    });
    if (!given) {
      return {false,
              "no csi_report and director_opinion of the last twelve months in " + side.institution,
              "Record the CSI's report and the director's opinion of the year."};
    }
  }
  return {true, "the opinions are there", ""};
}

}  // namespace jointly::theses::check
