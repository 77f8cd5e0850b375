#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/store/identity/identity_world.h"

namespace jointly::identity {
namespace {

class ErasureTest : public IdentityTest {
 protected:
  // Every byte that the database keeps: the files of SQLite, every row of PostgreSQL.
  std::string Everything() {
    std::ostringstream all;
    if (is_postgres()) {
      for (const char* table :
           {"person", "personal", "account", "grant_row", "session", "throttle", "signing_key",
            "outbox", "audit", "request", "timer", "token_floor", "inbox", "seal"}) {
        const auto rows = Query("SELECT CAST(t AS TEXT) AS line FROM " + std::string(table) + " t");
        for (const db::Row& row : rows) all << row.Text("line") << "\n";
      }
      return all.str();
    }
    for (const auto& file : std::filesystem::recursive_directory_iterator(place().directory())) {
      if (file.is_regular_file()) all << std::ifstream(file.path(), std::ios::binary).rdbuf();
    }
    return all.str();
  }
  // As text, or as PostgreSQL writes bytes.
  static bool Contains(const std::string& everything, const std::string& canary) {
    std::string hex;
    for (const char c : canary) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
      hex += digits;
    }
    return everything.find(canary) != std::string::npos ||
           everything.find(hex) != std::string::npos;
  }
};

TEST_P(ErasureTest, NothingIsLeftOfAPerson) {
  const std::vector<std::string> canaries = {"CanaryDisplay", "CanaryGiven", "CanaryFamily",
                                             "canary.address", "seven silver CanaryPassword"};
  pb::CreatePersonRequest request = NewPerson("canary.address@uga.example", kUga);
  request.mutable_person()->set_display_name("CanaryDisplay");
  request.mutable_person()->set_given_name("CanaryGiven");
  request.mutable_person()->set_family_name("CanaryFamily");
  request.set_password("seven silver CanaryPassword");
  rpc::Call create = ByAdministrator();
  const auto made = api().CreatePerson(create, request);
  ASSERT_TRUE(made.ok()) << made.status();
  const auto session = SignIn("canary.address@uga.example", "seven silver CanaryPassword");
  ASSERT_TRUE(session.ok());
  (void)SignIn("canary.address@uga.example", "seven silver CanaryGuess");
  pb::UpdatePersonRequest update;
  update.mutable_person()->set_name(made->name());
  update.mutable_person()->set_family_name("CanaryFamily Again");
  update.mutable_update_mask()->add_paths("family_name");
  rpc::Call call = By(*verifier().Verify(session->access_token()));
  ASSERT_TRUE(api().UpdatePerson(call, update).ok());

  // Nothing lies open even before, and the search does find what lies open.
  for (const std::string& canary : canaries) EXPECT_FALSE(Contains(Everything(), canary)) << canary;
  EXPECT_TRUE(Contains(Everything(), kUga));

  const std::string key =
      Query("SELECT wrapped_key FROM personal WHERE person = $1", {made->name().substr(7)})
          .front()
          .Bytes("wrapped_key");
  EXPECT_TRUE(Contains(Everything(), key));

  call = ByAdministrator();
  const auto erased = api().ErasePerson(call, Named<pb::ErasePersonRequest>(made->name()));
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_EQ(erased->state(), pb::Person::ERASED);
  EXPECT_EQ(erased->display_name() + erased->email() + erased->given_name(), "");
  EXPECT_EQ(erased->grants_size(), 0);
  const std::string id = made->name().substr(7);
  for (const char* table : {"personal", "account", "grant_row", "session"}) {
    EXPECT_EQ(
        Number("SELECT COUNT(*) AS n FROM " + std::string(table) + " WHERE person = $1", {id}), 0)
        << table;
  }
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM throttle"), 0);
  EXPECT_FALSE(Works(*session));
  EXPECT_EQ(ReasonIn(Refresh(session->refresh_token()).status()), "SESSION_ENDED");
  EXPECT_EQ(ReasonIn(SignIn("canary.address@uga.example", "seven silver CanaryPassword").status()),
            "SIGN_IN_REFUSED");
  const auto event = EventsOf(made->name()).back();
  EXPECT_EQ(event.change().action(), "erased");
  EXPECT_EQ(event.person().state(), pb::Person::ERASED);

  // The first reply, asked for again, has lost the name as well.
  const auto replayed = api().CreatePerson(create, request);
  ASSERT_TRUE(replayed.ok()) << replayed.status();
  EXPECT_EQ(replayed->name(), made->name());
  EXPECT_EQ(replayed->display_name() + replayed->email(), "");
  Reopen();
  for (const std::string& canary : canaries) EXPECT_FALSE(Contains(Everything(), canary)) << canary;
  EXPECT_FALSE(Contains(Everything(), key)) << "the key is gone from the file, not only unlinked";
}

TEST_P(ErasureTest, ItIsFinalAndTheAddressIsFreeAgain) {
  const pb::Person made = Make("camille@uga.example", kUga, {"student@institutions/uga"});
  rpc::Call call = ByAdministrator();
  ASSERT_TRUE(api().ErasePerson(call, Named<pb::ErasePersonRequest>(made.name())).ok());
  call = ByAdministrator();
  EXPECT_EQ(ReasonIn(api().ErasePerson(call, Named<pb::ErasePersonRequest>(made.name())).status()),
            "ILLEGAL_MOVE");
  pb::AddGrantRequest grant = Named<pb::AddGrantRequest>(made.name());
  *grant.mutable_grant() = GrantOf("student@institutions/uga");
  call = ByAdministrator();
  EXPECT_EQ(ReasonIn(api().AddGrant(call, grant).status()), "ILLEGAL_MOVE");
  EXPECT_NE(Make("camille@uga.example", kUga).name(), made.name());
}

TEST_P(ErasureTest, ADisabledPersonCanBeErased) {
  const pb::Person made = Make("camille@uga.example", kUga);
  rpc::Call call = ByAdministrator();
  ASSERT_TRUE(api().DisablePerson(call, Named<pb::DisablePersonRequest>(made.name())).ok());
  call = ByAdministrator();
  const auto erased = api().ErasePerson(call, Named<pb::ErasePersonRequest>(made.name()));
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_EQ(EventsOf(made.name()).back().change().from(), "disabled");
}

// Personal data is bound to its person: moved to another row it does not open.
TEST_P(ErasureTest, SealedDataCannotBeMoved) {
  const pb::Person one = Make("one@uga.example", kUga);
  const pb::Person two = Make("two@uga.example", kUga);
  Execute(
      "UPDATE personal SET wrapped_key = (SELECT wrapped_key FROM personal WHERE person = $1),"
      " sealed = (SELECT sealed FROM personal WHERE person = $1) WHERE person = $2",
      {one.name().substr(7), two.name().substr(7)});
  EXPECT_TRUE(Get(ByAdministrator().principal, one.name()).ok());
  EXPECT_EQ(Get(ByAdministrator().principal, two.name()).status().code(),
            absl::StatusCode::kDataLoss);
}

INSTANTIATE_ON_ENGINES(ErasureTest);

}  // namespace
}  // namespace jointly::identity
