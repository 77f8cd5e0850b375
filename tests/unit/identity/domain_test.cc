#include <gtest/gtest.h>

#include "common/error/error.h"
#include "services/identity/domain/session.h"
#include "services/identity/domain/throttle.h"
#include "services/identity/domain/workflow.h"

namespace jointly::identity {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const Time kNoon = Time(std::chrono::sys_days{std::chrono::year{2026} / 11 / 14}) + hours(12);

TEST(Email, HasANormalForm) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"camille@uga.example", "camille@uga.example"},
      {"Camille.Martin@UGA.Example", "camille.martin@uga.example"},
      {"o'brien+x@mail.tsukuba.example", "o'brien+x@mail.tsukuba.example"},
      {"a@b.co", "a@b.co"},
      {"a@xn--caf-dma.example", "a@xn--caf-dma.example"},
      {"", ""},
      {"camille", ""},
      {"camille@", ""},
      {"@uga.example", ""},
      {"camille@localhost", ""},
      {"camille@uga..example", ""},
      {"camille@-uga.example", ""},
      {"camille@uga.example.", ""},
      {".camille@uga.example", ""},
      {"camille.@uga.example", ""},
      {"ca..mille@uga.example", ""},
      {"a b@uga.example", ""},
      {"a@b@uga.example", ""},
      {"camille@uga.example\r\nBcc: x@y.example", ""},
      {"<camille@uga.example>", ""},
      {"\"camille\"@uga.example", ""},
      {"camille@[127.0.0.1]", ""},
      {"camillé@uga.example", ""},
  };
  for (const auto& [email, normal] : rows) EXPECT_EQ(NormalEmail(email), normal) << email;
  const auto address = [](std::size_t local, std::size_t label, int labels) {
    std::string text(local, 'a');
    for (int i = 0; i < labels; ++i) text.append(i == 0 ? "@" : ".").append(label, 'b');
    return text;
  };
  EXPECT_NE(NormalEmail(address(64, 63, 2)), "");
  EXPECT_EQ(NormalEmail(address(65, 63, 2)), "") << "local part over 64";
  EXPECT_EQ(NormalEmail(address(1, 64, 2)), "") << "label over 63";
  EXPECT_EQ(NormalEmail(address(1, 63, 4)), "") << "over 254 in all";
}

TEST(Scope, IsAResourceNameOrEverything) {
  for (const std::string_view scope : {"*", "institutions/uga", "institutions/uga/units/phitem",
                                       "agreements/0198c0de-0000", "publicationVenues/x1"}) {
    EXPECT_TRUE(IsScope(scope)) << scope;
  }
  for (const std::string_view scope :
       {"", "**", "institutions", "institutions/", "/uga", "institutions/uga/", "institutions//x",
        "institutions/UGA", "institutions/u ga", "institutions/uga/units", "institutions/*",
        "institutions/uga@x", "institutions/ug\na", "institutions/../x"}) {
    EXPECT_FALSE(IsScope(scope)) << scope;
  }
  EXPECT_FALSE(IsScope("institutions/" + std::string(65, 'a')));
}

TEST(Floor, IsAboveEveryTokenBeforeAndBelowEveryTokenAfter) {
  for (const auto at : {milliseconds(0), milliseconds(1), milliseconds(999)}) {
    Person person;
    const Time before = IssueTime(person, kNoon + at);
    RaiseFloor(person, kNoon + at);
    EXPECT_LT(before, person.not_before);
    EXPECT_GE(IssueTime(person, kNoon + at), person.not_before);
    // Again within the same second: the token in between dies too.
    const Time between = IssueTime(person, kNoon + at);
    RaiseFloor(person, kNoon + at);
    EXPECT_LT(between, person.not_before);
    EXPECT_EQ(Micros(person.not_before) % 1'000'000, 0);
    EXPECT_LE(person.not_before - kNoon, seconds(3)) << "or the leeway would refuse it";
  }
}

TEST(Throttle, GrowsAndForgives) {
  Throttle throttle;
  std::vector<std::int64_t> waits;
  Time now = kNoon;
  for (int i = 0; i < 16; ++i) {
    throttle = AfterFailure(throttle, now);
    waits.push_back(WaitOf(throttle, now).count() / 1'000'000);
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900,
                                              900, 900, 900}));
  EXPECT_EQ(WaitOf(throttle, now + minutes(15)).count(), 0);
  EXPECT_EQ(WaitOf(throttle, now + minutes(15) - seconds(1)), seconds(1));
  // A clock that was set back a year locks nobody out for a year.
  EXPECT_EQ(WaitOf(throttle, now - hours(24 * 365)), minutes(15));
  EXPECT_EQ(AfterFailure(throttle, now + hours(25)).failures, 1);
  EXPECT_EQ(AfterFailure(throttle, now + hours(23)).failures, 17);
}

TEST(Session, IsJudgedByGenerationAndAge) {
  const Session fresh{.id = "s",
                      .generation = 3,
                      .token_hash = "h3",
                      .create_time = kNoon,
                      .refresh_time = kNoon + hours(24)};
  Session ended = fresh;
  ended.end_time = kNoon + hours(25);
  struct Row {
    const Session& session;
    std::int64_t generation;
    std::string hash;
    Time now;
    RefreshVerdict verdict;
  };
  const Time soon = kNoon + hours(26);
  for (const Row& row : std::vector<Row>{
           {fresh, 3, "h3", soon, RefreshVerdict::kGood},
           {fresh, 2, "h2", soon, RefreshVerdict::kReused},
           {fresh, 1, "h1", soon, RefreshVerdict::kReused},
           {fresh, 4, "h4", soon, RefreshVerdict::kReused},
           {fresh, 3, "other", soon, RefreshVerdict::kReused},
           {ended, 3, "h3", soon, RefreshVerdict::kEnded},
           {ended, 2, "h2", soon, RefreshVerdict::kEnded},
           {fresh, 3, "h3", kNoon + hours(24 * 31) - seconds(1), RefreshVerdict::kGood},
           {fresh, 3, "h3", kNoon + hours(24 * 31), RefreshVerdict::kEnded},
       }) {
    EXPECT_EQ(Judge(row.session, row.generation, row.hash, row.now), row.verdict)
        << row.generation << " " << row.hash;
  }
  Session busy = fresh;
  busy.refresh_time = kNoon + hours(24 * 89);
  EXPECT_EQ(Judge(busy, 3, "h3", kNoon + hours(24 * 90)), RefreshVerdict::kEnded);
}

// Who may take which step in which state.
TEST(PersonWorkflow, AnswersEveryStep) {
  using enum PersonState;
  using enum PersonAction;
  constexpr Relations kSelf{.self = true};
  constexpr Relations kOffice{.office = true};
  constexpr Relations kAdministrator{.administrator = true};
  constexpr Relations kNobody{};
  struct Row {
    PersonState from;
    PersonAction action;
    Relations by;
    std::string result;
  };
  for (const Row& row : std::vector<Row>{
           {kActive, kUpdate, kSelf, "active updated"},
           {kActive, kUpdate, kOffice, "active updated"},
           {kActive, kUpdate, kAdministrator, "active updated"},
           {kActive, kUpdate, kNobody, "WRONG_ROLE"},
           {kDisabled, kUpdate, kSelf, "WRONG_ROLE"},
           {kDisabled, kUpdate, kOffice, "disabled updated"},
           {kErased, kUpdate, kAdministrator, "ILLEGAL_MOVE"},
           {kActive, kGrant, kSelf, "WRONG_ROLE"},
           {kActive, kGrant, kOffice, "active granted"},
           {kDisabled, kGrant, kAdministrator, "ILLEGAL_MOVE"},
           {kDisabled, kUngrant, kAdministrator, "disabled ungranted"},
           {kActive, kUngrant, kSelf, "WRONG_ROLE"},
           {kActive, kRevoke, kSelf, "active revoked"},
           {kActive, kRevoke, kOffice, "WRONG_ROLE"},
           {kActive, kChangePassword, kSelf, "active revoked"},
           {kActive, kChangePassword, kAdministrator, "WRONG_ROLE"},
           {kActive, kDisable, kAdministrator, "disabled disabled"},
           {kActive, kDisable, kSelf, "WRONG_ROLE"},
           {kDisabled, kDisable, kAdministrator, "ILLEGAL_MOVE"},
           {kActive, kErase, kAdministrator, "erased erased"},
           {kDisabled, kErase, kAdministrator, "erased erased"},
           {kErased, kErase, kAdministrator, "ILLEGAL_MOVE"},
           {kActive, kErase, kSelf, "WRONG_ROLE"},
       }) {
    const Person person{.id = "p1", .state = row.from};
    const auto move = Decide(person, row.action, row.by, {});
    const std::string result =
        move.ok() ? std::string(Name((*move)->to)) + " " + std::string((*move)->event)
                  : ReasonOf(move.status());
    EXPECT_EQ(result, row.result) << Name(row.from) << " " << Name(row.action);
  }
}

TEST(PersonWorkflow, TheLastAdministratorIsKept) {
  const Person person{.id = "p1"};
  const Relations administrator{.administrator = true};
  for (const PersonAction action :
       {PersonAction::kUngrant, PersonAction::kDisable, PersonAction::kErase}) {
    const auto refused = Decide(person, action, administrator, {.last_administrator = true});
    EXPECT_EQ(ReasonOf(refused.status()), "GUARD_REFUSED") << Name(action);
    EXPECT_TRUE(Decide(person, action, administrator, {}).ok()) << Name(action);
  }
}

TEST(PersonWorkflow, DrawsItself) { EXPECT_EQ(PersonEdges().size(), 10U); }

TEST(Grants, AreASet) {
  Person person{.id = "p1"};
  const Grant student{"student", "institutions/uga"};
  EXPECT_TRUE(Add(person, student).ok());
  EXPECT_EQ(ReasonOf(Add(person, student)), "GRANT_EXISTS");
  EXPECT_TRUE(Add(person, {"auditor", "institutions/uga"}).ok());
  EXPECT_EQ(person.grants.front().role, "auditor") << "sorted";
  EXPECT_TRUE(Remove(person, student).ok());
  EXPECT_EQ(ReasonOf(Remove(person, student)), "GRANT_NOT_FOUND");
}

}  // namespace
}  // namespace jointly::identity
