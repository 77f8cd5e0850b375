#include "services/mobility/domain/decide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/table.h"
#include "tests/unit/mobility/sample.h"

namespace jointly::mobility {
namespace {

using test::Row;
using test::Table;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using A = ApplicationAction;
using S = ApplicationState;

ApplicationDecision Decided(const ApplicationFacts& facts, A action, Role role) {
  auto decision = Decide(facts, action, role);
  EXPECT_TRUE(decision.ok()) << decision.status();
  return decision.ok() ? *std::move(decision) : ApplicationDecision{};
}

std::string FactOf(const absl::Status& status, std::string_view name) {
  for (const Fact& fact : FactsOf(status)) {
    if (fact.name == name) return fact.value;
  }
  return "";
}

TEST(Decide, MovesRevisionAndTimeAndNothingElse) {
  const ApplicationFacts facts = sample::In(S::kDraft);
  const auto decision = Decided(facts, A::kSubmit, Role::kStudent);
  EXPECT_EQ(decision.from, S::kDraft);
  EXPECT_EQ(decision.after.state, S::kSubmitted);
  EXPECT_EQ(decision.after.revision, facts.application.revision + 1);
  EXPECT_EQ(decision.after.update_time, facts.now);
  EXPECT_EQ(decision.after.submit_time, facts.now);
  EXPECT_EQ(decision.after.create_time, facts.application.create_time);
  EXPECT_EQ(decision.after.choices, facts.application.choices);
  EXPECT_EQ(decision.move->event, "submitted");
  EXPECT_TRUE(decision.quota.empty() && decision.timers.empty() && !decision.mobility);
}

TEST(Decide, SaysWhatIsPossibleInstead) {
  const auto status = Decide(sample::In(S::kSubmitted), A::kSubmit, Role::kStudent).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "ILLEGAL_MOVE");
  EXPECT_EQ(MessageOf(status),
            "\"submit\" is not possible for applications/application-1 while it is submitted; "
            "possible for you now: withdraw");
  EXPECT_EQ(FactOf(status, "state"), "submitted");
  EXPECT_EQ(FactOf(status, "possible"), "withdraw");
}

TEST(Decide, SaysWhoTakesTheStep) {
  const auto status = Decide(sample::In(S::kRanked), A::kOffer, Role::kStudent).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(status), "WRONG_ROLE");
  EXPECT_EQ(FactOf(status, "allowed"), "home_office");
}

TEST(Decide, NamesEveryRefusingGuardAtOnce) {
  ApplicationFacts facts = sample::In(S::kDraft);
  facts.now = sample::At("2024-11-14T12:00:00Z");
  facts.application.documents.clear();
  facts.application.choices.clear();
  facts.application.profile.enrolled = false;
  const auto status = Decide(facts, A::kSubmit, Role::kStudent).status();
  EXPECT_EQ(ReasonOf(status), "GUARD_REFUSED");
  EXPECT_EQ(FactOf(status, "guards"), "G1,G8");
  for (const char* part : {"now 2024-11-14 13:00:00", "missing: transcript, passport", "0 chosen",
                           "not declared as enrolled"}) {
    EXPECT_THAT(MessageOf(status), HasSubstr(part));
  }
}

TEST(Decide, NamesTheEligibilityGuardsThatFail) {
  ApplicationFacts facts = sample::In(S::kSubmitted);
  facts.conditions[0].agreement_effective = false;
  facts.conditions[0].isced_codes = {"0111"};
  facts.application.profile.eqf_level = 5;
  facts.application.profile.languages.clear();
  facts.application.profile.grade = 3;
  facts.application.profile.planned_months = 40;
  facts.application.profile.enrolled = false;
  EXPECT_EQ(sample::ResultOf(facts, A::kFindEligible, Role::kHomeOffice), "G2,G3,G4,G5,G6,G7,G8");
}

// What a command must bring; without it INVALID_ARGUMENT names the field.
TEST(Decide, AsksForItsInputs) {
  for (const Row& row : Table(R"(
    state       action                  by           without         reason
    submitted   find_ineligible         home_office  reasons         MISSING_INPUT
    submitted   find_incomplete         home_office  reasons         MISSING_INPUT
    submitted   find_incomplete         home_office  complete_until  MISSING_INPUT
    submitted   find_incomplete         home_office  late until      MISSING_INPUT
    submitted   find_incomplete         home_office  wrong zone      UNKNOWN_TIME_ZONE
    eligible    score                   home_office  score           MISSING_INPUT
    eligible    score                   home_office  score 100.5     MISSING_INPUT
    eligible    score                   home_office  score nan       MISSING_INPUT
    ranked      offer                   home_office  own choice      NOT_A_CHOICE
    ranked      waitlist                home_office  own choice      NOT_A_CHOICE
    ranked      reject                  home_office  reasons         MISSING_INPUT
    rejected    appeal                  student      grounds         MISSING_INPUT
    appealed    grant_appeal_to_ranked  home_office  reasons         MISSING_INPUT
    appealed    refuse_appeal           home_office  reasons         MISSING_INPUT
    confirmed   nominate                home_office  nominee         MISSING_INPUT
       )")) {
    SCOPED_TRACE(row.text());
    ApplicationFacts facts = sample::In(*ParseApplicationState(row["state"]));
    const std::string& without = row["without"];
    if (without == "reasons") facts.input.reasons.clear();
    if (without == "complete_until") facts.input.complete_until.reset();
    if (without == "late until") facts.input.complete_until = sample::Civil("2024-11-01 12:00");
    if (without == "wrong zone") facts.input.complete_until->zone = "Moon/Sea";
    if (without == "score") facts.input.score.reset();
    if (without == "score 100.5") facts.input.score = 100.5;
    if (without == "score nan") facts.input.score = std::nan("");
    if (without == "own choice") facts.input.choice = Choice{"agreements/x/conditions/y"};
    if (without == "grounds") facts.input.appeal_grounds.clear();
    if (without == "nominee") facts.input.nominee.reset();
    const auto decision =
        Decide(facts, *ParseApplicationAction(row["action"]), *ParseRole(row["by"]));
    EXPECT_EQ(decision.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(decision.status()), row["reason"]);
  }
}

TEST(Check, TellsTheStudentWhatTheGuardsFoundAndWhatTheOfficeSays) {
  ApplicationFacts facts = sample::In(S::kSubmitted);
  facts.application.profile.grade = 10;
  facts.input.reasons = {"The transcript is not signed."};
  for (const A action : {A::kFindIneligible, A::kFindIncomplete}) {
    const auto decision = Decided(facts, action, Role::kHomeOffice);
    ASSERT_EQ(decision.after.reasons.size(), 2u);
    EXPECT_EQ(decision.after.reasons[0].guard, "G6");
    EXPECT_EQ(decision.after.reasons[1].guard, "OFFICE");
    EXPECT_EQ(decision.after.reasons[1].verdict.evidence, "The transcript is not signed.");
  }
  facts.input.reasons.clear();  // The refusing guard is reason enough.
  EXPECT_EQ(Decided(facts, A::kFindIneligible, Role::kHomeOffice).after.reasons.size(), 1u);
}

TEST(Check, IneligibleCanBeAppealedForTenWorkingDays) {
  const auto decision = Decided(sample::In(S::kSubmitted), A::kFindIneligible, Role::kHomeOffice);
  // Wednesday, 20 November 2024.
  ASSERT_TRUE(decision.after.appeal_until.has_value());
  EXPECT_EQ(FormatDate(decision.after.appeal_until->date), "2024-12-04");
  EXPECT_EQ(FormatClock(decision.after.appeal_until->clock), "23:59:59");
}

TEST(Check, ResubmissionKeepsTheFirstSubmitTime) {
  const ApplicationFacts facts = sample::In(S::kIncomplete);
  const auto decision = Decided(facts, A::kResubmit, Role::kStudent);
  EXPECT_EQ(decision.after.submit_time, sample::At("2024-11-01T09:00:00Z"));
  EXPECT_TRUE(decision.after.reasons.empty());
}

TEST(Offer, HoldsAPlaceUntilItExpires) {
  const ApplicationFacts facts = sample::In(S::kRanked);
  const auto decision = Decided(facts, A::kOffer, Role::kHomeOffice);
  ASSERT_TRUE(decision.after.offer.has_value());
  EXPECT_EQ(decision.after.offer->choice, facts.application.choices[0]);
  EXPECT_EQ(decision.after.offer->expire_time, facts.now + std::chrono::hours(168));
  EXPECT_EQ(decision.after.offer->quota, "quota-1");
  ASSERT_EQ(decision.quota.size(), 1u);
  EXPECT_EQ(decision.quota[0].kind, QuotaCommandKind::kHold);
  EXPECT_EQ(decision.quota[0].quota, "quota-1");
  EXPECT_EQ(decision.quota[0].application, "application-1");
  EXPECT_EQ(decision.quota[0].expire_time, decision.after.offer->expire_time);
  ASSERT_EQ(decision.timers.size(), 1u);
  EXPECT_TRUE(decision.timers[0].arm);
  EXPECT_EQ(decision.timers[0].kind, "offer_expires");
  EXPECT_EQ(decision.timers[0].due, decision.after.offer->expire_time);
  EXPECT_EQ(decision.timers[0].generation, decision.after.revision);
}

TEST(Offer, MadeBeforeTheResultsStandsFromTheirTimeOn) {
  ApplicationFacts facts = sample::In(S::kRanked);
  facts.now = sample::At("2025-01-10T09:00:00Z");
  const auto decision = Decided(facts, A::kOffer, Role::kHomeOffice);
  EXPECT_EQ(decision.after.offer->offer_time, sample::At("2025-01-31T17:00:00Z"));
  EXPECT_EQ(decision.after.offer->expire_time, sample::At("2025-02-07T17:00:00Z"));
  EXPECT_EQ(decision.after.decision_time, decision.after.offer->offer_time);
}

TEST(Offer, OfAFullYearTakesTwoSemesters) {
  ApplicationFacts facts = sample::In(S::kRanked);
  facts.quotas[0].measure = Measure::kSemesters;
  facts.application.choices[0].term = Term::kFullYear;
  EXPECT_EQ(Decided(facts, A::kOffer, Role::kHomeOffice).quota[0].places, 2);
}

TEST(Offer, TakesTheChoiceThatIsNamed) {
  ApplicationFacts facts = sample::In(S::kRanked);
  facts.application.choices.push_back({sample::kCondition, Term::kFirst});
  facts.input.choice = facts.application.choices[1];
  EXPECT_EQ(Decided(facts, A::kOffer, Role::kHomeOffice).after.offer->choice.term, Term::kFirst);
}

TEST(Offer, FromTheWaitingListLeavesIt) {
  for (const auto& [action, role] :
       {std::pair{A::kPromote, Role::kTimer}, std::pair{A::kOffer, Role::kHomeOffice}}) {
    ApplicationFacts facts = sample::In(S::kWaitlisted);
    facts.application.choices.insert(facts.application.choices.begin(),
                                     {sample::kCondition, Term::kFirst});
    const auto decision = Decided(facts, action, role);
    EXPECT_EQ(decision.after.offer->choice.term, Term::kSecond) << "the choice that it waits for";
    EXPECT_EQ(decision.after.waitlist_ticket, 0);
    EXPECT_FALSE(decision.after.waitlist_choice.has_value());
    EXPECT_THAT(decision.after.waitlist_quota, IsEmpty());
  }
}

TEST(Waitlist, DrawsTheNextTicketOfItsQuota) {
  ApplicationFacts facts = sample::In(S::kRanked);
  facts.last_waitlist_ticket = 41;
  const auto decision = Decided(facts, A::kWaitlist, Role::kHomeOffice);
  EXPECT_EQ(decision.after.waitlist_ticket, 42);
  EXPECT_EQ(decision.after.waitlist_quota, "quota-1");
  EXPECT_EQ(decision.after.waitlist_choice, facts.application.choices[0]);
  EXPECT_TRUE(decision.quota.empty());
}

// What each ending of an offer does with the place, and whether the waiting list is looked at.
TEST(Endings, GiveThePlaceBackOrConfirmIt) {
  for (const Row& row : Table(R"(
           state        when       action      by          place      promotes    timer
           offered      in time    accept      student     confirm    no          cancelled
           offered      in time    decline     student     release    yes         cancelled
           offered      late       expire      timer       release    yes         cancelled
           offered      in time    withdraw    student     release    yes         cancelled
           confirmed    in time    withdraw    student     release    yes         -
           waitlisted   in time    withdraw    student     -          no          -
           ranked       in time    withdraw    student     -          no          -
           nominated    in time    withdraw    student     -          no          -
       )")) {
    SCOPED_TRACE(row.text());
    const auto state = *ParseApplicationState(row["state"]);
    const auto decision =
        Decided(row["when"] == "late" ? sample::Overdue(state) : sample::In(state),
                *ParseApplicationAction(row["action"]), *ParseRole(row["by"]));
    std::string place;
    for (const QuotaCommand& command : decision.quota) {
      place += command.kind == QuotaCommandKind::kConfirm ? "confirm" : "release";
      EXPECT_EQ(command.quota, "quota-1");
    }
    EXPECT_EQ(place, row["place"]);
    EXPECT_EQ(decision.promote_quota, row["promotes"] == "yes" ? "quota-1" : "");
    EXPECT_EQ(decision.timers.size(), row["timer"] == "cancelled" ? 1u : 0u);
    for (const TimerEffect& timer : decision.timers) EXPECT_FALSE(timer.arm);
    EXPECT_EQ(decision.after.waitlist_ticket, 0);
  }
}

TEST(Appeals, ReturnToTheStateBeforeTheDecision) {
  for (const S decided : {S::kRejected, S::kIneligible}) {
    ApplicationFacts facts = sample::In(decided);
    const auto appealed = Decided(facts, A::kAppeal, Role::kStudent).after;
    EXPECT_EQ(appealed.appealed, decided);
    EXPECT_EQ(appealed.appeal_grounds, "The certificate was there.");
    facts.application = appealed;
    const auto granted = Decided(facts, GrantAppealAction(appealed), Role::kHomeOffice).after;
    EXPECT_EQ(granted.state, decided == S::kRejected ? S::kRanked : S::kEligible);
    EXPECT_TRUE(granted.reasons.empty());
  }
}

TEST(Nominate, CreatesTheMobilityWithTheYearsOfBothSides) {
  const ApplicationFacts facts = sample::In(S::kConfirmed);
  const auto decision = Decided(facts, A::kNominate, Role::kHomeOffice);
  ASSERT_TRUE(decision.mobility.has_value());
  const MobilityCase& mobility = *decision.mobility;
  EXPECT_EQ(mobility.id, "mobility-1");
  EXPECT_EQ(decision.after.mobility, "mobility-1");
  EXPECT_EQ(mobility.state, MobilityState::kNominated);
  EXPECT_EQ(mobility.revision, 1);
  EXPECT_EQ(mobility.student, facts.application.student);
  EXPECT_EQ(mobility.sending_institution, "institutions/uga");
  EXPECT_EQ(mobility.receiving_institution, "institutions/tsukuba");
  EXPECT_EQ(mobility.proposal_id, "proposal-1");
  EXPECT_EQ(mobility.receiving_academic_year, "2025/2026");
  EXPECT_EQ(mobility.sending_academic_year, "2025/2026");
  EXPECT_EQ(mobility.quota, "quota-1");
  EXPECT_TRUE(decision.quota.empty()) << "the place stays confirmed";
}

// Tsukuba's first term of 2026/2027 begins in April 2026: Grenoble's 2025/2026.
TEST(Nominate, NamesDifferentYearsWhereTheyDiverge) {
  ApplicationFacts facts = sample::In(S::kConfirmed);
  facts.call.academic_year = "2026/2027";
  facts.quotas[0].academic_year = "2026/2027";
  facts.application.offer->choice.term = Term::kFirst;
  const auto decision = Decided(facts, A::kNominate, Role::kHomeOffice);
  ASSERT_TRUE(decision.mobility.has_value());
  EXPECT_EQ(decision.mobility->receiving_academic_year, "2026/2027");
  EXPECT_EQ(decision.mobility->sending_academic_year, "2025/2026");
}

TEST(Embargo, ShowsTheStudentNothingByARefusal) {
  ApplicationFacts hidden = sample::In(S::kOffered);
  hidden.now = sample::At("2025-01-20T09:00:00Z");
  ApplicationFacts ranked = sample::In(S::kRanked);
  ranked.now = hidden.now;
  for (const A action : {A::kAccept, A::kDecline, A::kAppeal, A::kSubmit}) {
    const auto a = Decide(hidden, action, Role::kStudent).status();
    const auto b = Decide(ranked, action, Role::kStudent).status();
    EXPECT_EQ(a.code(), b.code()) << Name(action);
    EXPECT_EQ(MessageOf(a), MessageOf(b)) << Name(action);
  }
  EXPECT_EQ(sample::ResultOf(hidden, A::kWithdraw, Role::kStudent), "withdrawn");
  const auto rows = AllowedActions(hidden, Role::kStudent);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].action, A::kWithdraw);
}

TEST(AllowedActions, SayWhatIsMissing) {
  ApplicationFacts facts = sample::In(S::kDraft);
  facts.application.documents.pop_back();
  const auto rows = AllowedActions(facts, Role::kStudent);
  std::vector<std::string_view> names;
  for (const auto& row : rows) names.push_back(Name(row.action));
  EXPECT_THAT(names, ElementsAre("update", "submit", "withdraw"));
  EXPECT_TRUE(rows[0].ready());
  EXPECT_FALSE(rows[1].ready());
  ASSERT_EQ(rows[1].missing.size(), 1u);
  EXPECT_EQ(rows[1].missing[0].verdict.remedy, "Upload: passport.");
  EXPECT_TRUE(AllowedActions(facts, Role::kHostOffice).empty());
}

TEST(AllowedActions, ShowTheOneAppealDecisionThatIsOpen) {
  std::vector<std::string_view> names;
  for (const auto& row : AllowedActions(sample::In(S::kAppealed), Role::kHomeOffice)) {
    names.push_back(Name(row.action));
    EXPECT_TRUE(row.ready());
  }
  EXPECT_THAT(names, ElementsAre("grant_appeal_to_ranked", "refuse_appeal"));
}

// Every allowed and ready action is then taken; what is not ready is refused by the same guards.
TEST(AllowedActions, AgreeWithDecide) {
  for (int i = 1; i <= static_cast<int>(S::kNominated); ++i) {
    for (const bool late : {false, true}) {
      for (const Role role : {Role::kStudent, Role::kHomeOffice, Role::kTimer}) {
        const auto state = static_cast<S>(i);
        const ApplicationFacts facts = late ? sample::Overdue(state) : sample::In(state);
        for (const auto& row : AllowedActions(facts, role)) {
          ApplicationFacts input = facts;
          input.input.complete_until = sample::Civil("2026-01-01 12:00");
          SCOPED_TRACE(std::string(Name(state)) + " " + std::string(Name(row.action)));
          EXPECT_EQ(Decide(input, row.action, role).ok(), row.ready());
        }
      }
    }
  }
}

TEST(Findings, ShowPassedAndRefusedGuards) {
  ApplicationFacts facts = sample::In(S::kSubmitted);
  facts.application.profile.grade = 3;
  const auto findings = Findings(facts, A::kFindEligible);
  ASSERT_EQ(findings.size(), 7u);
  int refused = 0;
  for (const auto& finding : findings) refused += finding.verdict.passed ? 0 : 1;
  EXPECT_EQ(refused, 1);
  EXPECT_THAT(Findings(sample::In(S::kDraft), A::kFindEligible), IsEmpty());
}

TEST(Create, StartsADraftInAPublishedCall) {
  ApplicationFacts facts = sample::In(S::kDraft);
  const auto draft = CreateApplication(facts, false);
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->state, S::kDraft);
  EXPECT_EQ(draft->revision, 1);
  EXPECT_EQ(draft->home_institution, "institutions/uga");
  EXPECT_EQ(draft->create_time, facts.now);
  EXPECT_EQ(ReasonOf(CreateApplication(facts, true).status()), "APPLICATION_EXISTS");
  facts.now = sample::At("2024-11-14T12:00:00Z");
  EXPECT_EQ(ReasonOf(CreateApplication(facts, false).status()), "CALL_NOT_OPEN");
  facts = sample::In(S::kDraft);
  facts.call.state = CallState::kDraft;
  EXPECT_EQ(ReasonOf(CreateApplication(facts, false).status()), "CALL_NOT_OPEN");
}

}  // namespace
}  // namespace jointly::mobility
