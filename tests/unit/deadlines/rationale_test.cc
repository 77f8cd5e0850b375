#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/table.h"
#include "tests/unit/deadlines/thesis_facts.h"

// "Why this date?", in the three languages.
namespace jointly::deadlines {
namespace {

using test::Row;
using test::Table;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<StepKind> KindsOf(const Obligation& obligation) {
  std::vector<StepKind> kinds;
  for (const Step& step : obligation.rationale) kinds.push_back(step.kind);
  return kinds;
}

TEST(Rationales, AreDataFirst) {
  const auto plan = Compute(Seed(), PlannedThesis("2026-10-15 14:00"));
  ASSERT_TRUE(plan.ok()) << plan.status();
  const Obligation& declaration = *plan->Find("uga.declaration");
  EXPECT_THAT(KindsOf(declaration),
              ElementsAre(StepKind::kAnchor, StepKind::kOffset, StepKind::kRoll, StepKind::kDue));
  EXPECT_EQ(declaration.rationale[1].name, "-P10W");
  EXPECT_EQ(declaration.rationale[1].at.date, On("2026-08-06"));
  EXPECT_EQ(declaration.rationale[2].name, "closure:uga");
  EXPECT_EQ(declaration.rationale[2].at.date, On("2026-07-24"));
  EXPECT_THAT(declaration.anchor_refs, ElementsAre("defence.date"));
  EXPECT_THAT(plan->Find("tsukuba.thesis")->anchor_refs,
              ElementsAre("table:tsukuba.conferral/2026-11/thesis_due"));
  EXPECT_THAT(plan->Find("cotutelle.agreement_end")->anchor_refs,
              ElementsAre("interval:agreement"));
}

TEST(Rationales, AreReadInThreeLanguages) {
  const auto plan = Compute(Seed(), PlannedThesis("2026-10-15 14:00"));
  ASSERT_TRUE(plan.ok()) << plan.status();
  const Obligation& declaration = *plan->Find("uga.declaration");
  EXPECT_EQ(RationaleText(declaration, "en"),
            "defence: Thursday 15 October 2026, 14:00 (Paris time); 10 weeks before is Thursday 6 "
            "August 2026; that day is closed (closure of uga), so the previous open day: Friday 24 "
            "July 2026; due Friday 24 July 2026, 23:59 (Paris time). Rule uga.declaration v1, UGA, "
            "defence procedure: declaration in ADUM ten weeks before.");
  EXPECT_THAT(RationaleText(declaration, "fr"),
              HasSubstr("soutenance : jeudi 15 octobre 2026 à 14 h 00 (heure de Paris); 10 "
                        "semaines avant, soit le jeudi 6 août 2026; ce jour est fermé (fermeture "
                        "uga), d'où le jour ouvert précédent : vendredi 24 juillet 2026"));
  EXPECT_THAT(
      RationaleText(declaration, "ja"),
      HasSubstr("公開審査:2026年10月15日(木) 14:00(パリ時間)。10週間前は2026年8月6日(木)。"));
  EXPECT_EQ(RationaleText(declaration, "de"), RationaleText(declaration, "en"));
}

TEST(Rationales, SayWhatHappenedOnTheWay) {
  Facts facts = PlannedThesis("2027-03-31 14:00");
  facts.fields["deposit_certified"] = true;
  facts.sides["institutions/uga"].school = "llsh";
  facts.sides["institutions/uga"].occasions["year"] = {Year("2026", 3, "2027-01-01", "2027-12-31")};
  facts.intervals["suspension"] = {{On("2025-02-01"), On("2025-02-10"), "cesure"}};
  const auto plan = Compute(Seed(), facts);
  ASSERT_TRUE(plan.ok()) << plan.status();
  for (const Row& row : Table(R"(
    obligation                          language  says
    fr.deposit                          en        that month ends on Sunday 28 February 2027
    fr.deposit                          en        met: deposit_certified or known(deposit_date)
    fr.deposit  fr  1 mois avant, soit le dimanche 28 février 2027; ce mois se termine le
    fr.deposit                          ja        その月の末日は2027年2月28日(日)
    fr.duration  en  10 days of cesure move it to Monday 11 October 2027
    fr.duration                         ja        cesure の10日間により2027年10月11日(月)に延期
    fr.csi/2026  en  “Annual enrolment in France” is due Monday 1 March 2027
    fr.csi/2026                         en        waived as long as defence.date >= year.start and
    fr.csi/2026                         fr        dispensé tant que
    tsukuba.thesis  en  session 2027-07 of tsukuba.conferral, thesis_due: Thursday 6 May 2027
    tsukuba.thesis  ja  tsukuba.conferral の 2027-07 期、thesis_due:2027年5月6日(木)
    tsukuba.defence_window  en  the condition does not hold: session.preexamination <= defence.date
    cotutelle.agreement_covers_defence  en  the condition holds: covers(agreement, defence.date)
    cotutelle.agreement_end             fr        fin de agreement : samedi 30 septembre 2028
  )")) {
    SCOPED_TRACE(row.text());
    const Obligation* found = plan->Find(row["obligation"]);
    ASSERT_NE(found, nullptr);
    EXPECT_THAT(RationaleText(*found, row["language"]), HasSubstr(row["says"]));
  }
}

TEST(Rationales, ReadDatesAsPeopleWriteThem) {
  for (const Row& row : Table(R"(
    at                   zone           language  text
    2026-10-31 23:59:59  Europe/Paris   en        Saturday 31 October 2026, 23:59 (Paris time)
    2026-10-31 23:59:59  Europe/Paris   fr        samedi 31 octobre 2026 à 23 h 59 (heure de Paris)
    2026-10-31 23:59:59  Asia/Tokyo     ja        2026年10月31日(土) 23:59(日本時間)
    2026-05-01 09:30  Etc/GMT+12  fr  vendredi 1er mai 2026 à 09 h 30 (n'importe où sur Terre)
    2026-05-01 09:30:05  Europe/Berlin  en        Friday 1 May 2026, 09:30:05 (Europe/Berlin)
    2026-05-01 00:00     -              en        Friday 1 May 2026
    2026-05-01 00:00     -              ja        2026年5月1日(金)
  )")) {
    EXPECT_EQ(DateText(At(row["at"], row["zone"]), row["language"]), row["text"]) << row.text();
  }
}

}  // namespace
}  // namespace jointly::deadlines
