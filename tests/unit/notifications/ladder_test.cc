#include "services/notifications/domain/ladder.h"

#include <gtest/gtest.h>

#include <random>
#include <sstream>

namespace jointly::notifications {
namespace {

using deadlines::Deadline;
using deadlines::Severity;
using deadlines::State;
using std::chrono::days;
using std::chrono::hours;

Time At(std::string_view text) {
  const auto time = ParseTime(text);
  EXPECT_TRUE(time.ok()) << text;
  return *time;
}

// Due on 14 November 2026 at noon in Paris (11:00Z), of a kind with the full ladder.
Deadline Sample(int generation, Date date = {std::chrono::year(2026), std::chrono::month(11),
                                             std::chrono::day(14)}) {
  Deadline deadline{.id = "plans/x/report",
                    .generation = generation,
                    .kind = "report",
                    .subject = "plans/x",
                    .due = {date, hours(12), "Europe/Paris"},
                    .severity = Severity::kStatutory};
  deadline.due_time = *ToInstant(deadline.due);
  return deadline;
}

std::string Show(const std::vector<Settled>& settled) {
  std::ostringstream out;
  for (const Settled& row : settled) out << row.step << ":" << row.outcome << " ";
  return out.str();
}

std::string Show(std::optional<Step> step) {
  return step.has_value() ? std::to_string(*step) : "none";
}

TEST(Ladder, IsChosenByKindThenBySeverity) {
  const auto steps = [](std::string_view kind, Severity severity) {
    const auto ladder = LadderOf(kind, severity);
    return std::vector<Step>(ladder.begin(), ladder.end());
  };
  EXPECT_EQ(steps("report", Severity::kStatutory), (std::vector<Step>{-30, -14, -7, -2, -1, 1}));
  EXPECT_EQ(steps("report", Severity::kLocal), (std::vector<Step>{-30, -14, -7, -2, -1, 1}));
  EXPECT_EQ(steps("report", Severity::kCourtesy), (std::vector<Step>{-7, -1}));
  EXPECT_EQ(steps("submit", Severity::kLocal), (std::vector<Step>{-30, -14, -7, -2, -1}));
  EXPECT_EQ(steps("offer_expires", Severity::kLocal), (std::vector<Step>{-7, -2, -1}));
}

// domain/budgets.md, section 4: what is announced when. `+1`: the day after, when it is not done.
TEST(Ladder, OfBudgetsIsChosenByTheirCollectionAndKind) {
  struct Row {
    const char* subject;
    const char* kind;
    const char* known_as;
    std::vector<Step> steps;
    bool people_only;
  };
  const Row rows[] = {
      {"budgets/b", "start", "budgets.start", {-7, 1}, false},
      {"budgets/b", "end", "budgets.end", {-60, -30, -7}, false},
      {"budgets/b", "settle", "budgets.settle", {-14, -7, -2, -1, 1}, false},
      {"budgets/b/periods/p1", "end", "periods.end", {-60, -30, -7}, false},
      {"budgets/b/periods/p1", "close", "periods.close", {-14, -7, -2, -1, 1}, false},
      {"budgets/b/commitments/c", "expire", "commitments.expire", {-30, -7}, false},
      {"budgets/b/commitments/c", "settle", "commitments.settle", {-30, -7}, true},
      {"budgets/b/claims/c", "submit", "claims.submit", {-14, -7, -1, 1}, false},
      {"budgets/b/claims/c", "pay", "claims.pay", {-7, -1, 1}, false},
      {"budgets/b/transfers/t", "post", "transfers.post", {-7, -1}, false},
      {"budgets/b/amendments/a", "notice", "amendments.notice", {-30, -14, -7, -2, -1}, false},
      {"budgets/b/reports/r", "due", "reports.due", {-7, 0}, false},
      {"budgets/b", "exercice", "budgets.exercice", {-30, 0}, false},
      // Another service's word for something else.
      {"applications/a1", "submit", "submit", {-30, -14, -7, -2, -1}, true},
      {"calls/budgets", "closes", "closes", {-30, -14, -7, -2, -1}, false},
  };
  for (const Row& row : rows) {
    Deadline deadline = Sample(1);
    deadline.subject = row.subject;
    deadline.kind = row.kind;
    const std::string kind = KindOf(deadline);
    EXPECT_EQ(kind, row.known_as);
    const auto ladder = LadderOf(kind, Severity::kLocal);
    EXPECT_EQ(std::vector<Step>(ladder.begin(), ladder.end()), row.steps) << kind;
    EXPECT_EQ(RemindsPeopleOnly(kind), row.people_only) << kind;
  }
}

// A thesis's kinds are rules; an agreement's are words that others use too.
TEST(Ladder, OfThesesAndTheirAgreements) {
  struct Row {
    const char* subject;
    const char* kind;
    std::vector<Step> steps;
  };
  for (const Row& row : {Row{"theses/t1", "fr.reports", {-30, -14, -7, -2, -1, 1}},
                         Row{"theses/t1", "cotutelle.agreement_end", {-180, -90, -30}},
                         Row{"theses/t1", "thesis.return", {-60, -14}},
                         Row{"cotutelles/c1", "end", {-180, -90, -30}},
                         Row{"cotutelles/c1", "signature", {-30, -14, -7, -2, -1, 1}}}) {
    Deadline deadline;
    deadline.subject = row.subject;
    deadline.kind = row.kind;
    const auto steps = LadderOf(KindOf(deadline), Severity::kStatutory);
    EXPECT_EQ(std::vector<Step>(steps.begin(), steps.end()), row.steps) << row.kind;
  }
}

TEST(Ladder, CountsDaysOnTheCalendarOfTheZone) {
  const CivilTime due = Sample(1).due;
  EXPECT_EQ(FormatTime(StepTime(due, -1)), "2026-11-13T11:00:00.000000Z");
  // The clocks of Paris went back on 25 October: noon was at 10:00Z before.
  EXPECT_EQ(FormatTime(StepTime(due, -30)), "2026-10-15T10:00:00.000000Z");
  EXPECT_EQ(FormatTime(StepTime(due, 1)), "2026-11-15T11:00:00.000000Z");
}

TEST(Arrival, ArmsTheNextStepAndSettlesWhatIsOver) {
  struct Row {
    const char* now;
    const char* settled;
    const char* next;
  };
  for (const Row& row : {
           Row{"2026-09-01T00:00:00Z", "", "-30"},
           Row{"2026-10-20T00:00:00Z", "-30:armed_later ", "-14"},
           Row{"2026-11-13T12:00:00Z",
               "-30:armed_later -14:armed_later -7:armed_later -2:armed_later -1:armed_later ",
               "1"},
           // Already past when it is armed: history says nothing, now or later.
           Row{"2026-11-14T12:00:00Z",
               "-30:armed_later -14:armed_later -7:armed_later -2:armed_later -1:armed_later ",
               "none"},
       }) {
    const ArrivalPlan plan = PlanArrival(nullptr, Sample(1), {}, false, At(row.now));
    EXPECT_TRUE(plan.accepted);
    EXPECT_FALSE(plan.tell_moved) << row.now;
    EXPECT_EQ(Show(plan.settled), row.settled) << row.now;
    EXPECT_EQ(Show(plan.next), row.next) << row.now;
  }
}

TEST(Arrival, OfAnOlderOrEqualGenerationChangesNothing) {
  const Deadline kept = Sample(3);
  for (const int generation : {1, 2, 3}) {
    Deadline after = Sample(generation, AddDays(kept.due.date, 9));
    const ArrivalPlan plan = PlanArrival(&kept, after, {}, true, At("2026-10-20T00:00:00Z"));
    EXPECT_FALSE(plan.accepted);
    EXPECT_FALSE(plan.tell_moved);
    EXPECT_TRUE(plan.settled.empty());
  }
}

struct MoveRow {
  const char* what;
  int moved_days;
  bool told;
  const char* now;
  bool tell_moved;
  bool at_once;
  const char* settled;
  const char* next;
};

TEST(Arrival, OfAMovedDateTellsOnceOrNotAtAll) {
  const MoveRow rows[] = {
      {"later, never told", 20, false, "2026-09-01T00:00:00Z", false, false, "", "-30"},
      {"later, told", 20, true, "2026-10-20T00:00:00Z", true, false, "", "-30"},
      {"later, told, some steps over", 3, true, "2026-11-05T00:00:00Z", true, false,
       "-30:collapsed -14:collapsed ", "-7"},
      {"earlier, far away, never told", -10, false, "2026-09-01T00:00:00Z", false, false, "",
       "-30"},
      {"earlier, steps over: one message for all", -20, false, "2026-10-12T00:00:00Z", true, false,
       "-30:collapsed -14:collapsed ", "-7"},
      {"earlier than a week from now: at once", -20, false, "2026-10-20T00:00:00Z", true, true,
       "-30:collapsed -14:collapsed -7:collapsed ", "-2"},
      {"earlier, into the past", -20, false, "2026-10-25T12:00:00Z", true, true,
       "-30:collapsed -14:collapsed -7:collapsed -2:collapsed -1:collapsed ", "1"},
  };
  const Deadline before = Sample(1);
  for (const MoveRow& row : rows) {
    const Deadline after = Sample(2, AddDays(before.due.date, row.moved_days));
    const ArrivalPlan plan = PlanArrival(&before, after, {}, row.told, At(row.now));
    EXPECT_EQ(plan.tell_moved, row.tell_moved) << row.what;
    EXPECT_EQ(plan.at_once, row.at_once) << row.what;
    EXPECT_EQ(Show(plan.settled), row.settled) << row.what;
    EXPECT_EQ(Show(plan.next), row.next) << row.what;
  }
}

TEST(Arrival, OfTheSameDateKeepsWhatIsAboutToFire) {
  const Deadline before = Sample(1);
  const ArrivalPlan plan =
      PlanArrival(&before, Sample(2), {-30, -14}, true, At("2026-11-07T11:00:00.5Z"));
  EXPECT_FALSE(plan.tell_moved);
  EXPECT_TRUE(plan.settled.empty());
  EXPECT_EQ(Show(plan.next), "-7");
}

TEST(Arrival, OfANewTimeZoneTableIsNoMove) {
  const Deadline before = Sample(1);
  Deadline after = Sample(2);
  after.due_time += hours(1);
  EXPECT_FALSE(PlanArrival(&before, after, {}, true, At("2026-11-10T00:00:00Z")).tell_moved);
}

TEST(Arrival, StopsWhenItIsDoneAndKeepsTheOverdueStepWhenItWasMissed) {
  const Deadline before = Sample(1);
  for (const State state : {State::kMet, State::kWaived, State::kSuperseded, State::kCancelled}) {
    Deadline after = Sample(2);
    after.state = state;
    const ArrivalPlan plan = PlanArrival(&before, after, {}, true, At("2026-11-10T00:00:00Z"));
    EXPECT_TRUE(plan.accepted);
    EXPECT_FALSE(plan.live);
    EXPECT_EQ(Show(plan.next), "none");
  }
  Deadline missed = Sample(2);
  missed.state = State::kMissed;
  EXPECT_EQ(Show(PlanArrival(&before, missed, {-30}, true, At("2026-11-14T11:00:01Z")).next), "1");
}

TEST(Fire, CollapsesWhatWasMissedIntoTheMostUrgent) {
  struct Row {
    const char* what;
    const char* now;
    Step armed;
    std::set<Step> done;
    const char* send;
    const char* settled;
    const char* next;
  };
  const Row rows[] = {
      {"in time", "2026-11-07T11:00:00Z", -7, {-30, -14}, "-7", "", "-2"},
      {"asleep for a week",
       "2026-11-13T11:30:00Z",
       -7,
       {-30, -14},
       "-1",
       "-7:collapsed -2:collapsed ",
       "1"},
      {"asleep over the date",
       "2026-11-14T11:00:00Z",
       -1,
       {-30, -14, -7, -2},
       "none",
       "-1:past_due ",
       "1"},
      {"asleep until the day after",
       "2026-11-15T12:00:00Z",
       -2,
       {-30, -14, -7},
       "1",
       "-2:past_due -1:past_due ",
       "none"},
      {"earlier than its time, because of office hours",
       "2026-11-12T18:00:00Z",
       -1,
       {-30, -14, -7, -2},
       "-1",
       "",
       "1"},
      {"done already", "2026-11-07T11:00:00Z", -7, {-30, -14, -7}, "none", "", "-2"},
  };
  for (const Row& row : rows) {
    const FirePlan plan = PlanFire(Sample(1), row.armed, row.done, At(row.now));
    EXPECT_EQ(Show(plan.send), row.send) << row.what;
    EXPECT_EQ(Show(plan.settled), row.settled) << row.what;
    EXPECT_EQ(Show(plan.next), row.next) << row.what;
  }
}

TEST(Fire, NothingAfterTheOwnerSaidSo) {
  Deadline met = Sample(1);
  met.state = State::kMet;
  EXPECT_EQ(Show(PlanFire(met, -7, {}, At("2026-11-07T11:00:00Z")).send), "none");
}

// Whatever the clock does between two ticks: each step is settled once, a message is sent for at
// most one of those that passed together, and none before the date is sent after it.
TEST(Fire, SettlesEveryStepOnceWhateverTheClockDoes) {
  const std::uint64_t seed = std::random_device()();
  std::mt19937_64 random(seed);
  for (int round = 0; round < 300; ++round) {
    const Deadline deadline = Sample(1);
    Time now = deadline.due_time - days(60);
    ArrivalPlan arrival = PlanArrival(nullptr, deadline, {}, false, now);
    std::set<Step> done;
    for (const Settled& row : arrival.settled) done.insert(row.step);
    std::optional<Step> next = arrival.next;
    while (next.has_value()) {
      now = std::max(now, StepTime(deadline.due, *next)) +
            std::chrono::seconds(static_cast<std::int64_t>(random() % (20LL * 86'400)));
      const FirePlan plan = PlanFire(deadline, *next, done, now);
      for (const Settled& row : plan.settled) ASSERT_TRUE(done.insert(row.step).second) << seed;
      if (plan.send.has_value()) {
        ASSERT_TRUE(done.insert(*plan.send).second) << "seed " << seed;
        ASSERT_TRUE(*plan.send > 0 || now < deadline.due_time) << "seed " << seed;
      }
      ASSERT_TRUE(!plan.next.has_value() || !done.contains(*plan.next)) << "seed " << seed;
      next = plan.next;
    }
    ASSERT_EQ(done, (std::set<Step>{-30, -14, -7, -2, -1, 1})) << "seed " << seed;
  }
}

}  // namespace
}  // namespace jointly::notifications
