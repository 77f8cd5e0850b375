#include <google/rpc/error_details.pb.h>

#include <atomic>
#include <thread>

#include "tests/store/identity/identity_world.h"

namespace jointly::identity {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class SignInTest : public IdentityTest {
 protected:
  std::string Try(const std::string& email, const std::string& password) {
    return ReasonIn(SignIn(email, password).status());
  }
};

TEST_P(SignInTest, ThePersonComesOutOfTheToken) {
  const pb::Person made =
      Make("camille@uga.example", kUga, {"student@institutions/uga", "auditor@institutions/uga"});
  const auto session = SignIn("camille@uga.example", kPassword);
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_EQ(session->person(), made.name());
  EXPECT_EQ(session->expire_time().seconds(), Micros(clock().Now()) / 1'000'000 + 300);
  const auto principal = verifier().Verify(session->access_token());
  ASSERT_TRUE(principal.ok()) << principal.status();
  EXPECT_EQ(principal->name, made.name());
  EXPECT_EQ(principal->institution, kUga);
  EXPECT_TRUE(principal->HoldsIn(auth::Role::kStudent, kUga));
  EXPECT_TRUE(principal->HoldsIn(auth::Role::kAuditor, "institutions/uga/units/phitem"));
  EXPECT_FALSE(principal->HoldsIn(auth::Role::kStudent, kTsukuba));
  EXPECT_FALSE(principal->session.empty());
  clock().Advance(minutes(6));
  EXPECT_FALSE(Works(*session));
}

TEST_P(SignInTest, TheAddressIsComparedWithoutCase) {
  Make("Camille.Martin@UGA.example", kUga);
  EXPECT_EQ(Try("camille.martin@uga.EXAMPLE", kPassword), "OK");
}

// What a stranger learns: nothing, whatever is wrong.
TEST_P(SignInTest, EveryRefusalIsTheSame) {
  Make("camille@uga.example", kUga);
  pb::CreatePersonRequest without = NewPerson("guest@uga.example", kUga);
  without.clear_password();
  rpc::Call call = ByAdministrator();
  ASSERT_TRUE(api().CreatePerson(call, without).ok());
  const pb::Person disabled = Make("gone@uga.example", kUga);
  call = ByAdministrator();
  ASSERT_TRUE(api().DisablePerson(call, Named<pb::DisablePersonRequest>(disabled.name())).ok());

  std::string message;
  for (const auto& [email, password] : std::vector<std::pair<std::string, std::string>>{
           {"camille@uga.example", "not the password at all"},
           {"nobody@uga.example", kPassword},
           {"guest@uga.example", kPassword},
           {"gone@uga.example", kPassword},
           {"no address", kPassword}}) {
    const std::int64_t before = api().hashes_computed();
    const auto answer = SignIn(email, password);
    ASSERT_EQ(answer.status().code(), absl::StatusCode::kUnauthenticated) << email;
    EXPECT_EQ(ReasonIn(answer.status()), "SIGN_IN_REFUSED") << email;
    EXPECT_EQ(api().hashes_computed() - before, 1) << email << ": the time of the answer tells";
    if (message.empty()) message = answer.status().ToString();
    EXPECT_EQ(answer.status().ToString(), message) << email;
  }
}

TEST_P(SignInTest, FieldsAreRequired) {
  EXPECT_EQ(Try("", ""), "INVALID_ARGUMENT");
  EXPECT_EQ(Try("camille@uga.example", ""), "INVALID_ARGUMENT");
  EXPECT_EQ(Try("camille@uga.example", std::string(513, 'x')), "INVALID_ARGUMENT");
  EXPECT_EQ(Try(std::string(321, 'x'), "x"), "INVALID_ARGUMENT");
}

TEST_P(SignInTest, WrongPasswordsMakeTheAddressWait) {
  Make("camille@uga.example", kUga);
  for (const std::string& email :
       {std::string("camille@uga.example"), std::string("nobody@uga.example")}) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(Try(email, "wrong password"), "SIGN_IN_REFUSED") << i;
    // Known or not, right or wrong: the same.
    EXPECT_EQ(Try(email, "wrong password"), "TOO_MANY_FAILURES") << email;
    EXPECT_EQ(Try(email, kPassword), "TOO_MANY_FAILURES") << email;
    clock().Advance(seconds(5));
    EXPECT_EQ(Try(email, "wrong password"), "SIGN_IN_REFUSED") << email;
    const auto refused = SignIn(email, kPassword);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
    google::rpc::RetryInfo retry;
    const auto payload = refused.status().GetPayload("type.googleapis.com/google.rpc.RetryInfo");
    ASSERT_TRUE(payload.has_value());
    ASSERT_TRUE(retry.ParseFromString(std::string(*payload)));
    EXPECT_EQ(retry.retry_delay().seconds(), 10);
  }
  EXPECT_EQ(Try("administrator@jointly.example", kPassword), "OK") << "others do not wait";
  clock().Advance(seconds(11));
  EXPECT_EQ(Try("camille@uga.example", kPassword), "OK");
  // A success forgives all.
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Try("camille@uga.example", "wrong password"), "SIGN_IN_REFUSED");
  }
}

TEST_P(SignInTest, GuessesInParallelDoNotSlipThrough) {
  Make("camille@uga.example", kUga);
  std::atomic<int> checked{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 12; ++i) {
      threads.emplace_back([&] {
        checked += Try("camille@uga.example", "wrong password") == "SIGN_IN_REFUSED" ? 1 : 0;
      });
    }
  }
  EXPECT_GE(checked, 5);
  EXPECT_LE(checked, 6) << "one more than allowed is being checked at the same time, at most";
}

TEST_P(SignInTest, ThePasswordIsHashedAnewWhenTheCostRises) {
  Make("camille@uga.example", kUga);
  const auto hash = [&] {
    return Query("SELECT password_hash FROM account WHERE person <> $1 ORDER BY update_time DESC",
                 {ByAdministrator().principal.name.substr(7)})
        .front()
        .Text("password_hash");
  };
  const std::string before = hash();
  EXPECT_EQ(before.rfind("$argon2id$v=19$m=64,t=1,p=1$", 0), 0U) << before;
  StartApi({.memory_bytes = 128 * 1024, .passes = 2});
  ASSERT_EQ(Try("camille@uga.example", kPassword), "OK");
  EXPECT_EQ(hash().rfind("$argon2id$v=19$m=128,t=2,p=1$", 0), 0U) << hash();
  EXPECT_EQ(Try("camille@uga.example", kPassword), "OK");
}

TEST_P(SignInTest, NoPasswordLiesInTheDatabase) {
  Make("camille@uga.example", kUga);
  for (const db::Row& row : Query("SELECT password_hash FROM account")) {
    EXPECT_EQ(row.Text("password_hash").find("violet"), std::string::npos);
    EXPECT_EQ(row.Text("password_hash").rfind("$argon2id$", 0), 0U);
  }
}

INSTANTIATE_ON_ENGINES(SignInTest);

class FirstAdministratorTest : public IdentityTest {};

TEST_P(FirstAdministratorTest, IsMadeOnce) {
  const auto again = api().CreateFirstAdministrator("second@jointly.example", kPassword);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_FALSE(*again);
  EXPECT_EQ(ReasonIn(SignIn("second@jointly.example", kPassword).status()), "SIGN_IN_REFUSED");
  EXPECT_TRUE(ByAdministrator().principal.everywhere(auth::Role::kAdministrator));
}

TEST_P(FirstAdministratorTest, NeedsAProperPassword) {
  Execute("DELETE FROM grant_row");
  EXPECT_FALSE(api().HasAdministrator());
  for (const std::string password : {"", "short", "administrator"}) {
    EXPECT_EQ(ReasonIn(api().CreateFirstAdministrator("x@jointly.example", password).status()),
              "INVALID_ARGUMENT")
        << password;
  }
  const auto made = api().CreateFirstAdministrator("x@jointly.example", kPassword);
  EXPECT_TRUE(made.ok() && *made);
}

INSTANTIATE_ON_ENGINES(FirstAdministratorTest);

}  // namespace
}  // namespace jointly::identity
