#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/unit/theses/thesis_sample.h"

// Each guard with a case that passes and one that is refused.
namespace jointly::theses {
namespace {

using ::testing::HasSubstr;

struct Case {
  const ThesisGuard& guard;
  std::string_view what;
  std::function<void(ThesisFacts&)> change;
  bool passed = true;
  std::string_view evidence;
};

void Check(const std::vector<Case>& cases, const Thesis& thesis) {
  for (const Case& row : cases) {
    SCOPED_TRACE(std::string(row.guard.id) + ": " + std::string(row.what));
    ThesisFacts facts = FactsOn(thesis);
    row.change(facts);
    const workflow::Verdict verdict = row.guard.check(facts);
    EXPECT_EQ(verdict.passed, row.passed) << verdict.evidence;
    EXPECT_THAT(verdict.evidence, HasSubstr(std::string(row.evidence)));
    EXPECT_EQ(verdict.remedy.empty(), row.passed) << "a refusal says what to do";
  }
  // Each guard of the table is there with both answers.
  std::set<std::string_view> passing;
  std::set<std::string_view> refusing;
  for (const Case& row : cases) (row.passed ? passing : refusing).insert(row.guard.id);
  EXPECT_EQ(passing, refusing);
}

void Nothing(ThesisFacts&) {}

Suspension Leave(std::string basis, std::string_view first, std::string_view last) {
  return {.basis = std::move(basis), .first = Day(first), .last = Day(last)};
}

TEST(ThesisGuards, OfProposalsAndAgreements) {
  Check(
      {
          {kDateSound, "today", Nothing, true, "today is 2026-06-01"},
          {kDateSound, "long ago, entered now", [](ThesisFacts& f) { f.date = Day("2019-01-05"); },
           true, "2019-01-05"},
          {kDateSound, "tomorrow", [](ThesisFacts& f) { f.date = Day("2026-06-02"); }, false,
           "2026-06-02"},
          {kDateSound, "before all rules", [](ThesisFacts& f) { f.date = Day("1989-12-31"); },
           false, "1989-12-31"},
          {kBothFavourable, "both", Nothing, true, "both"},
          {kBothFavourable, "the other one is now",
           [](ThesisFacts& f) {
             f.thesis.sides[0].opinion.clear();
             f.input.institution = kUga;
           },
           true, "both"},
          {kBothFavourable, "one is undecided",
           [](ThesisFacts& f) {
             f.thesis.sides[1].opinion.clear();
             f.input.institution = kUga;
           },
           false, "institutions/tsukuba is undecided"},
          {kAgreementInForce, "on a day of its", Nothing, true, "in force on 2026-06-01"},
          {kAgreementInForce, "the day after its end",
           [](ThesisFacts& f) { f.date = Day("2027-09-01"); }, false, "none is in force"},
          {kAgreementGone, "after its end", [](ThesisFacts& f) { f.date = Day("2027-09-01"); },
           true, "none is in force"},
          {kAgreementGone, "while it holds", Nothing, false, "in force on 2026-06-01"},
          {kBothEnrolled, "both, with proofs", Nothing, true, "both"},
          {kBothEnrolled, "no enrolment in Japan",
           [](ThesisFacts& f) { f.thesis.sides[1].years.clear(); }, false,
           "enrolled in institutions/tsukuba"},
          {kBothEnrolled, "no proof from France",
           [](ThesisFacts& f) { f.thesis.sides[0].years[0].proof_received.reset(); }, false,
           "proof_received of the enrolment in institutions/uga"},
      },
      ActiveThesis());
}

TEST(ThesisGuards, OfSuspensionsAndExtensions) {
  const auto suspend = [](std::string basis, std::string_view first, std::string_view last) {
    return [=](ThesisFacts& f) { f.input.suspension = Leave(basis, first, last); };
  };
  const auto after = [](const Suspension& earlier, const Suspension& now) {
    return [=](ThesisFacts& f) {
      f.thesis.suspensions = {earlier};
      f.input.suspension = now;
    };
  };
  const Suspension cesure = Leave("cesure", "2025-09-01", "2026-08-31");
  Check(
      {
          {kSuspensionSound, "a leave", suspend("parental", "2026-07-01", "2026-12-31"), true,
           "parental"},
          {kSuspensionSound, "no legal basis", suspend("sabbatical", "2026-07-01", "2026-12-31"),
           false, "sabbatical"},
          {kSuspensionSound, "ends before it begins",
           suspend("parental", "2026-07-01", "2026-06-30"), false, "2026-06-30"},
          {kSuspensionSound, "before the first enrolment",
           suspend("parental", "2024-09-30", "2024-12-31"), false, "enrolled since 2024-10-01"},
          {kSuspensionFree, "after another one",
           after(cesure, Leave("parental", "2026-09-01", "2026-12-31")), true, "no other"},
          {kSuspensionFree, "on its last day",
           after(cesure, Leave("parental", "2026-08-31", "2026-12-31")), false, "overlaps cesure"},
          {kCesureOnce, "a year", suspend("cesure", "2026-09-01", "2027-08-31"), true, "365 days"},
          {kCesureOnce, "a year and a day", suspend("cesure", "2026-09-01", "2027-09-01"), false,
           "366 days"},
          {kCesureOnce, "a second one", after(cesure, Leave("cesure", "2027-01-01", "2027-02-28")),
           false, "there was a cesure"},
          {kResumesWithin, "on its way", [&](ThesisFacts& f) { f.thesis.suspensions = {cesure}; },
           true, "cesure"},
          {kResumesWithin, "before it began",
           [&](ThesisFacts& f) {
             f.thesis.suspensions = {Leave("parental", "2026-06-02", "2026-12-31")};
           },
           false, "parental"},
          {kAskedInTime, "before the end of three years", Nothing, true, "expected end 2027-09-30"},
          {kAskedInTime, "after it", [](ThesisFacts& f) { f.date = Day("2027-10-01"); }, false,
           "asked on 2027-10-01"},
          {kEndsLater, "later", [](ThesisFacts& f) { f.input.end_date = Day("2028-09-30"); }, true,
           "until 2028-09-30"},
          {kEndsLater, "not later", [](ThesisFacts& f) { f.input.end_date = Day("2027-09-30"); },
           false, "expected end 2027-09-30"},
          {kOpinionsOnExtension, "with CSI and director",
           [](ThesisFacts& f) {
             f.thesis.extension_request = {.end_date = Day("2028-09-30"),
                                           .requested = Day("2026-05-01"),
                                           .reason = "more time"};
             f.thesis.sides[0].years[0].csi_report = Day("2026-04-01");
             f.thesis.sides[0].years[0].director_opinion = Day("2026-04-02");
           },
           true, ""},
          {kOpinionsOnExtension, "with a CSI of long ago",
           [](ThesisFacts& f) {
             f.thesis.extension_request = {.end_date = Day("2028-09-30"),
                                           .requested = Day("2026-05-01"),
                                           .reason = "more time"};
             f.thesis.sides[0].years[0].csi_report = Day("2025-04-01");
             f.thesis.sides[0].years[0].director_opinion = Day("2025-04-02");
           },
           false, "csi_report"},
      },
      ActiveThesis());
}

// A step of the second French year, which begins on 1 September 2025.
std::function<void(ThesisFacts&)> Step(std::string step, std::string_view date,
                                       std::function<void(ThesisFacts&)> more = Nothing) {
  return [=](ThesisFacts& f) {
    f.input.institution = kUga;
    f.input.academic_year = "2025/2026";
    f.input.step = step;
    f.date = Day(date);
    more(f);
  };
}

deadlines::Obligation Ruled(std::string id, deadlines::State state) {
  deadlines::Obligation row;
  row.id = id + "/2025";
  row.rule_id = std::move(id);
  row.institution = kUga;
  row.occasion = "2025";
  row.state = state;
  row.due.date = Day("2025-08-31");
  return row;
}

void CsiDone(ThesisFacts& f) {
  Year year;
  year.academic_year = "2025/2026";
  year.csi_held = Day("2025-05-10");
  year.csi_report = Day("2025-05-20");
  f.thesis.sides[0].years.push_back(year);
}

void AllDone(ThesisFacts& f) {
  CsiDone(f);
  f.thesis.sides[0].years[1].director_opinion = Day("2025-06-01");
  f.thesis.sides[0].years[1].school_proposal = Day("2025-06-20");
}

TEST(ThesisGuards, OfYears) {
  Check(
      {
          {kYearKnown, "of the side's calendar", Step("csi_held", "2025-05-10"), true,
           "2025-09-01 to 2026-08-31"},
          {kYearKnown, "before the first enrolment",
           Step("csi_held", "2023-05-10",
                [](ThesisFacts& f) { f.input.academic_year = "2023/2024"; }),
           false, "before the first enrolment"},
          {kYearStepsBefore, "the CSI comes first", Step("csi_held", "2025-05-10"), true,
           "nothing is missing"},
          {kYearStepsBefore, "no report without a meeting", Step("csi_report", "2025-05-20"), false,
           "missing before csi_report in 2025/2026: csi_held"},
          {kYearStepsBefore, "no enrolment without opinions",
           Step("enrolled", "2025-10-01", CsiDone), false, "director_opinion, school_proposal"},
          {kYearStepsBefore, "a waived CSI may be left out",
           Step("director_opinion", "2025-06-01",
                [](ThesisFacts& f) {
                  f.plan.obligations = {Ruled("fr.csi", deadlines::State::kWaived)};
                }),
           true, "nothing is missing"},
          {kYearStepsBefore, "once the waiver is gone it may not",
           Step("director_opinion", "2025-06-01",
                [](ThesisFacts& f) {
                  f.plan.obligations = {Ruled("fr.csi", deadlines::State::kArmed)};
                }),
           false, "csi_held, csi_report"},
          {kYearStepsBefore, "Japan asks for the enrolment alone",
           Step("enrolled", "2025-04-10", [](ThesisFacts& f) { f.input.institution = kTsukuba; }),
           true, "nothing is missing"},
          {kYearBefore, "the first year was enrolled", Step("enrolled", "2025-10-01", AllDone),
           true, "2024/2025 was enrolled"},
          {kYearBefore, "a year was left out",
           Step("enrolled", "2026-10-01",
                [](ThesisFacts& f) { f.input.academic_year = "2026/2027"; }),
           false, "2025/2026 has no enrolment"},
          {kYearBefore, "a cesure covers it",
           Step("enrolled", "2026-10-01",
                [](ThesisFacts& f) {
                  f.input.academic_year = "2026/2027";
                  f.thesis.suspensions = {Leave("cesure", "2025-09-01", "2026-08-31")};
                }),
           true, "cesure"},
          {kYearDate, "in the spring before", Step("csi_held", "2025-05-10"), true, "possible"},
          {kYearDate, "of another year", Step("csi_held", "2024-05-10"), false, "possible from"},
          {kYearDate, "before the step before it", Step("director_opinion", "2025-05-01", CsiDone),
           false, "csi_held was on 2025-05-10"},
          {kAgreementBeforeSecondYear, "no rule forbids it",
           Step("enrolled", "2025-10-01", AllDone), true, "no rule"},
          {kAgreementBeforeSecondYear, "the rule is met",
           Step("enrolled", "2025-10-01",
                [](ThesisFacts& f) {
                  f.plan.obligations = {Ruled("uga.agreement_final", deadlines::State::kMet)};
                }),
           true, "no rule"},
          {kAgreementBeforeSecondYear, "no agreement is final",
           Step("enrolled", "2025-10-01",
                [](ThesisFacts& f) {
                  f.plan.obligations = {Ruled("uga.agreement_final", deadlines::State::kArmed)};
                }),
           false, "uga.agreement_final"},
      },
      ActiveThesis());
}

Thesis PlannedThesis() {
  Thesis thesis = WithDefence(ActiveThesis(), UsualPlan());
  return thesis;
}

void Reports(ThesisFacts& f) {
  for (JuryMember& member : f.thesis.defence->jury) {
    if (!HasRole(member, "reviewer")) continue;
    member.report_date = Day("2026-10-20");
    member.report_opinion = "favourable";
  }
}

std::function<void(ThesisFacts&)> Recorded(std::string step, std::string_view date,
                                           std::function<void(ThesisFacts&)> more = Nothing) {
  return [=](ThesisFacts& f) {
    f.input.step = step;
    f.date = Day(date);
    more(f);
  };
}

void Held(ThesisFacts& f) {
  f.thesis.defence->held = Day("2026-11-03");
  f.thesis.defence->outcome = "passed";
}

TEST(ThesisGuards, BeforeTheDefence) {
  Check(
      {
          {kDefenceFeasible, "nothing forbids it",
           [](ThesisFacts& f) { f.input.defence = UsualPlan(); }, true, "2026-11-03 is allowed"},
          {kDefenceFeasible, "a rule forbids it",
           [](ThesisFacts& f) {
             f.input.defence = UsualPlan();
             deadlines::Requirement row;
             row.rule_id = "tsukuba.presentation_window";
             row.institution = kTsukuba;
             f.forbidding = {row};
           },
           false, "tsukuba.presentation_window@1 of institutions/tsukuba"},
          {kAgreementCoversDefence, "covered", Nothing, true, "in force on 2026-11-03"},
          {kAgreementCoversDefence, "beyond its end",
           [](ThesisFacts& f) { f.thesis.defence->time.date = Day("2027-09-01"); }, false,
           "cotutelles/c1 ends 2027-08-31"},
          {kReviewerKnown, "a reviewer", [](ThesisFacts& f) { f.input.member = "m1"; }, true, "m1"},
          {kReviewerKnown, "an examiner", [](ThesisFacts& f) { f.input.member = "m3"; }, false,
           "m3 is no reviewer"},
          {kReviewerKnown, "a second report",
           [](ThesisFacts& f) {
             Reports(f);
             f.input.member = "m1";
           },
           false, "m1 reported on 2026-10-20"},
          {kReportsFavourable, "fourteen days before", Reports, true, "2026-10-20"},
          {kReportsFavourable, "none yet", Nothing, false, "m1 has not reported"},
          {kReportsFavourable, "thirteen days before",
           [](ThesisFacts& f) {
             Reports(f);
             f.thesis.defence->jury[1].report_date = Day("2026-10-21");
           },
           false, "m2 reported on 2026-10-21, after 2026-10-20"},
          {kReportsFavourable, "an unfavourable one",
           [](ThesisFacts& f) {
             Reports(f);
             f.thesis.defence->jury[0].report_opinion = "unfavourable";
           },
           false, "m1 is unfavourable"},
          {kDepositCertified, "with its certificate",
           [](ThesisFacts& f) {
             f.thesis.defence->deposit = Day("2026-10-01");
             f.thesis.defence->deposit_certified = true;
           },
           true, "certified"},
          {kDepositCertified, "without",
           [](ThesisFacts& f) { f.thesis.defence->deposit = Day("2026-10-01"); }, false,
           "not certified"},
          {kPreexamined, "passed",
           [](ThesisFacts& f) {
             f.thesis.sides[1].milestones = {
                 {.kind = "preexamination", .date = Day("2026-06-24"), .value = 0}};
           },
           true, "passed 2026-06-24"},
          {kPreexamined, "not passed", Nothing, false, "institutions/tsukuba"},
      },
      PlannedThesis());
}

TEST(ThesisGuards, OnTheDayOfTheDefence) {
  const auto sat = [](std::vector<std::string> ids) {
    return [ids](ThesisFacts& f) { f.input.present = ids; };
  };
  const auto president = [](std::string rank, std::vector<std::string> ids) {
    return [=](ThesisFacts& f) {
      f.thesis.defence->jury[3].rank = rank;
      f.thesis.defence->jury[3].roles = {"president"};
      f.input.present = ids;
    };
  };
  Check(
      {
          {kHeldAsPlanned, "on its day", [](ThesisFacts& f) { f.date = Day("2026-11-03"); }, true,
           "held 2026-11-03"},
          {kHeldAsPlanned, "a day later", [](ThesisFacts& f) { f.date = Day("2026-11-04"); }, false,
           "authorised for 2026-11-03"},
          {kQuorum, "all four", sat({"m1", "m2", "m3", "m4"}), true, "4 of 4"},
          {kQuorum, "three", sat({"m1", "m2", "m3"}), false, "3 of 4"},
          {kQuorum, "a stranger", sat({"m1", "m2", "m3", "x"}), false, "x is no member"},
          {kPresidentSat, "a professor", president("professor", {"m1", "m2", "m3", "m4"}), true,
           "m4 is professor"},
          {kPresidentSat, "stayed away", president("professor", {"m1", "m2", "m3"}), false,
           "no president sat"},
          {kPresidentSat, "an associate", president("associate", {"m1", "m2", "m3", "m4"}), false,
           "m4 is associate"},
          {kStepOfDefence, "the deposit before it", Recorded("deposit", "2026-10-03"), true,
           "deposit"},
          {kStepOfDefence, "the deposit after its day", Recorded("deposit", "2026-11-04"), false,
           "the defence is on 2026-11-03"},
          {kStepOfDefence, "the conferral before it", Recorded("conferral", "2026-11-30"), false,
           "held not yet"},
          {kStepOfDefence, "the conferral after it", Recorded("conferral", "2026-11-30", Held),
           true, "conferral"},
          {kStepOfDefence, "a publication before the conferral",
           Recorded("full_text_published", "2027-01-01", Held), false, "not conferred"},
      },
      PlannedThesis());
}

TEST(ThesisGuards, AfterTheDefence) {
  Thesis thesis = PlannedThesis();
  thesis.defence->held = Day("2026-05-01");
  thesis.defence->outcome = "passed";
  const auto publish = [](ThesisFacts& f) {
    f.thesis.defence->conferral = Day("2026-05-20");
    f.thesis.defence->abstract_published = Day("2026-05-25");
    f.thesis.defence->full_text_published = Day("2026-05-26");
  };
  Check(
      {
          {kDefencePassed, "passed", Nothing, true, "2026-05-01"},
          {kDefencePassed, "failed", [](ThesisFacts& f) { f.thesis.defence->outcome = "failed"; },
           false, "not defended"},
          {kDefencePassed, "a day before it", [](ThesisFacts& f) { f.date = Day("2026-04-30"); },
           false, "2026-05-01"},
          {kDiplomaOpen, "not issued", [](ThesisFacts& f) { f.input.institution = kUga; }, true,
           "has not"},
          {kDiplomaOpen, "issued",
           [](ThesisFacts& f) {
             f.input.institution = kUga;
             f.thesis.sides[0].diploma_date = Day("2026-05-30");
           },
           false, "2026-05-30"},
          {kConferred, "conferred",
           [&](ThesisFacts& f) {
             publish(f);
             f.input.institution = kTsukuba;
           },
           true, "2026-05-20"},
          {kConferred, "not conferred", [](ThesisFacts& f) { f.input.institution = kTsukuba; },
           false, "not conferred"},
          {kListedInFrance, "listed",
           [](ThesisFacts& f) { f.thesis.theses_fr_number = "2026GRALY001"; }, true,
           "2026GRALY001"},
          {kListedInFrance, "not listed", Nothing, false, "no number"},
          {kPublished, "published", publish, true, "both"},
          {kPublished, "not published", Nothing, false, "abstract_published, full_text_published"},
      },
      thesis);
}

}  // namespace
}  // namespace jointly::theses
