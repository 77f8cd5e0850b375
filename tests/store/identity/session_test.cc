#include <atomic>
#include <thread>

#include "tests/store/identity/identity_world.h"

namespace jointly::identity {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class SessionTest : public IdentityTest {
 protected:
  void Prepare() override {
    IdentityTest::Prepare();
    person_ = Make("camille@uga.example", kUga, {"student@institutions/uga"});
  }
  pb::Session SignInHere() {
    const auto session = SignIn("camille@uga.example", kPassword);
    EXPECT_TRUE(session.ok()) << session.status();
    return session.ok() ? *session : pb::Session();
  }
  std::string TryRefresh(const std::string& token) { return ReasonIn(Refresh(token).status()); }
  auth::Principal Caller(const pb::Session& session) {
    const auto principal = verifier().Verify(session.access_token());
    EXPECT_TRUE(principal.ok()) << principal.status();
    return principal.ok() ? *principal : auth::Principal{};
  }
  void SignOut(const std::string& token) {
    rpc::Call call = ByNobody();
    pb::SignOutRequest request;
    request.set_refresh_token(token);
    EXPECT_TRUE(api().SignOut(call, request).ok());
  }

  pb::Person person_;
};

TEST_P(SessionTest, ARefreshTokenWorksOnceAndItsSuccessorNext) {
  const pb::Session first = SignInHere();
  clock().Advance(minutes(4));
  const auto second = Refresh(first.refresh_token());
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_NE(second->refresh_token(), first.refresh_token());
  EXPECT_TRUE(Works(*second));
  EXPECT_TRUE(Works(first)) << "its access token lives to its end";
  EXPECT_EQ(Caller(first).session, Caller(*second).session);
  EXPECT_EQ(TryRefresh(second->refresh_token()), "OK");
}

TEST_P(SessionTest, ATokenUsedTwiceEndsTheWholeSession) {
  const pb::Session first = SignInHere();
  const pb::Session elsewhere = SignInHere();
  const auto second = Refresh(first.refresh_token());
  ASSERT_TRUE(second.ok());
  clock().Advance(seconds(2));
  EXPECT_EQ(TryRefresh(first.refresh_token()), "SESSION_ENDED");
  EXPECT_EQ(TryRefresh(second->refresh_token()), "SESSION_ENDED") << "the thief's is dead too";
  EXPECT_FALSE(Works(*second)) << "and its access token";
  EXPECT_EQ(EventsOf(person_.name()).back().change().note(), "refresh_token_reused");
  // The other session needs a new access token, no new sign-in.
  const auto refreshed = Refresh(elsewhere.refresh_token());
  ASSERT_TRUE(refreshed.ok()) << refreshed.status();
  EXPECT_TRUE(Works(*refreshed));
  // Trying on changes nothing more: one end, one event.
  const std::size_t events = EventsOf(person_.name()).size();
  EXPECT_EQ(TryRefresh(first.refresh_token()), "SESSION_ENDED");
  EXPECT_EQ(EventsOf(person_.name()).size(), events);
}

TEST_P(SessionTest, OneOfSixteenConcurrentRefreshesWins) {
  for (int round = 0; round < 5; ++round) {
    const pb::Session session = SignInHere();
    std::atomic<int> won{0};
    std::atomic<int> ended{0};
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 16; ++i) {
        threads.emplace_back([&] {
          const std::string answer = TryRefresh(session.refresh_token());
          won += answer == "OK" ? 1 : 0;
          ended += answer == "SESSION_ENDED" ? 1 : 0;
        });
      }
    }
    EXPECT_EQ(won, 1) << "round " << round;
    EXPECT_EQ(ended, 15) << "round " << round;
  }
  EXPECT_EQ(EventsOf(person_.name()).size(), 6U) << "created, and one end per round";
}

TEST_P(SessionTest, MadeUpTokensAreRefused) {
  const pb::Session session = SignInHere();
  const std::string& good = session.refresh_token();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    ASSERT_EQ(TryRefresh(changed), "SESSION_ENDED") << i;
  }
  for (const std::string& token : {std::string(), std::string("."), std::string("a.b.c.d"),
                                   std::string(1 << 20, 'x'), session.access_token()}) {
    EXPECT_EQ(TryRefresh(token), "SESSION_ENDED");
  }
  EXPECT_EQ(TryRefresh(good), "OK") << "forgeries do not end the session";
}

TEST_P(SessionTest, NoTokenLiesInTheDatabase) {
  const pb::Session session = SignInHere();
  for (const db::Row& row : Query("SELECT token_hash FROM session")) {
    EXPECT_EQ(session.refresh_token().find(row.Text("token_hash")), std::string::npos);
    EXPECT_EQ(row.Text("token_hash").size(), 64U);
  }
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM request WHERE method <> 'test'"), 0);
}

TEST_P(SessionTest, ItEndsAfterThirtyIdleDays) {
  const pb::Session idle = SignInHere();
  clock().Advance(hours(24 * 30));
  EXPECT_EQ(TryRefresh(idle.refresh_token()), "SESSION_ENDED");
}

TEST_P(SessionTest, ItEndsAfterNinetyDaysHoweverBusy) {
  std::string token = SignInHere().refresh_token();
  for (int day = 0; day < 89; ++day) {
    clock().Advance(hours(24));
    const auto next = Refresh(token);
    ASSERT_TRUE(next.ok()) << day;
    token = next->refresh_token();
  }
  clock().Advance(hours(24));
  EXPECT_EQ(TryRefresh(token), "SESSION_ENDED");
}

TEST_P(SessionTest, SigningOutStopsItsTokensAtOnce) {
  const pb::Session session = SignInHere();
  clock().Advance(seconds(1));
  SignOut(session.refresh_token());
  EXPECT_FALSE(Works(session));
  EXPECT_EQ(TryRefresh(session.refresh_token()), "SESSION_ENDED");
  const auto events = EventsOf(person_.name());
  EXPECT_EQ(events.back().change().action(), "revoked");
  EXPECT_EQ(events.back().change().note(), "signed_out");
  EXPECT_EQ(events.back().change().actor(), person_.name());
  SignOut(session.refresh_token());
  SignOut("made up");
  EXPECT_EQ(EventsOf(person_.name()).size(), events.size());
}

// Tokens carry whole seconds: the second in which a revocation happens must not be a hole, and a
// sign-in right after it must not be born dead.
TEST_P(SessionTest, RevocationIsSharpWithinTheSecond) {
  for (int round = 0; round < 5; ++round) {
    const pb::Session before = SignInHere();
    ASSERT_TRUE(Works(before)) << round;
    rpc::Call call = By(Caller(before));
    ASSERT_TRUE(api().RevokeSessions(call, Named<pb::RevokeSessionsRequest>(person_.name())).ok());
    EXPECT_FALSE(Works(before)) << round;
    EXPECT_TRUE(Works(SignInHere())) << round;
    clock().Advance(std::chrono::milliseconds(10));
  }
}

TEST_P(SessionTest, RevokingEndsEverySession) {
  const pb::Session one = SignInHere();
  const pb::Session two = SignInHere();
  rpc::Call call = ByAdministrator();
  const auto revoked = api().RevokeSessions(call, Named<pb::RevokeSessionsRequest>(person_.name()));
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  EXPECT_GT(revoked->not_before().seconds(), 0);
  for (const pb::Session& session : {one, two}) {
    EXPECT_FALSE(Works(session));
    EXPECT_EQ(TryRefresh(session.refresh_token()), "SESSION_ENDED");
  }
}

TEST_P(SessionTest, AVerifierThatStartsLaterHearsOfRevocations) {
  const pb::Session session = SignInHere();
  rpc::Call call = ByAdministrator();
  ASSERT_TRUE(api().RevokeSessions(call, Named<pb::RevokeSessionsRequest>(person_.name())).ok());
  StartApi();
  EXPECT_TRUE(Works(session)) << "nobody has told it yet";
  ASSERT_TRUE(api().FollowRevocations().ok());
  EXPECT_FALSE(Works(session));
}

TEST_P(SessionTest, ANewPasswordEndsTheOtherSessions) {
  const pb::Session here = SignInHere();
  const pb::Session elsewhere = SignInHere();
  const std::string next = "seven quiet lanterns drift";
  pb::ChangePasswordRequest request = Named<pb::ChangePasswordRequest>(person_.name());
  request.set_old_password(kPassword);
  request.set_new_password(next);
  rpc::Call call = By(Caller(here));
  ASSERT_TRUE(api().ChangePassword(call, request).ok());
  EXPECT_EQ(TryRefresh(elsewhere.refresh_token()), "SESSION_ENDED");
  EXPECT_EQ(TryRefresh(here.refresh_token()), "OK");
  EXPECT_FALSE(Works(elsewhere));
  EXPECT_EQ(ReasonIn(SignIn("camille@uga.example", kPassword).status()), "SIGN_IN_REFUSED");
  EXPECT_EQ(ReasonIn(SignIn("camille@uga.example", next).status()), "OK");
  // A retry of the same command gets the first reply, although the old password is wrong by now.
  EXPECT_TRUE(api().ChangePassword(call, request).ok());
  EXPECT_EQ(EventsOf(person_.name()).size(), 2U);
}

TEST_P(SessionTest, ANewPasswordNeedsTheOldOneAndIsJudged) {
  const pb::Person other = Make("other@uga.example", kUga);
  const auto change = [&](const std::string& name, const std::string& old_password,
                          const std::string& new_password) {
    pb::ChangePasswordRequest request = Named<pb::ChangePasswordRequest>(name);
    request.set_old_password(old_password);
    request.set_new_password(new_password);
    rpc::Call call = By(Caller(SignInHere()));
    return ReasonIn(api().ChangePassword(call, request).status());
  };
  const std::string fine = "seven quiet lanterns drift";
  EXPECT_EQ(change(person_.name(), kPassword, "short"), "INVALID_ARGUMENT");
  EXPECT_EQ(change(person_.name(), kPassword, "camille x 8421"), "INVALID_ARGUMENT");
  EXPECT_EQ(change(person_.name(), "", fine), "INVALID_ARGUMENT");
  EXPECT_EQ(change(other.name(), kPassword, fine), "PERSON_NOT_FOUND");
  // Guessing the old one is throttled as at sign-in, in the same count.
  const auth::Principal caller = Caller(SignInHere());
  std::vector<std::string> answers;
  for (int i = 0; i < 6; ++i) {
    pb::ChangePasswordRequest request = Named<pb::ChangePasswordRequest>(person_.name());
    request.set_old_password("wrong password");
    request.set_new_password(fine);
    rpc::Call call = By(caller);
    answers.push_back(ReasonIn(api().ChangePassword(call, request).status()));
  }
  EXPECT_EQ(answers,
            (std::vector<std::string>{"WRONG_PASSWORD", "WRONG_PASSWORD", "WRONG_PASSWORD",
                                      "WRONG_PASSWORD", "WRONG_PASSWORD", "TOO_MANY_FAILURES"}));
  EXPECT_EQ(ReasonIn(SignIn("camille@uga.example", kPassword).status()), "TOO_MANY_FAILURES");
}

TEST_P(SessionTest, TheSweepForgetsWhatIsOver) {
  const pb::Session over = SignInHere();
  (void)SignIn("nobody@uga.example", kPassword);
  clock().Advance(hours(24 * 31));
  const pb::Session alive = SignInHere();
  timers::Ticker ticker(database(), clock(), api().Timers());
  ASSERT_TRUE(ticker.Step().ok());
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM session"), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM throttle"), 0);
  EXPECT_EQ(TryRefresh(over.refresh_token()), "SESSION_ENDED");
  EXPECT_EQ(TryRefresh(alive.refresh_token()), "OK");
  // It is armed again.
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM timer WHERE kind = 'sweep_identity'"), 1);
}

INSTANTIATE_ON_ENGINES(SessionTest);

class KeyTest : public IdentityTest {
 protected:
  std::vector<std::string> Published() {
    rpc::Call call = ByNobody();
    std::vector<std::string> kids;
    const auto set = api().GetKeySet(call, {});
    EXPECT_TRUE(set.ok());
    for (const pb::Key& key : set->keys()) {
      kids.push_back(key.kid());
      EXPECT_EQ(key.kty() + key.crv() + key.alg() + key.use(), "ECP-256ES256sig");
    }
    std::sort(kids.begin(), kids.end());
    return kids;
  }
  std::string Rotate() {
    rpc::Call call = ByAdministrator();
    const auto reply = api().RotateKey(call, {});
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply.ok() ? reply->kid() : "";
  }
};

TEST_P(KeyTest, RotationKeepsOldTokensAndKnownKeys) {
  const auto before = SignIn("administrator@jointly.example", kPassword);
  ASSERT_TRUE(before.ok());
  const auto known = Published();
  EXPECT_EQ(known.size(), 2U) << "the current and the next";
  const std::string kid = Rotate();
  EXPECT_TRUE(std::find(known.begin(), known.end(), kid) != known.end())
      << "the new key was published before its first use";
  EXPECT_TRUE(Works(*before));
  const auto after = SignIn("administrator@jointly.example", kPassword);
  ASSERT_TRUE(after.ok());
  EXPECT_TRUE(Works(*after)) << "without a new fetch";
  EXPECT_EQ(Published().size(), 3U);
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM signing_key WHERE state = 'retired'"
                   " AND sealed_pem IS NOT NULL"),
            0)
      << "a retired key cannot sign any more";
}

TEST_P(KeyTest, ARetiredKeyIsForgottenAfterItsLastToken) {
  const auto old_kids = Published();
  const std::string kid = Rotate();
  clock().Advance(std::chrono::minutes(10));
  EXPECT_EQ(Published().size(), 3U);
  clock().Advance(std::chrono::hours(2));
  EXPECT_EQ(Published().size(), 2U);
  Rotate();
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM signing_key"), 3);
}

TEST_P(KeyTest, ATimerRotatesEveryThirtyDays) {
  timers::Ticker ticker(database(), clock(), api().Timers());
  const auto first = Published();
  clock().Advance(std::chrono::hours(24 * 29));
  ASSERT_TRUE(ticker.Step().ok());
  EXPECT_EQ(Published(), first);
  for (int month = 0; month < 3; ++month) {
    const auto before = Published();
    clock().Advance(std::chrono::hours(24 * 30));
    ASSERT_TRUE(ticker.Step().ok());
    EXPECT_NE(Published(), before) << month;
    const auto session = SignIn("administrator@jointly.example", kPassword);
    ASSERT_TRUE(session.ok());
    EXPECT_TRUE(Works(*session));
  }
}

TEST_P(KeyTest, KeysSurviveARestartAndARestartChangesNone) {
  const auto before = SignIn("administrator@jointly.example", kPassword);
  const auto kids = Published();
  StartApi();
  EXPECT_EQ(Published(), kids);
  EXPECT_TRUE(Works(*before));
}

TEST_P(KeyTest, OnlyTheOperatorRotates) {
  Make("boss@uga.example", kUga, {"administrator@institutions/uga"});
  rpc::Call call = By(CallerOf("boss@uga.example"));
  EXPECT_EQ(api().RotateKey(call, {}).status().code(), absl::StatusCode::kPermissionDenied);
}

INSTANTIATE_ON_ENGINES(KeyTest);

}  // namespace
}  // namespace jointly::identity
