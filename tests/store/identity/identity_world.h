#pragma once

#include <gtest/gtest.h>
#include <jointly/identity/v1/identity.pb.h>
#include <jointly/identity/v1/identity_events.pb.h>

#include <memory>
#include <string>
#include <vector>

#include "services/identity/api/identity_api.h"
#include "services/identity/store/migrations.h"
#include "tests/support/database_fixture.h"

namespace jointly::identity {

inline constexpr const char* kPassword = "violet anchors hum at noon";
inline constexpr const char* kUga = "institutions/uga";
inline constexpr const char* kTsukuba = "institutions/tsukuba";

// identity on a fresh database with its administrator, and the verifier that another service would
// have: callers are made from real tokens only.
class IdentityTest : public test::DatabaseTest {
 public:
  IdentityTest() : DatabaseTest({{"identity", &Migrations()}}) {}

 protected:
  void Prepare() override {
    StartApi();
    const auto made = api().CreateFirstAdministrator("administrator@jointly.example", kPassword);
    ASSERT_TRUE(made.ok()) << made.status();
    ASSERT_TRUE(*made);
    administrator_ = CallerOf("administrator@jointly.example");
  }
  void TearDown() override {
    api_.reset();
    DatabaseTest::TearDown();
  }

  // As after a restart, with a verifier that knows nothing.
  void StartApi(PasswordCost cost = {.memory_bytes = 64 * 1024, .passes = 1}) {
    api_.reset();
    verifier_ = std::make_unique<auth::Verifier>(
        auth::VerifierOptions{.deployment = "test",
                              .fetch_user_keys = [this] { return api_->PublishedKeys(); }},
        clock_);
    cost.wait_max = std::chrono::seconds(20);
    api_ = std::make_unique<Api>(
        Environment{database(), outbox_, clock_, rng_, ids_}, *auth::SecretKey::FromBytes(master_),
        ApiOptions{.deployment = "test",
                   .password_cost = cost,
                   .revoke = std::bind_front(&auth::Verifier::Revoke, verifier_.get())});
    ASSERT_TRUE(api_->Start().ok());
  }

  Api& api() { return *api_; }
  ManualClock& clock() { return clock_; }
  auth::Verifier& verifier() { return *verifier_; }

  rpc::Call By(const auth::Principal& principal, const std::string& method = "test") {
    rpc::Call call;
    call.principal = principal;
    call.method = method;
    call.request_id = ids_.Next();
    call.request_id_given = true;
    call.correlation_id = call.request_id;
    call.now = clock_.Now();
    call.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    return call;
  }
  rpc::Call ByNobody() { return By({}); }
  rpc::Call ByAdministrator() { return By(administrator_); }

  absl::StatusOr<pb::Session> SignIn(const std::string& email, const std::string& password) {
    rpc::Call call = ByNobody();
    pb::SignInRequest request;
    request.set_email(email);
    request.set_password(password);
    return api().SignIn(call, request);
  }
  absl::StatusOr<pb::Session> Refresh(const std::string& refresh_token) {
    rpc::Call call = ByNobody();
    pb::RefreshSessionRequest request;
    request.set_refresh_token(refresh_token);
    return api().RefreshSession(call, request);
  }
  auth::Principal CallerOf(const std::string& email) {
    const auto session = SignIn(email, kPassword);
    EXPECT_TRUE(session.ok()) << email << ": " << session.status();
    if (!session.ok()) return {};
    const auto principal = verifier_->Verify(session->access_token());
    EXPECT_TRUE(principal.ok()) << principal.status();
    return principal.ok() ? *principal : auth::Principal{};
  }
  bool Works(const pb::Session& session) { return verifier_->Verify(session.access_token()).ok(); }

  static pb::CreatePersonRequest NewPerson(const std::string& email, const std::string& institution,
                                           const std::vector<std::string>& grants = {}) {
    pb::CreatePersonRequest request;
    request.mutable_person()->set_display_name("Person " + email);
    request.mutable_person()->set_email(email);
    request.mutable_person()->set_institution(institution);
    request.set_password(kPassword);
    for (const std::string& grant : grants) *request.add_grants() = GrantOf(grant);
    return request;
  }
  // "student@institutions/uga"
  static pb::Grant GrantOf(const std::string& text) {
    pb::Grant grant;
    const std::size_t at = text.find('@');
    grant.set_role(static_cast<options::v1::Role>(auth::ParseRole(text.substr(0, at))));
    grant.set_scope(text.substr(at + 1));
    return grant;
  }
  // Made by the administrator.
  pb::Person Make(const std::string& email, const std::string& institution,
                  const std::vector<std::string>& grants = {}) {
    rpc::Call call = ByAdministrator();
    const auto person = api().CreatePerson(call, NewPerson(email, institution, grants));
    EXPECT_TRUE(person.ok()) << email << ": " << person.status();
    return person.ok() ? *person : pb::Person();
  }
  absl::StatusOr<pb::Person> Get(const auth::Principal& by, const std::string& name) {
    rpc::Call call = By(by);
    pb::GetPersonRequest request;
    request.set_name(name);
    return api().GetPerson(call, request);
  }
  template <typename Request>
  static Request Named(const std::string& name) {
    Request request;
    request.set_name(name);
    return request;
  }

  // Every event of a person in order, as the other services get it.
  std::vector<pb::PersonEvent> EventsOf(const std::string& name) {
    std::vector<pb::PersonEvent> events;
    const auto rows = Query(
        "SELECT body FROM outbox WHERE aggregate_type = 'identity.person' AND aggregate_id = $1"
        " ORDER BY revision",
        {name.substr(name.find('/') + 1)});
    for (const db::Row& row : rows) {
      pb::PersonEvent event;
      EXPECT_TRUE(event.ParseFromString(row.Bytes("body")));
      events.push_back(event);
    }
    return events;
  }

 private:
  ManualClock clock_{Time(std::chrono::sys_days{std::chrono::year{2026} / 11 / 14})};
  SeededRng rng_{1};
  IdSource ids_{clock_, rng_};
  bus::Outbox outbox_{"identity", "test", clock_, ids_};
  std::string master_ = std::string(32, 'm');
  std::unique_ptr<auth::Verifier> verifier_;
  std::unique_ptr<Api> api_;
  auth::Principal administrator_;
};

inline std::string ReasonIn(const absl::Status& status) {
  return status.ok() ? "OK" : ReasonOf(status);
}

}  // namespace jointly::identity
