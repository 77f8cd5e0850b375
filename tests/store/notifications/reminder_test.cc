#include <algorithm>
#include <random>

#include "services/notifications/events/deadline_intake.h"
#include "tests/store/notifications/notifications_world.h"

namespace jointly::notifications {
namespace {

using std::chrono::hours;

// A draft of a call that closes on Friday, 27 November 2026 at noon in Paris (11:00Z), seen on
// Tuesday, 3 November.
class ReminderTest : public NotificationsWorld {
 protected:
  static constexpr const char* kCloses = "2026-11-27 12:00:00 Europe/Paris";

  mobility::v1::ApplicationEvent Draft(std::int64_t revision, const std::string& due) {
    auto event = ApplicationEvent(revision, "updated", "draft", "draft");
    AddDeadline(*event.mutable_application()->mutable_deadlines(), "applications/a1", revision,
                "submit", due, "people/camille");
    return event;
  }
  // Any deadline of the office, with the full ladder.
  mobility::v1::CallEvent Report(std::int64_t revision, const std::string& due) {
    auto event = CallEvent(revision, "updated");
    AddDeadline(*event.mutable_call()->mutable_deadlines(), "calls/autumn", revision, "report", due,
                "institutions/uga");
    return event;
  }
  void GoTo(std::string_view time) { clock_.Advance(At(time) - clock_.Now()); }
  std::string Steps() {
    std::string out;
    const db::Rows rows = Query("SELECT name, outcome FROM step ORDER BY time, name");
    for (const db::Row& row : rows) out += row.Text("name") + ":" + row.Text("outcome") + " ";
    return out;
  }
  std::string NextFire() {
    const db::Rows rows = Query("SELECT due_time FROM timer");
    return rows.empty() ? "none" : FormatTime(rows.front().At("due_time")).substr(0, 16);
  }
};

TEST_P(ReminderTest, EachStepOfTheLadderFiresOnceInItsTime) {
  Apply(Draft(1, kCloses));
  EXPECT_EQ(NextFire(), "2026-11-13T11:00");
  struct Row {
    const char* now;
    int fires;
    std::size_t messages;
  };
  for (const Row& row : {Row{"2026-11-13T10:59:59Z", 0, 0}, Row{"2026-11-13T11:00:00Z", 1, 1},
                         Row{"2026-11-20T11:00:00Z", 1, 2}, Row{"2026-11-25T11:00:00Z", 1, 3},
                         Row{"2026-11-26T11:00:00Z", 1, 4}, Row{"2026-11-28T11:00:00Z", 0, 4}}) {
    GoTo(row.now);
    EXPECT_EQ(Tick(), row.fires) << row.now;
    EXPECT_EQ(Tick(), 0) << row.now;
    SendMails();
    EXPECT_EQ(transport_.sent.size(), row.messages) << row.now;
  }
  EXPECT_EQ(Steps(), "-30:armed_later -14:sent -7:sent -2:sent -1:sent ");
  EXPECT_EQ(transport_.sent[0].subject,
            "Soumettez votre candidature : Tsukuba 2027 ferme dans 14 jours");
  EXPECT_EQ(transport_.sent[3].subject, "Soumettez votre candidature : Tsukuba 2027 ferme demain");
  EXPECT_NE(transport_.sent[3].text.find("https://jointly.example/applications/a1"),
            std::string::npos);
}

TEST_P(ReminderTest, AnOlderOrEqualGenerationChangesNothing) {
  Apply(Draft(5, kCloses));
  Apply(Draft(5, "2026-12-24 12:00:00 Europe/Paris"));
  Apply(Draft(4, "2026-12-24 12:00:00 Europe/Paris"));
  EXPECT_EQ(Query("SELECT due_date FROM deadline").front().Text("due_date"), "2026-11-27");
  EXPECT_EQ(NextFire(), "2026-11-13T11:00");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM timer"), 1);
}

TEST_P(ReminderTest, AClockThatGoesBackFiresNothingTwice) {
  Apply(Draft(1, kCloses));
  GoTo("2026-11-13T12:00:00Z");
  EXPECT_EQ(Tick(), 1);
  clock_.Jump(-hours(2));
  EXPECT_EQ(Tick(), 0);
  // The same deadline again, as a new generation, with the clock behind the step that was sent.
  Apply(Draft(2, kCloses));
  GoTo("2026-11-13T11:30:00Z");
  Tick();
  EXPECT_EQ(Kinds("camille"), "application_due");
}

TEST_P(ReminderTest, ALongSleepCollapsesIntoOneMessage) {
  Apply(Draft(1, kCloses));
  GoTo("2026-11-26T09:00:00Z");
  EXPECT_EQ(Tick(), 1);
  EXPECT_EQ(Kinds("camille"), "application_due");
  EXPECT_EQ(Steps(), "-30:armed_later -14:collapsed -2:sent -7:collapsed ");
}

TEST_P(ReminderTest, NothingFiresAfterItWasMet) {
  Apply(Draft(1, kCloses));
  auto submitted = ApplicationEvent(2, "submitted", "draft", "submitted");
  AddDeadline(*submitted.mutable_application()->mutable_deadlines(), "applications/a1", 2, "submit",
              kCloses, "people/camille");
  submitted.mutable_application()->mutable_deadlines(0)->set_state(deadlines::v1::Deadline::MET);
  Apply(submitted);
  EXPECT_EQ(NextFire(), "none");
  GoTo("2026-11-26T11:00:00Z");
  EXPECT_EQ(Tick(), 0);
  EXPECT_EQ(Kinds("camille"), "application_received");
}

TEST_P(ReminderTest, ADeadlineThatItsOwnerNamesNoMoreIsOver) {
  Apply(Draft(1, kCloses));
  Apply(ApplicationEvent(2, "withdrawn", "draft", "withdrawn"));
  EXPECT_EQ(NextFire(), "none");
  EXPECT_EQ(Query("SELECT state FROM deadline").front().Text("state"), "superseded");
  // And is there again when it is named again.
  Apply(Draft(3, kCloses));
  EXPECT_EQ(NextFire(), "2026-11-13T11:00");
}

TEST_P(ReminderTest, AMailWaitsForOfficeHoursAndTheInboxDoesNot) {
  // A fortnight before Sunday, 29 November, 22:00 in Paris is Sunday, 15 November.
  Apply(Draft(1, "2026-11-29 22:00:00 Europe/Paris"));
  GoTo("2026-11-15T21:00:00Z");
  EXPECT_EQ(Tick(), 1);
  EXPECT_EQ(Kinds("camille"), "application_due");
  SendMails();
  EXPECT_TRUE(transport_.sent.empty());
  GoTo("2026-11-16T06:59:59Z");
  SendMails();
  EXPECT_TRUE(transport_.sent.empty());
  GoTo("2026-11-16T07:00:00Z");
  SendMails();
  EXPECT_EQ(transport_.sent.size(), 1U);
}

TEST_P(ReminderTest, AWaitNeverOutlastsTheDate) {
  // Due on Sunday at noon: the step of the day before is on Saturday, and Monday would be too late.
  Apply(Draft(1, "2026-11-29 12:00:00 Europe/Paris"));
  GoTo("2026-11-27T11:00:00Z");
  Tick();
  SendMails();
  const std::size_t before = transport_.sent.size();
  EXPECT_EQ(NextFire(), "2026-11-27T18:00");
  GoTo("2026-11-27T18:00:00Z");
  EXPECT_EQ(Tick(), 1);
  SendMails();
  EXPECT_EQ(transport_.sent.size(), before + 1);
  EXPECT_EQ(transport_.sent.back().subject,
            "Soumettez votre candidature : Tsukuba 2027 ferme dans 2 jours");
}

TEST_P(ReminderTest, WhatIsHeldIsTakenBackWhenItIsMet) {
  Apply(Draft(1, "2026-11-29 22:00:00 Europe/Paris"));
  GoTo("2026-11-15T21:00:00Z");
  Tick();
  Apply(ApplicationEvent(2, "submitted", "draft", "submitted"));
  GoTo("2026-11-16T07:00:00Z");
  SendMails();
  // Only that the application was received, and to the office that it was submitted.
  EXPECT_EQ(Sent(), "camille office-uga");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM delivery WHERE reason = 'superseded'"), 1);
}

TEST_P(ReminderTest, AMovedDateIsToldOnceToThoseWhoKnowTheOldOne) {
  Apply(Draft(1, kCloses));
  // Nobody was told yet: a later date needs no message.
  Apply(Draft(2, "2026-11-30 12:00:00 Europe/Paris"));
  EXPECT_EQ(Kinds("camille"), "");
  GoTo("2026-11-16T11:00:00Z");
  Tick();
  EXPECT_EQ(Kinds("camille"), "application_due");
  GoTo("2026-11-17T09:00:00Z");
  Apply(Draft(3, "2026-12-07 12:00:00 Europe/Paris"));
  EXPECT_EQ(Kinds("camille"), "deadline_moved application_due");
  EXPECT_EQ(NextFire(), "2026-11-23T11:00");
  // The same date once more, in a new generation, says nothing.
  Apply(Draft(4, "2026-12-07 12:00:00 Europe/Paris"));
  EXPECT_EQ(Kinds("camille"), "deadline_moved application_due");
  const auto inbox = Inbox("camille");
  EXPECT_EQ(inbox.notifications(0).title(), "Nouvelle date : Soumission de la candidature");
}

TEST_P(ReminderTest, AnEarlierDateWithinAWeekIsToldAtOnceWhateverTheHour) {
  Apply(Report(2, "2026-12-11 12:00:00 Europe/Paris"));
  GoTo("2026-11-15T22:00:00Z");  // A Sunday night.
  Apply(Report(3, "2026-11-20 12:00:00 Europe/Paris"));
  EXPECT_EQ(Kinds("office-uga"), "deadline_moved");
  SendMails();
  EXPECT_EQ(transport_.sent.size(), 1U);
  EXPECT_EQ(Steps(), "-14:collapsed -30:collapsed -7:collapsed moved/3:sent ");
}

TEST_P(ReminderTest, BackToTheOldDateDoesNotRepeatItsSteps) {
  Apply(Draft(1, kCloses));
  GoTo("2026-11-13T11:00:00Z");
  Tick();
  Apply(Draft(2, "2026-12-18 12:00:00 Europe/Paris"));
  Apply(Draft(3, kCloses));
  EXPECT_EQ(NextFire(), "2026-11-20T11:00");
  Tick();
  EXPECT_EQ(Number("SELECT COUNT(*) FROM notification WHERE kind = 'application_due'"), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM notification WHERE kind = 'deadline_moved'"), 2);
}

TEST_P(ReminderTest, ADraftFollowsItsCallWhenThatClosesLater) {
  const auto closes = [&](std::int64_t revision, const std::string& due) {
    auto event = CallEvent(revision, "updated");
    AddDeadline(*event.mutable_call()->mutable_deadlines(), "calls/autumn", revision, "closes", due,
                "institutions/uga");
    return event;
  };
  const auto due_of = [&](const std::string& id) {
    return Query("SELECT due_date FROM deadline WHERE id = $1", {id}).front().Text("due_date");
  };
  Apply(closes(2, kCloses));
  Apply(Draft(1, kCloses));
  GoTo("2026-11-13T11:00:00Z");
  EXPECT_EQ(Tick(), 2);
  EXPECT_EQ(Kinds("camille"), "application_due");
  // The call moves; its drafts have no event of their own.
  GoTo("2026-11-13T12:00:00Z");
  Apply(closes(3, "2026-12-18 12:00:00 Europe/Paris"));
  EXPECT_EQ(due_of("applications/a1/submit"), "2026-12-18");
  EXPECT_EQ(Kinds("camille"), "deadline_moved application_due");
  // An event of the draft that was made before the call moved does not bring the old date back.
  Apply(Draft(2, kCloses));
  EXPECT_EQ(due_of("applications/a1/submit"), "2026-12-18");
  EXPECT_EQ(Kinds("camille"), "deadline_moved application_due");
  GoTo("2026-12-04T11:00:00Z");
  Tick();
  EXPECT_EQ(Kinds("camille"), "application_due deadline_moved application_due");
}

TEST_P(ReminderTest, NothingIsDueForACallThatWasCancelled) {
  Apply(Draft(1, kCloses));
  auto cancelled = CallEvent(2, "cancelled");
  cancelled.mutable_call()->set_state(mobility::v1::Call::CANCELLED);
  Apply(cancelled);
  EXPECT_EQ(NextFire(), "none");
  Apply(Draft(2, kCloses));
  EXPECT_EQ(NextFire(), "none");
  GoTo("2026-11-26T11:00:00Z");
  Tick();
  EXPECT_EQ(Kinds("camille"), "call_cancelled");
}

TEST_P(ReminderTest, RecipientsAreThoseWhoHoldTheRoleWhenItFires) {
  Apply(Report(2, "2026-11-27 12:00:00 Europe/Paris"));
  AddPerson("new-officer", "en", "Europe/Paris", "uga", options::v1::INTERNATIONAL_OFFICE);
  auto gone = PersonEvent("office-uga", "fr", "Europe/Paris", "uga", options::v1::ROLE_UNSPECIFIED);
  gone.mutable_person()->set_revision(2);
  gone.mutable_change()->set_action("ungranted");
  Apply(gone);
  GoTo("2026-11-13T11:00:00Z");
  EXPECT_EQ(Tick(), 1);
  EXPECT_EQ(Kinds("office-uga"), "");
  EXPECT_EQ(Kinds("new-officer"), "deadline_due");
}

TEST_P(ReminderTest, OverdueIsSaidTheDayAfterAlsoWhenItsOwnerCallsItMissed) {
  Apply(Report(2, "2026-11-27 12:00:00 Europe/Paris"));
  GoTo("2026-11-27T11:30:00Z");
  Tick();
  auto missed = Report(3, "2026-11-27 12:00:00 Europe/Paris");
  missed.mutable_call()->mutable_deadlines(0)->set_state(deadlines::v1::Deadline::MISSED);
  Apply(missed);
  GoTo("2026-11-30T08:00:00Z");
  EXPECT_EQ(Tick(), 1);
  EXPECT_EQ(Kinds("office-uga"), "deadline_overdue");
  SendMails();
  EXPECT_EQ(transport_.sent.size(), 1U);
}

TEST_P(ReminderTest, ADateThatWasOverWhenItWasEnteredSaysNothing) {
  Apply(Report(2, "2026-11-02 12:00:00 Europe/Paris"));
  EXPECT_EQ(NextFire(), "none");
  GoTo("2026-11-10T08:00:00Z");
  EXPECT_EQ(Tick(), 0);
  EXPECT_EQ(Kinds("office-uga"), "");
}

TEST_P(ReminderTest, ReaderOfAnotherZoneHearsInTheirOwnOfficeHours) {
  // 27 November 23:59 in Tokyo. A fortnight before, it is 13 November 14:59Z: Friday night there.
  auto event = CallEvent(2, "updated");
  AddDeadline(*event.mutable_call()->mutable_deadlines(), "calls/autumn", 2, "report",
              "2026-11-27 23:59:00 Asia/Tokyo", "institutions/tsukuba");
  Apply(event);
  GoTo("2026-11-13T14:59:00Z");
  EXPECT_EQ(Tick(), 1);
  SendMails();
  EXPECT_TRUE(transport_.sent.empty());
  GoTo("2026-11-15T23:00:00Z");
  SendMails();
  ASSERT_EQ(transport_.sent.size(), 1U);
  EXPECT_EQ(transport_.sent[0].language, "ja");
}

// Generations in any order, any number of times: what remains is the newest.
TEST_P(ReminderTest, AnyOrderOfGenerationsGivesTheSameDeadline) {
  const std::uint64_t seed = std::random_device()();
  std::mt19937_64 random(seed);
  for (int round = 0; round < 10; ++round) {
    const std::string name = "applications/r" + std::to_string(round);
    std::vector<std::int64_t> generations;
    for (std::int64_t i = 1; i <= 5; ++i)
      generations.insert(generations.end(), 1 + random() % 2, i);
    std::shuffle(generations.begin(), generations.end(), random);
    for (const std::int64_t generation : generations) {
      auto event = ApplicationEvent(generation, "updated", "draft", "draft");
      event.mutable_application()->set_name(name);
      AddDeadline(*event.mutable_application()->mutable_deadlines(), name, generation, "submit",
                  "2026-12-0" + std::to_string(generation) + " 12:00:00 Europe/Paris",
                  "people/camille");
      Apply(event);
    }
    const db::Rows rows =
        Query("SELECT due_date, generation FROM deadline WHERE subject = $1", {name});
    ASSERT_EQ(rows.size(), 1U) << "seed " << seed;
    EXPECT_EQ(rows.front().Text("due_date"), "2026-12-05") << "seed " << seed;
    EXPECT_EQ(rows.front().Int("generation"), 5) << "seed " << seed;
    const db::Rows timers =
        Query("SELECT due_time FROM timer WHERE subject = $1", {name + "/submit"});
    ASSERT_EQ(timers.size(), 1U) << "seed " << seed;
    EXPECT_EQ(timers.front().At("due_time"), At("2026-11-05T11:00:00Z")) << "seed " << seed;
  }
}

INSTANTIATE_ON_ENGINES(ReminderTest);

}  // namespace
}  // namespace jointly::notifications
