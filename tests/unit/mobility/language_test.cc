#include <gtest/gtest.h>

#include "services/mobility/domain/guards.h"
#include "tests/support/table.h"
#include "tests/unit/mobility/sample.h"

namespace jointly::mobility {
namespace {

using test::Row;
using test::Table;

TEST(Language, HasTheLevelThatItsCertificateIndicates) {
  for (const Row& row : Table(R"(
           test    level    total    sections    date          bare    cefr
           JLPT    N1       141      passed      2025-12-07    no      B2
           JLPT    N1       142      passed      2025-12-07    no      C1
           JLPT    N1       180      passed      2026-07-05    no      C1
           JLPT    N1       100      passed      2025-12-07    no      B2
           JLPT    N1       99       passed      2025-12-07    no      none
           JLPT    N1       150      failed      2025-12-07    no      none
           JLPT    N1       150      passed      2025-07-06    no      none
           JLPT    N1       150      passed      2025-11-30    no      none
           JLPT    N1       150      passed      2025-12-01    no      C1
           JLPT    N1       150      passed      2025-07-06    yes     C1
           JLPT    N1       150      failed      2025-07-06    yes     none
           JLPT    N1       150      passed      -             no      none
           JLPT    N1       150      passed      -             yes     C1
           JLPT    N2       112      passed      2025-12-07    no      B2
           JLPT    N2       111      passed      2025-12-07    no      B1
           JLPT    N2       90       passed      2025-12-07    no      B1
           JLPT    N2       89       passed      2025-12-07    no      none
           JLPT    N3       104      passed      2025-12-07    no      B1
           JLPT    N3       103      passed      2025-12-07    no      A2
           JLPT    N3       95       passed      2025-12-07    no      A2
           JLPT    N3       94       passed      2025-12-07    no      none
           JLPT    N4       90       passed      2025-12-07    no      A2
           JLPT    N4       89       passed      2025-12-07    no      none
           JLPT    N5       80       passed      2025-12-07    no      A1
           JLPT    N5       79       passed      2025-12-07    no      none
           JLPT    N6       150      passed      2025-12-07    no      none
           JLPT    B2       150      passed      2025-12-07    no      none
           CEFR    B2       0        failed      -             no      B2
           CEFR    C2       0        failed      -             no      C2
           CEFR    none     0        failed      -             no      none
           CEFR    B3       0        failed      -             no      none
           CEFR    -        0        failed      -             no      none
           TOEIC   900      900      passed      2025-12-07    no      none
           -       -        0        failed      -             no      none
       )")) {
    SCOPED_TRACE(row.text());
    LanguageEvidence evidence{.language_code = "ja", .test = row["test"], .level = row["level"]};
    evidence.total = std::stoi(row["total"]);
    evidence.all_sections_passed = row["sections"] == "passed";
    if (!row["date"].empty()) evidence.test_date = sample::Day(row["date"]);
    const LanguageLevel level = LevelOf(evidence, row["bare"] == "yes");
    EXPECT_EQ(Name(level.level), row["cefr"]) << level.why;
    EXPECT_FALSE(level.why.empty());
  }
}

TEST(Language, SaysWhy) {
  LanguageEvidence evidence{.language_code = "ja",
                            .test = "JLPT",
                            .level = "N1",
                            .total = 141,
                            .all_sections_passed = true,
                            .test_date = sample::Day("2025-12-07")};
  EXPECT_EQ(LevelOf(evidence, false).why, "JLPT N1 141 = B2");
  evidence.all_sections_passed = false;
  EXPECT_EQ(LevelOf(evidence, false).why, "JLPT N1 141: not every section passed");
  evidence.all_sections_passed = true;
  evidence.test_date = sample::Day("2025-07-06");
  EXPECT_EQ(LevelOf(evidence, false).why,
            "JLPT N1 141 of 2025-07-06: no CEFR indication before December 2025");
}

// What the student has / what the condition asks, with "or" between alternatives of one group.
TEST(LanguageGuard, AsksEachRequirementAndOneOfEachGroup) {
  for (const Row& row : Table(R"(
           has               asks                passes
           -                 -                   yes
           -                 en B2               no
           en B2             en B2               yes
           en C1             en B2               yes
           en B1             en B2               no
           fr C2             en B2               no
           en B2             en B2, ja A2        no
           en B2, ja A2      en B2, ja A2        yes
           ja B1             en B2|ja B1         yes
           en B2             en B2|ja B1         yes
           en B1, ja A2      en B2|ja B1         no
           en B2             en B2|ja B1, fr A1  no
           en B1, en C1      en B2               yes
           en C1, en B1      en B2               yes
       )")) {
    SCOPED_TRACE(row.text());
    ApplicationFacts facts = sample::In(ApplicationState::kSubmitted);
    facts.application.profile.languages.clear();
    facts.conditions[0].languages.clear();
    const std::string& has = row["has"];
    for (std::size_t at = 0; at < has.size(); at += 7) {
      facts.application.profile.languages.push_back(
          {.language_code = has.substr(at, 2), .test = "CEFR", .level = has.substr(at + 3, 2)});
    }
    const std::string& asks = row["asks"];
    const bool grouped = asks.find('|') != std::string::npos;
    for (std::size_t at = 0; at < asks.size();) {
      const bool alone = !grouped || (at >= 5 && asks[at - 1] == ' ');
      facts.conditions[0].languages.push_back(
          {asks.substr(at, 2), *ParseCefr(asks.substr(at + 3, 2)), alone ? 0 : 7});
      at += asks.substr(at + 5, 1) == "|" ? 6 : 7;
    }
    const workflow::Verdict verdict = check::Language(facts);
    EXPECT_EQ(verdict.passed ? "yes" : "no", row["passes"]) << verdict.evidence;
  }
}

TEST(LanguageGuard, ShowsWhatItSawAndWhatIsMissing) {
  ApplicationFacts facts = sample::In(ApplicationState::kSubmitted);
  facts.conditions[0].languages = {{"ja", Cefr::kB2, 0}};
  facts.application.profile.languages = {{.language_code = "ja",
                                          .test = "JLPT",
                                          .level = "N2",
                                          .total = 95,
                                          .all_sections_passed = true,
                                          .test_date = sample::Day("2025-12-07")}};
  const workflow::Verdict verdict = check::Language(facts);
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.evidence,
            "agreements/tsukuba/conditions/uga-out (second): ja: JLPT N2 95 = B1; required: ja B2");
  EXPECT_EQ(verdict.remedy, "Add a certificate of the required level, or take the choice out.");
}

// The stay begins on 1 October 2025.
TEST(LanguageGuard, NeedsACertificateThatIsValidAtTheStart) {
  ApplicationFacts facts = sample::In(ApplicationState::kSubmitted);
  LanguageEvidence& evidence = facts.application.profile.languages[0];
  evidence.expire_date = sample::Day("2025-10-01");
  EXPECT_TRUE(check::Language(facts).passed);
  evidence.expire_date = sample::Day("2025-09-30");
  const workflow::Verdict verdict = check::Language(facts);
  EXPECT_FALSE(verdict.passed);
  EXPECT_NE(verdict.evidence.find("expired on 2025-09-30 before the start 2025-10-01"),
            std::string::npos)
      << verdict.evidence;
}

TEST(LanguageGuard, TakesABareLevelWhereTheHostDoes) {
  ApplicationFacts facts = sample::In(ApplicationState::kSubmitted);
  facts.conditions[0].languages = {{"ja", Cefr::kB1, 0}};
  facts.application.profile.languages = {{.language_code = "ja",
                                          .test = "JLPT",
                                          .level = "N2",
                                          .total = 95,
                                          .all_sections_passed = true,
                                          .test_date = sample::Day("2024-07-07")}};
  EXPECT_FALSE(check::Language(facts).passed);
  facts.conditions[0].accepts_bare_jlpt = true;
  EXPECT_TRUE(check::Language(facts).passed);
}

}  // namespace
}  // namespace jointly::mobility
