#include <atomic>
#include <barrier>
#include <thread>

#include "tests/store/identity/people_world.h"

namespace jointly::identity {
namespace {

// Who gives and takes rights, and that the last administrator stays.
class GrantsTest : public PeopleWorld {};

TEST_P(GrantsTest, WhoMayGrantWhat) {
  Make("boss@uga.example", kUga, {"administrator@institutions/uga"});
  const pb::Person operated = Make("operator@uga.example", kUga, {"auditor@*"});
  const auto grant = [&](const std::string& by, const pb::Person& whom, const std::string& text) {
    pb::AddGrantRequest request = Named<pb::AddGrantRequest>(whom.name());
    *request.mutable_grant() = GrantOf(text);
    rpc::Call call = By(CallerOf(by));
    return ReasonIn(api().AddGrant(call, request).status());
  };
  struct Row {
    std::string by;
    const pb::Person& whom;
    std::string grant, result;
  };
  for (const Row& row : std::vector<Row>{
           {"camille@uga.example", student_, "administrator@*", "GRANT_NOT_YOURS"},
           {"office@uga.example", office_, "administrator@institutions/uga", "GRANT_NOT_YOURS"},
           {"office@uga.example", student_, "student@institutions/tsukuba", "GRANT_NOT_YOURS"},
           {"office@uga.example", student_, "student@institutions/uga", "GRANT_EXISTS"},
           {"office@uga.example", student_, "student@institutions/uga/units/phitem", "OK"},
           {"office@uga.example", foreigner_, "student@institutions/uga", "PERSON_NOT_FOUND"},
           {"office@uga.example", operated, "student@institutions/uga", "WRONG_ROLE"},
           {"boss@uga.example", student_, "accountant@institutions/uga", "OK"},
           {"boss@uga.example", student_, "budget_manager@institutions/uga/units/x", "OK"},
           {"boss@uga.example", student_, "accountant@institutions/tsukuba", "GRANT_NOT_YOURS"},
           {"boss@uga.example", foreigner_, "auditor@institutions/uga", "PERSON_NOT_FOUND"},
           {"boss@uga.example", operated, "accountant@institutions/uga", "WRONG_ROLE"},
           {"boss@uga.example", student_, "auditor@*", "GRANT_NOT_YOURS"},
           {"administrator@jointly.example", foreigner_, "auditor@institutions/uga", "OK"},
           {"administrator@jointly.example", foreigner_, "auditor@*", "OK"},
           {"administrator@jointly.example", foreigner_, "accountant@*", "INVALID_ARGUMENT"},
           {"administrator@jointly.example", foreigner_, "auditor@uga", "INVALID_ARGUMENT"},
       }) {
    EXPECT_EQ(grant(row.by, row.whom, row.grant), row.result) << row.by << " grants " << row.grant;
  }
}

TEST_P(GrantsTest, AGrantTakesEffectAndLeavesAtOnce) {
  const auto session = SignIn("camille@uga.example", kPassword);
  ASSERT_TRUE(session.ok());
  pb::AddGrantRequest add = Named<pb::AddGrantRequest>(student_.name());
  *add.mutable_grant() = GrantOf("auditor@institutions/uga");
  rpc::Call call = ByAdministrator();
  const auto granted = api().AddGrant(call, add);
  ASSERT_TRUE(granted.ok()) << granted.status();
  EXPECT_EQ(granted->grants_size(), 2);
  EXPECT_FALSE(Works(*session)) << "a token without the grant";
  const auto with = Refresh(session->refresh_token());
  ASSERT_TRUE(with.ok()) << with.status();
  EXPECT_TRUE(verifier().Verify(with->access_token())->Holds(auth::Role::kAuditor));

  pb::RemoveGrantRequest remove = Named<pb::RemoveGrantRequest>(student_.name());
  *remove.mutable_grant() = add.grant();
  call = ByAdministrator();
  const auto removed = api().RemoveGrant(call, remove);
  ASSERT_TRUE(removed.ok()) << removed.status();
  EXPECT_EQ(removed->grants_size(), 1);
  EXPECT_FALSE(Works(*with)) << "a token with the grant";
  EXPECT_TRUE(api().RemoveGrant(call, remove).ok()) << "the same request again";
  call = ByAdministrator();
  EXPECT_EQ(ReasonIn(api().RemoveGrant(call, remove).status()), "GRANT_NOT_FOUND");
  const auto events = EventsOf(student_.name());
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[1].change().action() + " " + events[1].change().note(),
            "granted auditor@institutions/uga");
  EXPECT_EQ(events[2].change().action(), "ungranted");
  EXPECT_LT(events[1].person().not_before().seconds(), events[2].person().not_before().seconds());
}

TEST_P(GrantsTest, GrantsFitIntoAToken) {
  std::string last = "OK";
  int given = 0;
  for (; given < 100 && last == "OK"; ++given) {
    pb::AddGrantRequest request = Named<pb::AddGrantRequest>(student_.name());
    *request.mutable_grant() = GrantOf("international_office@institutions/uga/units/" +
                                       std::string(60, 'u') + std::to_string(given));
    rpc::Call call = ByAdministrator();
    last = ReasonIn(api().AddGrant(call, request).status());
  }
  EXPECT_EQ(last, "TOO_MANY_GRANTS");
  EXPECT_GT(given, 20);
  const auto session = SignIn("camille@uga.example", kPassword);
  ASSERT_TRUE(session.ok());
  EXPECT_TRUE(Works(*session)) << session->access_token().size();
}

TEST_P(GrantsTest, WhoMayDisableEraseAndRevoke) {
  Make("boss@uga.example", kUga, {"administrator@institutions/uga"});
  const pb::Person operated = Make("operator@uga.example", kUga, {"auditor@*"});
  const auto disable = [&](const std::string& by, const pb::Person& whom) {
    rpc::Call call = By(CallerOf(by));
    return ReasonIn(
        api().DisablePerson(call, Named<pb::DisablePersonRequest>(whom.name())).status());
  };
  const auto revoke = [&](const std::string& by, const pb::Person& whom) {
    rpc::Call call = By(CallerOf(by));
    return ReasonIn(
        api().RevokeSessions(call, Named<pb::RevokeSessionsRequest>(whom.name())).status());
  };
  EXPECT_EQ(revoke("camille@uga.example", student_), "OK");
  EXPECT_EQ(revoke("office@uga.example", student_), "WRONG_ROLE");
  EXPECT_EQ(revoke("hanako@tsukuba.example", student_), "PERSON_NOT_FOUND");
  EXPECT_EQ(disable("office@uga.example", student_), "WRONG_ROLE");
  EXPECT_EQ(disable("boss@uga.example", operated), "WRONG_ROLE");
  EXPECT_EQ(disable("boss@uga.example", foreigner_), "PERSON_NOT_FOUND");
  EXPECT_EQ(disable("boss@uga.example", student_), "OK");
  EXPECT_EQ(disable("boss@uga.example", student_), "ILLEGAL_MOVE");
  EXPECT_EQ(ReasonIn(SignIn("camille@uga.example", kPassword).status()), "SIGN_IN_REFUSED");
}

TEST_P(GrantsTest, TheLastAdministratorStays) {
  const std::string name = ByAdministrator().principal.name;
  const auto remove = [&](const std::string& whom) {
    pb::RemoveGrantRequest request = Named<pb::RemoveGrantRequest>(whom);
    *request.mutable_grant() = GrantOf("administrator@*");
    rpc::Call call = ByAdministrator();
    return ReasonIn(api().RemoveGrant(call, request).status());
  };
  rpc::Call call = ByAdministrator();
  EXPECT_EQ(ReasonIn(api().DisablePerson(call, Named<pb::DisablePersonRequest>(name)).status()),
            "GUARD_REFUSED");
  call = ByAdministrator();
  EXPECT_EQ(ReasonIn(api().ErasePerson(call, Named<pb::ErasePersonRequest>(name)).status()),
            "GUARD_REFUSED");
  EXPECT_EQ(remove(name), "GUARD_REFUSED");
  const pb::Person second = Make("second@jointly.example", "", {"administrator@*"});
  EXPECT_EQ(remove(name), "OK");
  EXPECT_EQ(remove(second.name()), "GUARD_REFUSED");
}

// Two steps that each leave one administrator must not together leave none.
TEST_P(GrantsTest, TwoAdministratorsCannotRemoveEachOther) {
  auth::Principal first = ByAdministrator().principal;
  for (int round = 0; round < 8; ++round) {
    const std::string email = "second" + std::to_string(round) + "@jointly.example";
    rpc::Call call = By(first);
    ASSERT_TRUE(api().CreatePerson(call, NewPerson(email, "", {"administrator@*"})).ok());
    const auth::Principal second = CallerOf(email);
    std::atomic<int> done{0};
    std::barrier together(2);
    const auto disable = [&](const auth::Principal& by, const std::string& whom) {
      rpc::Call step = By(by);
      const auto request = Named<pb::DisablePersonRequest>(whom);
      together.arrive_and_wait();
      done += api().DisablePerson(step, request).ok() ? 1 : 0;
    };
    {
      const std::jthread one([&] { disable(first, second.name); });
      const std::jthread two([&] { disable(second, first.name); });
    }
    ASSERT_EQ(done, 1) << "round " << round;
    ASSERT_TRUE(api().HasAdministrator());
    if (Get(first, second.name)->state() == pb::Person::ACTIVE) first = second;
  }
}

INSTANTIATE_ON_ENGINES(GrantsTest);

}  // namespace
}  // namespace jointly::identity
