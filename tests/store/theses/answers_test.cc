#include <gmock/gmock.h>

#include "services/theses/store/answer_store.h"
#include "services/theses/store/thesis_store.h"
#include "tests/store/theses/agreement_world.h"
#include "tests/support/table.h"

// Sealed answers: whoever writes one, one office reads it, and nothing else of the service knows
// the text. Figures and theses.fr.
namespace jointly::theses::agreements {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kSecret = "my director is never there";

class AnswersTest : public AgreementTest {
 protected:
  absl::StatusOr<pb::SealedAnswer> Write(const std::string& who, const std::string& kind,
                                         const std::string& institution) {
    pb::CreateAnswerRequest request;
    request.set_parent("theses/t1");
    request.mutable_answer()->set_kind(kind);
    request.mutable_answer()->set_institution(institution);
    request.mutable_answer()->set_academic_year("2025/2026");
    request.mutable_answer()->set_text(kSecret);
    rpc::Call call = world().As(who);
    return api().CreateAnswer(call, request);
  }
  absl::StatusOr<pb::SealedAnswer> Read(const std::string& who, const std::string& name) {
    pb::GetAnswerRequest request;
    request.set_name(name);
    rpc::Call call = world().As(who);
    return api().GetAnswer(call, request);
  }
};

TEST_P(AnswersTest, AreReadByTheOfficeOfTheirSideOnly) {
  const pb::SealedAnswer written = Must(Write("student", "supervision_survey", "institutions/uga"));
  EXPECT_EQ(written.text(), "") << "the writer can not read it again";
  for (const test::Row& row : test::Table(R"(
      who         result
      office-a    OK
      school-a    OK
      office-b    ANSWER_NOT_FOUND
      student     ANSWER_NOT_FOUND
      director-a  ANSWER_NOT_FOUND
      auditor     ANSWER_NOT_FOUND
      admin       ANSWER_NOT_FOUND
      elsewhere   THESIS_NOT_FOUND
    )")) {
    SCOPED_TRACE(row.text());
    const auto read = Read(row["who"], written.name());
    EXPECT_EQ(Outcome(read), row["result"]);
    if (read.ok()) {
      EXPECT_EQ(read->text(), kSecret);
    }
    pb::ListAnswersRequest list;
    list.set_parent("theses/t1");
    rpc::Call call = world().As(row["who"]);
    const auto listed = api().ListAnswers(call, list);
    if (!listed.ok()) continue;
    EXPECT_EQ(listed->answers_size(), row["result"] == "OK" ? 1 : 0);
    EXPECT_THAT(listed->DebugString(), Not(HasSubstr(kSecret)));
  }
}

TEST_P(AnswersTest, AreWrittenByWhomTheyAreFrom) {
  for (const test::Row& row : test::Table(R"(
      who         kind                institution           result
      student     supervision_survey  institutions/tsukuba  OK
      student     csi_alert           institutions/uga      OK
      office-a    csi_alert           institutions/uga      OK
      office-a    csi_alert           institutions/tsukuba  WRONG_ROLE
      office-a    supervision_survey  institutions/uga      WRONG_ROLE
      director-a  csi_alert           institutions/uga      WRONG_ROLE
      student     diary               institutions/uga      INVALID_ARGUMENT
      student     csi_alert           institutions/paris    INVALID_ARGUMENT
      elsewhere   csi_alert           institutions/uga      THESIS_NOT_FOUND
    )")) {
    SCOPED_TRACE(row.text());
    EXPECT_EQ(Outcome(Write(row["who"], row["kind"], row["institution"])), row["result"]);
  }
}

TEST_P(AnswersTest, AreInNoEventNoTableAndNoTrailAsText) {
  const pb::SealedAnswer written = Must(Write("student", "csi_alert", "institutions/uga"));
  Must(Read("office-a", written.name()));
  for (const db::Row& row : Query("SELECT body, headers FROM outbox")) {
    EXPECT_THAT(row.Bytes("body"), Not(HasSubstr(kSecret)));
    EXPECT_THAT(row.Text("headers"), Not(HasSubstr(kSecret)));
  }
  for (const db::Row& row : Query("SELECT sealed FROM answer")) {
    EXPECT_THAT(row.Bytes("sealed"), Not(HasSubstr(kSecret)));
  }
  for (const db::Row& row : Query("SELECT reply, field_hashes FROM request")) {
    EXPECT_THAT(row.Bytes("reply"), Not(HasSubstr(kSecret)));
    EXPECT_THAT(row.Text("field_hashes"), Not(HasSubstr(kSecret)));
  }
  for (const db::Row& row : Query("SELECT record FROM thesis")) {
    EXPECT_THAT(row.Text("record"), Not(HasSubstr(kSecret)));
  }
}

TEST_P(AnswersTest, EveryReadingIsInTheAuditTrail) {
  const pb::SealedAnswer written = Must(Write("student", "csi_alert", "institutions/uga"));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM audit WHERE action = 'read'"), 0);
  Must(Read("office-a", written.name()));
  Must(Read("school-a", written.name()));
  EXPECT_FALSE(Read("office-b", written.name()).ok());
  std::string readers;
  for (const db::Row& row :
       Query("SELECT actor, subject FROM audit WHERE action = 'read' ORDER BY id")) {
    readers += row.Text("actor") + " ";
    EXPECT_EQ(row.Text("subject"), written.name());
  }
  EXPECT_EQ(readers, "people/office-a people/school-a ");
}

TEST_P(AnswersTest, GoWithTheirStudent) {
  const pb::SealedAnswer written = Must(Write("student", "csi_alert", "institutions/uga"));
  const absl::Status erased = database().Transact([&](db::Tx& tx) {
    store::EraseAnswersOf(tx, "people/student");
    return absl::OkStatus();
  });
  ASSERT_TRUE(erased.ok()) << erased;
  EXPECT_EQ(Outcome(Read("office-a", written.name())), "ANSWER_NOT_FOUND");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM answer_key"), 0);
}

TEST_P(AnswersTest, FiguresComeWithTheFilterOfTheirRecords) {
  world().AddThesis("t2", ThesisState::kActive);
  world().AddThesis("t3", ThesisState::kDefencePlanned);
  world().AddThesis("t4", ThesisState::kAbandoned);
  pb::SummariseThesesRequest request;
  request.add_partners("institutions/tsukuba");
  request.add_partners("institutions/uga");
  request.set_since_year(2018);
  rpc::Call call = world().As("office-b");
  const auto figures = Must(api().SummariseTheses(call, request));
  EXPECT_EQ(figures.in_progress(), 2);
  EXPECT_EQ(figures.defended(), 0);
  EXPECT_EQ(figures.counts_size(), 4);
  const auto records = [&](const std::string& filter) {
    pb::ListThesesRequest list;
    list.set_filter(filter);
    rpc::Call lister = world().As("office-b");
    return Must(api().ListTheses(lister, list), filter.c_str()).theses_size();
  };
  EXPECT_EQ(records(figures.in_progress_filter()), figures.in_progress());
  EXPECT_EQ(records(figures.defended_filter()), figures.defended());
  for (const auto& count : figures.counts()) EXPECT_EQ(records(count.filter()), count.theses());

  request.set_since_year(2026);
  rpc::Call later = world().As("office-b");
  EXPECT_EQ(Must(api().SummariseTheses(later, request)).in_progress(), 0);
  rpc::Call stranger = world().As("elsewhere");
  EXPECT_EQ(Must(api().SummariseTheses(stranger, request)).counts_size(), 0);
}

TEST_P(AnswersTest, ThesesFrIsComparedForTheOwnInstitution) {
  pb::ReconcileThesesRequest request;
  request.set_institution("institutions/uga");
  request.set_document(R"json({"theses": [
      {"numSujet": "s1", "titrePrincipal": "Energy in two cities, T1", "isSoutenue": false,
       "datePremiereInscriptionDoctorat": "05/10/2025", "etabCotutelle": ["Tsukuba"]},
      {"nnt": "2024GRALA001", "titrePrincipal": "Somebody else's", "isSoutenue": true,
       "dateSoutenance": "03/11/2024"}]})json");
  rpc::Call call = world().As("office-a");
  const auto result = Must(api().ReconcileTheses(call, request));
  EXPECT_EQ(result.matched(), 1);
  ASSERT_EQ(result.rows_size(), 2);
  EXPECT_EQ(result.rows(0).thesis(), "theses/t1");
  EXPECT_EQ(result.rows(1).number(), "2024GRALA001");
  rpc::Call other = world().As("office-b");
  EXPECT_EQ(Outcome(api().ReconcileTheses(other, request)), "NOT_YOUR_SIDE");
}

INSTANTIATE_ON_ENGINES(AnswersTest);

}  // namespace
}  // namespace jointly::theses::agreements
