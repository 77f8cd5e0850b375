#include <atomic>
#include <set>
#include <thread>

#include "tests/store/identity/people_world.h"

namespace jointly::identity {
namespace {

class PeopleTest : public PeopleWorld {};

TEST_P(PeopleTest, APersonIsCreatedWhole) {
  pb::CreatePersonRequest request = NewPerson("amelie@uga.example", kUga);
  pb::Person& wanted = *request.mutable_person();
  wanted.set_display_name("Amélie DUPONT");
  wanted.set_given_name("Amélie");
  wanted.set_family_name("DUPONT");
  wanted.set_language_code("fr");
  wanted.set_time_zone("Europe/Paris");
  const auto made = Create(CallerOf("office@uga.example"), request);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->display_name(), "Amélie DUPONT");
  EXPECT_EQ(made->email(), "amelie@uga.example");
  EXPECT_EQ(made->state(), pb::Person::ACTIVE);
  EXPECT_EQ(made->revision(), 1);
  EXPECT_EQ(made->etag(), "\"1\"");
  const auto read = Get(CallerOf("amelie@uga.example"), made->name());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), made->SerializeAsString());
  rpc::Call call = By(CallerOf("amelie@uga.example"));
  const auto self = api().GetSelf(call, {});
  ASSERT_TRUE(self.ok());
  EXPECT_EQ(self->SerializeAsString(), made->SerializeAsString());
}

TEST_P(PeopleTest, TheEventSaysWhoButNotTheName) {
  const auto events = EventsOf(student_.name());
  ASSERT_EQ(events.size(), 1U);
  const pb::Person& person = events.front().person();
  EXPECT_EQ(person.name(), student_.name());
  EXPECT_EQ(person.institution(), kUga);
  EXPECT_EQ(person.language_code(), "en");
  EXPECT_EQ(person.time_zone(), "UTC");
  EXPECT_EQ(person.state(), pb::Person::ACTIVE);
  EXPECT_EQ(person.grants_size(), 1);
  EXPECT_EQ(person.display_name() + person.given_name() + person.family_name() + person.email(),
            "");
  EXPECT_EQ(events.front().change().action(), "created");
  EXPECT_EQ(events.front().change().actor(), ByAdministrator().principal.name);
  const auto row = Query("SELECT event_type, headers FROM outbox WHERE aggregate_id = $1",
                         {student_.name().substr(7)});
  EXPECT_EQ(row.front().Text("event_type"), "jointly.identity.person.created.v1");
  EXPECT_NE(row.front().Text("headers").find(kUga), std::string::npos) << "the audience";
}

TEST_P(PeopleTest, EveryWrongFieldIsNamed) {
  pb::CreatePersonRequest request;
  request.mutable_person()->set_display_name("  ");
  request.mutable_person()->set_given_name("a\nb");
  request.mutable_person()->set_family_name(std::string(121, 'x'));
  request.mutable_person()->set_email("no address");
  request.mutable_person()->set_language_code("de");
  request.mutable_person()->set_time_zone("Mars/Olympus");
  request.mutable_person()->set_institution("uga");
  request.set_password("short");
  *request.add_grants() = GrantOf("student@not a scope");
  request.add_grants();
  *request.add_grants() = GrantOf("student@*");
  const auto answer = Create(ByAdministrator().principal, request);
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument);
  const std::string text = MessageOf(answer.status());
  for (const std::string path :
       {"person.display_name", "person.given_name", "person.family_name", "person.email",
        "person.language_code", "person.time_zone", "person.institution", "password",
        "grants[0].scope", "grants[1].role", "grants[1].scope", "grants[2].scope"}) {
    EXPECT_NE(text.find(path + " "), std::string::npos) << path << " is missing in: " << text;
  }
}

TEST_P(PeopleTest, TheSameRequestCreatesOnce) {
  rpc::Call call = By(CallerOf("office@uga.example"), "CreatePerson");
  pb::CreatePersonRequest request = NewPerson("new@uga.example", kUga);
  const auto first = api().CreatePerson(call, request);
  ASSERT_TRUE(first.ok()) << first.status();
  const auto again = api().CreatePerson(call, request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  request.mutable_person()->set_display_name("Somebody else");
  const auto other = api().CreatePerson(call, request);
  EXPECT_EQ(ReasonIn(other.status()), "REQUEST_ID_REUSED");
  EXPECT_EQ(EventsOf(first->name()).size(), 1U);
}

TEST_P(PeopleTest, AnAddressBelongsToOnePerson) {
  EXPECT_EQ(
      ReasonIn(
          Create(CallerOf("office@uga.example"), NewPerson("CAMILLE@uga.example", kUga)).status()),
      "EMAIL_TAKEN");
  std::atomic<int> made{0};
  std::atomic<int> taken{0};
  const auth::Principal office = CallerOf("office@uga.example");
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        const auto answer = Create(office, NewPerson("race@uga.example", kUga));
        made += answer.ok() ? 1 : 0;
        taken += ReasonIn(answer.status()) == "EMAIL_TAKEN" ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(taken, 7);
}

TEST_P(PeopleTest, WhoMayCreateWhere) {
  Make("boss@uga.example", kUga, {"administrator@institutions/uga"});
  Make("unit@uga.example", kUga, {"international_office@institutions/uga/units/phitem"});
  Make("audit@uga.example", kUga, {"auditor@institutions/uga"});
  struct Row {
    std::string by, institution, grant, result;
  };
  int number = 0;
  for (const Row& row : std::vector<Row>{
           {"office@uga.example", kUga, "", "OK"},
           {"office@uga.example", kUga, "student@institutions/uga", "OK"},
           {"office@uga.example", kUga, "student@institutions/uga/units/phitem", "OK"},
           {"office@uga.example", kUga, "student@institutions/tsukuba", "GRANT_NOT_YOURS"},
           {"office@uga.example", kUga, "accountant@institutions/uga", "GRANT_NOT_YOURS"},
           {"office@uga.example", kUga, "administrator@institutions/uga", "GRANT_NOT_YOURS"},
           {"office@uga.example", kUga, "administrator@*", "GRANT_NOT_YOURS"},
           {"office@uga.example", kTsukuba, "", "OUTSIDE_SCOPE"},
           {"office@uga.example", "institutions/uga-inp", "", "OUTSIDE_SCOPE"},
           {"office@uga.example", "", "", "INVALID_ARGUMENT"},
           {"unit@uga.example", kUga, "", "OUTSIDE_SCOPE"},
           {"audit@uga.example", kUga, "", "OUTSIDE_SCOPE"},
           {"camille@uga.example", kUga, "", "OUTSIDE_SCOPE"},
           {"boss@uga.example", kUga, "international_office@institutions/uga", "OK"},
           {"boss@uga.example", kUga, "administrator@institutions/uga", "OK"},
           {"boss@uga.example", kUga, "administrator@*", "GRANT_NOT_YOURS"},
           {"boss@uga.example", kTsukuba, "", "OUTSIDE_SCOPE"},
           {"administrator@jointly.example", kTsukuba, "accountant@institutions/uga", "OK"},
           {"administrator@jointly.example", "", "auditor@*", "OK"},
       }) {
    std::vector<std::string> grants;
    if (!row.grant.empty()) grants.push_back(row.grant);
    const auto answer =
        Create(CallerOf(row.by),
               NewPerson("p" + std::to_string(++number) + "@x.example", row.institution, grants));
    EXPECT_EQ(ReasonIn(answer.status()), row.result)
        << row.by << " creates in " << row.institution << " with " << row.grant;
  }
}

TEST_P(PeopleTest, WhoSeesWhom) {
  Make("boss@uga.example", kUga, {"administrator@institutions/uga"});
  Make("doctor@uga.example", kUga, {"doctoral_office@institutions/uga"});
  Make("audit@jointly.example", "", {"auditor@*"});
  Make("money@uga.example", kUga, {"budget_manager@institutions/uga"});
  Make("unit@uga.example", kUga, {"international_office@institutions/uga/units/phitem"});
  Make("office@tsukuba.example", kTsukuba, {"international_office@institutions/tsukuba"});
  struct Row {
    std::string by;
    bool sees_student, sees_foreigner;
  };
  for (const Row& row : std::vector<Row>{{"camille@uga.example", true, false},
                                         {"office@uga.example", true, false},
                                         {"boss@uga.example", true, false},
                                         {"doctor@uga.example", true, false},
                                         {"money@uga.example", false, false},
                                         {"unit@uga.example", false, false},
                                         {"office@tsukuba.example", false, true},
                                         {"hanako@tsukuba.example", false, true},
                                         {"audit@jointly.example", true, true},
                                         {"administrator@jointly.example", true, true}}) {
    const auth::Principal by = CallerOf(row.by);
    EXPECT_EQ(Get(by, student_.name()).ok(), row.sees_student) << row.by;
    EXPECT_EQ(Get(by, foreigner_.name()).ok(), row.sees_foreigner) << row.by;
    rpc::Call call = By(by);
    const auto list = api().ListPeople(call, {});
    ASSERT_TRUE(list.ok());
    std::set<std::string> listed;
    for (const pb::Person& person : list->people()) {
      listed.insert(person.name());
      EXPECT_FALSE(person.display_name().empty());
    }
    EXPECT_EQ(listed.contains(student_.name()), row.sees_student) << row.by;
    EXPECT_EQ(listed.contains(foreigner_.name()), row.sees_foreigner) << row.by;
  }
  // A person out of scope and one that is not there cannot be told apart.
  const auth::Principal office = CallerOf("office@uga.example");
  const std::string missing = "people/0198c0de-0000-7000-8000-000000000000";
  const auto foreign = Get(office, foreigner_.name()).status();
  const auto none = Get(office, missing).status();
  EXPECT_EQ(foreign.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(MessageOf(foreign), MessageOf(none));
  EXPECT_EQ(Get(office, "people/UPPER").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_P(PeopleTest, ListsPageAndFilter) {
  for (int i = 0; i < 7; ++i) Make("p" + std::to_string(i) + "@uga.example", kUga);
  const pb::Person gone = Make("gone@uga.example", kUga);
  rpc::Call disable = ByAdministrator();
  ASSERT_TRUE(api().DisablePerson(disable, Named<pb::DisablePersonRequest>(gone.name())).ok());
  const auto all = [&](const std::string& filter) {
    std::vector<std::string> names;
    pb::ListPeopleRequest request;
    request.set_page_size(3);
    request.set_filter(filter);
    do {
      rpc::Call call = ByAdministrator();
      const auto page = api().ListPeople(call, request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return names;
      EXPECT_LE(page->people_size(), 3);
      for (const pb::Person& person : page->people()) names.push_back(person.name());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return names;
  };
  EXPECT_EQ(all("").size(), 12U);
  EXPECT_EQ(all("institution = \"institutions/tsukuba\""),
            std::vector<std::string>{foreigner_.name()});
  EXPECT_EQ(all("state = \"DISABLED\""), std::vector<std::string>{gone.name()});
  rpc::Call call = ByAdministrator();
  pb::ListPeopleRequest wrong;
  wrong.set_filter("email = \"x\"");
  EXPECT_EQ(api().ListPeople(call, wrong).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_P(PeopleTest, UpdatesChangeWhatTheMaskNames) {
  pb::Person change;
  change.set_name(student_.name());
  change.set_display_name("Camille MARTIN");
  change.set_language_code("fr");
  change.set_etag("\"1\"");
  const auth::Principal self = CallerOf("camille@uga.example");
  const auto updated = Update(self, change, {"language_code"});
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->display_name(), student_.display_name());
  EXPECT_EQ(updated->language_code(), "fr");
  EXPECT_EQ(updated->revision(), 2);
  EXPECT_EQ(ReasonIn(Update(self, change, {"display_name"}).status()), "STALE_ETAG");
  change.set_etag(updated->etag());
  const auto renamed = Update(self, change, {"display_name"});
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  EXPECT_EQ(renamed->display_name(), "Camille MARTIN");
  EXPECT_EQ(renamed->email(), student_.email());
  change.clear_etag();
  for (const std::string path : {"email", "institution", "state", "grants", "name", "nonsense"}) {
    EXPECT_EQ(Update(self, change, {path}).status().code(), absl::StatusCode::kInvalidArgument)
        << path;
  }
  change.clear_display_name();
  EXPECT_EQ(Update(self, change, {"display_name"}).status().code(),
            absl::StatusCode::kInvalidArgument);
  const auto events = EventsOf(student_.name());
  EXPECT_EQ(events.size(), 3U);
  EXPECT_EQ(events.back().change().action(), "updated");
  EXPECT_EQ(events.back().person().language_code(), "fr");
  EXPECT_EQ(events.back().person().display_name(), "");
}

TEST_P(PeopleTest, WhoMayUpdate) {
  Make("doctor@uga.example", kUga, {"doctoral_office@institutions/uga"});
  Make("boss@uga.example", kUga, {"administrator@institutions/uga"});
  pb::Person change;
  change.set_given_name("X");
  const auto update = [&](const std::string& by, const pb::Person& whom) {
    change.set_name(whom.name());
    return ReasonIn(Update(CallerOf(by), change, {"given_name"}).status());
  };
  EXPECT_EQ(update("camille@uga.example", student_), "OK");
  EXPECT_EQ(update("office@uga.example", student_), "OK");
  EXPECT_EQ(update("boss@uga.example", student_), "OK");
  EXPECT_EQ(update("doctor@uga.example", student_), "WRONG_ROLE");
  EXPECT_EQ(update("hanako@tsukuba.example", student_), "PERSON_NOT_FOUND");
  EXPECT_EQ(update("office@uga.example", foreigner_), "PERSON_NOT_FOUND");
}

TEST_P(PeopleTest, ContactsAreForLivingPeople) {
  const pb::Person erased = Make("erased@uga.example", kUga);
  rpc::Call call = ByAdministrator();
  ASSERT_TRUE(api().ErasePerson(call, Named<pb::ErasePersonRequest>(erased.name())).ok());
  pb::BatchGetContactsRequest request;
  for (const std::string& name : {student_.name(), erased.name(), foreigner_.name(),
                                  std::string("people/0198c0de-0000-7000-8000-000000000000")}) {
    request.add_names(name);
  }
  call = By({.kind = auth::Principal::Kind::kService, .name = "service:notifications"});
  const auto reply = api().BatchGetContacts(call, request);
  ASSERT_TRUE(reply.ok()) << reply.status();
  ASSERT_EQ(reply->contacts_size(), 2);
  EXPECT_EQ(reply->contacts(0).name(), student_.name());
  EXPECT_EQ(reply->contacts(0).email(), "camille@uga.example");
  EXPECT_EQ(reply->contacts(0).display_name(), student_.display_name());
  EXPECT_EQ(reply->contacts(1).time_zone(), "UTC");
  request.add_names("camille");
  EXPECT_EQ(api().BatchGetContacts(call, request).status().code(),
            absl::StatusCode::kInvalidArgument);
  request.clear_names();
  for (int i = 0; i < 201; ++i) request.add_names("people/p" + std::to_string(i));
  EXPECT_EQ(api().BatchGetContacts(call, request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(PeopleTest, RevisionsHaveNoGaps) {
  for (int i = 0; i < 3; ++i) {
    rpc::Call call = ByAdministrator();
    ASSERT_TRUE(api().RevokeSessions(call, Named<pb::RevokeSessionsRequest>(student_.name())).ok());
  }
  const auto events = EventsOf(student_.name());
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].person().revision(), static_cast<std::int64_t>(i + 1));
  }
  EXPECT_EQ(Number("SELECT revision FROM person WHERE id = $1", {student_.name().substr(7)}), 4);
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM audit WHERE subject = $1", {student_.name()}), 4);
}

INSTANTIATE_ON_ENGINES(PeopleTest);

}  // namespace
}  // namespace jointly::identity
