#include "services/theses/domain/jury.h"

#include <gtest/gtest.h>

#include "services/theses/domain/text.h"
#include "tests/support/table.h"
#include "tests/unit/theses/thesis_sample.h"

// Arrete 25-05-2016 art. 17 and 18, and what an agreement derogates from.
namespace jointly::theses {
namespace {

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, ""));
    }
  }
  return words;
}

// "m1.involved": who is what beside the counts.
void Apply(const std::string& change, DefencePlan& plan) {
  const auto dot = change.find('.');
  for (JuryMember& member : plan.jury) {
    if (member.id != change.substr(0, dot)) continue;
    const std::string what = change.substr(dot + 1);
    if (what == "involved") member.involved = true;
    if (what == "internal") member.external = false;
    if (what == "no_hdr") {
      member.hdr = false;
      member.rank = "researcher";
    }
    if (what == "president") member.roles.push_back("president");
    if (what == "director") member.roles.push_back("director");
  }
}

// Short words keep a row on one line.
std::string IdOf(const std::string& word) {
  if (word == "reviewers") return "fr.reviewers";
  return word == "independence" ? "fr.reviewers_independence" : "fr.jury_" + word;
}

TEST(Jury, OfArticles17And18) {
  for (const test::Row& row : test::Table(R"(
      n  ext  rank_a  rev  who                        derogates     broken
      3  2    2       2    -                          -             size
      4  2    2       2    -                          -             -
      8  4    4       2    -                          -             -
      9  5    5       2    -                          -             size
      9  5    5       2    -                          size          -
      3  2    2       2    -                          size          -
      4  1    2       1    -                          -             externals reviewers
      5  2    3       2    -                          -             externals
      5  3    3       2    -                          -             -
      5  2    3       2    -                          externals     -
      4  2    1       2    -                          -             rank
      5  3    2       2    -                          -             rank
      5  3    2       2    -                          rank          -
      4  2    2       0    -                          -             reviewers
      4  2    2       1    -                          -             reviewers
      4  3    2       3    -                          -             -
      5  3    3       2    m2.no_hdr                  -             rank reviewers
      6  3    4       2    m2.no_hdr                  -             reviewers
      4  3    2       2    m1.involved                -             independence
      4  3    2       2    m2.internal                -             independence
      4  3    2       2    m2.internal                independence  -
      4  2    2       2    m1.president               -             -
      4  2    2       2    m4.president               -             president
      4  2    2       2    m1.president m2.president  -             president
      4  2    2       2    m1.director                -             director
      5  2    3       2    m3.director m3.president   -             externals president
      0  0    0       0    -                          -             size externals rank reviewers
  )")) {
    SCOPED_TRACE(row.text());
    DefencePlan plan = UsualPlan();
    plan.jury = Jury({.members = std::stoi(row["n"]),
                      .externals = std::stoi(row["ext"]),
                      .rank_a = std::stoi(row["rank_a"]),
                      .reviewers = std::stoi(row["rev"])});
    for (const std::string& change : Words(row["who"])) Apply(change, plan);
    CotutelleText text;
    for (const std::string& word : Words(row["derogates"])) text.derogations.push_back(IdOf(word));
    std::vector<std::string> broken;
    for (const JuryRule& rule : JuryRules()) {
      const workflow::Verdict verdict = JudgeJury(rule, plan, &text);
      if (!verdict.passed) broken.emplace_back(rule.id);
      EXPECT_EQ(verdict.remedy.empty(), verdict.passed) << rule.id;
      EXPECT_FALSE(verdict.evidence.empty()) << rule.id;
    }
    std::vector<std::string> wanted;
    for (const std::string& word : Words(row["broken"])) wanted.push_back(IdOf(word));
    EXPECT_EQ(Join(broken, " "), Join(wanted, " "));
    EXPECT_EQ(JuryValid(plan, &text), broken.empty());
  }
}

TEST(Jury, EachBrokenRuleIsNamedWithItsNumbers) {
  DefencePlan plan = UsualPlan();
  plan.jury = Jury({.members = 9, .externals = 3, .rank_a = 4, .reviewers = 2});
  EXPECT_EQ(JudgeJury(FindJuryRule("fr.jury_size"), plan, nullptr).evidence, "9 members");
  EXPECT_EQ(JudgeJury(FindJuryRule("fr.jury_externals"), plan, nullptr).evidence,
            "3 of 9 are external to the school and both institutions, at least 5 must be");
  EXPECT_EQ(JudgeJury(FindJuryRule("fr.jury_rank"), plan, nullptr).remedy,
            "Name 1 more who are professors or equivalent.");
}

}  // namespace
}  // namespace jointly::theses
