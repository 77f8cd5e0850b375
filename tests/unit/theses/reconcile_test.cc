#include "services/theses/domain/reconcile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/error/error.h"
#include "tests/unit/theses/cotutelle_sample.h"

namespace jointly::theses {
namespace {

using sample::Day;
using testing::HasSubstr;

Thesis Ours(const std::string& id, const std::string& title, const std::string& enrolled) {
  Thesis thesis = sample::AThesis();
  thesis.id = id;
  thesis.title = title;
  thesis.state = ThesisState::kActive;
  Year year;
  year.academic_year = "2021/2022";
  year.enrolled = Day(enrolled);
  thesis.sides[0].years = {year};
  return thesis;
}

void Defend(Thesis& thesis, const std::string& date) {
  thesis.state = ThesisState::kDefended;
  thesis.defence.emplace();
  thesis.defence->held = Day(date);
  thesis.defence->outcome = "passed";
}

std::string TextOf(const Reconciliation& result) {
  std::string text;
  for (const ReconciledRow& row : result.rows) {
    text += row.thesis + "|" + row.number + "|";
    for (const std::string& difference : row.differences) {
      text += (&difference == &row.differences.front() ? "" : "; ") + difference;
    }
    text += "\n";
  }
  return text;
}

TEST(Reconcile, NamesWhatIsMissingOnEitherSideAndWhatDiffers) {
  std::vector<Thesis> ours = {
      Ours("t1", "Energy in two cities", "2021-10-05"), Ours("t2", "Sport & health", "2021-10-05"),
      Ours("t3", "Known only here", "2021-10-05"),      Ours("t4", "Agrees with all", "2021-10-05"),
      Ours("t5", "Not enrolled yet", "2021-10-05"),     Ours("t6", "Given up", "2021-10-05")};
  ours[0].theses_fr_number = "2024GRALA001";
  Defend(ours[1], "2024-11-04");
  ours[1].theses_fr_number = "2024GRALA002";
  Defend(ours[3], "2024-12-01");
  ours[3].theses_fr_number = "2024GRALA004";
  ours[4].sides[0].years.clear();
  ours[5].state = ThesisState::kAbandoned;
  const auto published = ParseThesesFr(R"json({
    "etabSoutenance": [
      {"nnt": "2024GRALA001", "titrePrincipal": "Energy in Two Cities.", "isSoutenue": true,
       "dateSoutenance": "03/11/2024", "datePremiereInscriptionDoctorat": "05/10/2021",
       "etabCotutelle": [{"nom": "Tsukuba"}]},
      {"nnt": "2024GRALA002", "numSujet": "s234", "titrePrincipal": "Sport and health",
       "status": "soutenue", "dateSoutenance": "03/11/2024",
       "datePremiereInscriptionDoctorat": "01/10/2021", "etabCotutelle": []},
      {"nnt": "2024GRALA004", "titrePrincipal": "Agrees with all", "isSoutenue": true,
       "dateSoutenance": "01/12/2024", "datePremiereInscriptionDoctorat": "05/10/2021",
       "etabCotutelle": [{"nom": "Tsukuba"}]}],
    "etabCotutelleEnCours": [
      {"numSujet": "s777", "titrePrincipal": "Known only there", "isSoutenue": false},
      {"nnt": "2024GRALA004", "titrePrincipal": "Agrees with all", "isSoutenue": true}]
  })json");
  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_EQ(published->size(), 4U) << "a record in two lists is one";
  const Reconciliation result = Reconcile(ours, *published);
  EXPECT_EQ(result.matched, 3);
  EXPECT_EQ(TextOf(result),
            "t1|2024GRALA001|defended 2024-11-03 there, in progress here\n"
            "t2|2024GRALA002|defended 2024-11-03 there, defended 2024-11-04 here; "
            "first enrolled 2021-10-01 there, 2021-10-05 here; "
            "another title there: Sport and health; no cotutelle is named there\n"
            "t3||theses.fr does not know it\n"
            "|s777|it is not recorded here\n");
}

TEST(ParseThesesFr, NamesEveryRecordThatDoesNotRead) {
  const auto bad = ParseThesesFr(R"json([
    {"titrePrincipal": "Without a number"},
    {"nnt": "x1", "titrePrincipal": "Y", "dateSoutenance": "2024/13/45"},
    7])json");
  ASSERT_TRUE(absl::IsInvalidArgument(bad.status()));
  const std::string message = MessageOf(bad.status());
  for (const char* part : {"document[0]", "document[1].dateSoutenance", "document[2]"}) {
    EXPECT_THAT(message, HasSubstr(part));
  }
  EXPECT_FALSE(ParseThesesFr("{").ok());
  EXPECT_FALSE(ParseThesesFr("{\"totals\": 3}").ok());
  EXPECT_TRUE(ParseThesesFr("[]").ok());
}

}  // namespace
}  // namespace jointly::theses
