#include "services/mobility/domain/deadlines_of.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mobility/domain/decide.h"
#include "services/mobility/domain/text.h"
#include "tests/support/table.h"
#include "tests/unit/mobility/sample.h"

namespace jointly::mobility {
namespace {

using deadlines::Deadline;
using test::Row;
using test::Table;
using testing::ElementsAre;
using testing::HasSubstr;
using S = ApplicationState;

const Deadline* Find(const std::vector<Deadline>& list, const std::string& kind) {
  for (const Deadline& deadline : list) {
    if (deadline.kind == kind) return &deadline;
  }
  return nullptr;
}

std::vector<std::string> AudienceOf(const Deadline& deadline) {
  std::vector<std::string> names;
  for (const deadlines::Audience& audience : deadline.audience) {
    names.push_back(audience.person.empty() ? audience.role + " " + audience.institution
                                            : audience.person);
  }
  return names;
}

const char* const kOffice = "international_office institutions/uga";
const char* const kStudent = "people/student-1";

TEST(CallDeadlines, AreTheDatesOfThePublishedCall) {
  const Call call = sample::OpenCall();
  const auto list = DeadlinesOf(call, sample::At("2024-11-01T00:00:00Z"));
  ASSERT_EQ(list.size(), 3u);
  const Deadline& closes = list[0];
  EXPECT_EQ(closes.id, "calls/call-1/closes");
  EXPECT_EQ(closes.subject, "calls/call-1");
  EXPECT_EQ(closes.generation, call.revision);
  EXPECT_EQ(Text(closes.due), "2024-11-14 12:00:00 Europe/Paris");
  EXPECT_EQ(closes.due_time, sample::At("2024-11-14T11:00:00Z"));
  EXPECT_EQ(closes.state, deadlines::State::kArmed);
  EXPECT_THAT(AudienceOf(closes), ElementsAre(kOffice));
  EXPECT_EQ(closes.rationale, "2024-11-14 12:00:00 Europe/Paris as set by the call");
  EXPECT_EQ(list[1].kind, "decides");
  EXPECT_EQ(list[2].kind, "nominations_close");
  EXPECT_EQ(Text(list[2].due), "2025-02-28 23:59:59 Asia/Tokyo");
  EXPECT_EQ(list[2].severity, deadlines::Severity::kAgreement);
}

TEST(CallDeadlines, FollowTheCall) {
  Call call = sample::OpenCall();
  const Time later = sample::At("2024-12-01T00:00:00Z");
  EXPECT_EQ(DeadlinesOf(call, later)[0].state, deadlines::State::kMet);
  EXPECT_EQ(DeadlinesOf(call, later)[1].state, deadlines::State::kArmed);
  call.state = CallState::kCancelled;
  for (const Deadline& deadline : DeadlinesOf(call, later)) {
    EXPECT_EQ(deadline.state, deadlines::State::kCancelled);
  }
  call.state = CallState::kDraft;
  EXPECT_TRUE(DeadlinesOf(call, later).empty());
  call = sample::OpenCall();
  call.nomination_close_time.reset();
  EXPECT_EQ(DeadlinesOf(call, later).size(), 2u);
}

// Which deadlines an application has in each state, and how they stand.
TEST(ApplicationDeadlines, FollowTheState) {
  for (const Row& row : Table(R"(
    state           when     submit   complete  offer_expires  appeal   nominate
    draft           in time  armed    -         -              -        -
    draft           late     missed   -         -              -        -
    submitted       in time  met      -         -              -        -
    incomplete      in time  met      armed     -              -        -
    incomplete      late     met      missed    -              -        -
    ineligible      in time  met      -         -              armed    -
    ineligible      late     met      -         -              waived   -
    offered         in time  met      -         armed          -        -
    expired         in time  met      -         missed         -        -
    declined        in time  met      -         met            -        -
    confirmed       in time  met      -         met            -        armed
    confirmed       late     met      -         met            -        missed
    nominated       late     met      -         met            -        met
    rejected        in time  met      -         -              armed    -
    appealed        in time  met      -         -              met      -
    rejected_final  late     met      -         -              met      -
       )")) {
    SCOPED_TRACE(row.text());
    const auto state = *ParseApplicationState(row["state"]);
    const ApplicationFacts facts =
        row["when"] == "late" ? sample::Overdue(state) : sample::In(state);
    const auto list = DeadlinesOf(facts.application, facts.call, facts.now);
    std::size_t count = 0;
    for (const char* kind : {"submit", "complete", "offer_expires", "appeal", "nominate"}) {
      const Deadline* deadline = Find(list, kind);
      EXPECT_EQ(deadline == nullptr ? "" : Name(deadline->state), row[kind]) << kind;
      count += deadline == nullptr ? 0 : 1;
    }
    EXPECT_EQ(list.size(), count) << "no deadline that the table does not know";
  }
}

TEST(ApplicationDeadlines, OfAWithdrawnApplicationAreCancelled) {
  for (const S state : {S::kDraft, S::kIncomplete, S::kOffered, S::kRejected}) {
    ApplicationFacts facts = sample::In(state);
    const auto decision = Decide(facts, ApplicationAction::kWithdraw, Role::kStudent);
    ASSERT_TRUE(decision.ok());
    for (const Deadline& deadline : DeadlinesOf(decision->after, facts.call, facts.now)) {
      EXPECT_NE(deadline.state, deadlines::State::kArmed) << Name(state) << " " << deadline.kind;
      EXPECT_EQ(deadline.generation, decision->after.revision);
    }
  }
}

TEST(ApplicationDeadlines, SayWhyAndFromWhat) {
  ApplicationFacts facts = sample::In(S::kOffered);
  auto list = DeadlinesOf(facts.application, facts.call, facts.now);
  const Deadline& expires = *Find(list, "offer_expires");
  EXPECT_EQ(expires.id, "applications/application-1/offer_expires");
  EXPECT_EQ(expires.rationale,
            "2025-02-03 10:00:00 Europe/Paris + 168 hours = 2025-02-10 10:00:00 Europe/Paris");
  EXPECT_EQ(expires.basis, "calls/call-1: an offer stands for 168 hours");
  EXPECT_THAT(AudienceOf(expires), ElementsAre(kOffice, kStudent));

  facts = sample::In(S::kIneligible);  // Decided on Wednesday, 20 November 2024.
  list = DeadlinesOf(facts.application, facts.call, facts.now);
  const Deadline& appeal = *Find(list, "appeal");
  EXPECT_EQ(Text(appeal.due), "2024-12-04 23:59:59 Europe/Paris");
  EXPECT_EQ(appeal.rationale,
            "2024-11-20 10:00:00 Europe/Paris + 10 working days (4 closed passed over), at "
            "23:59:59 = 2024-12-04 23:59:59 Europe/Paris (France)");
}

TEST(ApplicationDeadlines, AreNotTheStudentsBeforeTheResults) {
  for (const S state : {S::kOffered, S::kRejected}) {
    ApplicationFacts facts = sample::In(state);
    const std::string kind = state == S::kOffered ? "offer_expires" : "appeal";
    facts.now = sample::At("2025-01-31T16:59:59Z");
    auto list = DeadlinesOf(facts.application, facts.call, facts.now);
    EXPECT_THAT(AudienceOf(*Find(list, kind)), ElementsAre(kOffice));
    facts.now = sample::At("2025-01-31T17:00:00Z");
    list = DeadlinesOf(facts.application, facts.call, facts.now);
    EXPECT_THAT(AudienceOf(*Find(list, kind)), ElementsAre(kOffice, kStudent));
  }
}

// Working days are those of the place of the call: 11 November is closed in France, 3 and 23
// November (and Monday, 4 November 2024 for the Sunday) in Japan.
TEST(Appeals, EndAfterWorkingDaysOfThePlace) {
  for (const Row& row : Table(R"(
           zone                decided                 days    until
           Europe/Paris        2024-11-08T12:00:00Z    1       2024-11-12 23:59:59 Europe/Paris
           Asia/Tokyo          2024-11-01T03:00:00Z    1       2024-11-05 23:59:59 Asia/Tokyo
           Asia/Tokyo          2024-11-01T16:00:00Z    1       2024-11-05 23:59:59 Asia/Tokyo
           America/New_York    2024-11-08T12:00:00Z    1       2024-11-11 23:59:59 America/New_York
           Europe/Paris        2024-12-20T12:00:00Z    10      2025-01-07 23:59:59 Europe/Paris
       )")) {
    SCOPED_TRACE(row.text());
    Call call = sample::OpenCall();
    call.decision_time.zone = row["zone"];
    call.appeal_working_days = std::stoi(row["days"]);
    const auto until = AppealUntil(call, sample::At(row["decided"]));
    ASSERT_TRUE(until.ok()) << until.status();
    EXPECT_EQ(Text(*until), row["until"]);
  }
}

TEST(Appeals, OfARejectionCountFromTheResults) {
  ApplicationFacts facts = sample::In(S::kRanked);
  facts.now = sample::At("2025-01-10T09:00:00Z");
  const auto decision = Decide(facts, ApplicationAction::kReject, Role::kHomeOffice);
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->after.decision_time, sample::At("2025-01-31T17:00:00Z"));
  // From Friday, 31 January 2025: ten working days are two weeks.
  EXPECT_EQ(Text(*decision->after.appeal_until), "2025-02-14 23:59:59 Europe/Paris");
}

}  // namespace
}  // namespace jointly::mobility
