#include <gmock/gmock.h>
#include <jointly/theses/v1/theses_events.pb.h>

#include "common/error/check.h"
#include "common/rpc/convert.h"
#include "tests/store/notifications/notifications_world.h"

// What the events of a thesis and of its agreement do here: who is told, who is reminded, in whose
// language, and that a date that slips is told once.
namespace jointly::notifications {
namespace {

using ::testing::HasSubstr;

namespace theses = jointly::theses::v1;

class ThesisNoticesTest : public NotificationsWorld {
 protected:
  void Prepare() override {
    NotificationsWorld::Prepare();
    AddPerson("student", "ja", "Asia/Tokyo", "tsukuba", options::v1::STUDENT);
    AddPerson("director-a", "fr", "Europe/Paris", "uga", options::v1::STUDENT);
    AddPerson("director-b", "en", "Asia/Tokyo", "tsukuba", options::v1::STUDENT);
    AddPerson("office-a", "fr", "Europe/Paris", "uga", options::v1::DOCTORAL_OFFICE);
    AddPerson("office-b", "ja", "Asia/Tokyo", "tsukuba", options::v1::DOCTORAL_OFFICE);
  }

  static theses::ThesisEvent Event(std::int64_t revision, const std::string& action) {
    theses::ThesisEvent event;
    event.mutable_change()->set_action(action);
    event.mutable_change()->set_from("active");
    event.mutable_change()->set_to("active");
    event.mutable_change()->set_actor("people/director-a");
    theses::Thesis& thesis = *event.mutable_thesis();
    thesis.set_name("theses/t1");
    thesis.set_title("Two cities");
    thesis.set_student("people/student");
    thesis.set_revision(revision);
    for (const char* side : {"uga", "tsukuba"}) {
      theses::Side& row = *thesis.add_sides();
      row.set_institution(std::string("institutions/") + side);
      row.set_school(row.institution() + "/units/school");
      row.set_director(thesis.sides_size() == 1 ? "people/director-a" : "people/director-b");
    }
    return event;
  }

  // The reports of the reviewers, due on that day at the end of the day in Paris.
  static void AddReports(theses::ThesisEvent& event, const std::string& day,
                         deadlines::v1::Deadline::State state = deadlines::v1::Deadline::ARMED) {
    deadlines::v1::Deadline& row = *event.mutable_thesis()->add_deadlines();
    row.set_id("theses/t1/fr.reports");
    row.set_subject("theses/t1");
    row.set_generation(event.thesis().revision());
    row.set_kind("fr.reports");
    const auto date = ParseDate(day);
    Check(date.ok(), day);
    *row.mutable_due_date() = rpc::ToProto(*date);
    row.set_due_clock("23:59:59");
    row.set_time_zone("Europe/Paris");
    const auto due =
        ToInstant({.date = *date, .clock = std::chrono::seconds(86'399), .zone = "Europe/Paris"});
    Check(due.ok(), day);
    *row.mutable_due_time() = rpc::ToProto(*due);
    row.set_severity(deadlines::v1::Deadline::STATUTORY);
    row.set_state(state);
    row.add_audience()->set_person("people/student");
    auto& office = *row.add_audience();
    office.set_role("doctoral_office");
    office.set_institution("institutions/uga");
    office.set_unit("institutions/uga/units/school");
    (*row.mutable_titles())["en"] = "Reports of the reviewers";
    (*row.mutable_titles())["fr"] = "Rapports des rapporteurs";
    (*row.mutable_titles())["ja"] = "審査報告書";
  }

  void Give(const theses::ThesisEvent& event) {
    const absl::Status status = Hand("theses.thesis", "theses/t1", event.thesis().revision(),
                                     event.change().action(), event);
    EXPECT_TRUE(status.ok()) << status;
  }
};

TEST_P(ThesisNoticesTest, EachHearsOfWhatTheyAreAPartOf) {
  Give(Event(1, "proposed"));
  EXPECT_EQ(Kinds("office-a"), "thesis_proposed");
  EXPECT_EQ(Kinds("office-b"), "thesis_proposed");
  EXPECT_EQ(Kinds("student") + Kinds("director-b"), "");
  Give(Event(2, "defence_planned"));
  EXPECT_EQ(Kinds("student"), "thesis_defence_planned");
  EXPECT_EQ(Kinds("director-b"), "thesis_defence_planned");
  EXPECT_EQ(Kinds("director-a"), "") << "who did it knows";
  EXPECT_EQ(Inbox("student").notifications(0).title(), "公開審査の予定：Two cities");
  EXPECT_THAT(Inbox("office-a").notifications(0).title(), HasSubstr("Soutenance prévue"));
}

TEST_P(ThesisNoticesTest, ADateIsRemindedMovedAndCleared) {
  auto planned = Event(1, "recorded");
  AddReports(planned, "2026-11-18");
  Give(planned);
  clock_.Jump(std::chrono::days(2));  // 5 November: the step of 14 days was on the fourth.
  Tick();
  EXPECT_EQ(Kinds("student"), "deadline_due");
  EXPECT_EQ(Kinds("office-a"), "deadline_due");
  EXPECT_EQ(Kinds("office-b") + Kinds("director-a"), "");
  EXPECT_THAT(Inbox("office-a").notifications(0).title(),
              HasSubstr("Rapports des rapporteurs (Two cities)"));
  EXPECT_THAT(Inbox("student").notifications(0).title(), HasSubstr("審査報告書 (Two cities)"));
  // The defence slips: told once, whatever comes twice or late.
  clock_.Advance(std::chrono::minutes(1));
  auto slipped = Event(2, "recorded");
  AddReports(slipped, "2027-01-12");
  Give(slipped);
  Give(slipped);
  Give(planned);
  EXPECT_EQ(Kinds("student"), "deadline_moved deadline_due");
  EXPECT_EQ(Query("SELECT due_date FROM deadline").front().Text("due_date"), "2027-01-12");
  // Waived, it is silent; revived, it is armed again.
  auto waived = Event(3, "recorded");
  AddReports(waived, "2027-01-12", deadlines::v1::Deadline::WAIVED);
  Give(waived);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM timer"), 0);
  auto revived = Event(4, "recorded");
  AddReports(revived, "2027-01-12");
  Give(revived);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM timer"), 1);
  // What the thesis does not name any more is over.
  Give(Event(5, "recorded"));
  EXPECT_EQ(Query("SELECT state FROM deadline").front().Text("state"), "superseded");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM timer"), 0);
}

TEST_P(ThesisNoticesTest, AnAgreementIsToldToOfficesAndDirectors) {
  theses::CotutelleEvent event;
  event.mutable_change()->set_action("signing");
  event.mutable_change()->set_actor("people/office-a");
  theses::Cotutelle& cotutelle = *event.mutable_cotutelle();
  cotutelle.set_name("cotutelles/c1");
  cotutelle.add_partners("institutions/uga");
  cotutelle.add_partners("institutions/tsukuba");
  cotutelle.mutable_text()->set_title("Two cities");
  cotutelle.mutable_text()->set_director_a("people/director-a");
  cotutelle.mutable_text()->set_director_b("people/director-b");
  cotutelle.set_revision(1);
  const absl::Status status = Hand("theses.cotutelle", "cotutelles/c1", 1, "signing", event);
  EXPECT_TRUE(status.ok()) << status;
  for (const char* who : {"director-a", "director-b", "office-b"}) {
    EXPECT_EQ(Kinds(who), "cotutelle_to_sign") << who;
  }
  EXPECT_EQ(Kinds("office-a") + Kinds("student"), "");
}

INSTANTIATE_ON_ENGINES(ThesisNoticesTest);

}  // namespace
}  // namespace jointly::notifications
