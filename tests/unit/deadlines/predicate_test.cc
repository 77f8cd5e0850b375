#include "common/deadlines/predicate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/error/error.h"
#include "common/time/rng.h"
#include "tests/support/table.h"
#include "tests/unit/deadlines/thesis_facts.h"

namespace jointly::deadlines {
namespace {

using test::Row;
using test::Table;
using testing::HasSubstr;

// Active, not all reports in, two favourable ones, defence on 2026-11-03 in Paris, jury unknown.
Facts Known() {
  Facts facts = PlannedThesis("2026-11-03 14:00");
  facts.fields["all_reports_in"] = false;
  facts.fields["deposit_certified"] = true;
  facts.fields["reports_favourable"] = std::int64_t{2};
  facts.fields["manuscript_out_date"] = On("2026-09-08");
  facts.sides["institutions/uga"].fields["enrolled"] = true;
  facts.sides["institutions/tsukuba"].fields["progress_presentation"] = std::int64_t{1};
  return facts;
}

TEST(Predicates, AnswerOnFacts) {
  for (const Row& row : Table(R"(
    predicate                                                                 holds
    true                                                                      yes
    false                                                                     no
    state = defence_planned                                                   yes
    state != defence_planned                                                  no
    state in (active, defence_planned)                                        yes
    state in (active, suspended)                                              no
    not state in (active, suspended)                                          yes
    deposit_certified                                                         yes
    all_reports_in                                                            no
    not all_reports_in                                                        yes
    deposit_certified = true                                                  yes
    all_reports_in = false                                                    yes
    jury.valid                                                                no
    not jury.valid                                                            yes
    jury.valid = false                                                        no
    known(jury.valid)                                                         no
    not known(jury.valid)                                                     yes
    known(all_reports_in)                                                     yes
    reports_favourable >= 2                                                   yes
    reports_favourable > 2                                                    no
    reports_favourable in (1, 2)                                              yes
    reports_favourable < -1                                                   no
    2 <= reports_favourable                                                   yes
    jury.size < 4                                                             no
    jury.size >= 4                                                            no
    jury.size != 4                                                            no
    not jury.size = 4                                                         yes
    defence.date = 2026-11-03                                                 yes
    defence.date < 2026-11-04                                                 yes
    defence.date <= 2026-11-02                                                no
    defence.date - P14D = 2026-10-20                                          yes
    defence.date - P8W = manuscript_out_date                                  yes
    manuscript_out_date + P8W >= defence.date                                 yes
    manuscript_out_date + P55D >= defence.date                                no
    defence.date + P3M = 2027-02-03                                           yes
    defence.date - P1M2D = 2026-10-01                                         yes
    today < defence.date                                                      yes
    today + P8M < defence.date                                                yes
    today + P9M < defence.date                                                no
    covers(agreement, defence.date)                                           yes
    covers(agreement, 2028-09-30)                                             yes
    covers(agreement, 2028-10-01)                                             no
    covers(agreement, defence.date + P2Y)                                     no
    covers(suspension, defence.date)                                          no
    covers(agreement, corrections_accepted_date)                              no
    own.enrolled                                                              yes
    other.enrolled                                                            no
    other.progress_presentation = 1                                           yes
    own.progress_presentation = 1                                             no
    false or true and false                                                   no
    (false or true) and true                                                  yes
    true or false and false                                                   yes
    not false and false                                                       no
    not (false and false)                                                     yes
    not not true                                                              yes
    state = defence_planned and not all_reports_in or false                   yes
  )")) {
    SCOPED_TRACE(row.text());
    const auto holds = Holds(row["predicate"], ThesisVocabulary(), Known(), "institutions/uga");
    ASSERT_TRUE(holds.ok()) << holds.status();
    EXPECT_EQ(*holds ? "yes" : "no", row["holds"]);
  }
}

TEST(Predicates, TextsAreCompared) {
  Vocabulary vocabulary;
  vocabulary.shared = {{"language", Type::kText, {}, {}}};
  Facts facts;
  facts.today = On("2026-03-01");
  facts.fields["language"] = std::string("fr");
  for (const Row& row : Table(R"(
    predicate                   holds
    language = 'fr'             yes
    language = "en"             no
    language != 'en'            yes
    language in ('en', 'fr')    yes
    language in ('en', 'ja')    no
    'fr' = language             yes
  )")) {
    SCOPED_TRACE(row.text());
    const auto holds = Holds(row["predicate"], vocabulary, facts);
    ASSERT_TRUE(holds.ok()) << holds.status();
    EXPECT_EQ(*holds ? "yes" : "no", row["holds"]);
  }
}

TEST(Predicates, AreRefusedWithThePlaceAndTheNearestName) {
  for (const Row& row : Table(R"t(
    predicate                      faults                       says
    stat = active                  UNKNOWN_FIELD                did you mean "state"?
    state = actve                  UNKNOWN_SYMBOL               did you mean "active"?
    active = state                 -                            -
    state in (active, plannd)      UNKNOWN_SYMBOL               "plannd" is no value of "state"
    defence.dat > 2026-01-01       UNKNOWN_FIELD                did you mean "defence.date"?
    nonsense                       UNKNOWN_FIELD                there is no field "nonsense"
    foo = bar                      UNKNOWN_FIELD UNKNOWN_FIELD  "bar"
    known(foo)                     UNKNOWN_FIELD                "foo"
    known(2026-01-01)              PREDICATE_TYPE               known(...) asks about a field
    own.enrold                     UNKNOWN_FIELD                did you mean "own.enrolled"?
    state > active                 PREDICATE_TYPE               has no order
    jury.size = active             UNKNOWN_FIELD                "active"
    jury.size = 2026-01-01  PREDICATE_TYPE  an integer cannot be compared with a date
    defence.date = 3  PREDICATE_TYPE  a time cannot be compared with an integer
    jury.valid = 1                 PREDICATE_TYPE               a boolean cannot be compared
    jury.size                      PREDICATE_TYPE               neither true nor false
    state                          PREDICATE_TYPE               neither true nor false
    award_mode = state             PREDICATE_TYPE               a symbol cannot be compared
    jury.size + P3D > 3            PREDICATE_TYPE               only a date field takes an offset
    2026-01-01 + P3D < today       PREDICATE_TYPE               only a date field takes an offset
    today + 3 < defence.date       BAD_OFFSET                   "3" is no offset
    today - P300Y < defence.date   BAD_OFFSET                   "P300Y" is no offset
    today - P1D2W < defence.date   BAD_OFFSET                   "P1D2W" is no offset
    defence.date < 2026-02-30      BAD_PREDICATE                "2026-02-30" is no day
    covers(agrement, today)        UNKNOWN_INTERVAL             did you mean "agreement"?
    covers(agreement, jury.size)   PREDICATE_TYPE               needs a date
    jury.size in (4, jury.size)    PREDICATE_TYPE               the choices are literals
    jury.size in ()                BAD_PREDICATE                a field or a value should stand here
    jury.size =                    BAD_PREDICATE                a field or a value should stand here
    = 3                            BAD_PREDICATE                character 1
    (jury.valid                    BAD_PREDICATE                ")" should stand here
    jury.valid)                    BAD_PREDICATE                should end here
    jury.valid jury.valid          BAD_PREDICATE                should end here
    jury.valid and                 BAD_PREDICATE                a field or a value should stand here
    and jury.valid                 BAD_PREDICATE                a field or a value should stand here
    jury.valid && jury.valid       BAD_PREDICATE                not "&"
    system('reboot')               UNKNOWN_FIELD BAD_PREDICATE  should end here
    jury.size = 'unfinished        BAD_PREDICATE                should stand here
    jury.size > 1234567890123456   BAD_PREDICATE                at most 15 digits
    year.number > 2                UNKNOWN_OCCASION             "occasion": "own.year"
    stat = active or jury.siz > 3  UNKNOWN_FIELD UNKNOWN_FIELD  did you mean "jury.size"?
  )t")) {
    SCOPED_TRACE(row.text());
    const auto faults = CheckPredicate(row["predicate"], ThesisVocabulary(), {.sides = true});
    std::string reasons;
    std::string texts;
    for (const Fault& fault : faults) {
      reasons += (reasons.empty() ? "" : " ") + fault.reason;
      texts += fault.text + "\n";
      EXPECT_EQ(fault.path, "predicate");
    }
    EXPECT_EQ(reasons, row["faults"]);
    EXPECT_THAT(texts, HasSubstr(row["says"]));
  }
}

TEST(Predicates, OfNoSideSeeNoSide) {
  const auto faults = CheckPredicate("own.enrolled and other.enrolled", ThesisVocabulary());
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(faults[0].reason, "SCOPE_TOO_WIDE");
  EXPECT_THAT(faults[1].text, HasSubstr("give the scope a region or an institution"));
}

TEST(Predicates, OfAnOccasionSeeItsFields) {
  const PredicateScope scope{.sides = true, .occasion = "year"};
  EXPECT_TRUE(
      CheckPredicate("year.number > 2 and year.id = '2026'", ThesisVocabulary(), scope).empty());
  const auto faults = CheckPredicate("year.numbr > 2", ThesisVocabulary(), scope);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_THAT(faults[0].text, HasSubstr("did you mean \"year.number\"?"));
}

TEST(Predicates, AreBounded) {
  std::string deep = "jury.valid";
  for (int i = 0; i < 14; ++i) deep = "(" + deep + ")";
  EXPECT_TRUE(CheckPredicate(deep, ThesisVocabulary()).empty());
  EXPECT_EQ(CheckPredicate("not (((" + deep + ")))", ThesisVocabulary()).size(), 1u);
  std::string nots;
  for (int i = 0; i < 200; ++i) nots += "not ";
  EXPECT_EQ(CheckPredicate(nots + "true", ThesisVocabulary()).at(0).reason, "BAD_PREDICATE");
  std::string longer = "true";
  while (longer.size() < 2000) longer += " or true";
  EXPECT_EQ(CheckPredicate(longer, ThesisVocabulary()).at(0).reason, "BAD_PREDICATE");
}

TEST(Predicates, NeverCrashOnRubbish) {
  SeededRng rng(20261103);
  const std::string alphabet = "().,<>=!+-'\" aPD0123_yz&\t\xc3";
  const std::vector<std::string> words = {
      "state", "known", "covers", "agreement", "not",        "and",    "or", "in", "(", ")",
      "P14D",  "today", "=",      "<",         "2026-01-01", "active", "+",  "-",  ","};
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    const auto length = rng.Below(20);
    for (std::uint64_t j = 0; j < length; ++j) {
      if (rng.Below(3) == 0) {
        text += alphabet[rng.Below(alphabet.size())];
      } else {
        text += words[rng.Below(words.size())] + " ";
      }
    }
    const auto faults = CheckPredicate(text, ThesisVocabulary(), {.sides = true});
    const auto holds = Holds(text, ThesisVocabulary(), Known(), "institutions/uga");
    EXPECT_EQ(faults.empty(), holds.ok()) << text;
  }
}

}  // namespace
}  // namespace jointly::deadlines
