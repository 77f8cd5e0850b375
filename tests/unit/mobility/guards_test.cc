#include "services/mobility/domain/guards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/table.h"
#include "tests/unit/mobility/sample.h"

namespace jointly::mobility {
namespace {

using test::Row;
using test::Table;
using testing::HasSubstr;
using S = ApplicationState;

std::string Answer(const workflow::Verdict& verdict) { return verdict.passed ? "yes" : "no"; }

// A refusal says what it saw and what to do; a pass asks for nothing.
void CheckExplained(const workflow::Verdict& verdict) {
  EXPECT_FALSE(verdict.evidence.empty());
  EXPECT_EQ(verdict.remedy.empty(), verdict.passed) << verdict.evidence;
}

// G1. 14 November 2024, 12:00 in Grenoble is 11:00Z and 20:00 in Tsukuba.
TEST(CallOpen, HoldsInTheZoneOfTheCall) {
  for (const Row& row : Table(R"(
           now                         state        passes
           2024-10-14T21:59:59Z        published    no
           2024-10-14T22:00:00Z        published    yes
           2024-11-14T11:00:00Z        published    yes
           2024-11-14T11:00:00.1Z      published    no
           2024-11-14T12:00:00Z        published    no
           2024-11-01T12:00:00Z        draft        no
           2024-11-01T12:00:00Z        cancelled    no
       )")) {
    SCOPED_TRACE(row.text());
    ApplicationFacts facts = sample::In(S::kDraft);
    facts.now = sample::At(row["now"]);
    facts.call.state = *ParseCallState(row["state"]);
    const auto verdict = check::CallOpen(facts);
    EXPECT_EQ(Answer(verdict), row["passes"]) << verdict.evidence;
    CheckExplained(verdict);
  }
  ApplicationFacts late = sample::In(S::kDraft);
  late.now = sample::At("2024-11-14T11:30:00Z");
  EXPECT_EQ(check::CallOpen(late).evidence,
            "open 2024-10-15 00:00:00 Europe/Paris to 2024-11-14 12:00:00 Europe/Paris, now "
            "2024-11-14 12:30:00 Europe/Paris");
}

TEST(Documents, NamesEachThatIsMissing) {
  ApplicationFacts facts = sample::In(S::kDraft);
  EXPECT_TRUE(check::Documents(facts).passed);
  facts.call.required_documents = {"transcript", "photo", "motivation_letter"};
  const auto verdict = check::Documents(facts);
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.evidence,
            "required: transcript, photo, motivation_letter; missing: photo, motivation_letter");
  EXPECT_EQ(verdict.remedy, "Upload: photo, motivation_letter.");
  facts.call.required_documents.clear();
  facts.application.documents.clear();
  EXPECT_TRUE(check::Documents(facts).passed);
}

TEST(Choices, AreCountedAndBelongToTheCall) {
  ApplicationFacts facts = sample::In(S::kDraft);
  EXPECT_TRUE(check::Choices(facts).passed);

  facts.application.choices = {{sample::kCondition, Term::kFirst},
                               {sample::kCondition, Term::kSecond}};
  EXPECT_TRUE(check::Choices(facts).passed) << "another term is another choice";
  facts.call.maximum_choices = 1;
  EXPECT_THAT(check::Choices(facts).evidence, HasSubstr("2 chosen, 1 to 1 allowed"));

  facts = sample::In(S::kDraft);
  facts.application.choices.clear();
  EXPECT_THAT(check::Choices(facts).evidence, HasSubstr("0 chosen, 1 to 5 allowed"));

  facts = sample::In(S::kDraft);
  facts.application.choices.push_back(facts.application.choices.front());
  EXPECT_THAT(check::Choices(facts).evidence, HasSubstr("chosen twice"));
}

TEST(Choices, NameEachFault) {
  for (const Row& row : Table(R"(
           change         says
           unknown        not known here
           agreement      belongs to agreements/other, the call is for agreements/tsukuba
           sender         sends from institutions/inp
           no term        no term is chosen
           other term     is offered for the term first only
       )")) {
    SCOPED_TRACE(row.text());
    ApplicationFacts facts = sample::In(S::kDraft);
    const std::string& change = row["change"];
    if (change == "unknown") facts.application.choices[0].condition += "x";
    if (change == "agreement") facts.conditions[0].agreement = "agreements/other";
    if (change == "sender") facts.conditions[0].sending_institution = "institutions/inp";
    if (change == "no term") facts.application.choices[0].term = Term::kUnspecified;
    if (change == "other term") facts.conditions[0].term = Term::kFirst;
    const auto verdict = check::Choices(facts);
    EXPECT_FALSE(verdict.passed);
    EXPECT_THAT(verdict.evidence, HasSubstr(row["says"]));
    CheckExplained(verdict);
  }
}

// G2. The stay is 1 October 2025 to 31 March 2026.
TEST(AgreementCovers, TheWholeStay) {
  for (const Row& row : Table(R"(
           effective    start         end           first year    last year    passes
           yes          1997-04-01    -             2024/2025     2027/2028    yes
           no           1997-04-01    -             2024/2025     2027/2028    no
           yes          2025-10-01    2026-03-31    2024/2025     2027/2028    yes
           yes          2025-10-02    2026-03-31    2024/2025     2027/2028    no
           yes          2025-10-01    2026-03-30    2024/2025     2027/2028    no
           yes          1997-04-01    -             2025/2026     2025/2026    yes
           yes          1997-04-01    -             2026/2027     2027/2028    no
           yes          1997-04-01    -             2020/2021     2024/2025    no
       )")) {
    SCOPED_TRACE(row.text());
    ApplicationFacts facts = sample::In(S::kSubmitted);
    AgreementCondition& condition = facts.conditions[0];
    condition.agreement_effective = row["effective"] == "yes";
    condition.agreement_start = sample::Day(row["start"]);
    if (!row["end"].empty()) condition.agreement_end = sample::Day(row["end"]);
    condition.first_academic_year = row["first year"];
    condition.last_academic_year = row["last year"];
    const auto verdict = check::AgreementCovers(facts);
    EXPECT_EQ(Answer(verdict), row["passes"]) << verdict.evidence;
    CheckExplained(verdict);
    EXPECT_EQ(check::OfferedAgreementCovers(facts).passed, verdict.passed);
  }
}

TEST(AgreementCovers, NamesTheChoiceThatFails) {
  ApplicationFacts facts = sample::In(S::kSubmitted);
  AgreementCondition other = sample::Condition();
  other.name = "agreements/tsukuba/conditions/old";
  other.agreement_end = sample::Day("2025-12-31");
  facts.conditions.push_back(other);
  facts.application.choices.push_back({other.name, Term::kSecond});
  const auto verdict = check::AgreementCovers(facts);
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.evidence,
            "agreements/tsukuba/conditions/old (second): stay 2025-10-01 to 2026-03-31, valid "
            "1997-04-01 to 2025-12-31");
  facts.application.choices.clear();
  EXPECT_FALSE(check::AgreementCovers(facts).passed) << "no choice, no eligibility";
}

// G3.
TEST(EqfLevel, IsOneThatTheConditionLists) {
  for (const Row& row : Table(R"(
           level    allowed    passes
           6        6 7        yes
           7        6 7        yes
           8        6 7        no
           5        6 7        no
           0        6 7        no
           8        -          yes
       )")) {
    SCOPED_TRACE(row.text());
    ApplicationFacts facts = sample::In(S::kSubmitted);
    facts.application.profile.eqf_level = std::stoi(row["level"]);
    if (row["allowed"].empty()) facts.conditions[0].eqf_levels.clear();
    const auto verdict = check::EqfLevel(facts);
    EXPECT_EQ(Answer(verdict), row["passes"]) << verdict.evidence;
    CheckExplained(verdict);
  }
}

// G4. 0533 is physics, 0531 chemistry, 0541 mathematics.
TEST(Field, MatchesAsTheConditionSays) {
  for (const Row& row : Table(R"(
           code     listed    match           passes
           0533     0533      exact           yes
           0533     0531      exact           no
           0533     0531      narrow_field    yes
           0533     0541      narrow_field    no
           0533     0541      any             yes
           0533     -         exact           yes
           -        0533      exact           no
           053      0533      narrow_field    no
           053      0533      any             yes
       )")) {
    SCOPED_TRACE(row.text());
    ApplicationFacts facts = sample::In(S::kSubmitted);
    facts.application.profile.isced_code = row["code"];
    if (!row["listed"].empty()) facts.conditions[0].isced_codes = {"0112", row["listed"]};
    facts.conditions[0].isced_match = *ParseIscedMatch(row["match"]);
    const auto verdict = check::Field(facts);
    EXPECT_EQ(Answer(verdict), row["passes"]) << verdict.evidence;
    CheckExplained(verdict);
  }
}

// G6. Agreements state their minimum on 0-20.
TEST(Grade, IsNormalisedToTwenty) {
  for (const Row& row : Table(R"(
           grade     scale    minimum    passes
           12.5      20       12.5       yes
           12.49     20       12.5       no
           2.5       4        12.5       yes
           2.49      4        12.5       no
           3.1       4        15.5       yes
           62.5      100      12.5       yes
           1.875     3        12.5       yes
           0         0        0          yes
           12.5      0        12.5       no
           25        20       12.5       no
           -1        20       12.5       no
           0         20       0          yes
       )")) {
    SCOPED_TRACE(row.text());
    ApplicationFacts facts = sample::In(S::kSubmitted);
    facts.application.profile.grade = std::stod(row["grade"]);
    facts.application.profile.grade_scale_maximum = std::stod(row["scale"]);
    facts.conditions[0].minimum_grade = std::stod(row["minimum"]);
    const auto verdict = check::Grade(facts);
    EXPECT_EQ(Answer(verdict), row["passes"]) << verdict.evidence;
    CheckExplained(verdict);
  }
  ApplicationFacts facts = sample::In(S::kSubmitted);
  facts.application.profile.grade = 2.4;
  facts.application.profile.grade_scale_maximum = 4;
  EXPECT_THAT(check::Grade(facts).evidence, HasSubstr("2.4 of 4 = 12 of 20; minimum 12.5"));
}

TEST(Grade, RefusesWhatIsNoNumber) {
  EXPECT_FALSE(GradeOfTwenty(std::nan(""), 20).has_value());
  EXPECT_FALSE(GradeOfTwenty(10, std::nan("")).has_value());
  EXPECT_FALSE(GradeOfTwenty(10, 0).has_value());
  EXPECT_EQ(GradeOfTwenty(3, 4), 15.0);
}

// G7.
TEST(Months, StayWithinCycleAndAgreement) {
  for (const Row& row : Table(R"(
           prior    planned    longest    passes
           0        6          0          yes
           0        12         0          yes
           0        13         0          no
           6        6          0          yes
           7        6          0          no
           0        2          0          yes
           0        1          0          no
           0        0          0          no
           0        6          5          no
           0        5          5          yes
           -3       6          0          no
       )")) {
    SCOPED_TRACE(row.text());
    ApplicationFacts facts = sample::In(S::kSubmitted);
    facts.application.profile.prior_mobility_months = std::stoi(row["prior"]);
    facts.application.profile.planned_months = std::stoi(row["planned"]);
    facts.conditions[0].maximum_months = std::stoi(row["longest"]);
    const auto verdict = check::Months(facts);
    EXPECT_EQ(Answer(verdict), row["passes"]) << verdict.evidence;
    CheckExplained(verdict);
  }
}

// G8.
TEST(Enrolled, IsDeclared) {
  ApplicationFacts facts = sample::In(S::kSubmitted);
  CheckExplained(check::Enrolled(facts));
  facts.application.profile.enrolled = false;
  EXPECT_FALSE(check::Enrolled(facts).passed);
  CheckExplained(check::Enrolled(facts));
}

// G9.
TEST(PlaceFree, CountsHeldAndConfirmed) {
  for (const Row& row : Table(R"(
           places    adjustment    held    confirmed    measure      term         passes
           2         0             0       0            persons      second       yes
           2         0             1       0            persons      second       yes
           2         0             1       1            persons      second       no
           2         1             1       1            persons      second       yes
           2         -1            0       1            persons      second       no
           2         0             1       0            persons      full_year    yes
           2         0             0       0            semesters    full_year    yes
           2         0             1       0            semesters    full_year    no
           2         0             1       0            semesters    first        yes
           1         0             2       1            persons      second       no
       )")) {
    SCOPED_TRACE(row.text());
    ApplicationFacts facts = sample::In(S::kRanked);
    facts.application.choices[0].term = *ParseTerm(row["term"]);
    Quota& quota = facts.quotas[0];
    quota.places = std::stoi(row["places"]);
    quota.adjustment = std::stoi(row["adjustment"]);
    quota.held = std::stoi(row["held"]);
    quota.confirmed = std::stoi(row["confirmed"]);
    quota.measure = *ParseMeasure(row["measure"]);
    const auto verdict = check::PlaceFree(facts);
    EXPECT_EQ(Answer(verdict), row["passes"]) << verdict.evidence;
    CheckExplained(verdict);
  }
}

TEST(PlaceFree, TakesTheAgreementsPlacesBeforeTheLedgerIsOpened) {
  ApplicationFacts facts = sample::In(S::kRanked);
  facts.quotas.clear();
  EXPECT_EQ(check::PlaceFree(facts).evidence,
            "agreements/tsukuba/conditions/uga-out (second) takes 1; free 2 = 2 places - 0 held - "
            "0 confirmed");
  facts.conditions[0].places_per_year = 0;
  EXPECT_FALSE(check::PlaceFree(facts).passed);
  facts.conditions.clear();
  EXPECT_FALSE(check::PlaceFree(facts).passed);
}

// G10. The application's own call has priority 5.
TEST(OneLiveOffer, LooksAtLinkedCalls) {
  for (const Row& row : Table(R"(
           other             mobility     priority    passes
           offered           -            9           no
           confirmed         -            9           no
           nominated         nominated    9           no
           nominated         -            9           no
           nominated         cancelled    9           yes
           declined          -            1           yes
           withdrawn         -            1           yes
           waitlisted        -            1           yes
           ranked            -            9           yes
           ranked            -            5           yes
           ranked            -            1           no
           submitted         -            1           no
           draft             -            1           yes
       )")) {
    SCOPED_TRACE(row.text());
    ApplicationFacts facts = sample::In(S::kRanked);
    facts.call.priority = 5;
    facts.linked = {{.application = "application-2",
                     .call = "call-2",
                     .call_priority = std::stoi(row["priority"]),
                     .state = *ParseApplicationState(row["other"]),
                     .mobility = ParseMobilityState(row["mobility"])}};
    const auto verdict = check::OneLiveOffer(facts);
    EXPECT_EQ(Answer(verdict), row["passes"]) << verdict.evidence;
    CheckExplained(verdict);
  }
  ApplicationFacts own = sample::In(S::kRanked);
  own.linked = {{.application = own.application.id, .call = "call-1", .state = S::kOffered}};
  EXPECT_TRUE(check::OneLiveOffer(own).passed) << "an application does not block itself";
}

// At the due instant an offer is over, while a submission, a completion or an appeal is in time.
TEST(Limits, AreExactAtTheirInstant) {
  for (const Row& row : Table(R"(
           state         now                        accept    expire    resubmit    appeal
           offered       2025-02-10T08:59:59Z       yes       no        -           -
           offered       2025-02-10T09:00:00Z       no        yes       -           -
           offered       2025-02-10T09:00:01Z       no        yes       -           -
           incomplete    2024-11-29T11:00:00Z       -         -         yes         -
           incomplete    2024-11-29T11:00:00.1Z     -         -         no          -
           ineligible    2024-12-04T22:59:59Z       -         -         -           yes
           ineligible    2024-12-04T22:59:59.1Z     -         -         -           no
       )")) {
    SCOPED_TRACE(row.text());
    ApplicationFacts facts = sample::In(*ParseApplicationState(row["state"]));
    facts.now = sample::At(row["now"]);
    const auto expect = [&](const char* column, const workflow::Verdict& verdict) {
      if (row[column].empty()) return;
      EXPECT_EQ(Answer(verdict), row[column]) << verdict.evidence;
      CheckExplained(verdict);
    };
    expect("accept", check::OfferStands(facts));
    expect("expire", check::OfferOver(facts));
    expect("resubmit", check::CompletionTime(facts));
    expect("appeal", check::AppealTime(facts));
    EXPECT_NE(check::CompletionTime(facts).passed, check::CompletionTimeOver(facts).passed);
  }
}

// G11. The window is 1 to 28 February 2025 in Tsukuba.
TEST(NominationWindow, HoldsInTheZoneOfTheHost) {
  for (const Row& row : Table(R"(
           now                     passes
           2025-01-31T14:59:59Z    no
           2025-01-31T15:00:00Z    yes
           2025-02-28T14:59:59Z    yes
           2025-02-28T15:00:00Z    no
       )")) {
    SCOPED_TRACE(row.text());
    ApplicationFacts facts = sample::In(S::kConfirmed);
    facts.now = sample::At(row["now"]);
    const auto verdict = check::NominationWindow(facts);
    EXPECT_EQ(Answer(verdict), row["passes"]) << verdict.evidence;
    CheckExplained(verdict);
    facts.call.nomination_open_time.reset();
    facts.call.nomination_close_time.reset();
    EXPECT_TRUE(check::NominationWindow(facts).passed);
  }
}

TEST(NomineeComplete, NamesFieldsAndNeverTheirValues) {
  for (const Row& row : Table(R"(
           change                    names
           birth_date                birth_date
           nationality               nationality
           lower nationality         nationality
           gender                    gender
           email                     email
           bare email                email
           given_name                given_name
           family_name               family_name
           wrong identifier          european_student_identifier
           isced_code                isced_code
           eqf_level                 eqf_level
       )")) {
    SCOPED_TRACE(row.text());
    ApplicationFacts facts = sample::In(S::kConfirmed);
    EXPECT_TRUE(check::NomineeComplete(facts).passed);
    Nominee& nominee = *facts.input.nominee;
    const std::string& change = row["change"];
    if (change == "birth_date") nominee.birth_date.reset();
    if (change == "nationality") nominee.nationality.clear();
    if (change == "lower nationality") nominee.nationality = "fr";
    if (change == "gender") nominee.gender = 3;
    if (change == "email") nominee.email.clear();
    if (change == "bare email") nominee.email = "fictional@";
    if (change == "given_name") nominee.given_name.clear();
    if (change == "family_name") nominee.family_name.clear();
    if (change == "wrong identifier") nominee.european_student_identifier = "42";
    if (change == "isced_code") facts.application.profile.isced_code = "53a3";
    if (change == "eqf_level") facts.application.profile.eqf_level = 9;
    const auto verdict = check::NomineeComplete(facts);
    EXPECT_FALSE(verdict.passed);
    EXPECT_EQ(verdict.evidence, "missing or wrong: " + row["names"]);
    CheckExplained(verdict);
  }
}

TEST(NomineeComplete, TakesAStudentIdentifierInAnyCase) {
  ApplicationFacts facts = sample::In(S::kConfirmed);
  facts.input.nominee->european_student_identifier =
      "urn:schac:personalUniqueCode:int:esi:univ-grenoble-alpes.fr:42";
  EXPECT_TRUE(check::NomineeComplete(facts).passed);
  facts.input.nominee->european_student_identifier =
      "URN:SCHAC:PERSONALUNIQUECODE:INT:ESI:tsukuba.ac.jp:42";
  EXPECT_TRUE(check::NomineeComplete(facts).passed);
  facts.input.nominee->european_student_identifier = "urn:schac:personalUniqueCode:int:esi:";
  EXPECT_FALSE(check::NomineeComplete(facts).passed);
}

}  // namespace
}  // namespace jointly::mobility
