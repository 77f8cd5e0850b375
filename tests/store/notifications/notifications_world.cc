#include "tests/store/notifications/notifications_world.h"

#include "common/rpc/convert.h"
#include "common/text/text.h"
#include "services/notifications/domain/format.h"
#include "services/notifications/domain/types.h"

namespace jointly::notifications {

void NotificationsWorld::Prepare() {
  handlers_ = std::make_unique<Handlers>(clock_, [this] { ++woken_; });
  for (const bus::Subscription& row : handlers_->Subscriptions()) {
    by_aggregate_[row.aggregate] = row.handler;
  }
  mail_ = std::make_unique<MailWorker>(WorkerOptions(), database(), contacts_, transport_, clock_,
                                       rng_);
  ticker_ = std::make_unique<timers::Ticker>(database(), clock_, handlers_->Timers());
  api_ = std::make_unique<Api>(database());
  AddPeople();
}

void NotificationsWorld::TearDown() {
  ticker_.reset();
  mail_.reset();
  api_.reset();
  DatabaseTest::TearDown();
}

MailWorkerOptions NotificationsWorld::WorkerOptions() const {
  return {.from = "jointly@jointly.example",
          .public_url = "https://jointly.example",
          .address_salt = "salt"};
}

void NotificationsWorld::AddPeople() {
  for (const char* id : {"uga", "tsukuba"}) {
    partnerships::v1::InstitutionEvent event;
    auto& institution = *event.mutable_institution();
    institution.set_name(std::string("institutions/") + id);
    institution.set_display_name(id == std::string("uga") ? "Université Grenoble Alpes"
                                                          : "University of Tsukuba");
    if (id == std::string("tsukuba")) (*institution.mutable_localized_names())["ja"] = "筑波大学";
    institution.set_time_zone(id == std::string("uga") ? "Europe/Paris" : "Asia/Tokyo");
    institution.set_revision(1);
    event.mutable_change()->set_action("created");
    ASSERT_TRUE(Hand("partnerships.institution", institution.name(), 1, "created", event).ok());
  }
  AddPerson("camille", "fr", "Europe/Paris", "uga", options::v1::STUDENT);
  AddPerson("office-uga", "fr", "Europe/Paris", "uga", options::v1::INTERNATIONAL_OFFICE);
  AddPerson("office-tsukuba", "ja", "Asia/Tokyo", "tsukuba", options::v1::INTERNATIONAL_OFFICE);
  Apply(CallEvent(1, "published"));
}

void NotificationsWorld::AddPerson(const std::string& id, const std::string& language,
                                   const std::string& zone, const std::string& institution,
                                   options::v1::Role role) {
  Apply(PersonEvent(id, language, zone, institution, role));
  contacts_.people["people/" + id] = {.display_name = "Name of " + id,
                                      .email = id + "@mail.example",
                                      .language = language,
                                      .zone = zone};
}

identity::v1::PersonEvent NotificationsWorld::PersonEvent(const std::string& id,
                                                          const std::string& language,
                                                          const std::string& zone,
                                                          const std::string& institution,
                                                          options::v1::Role role) {
  identity::v1::PersonEvent event;
  auto& person = *event.mutable_person();
  person.set_name("people/" + id);
  person.set_language_code(language);
  person.set_time_zone(zone);
  person.set_institution("institutions/" + institution);
  person.set_state(identity::v1::Person::ACTIVE);
  person.set_revision(1);
  if (role != options::v1::ROLE_UNSPECIFIED) {
    auto& grant = *person.add_grants();
    grant.set_role(role);
    grant.set_scope("institutions/" + institution);
  }
  event.mutable_change()->set_action("created");
  event.mutable_change()->set_actor("people/administrator");
  return event;
}

mobility::v1::CallEvent NotificationsWorld::CallEvent(std::int64_t revision,
                                                      const std::string& action) {
  mobility::v1::CallEvent event;
  auto& call = *event.mutable_call();
  call.set_name("calls/autumn");
  call.set_display_name("Tsukuba 2027");
  call.set_home_institution("institutions/uga");
  call.set_state(mobility::v1::Call::PUBLISHED);
  call.set_revision(revision);
  auto& decision = *call.mutable_decision_time();
  *decision.mutable_date() = rpc::ToProto(*ParseDate("2026-10-01"));
  decision.set_clock("12:00");
  decision.set_time_zone("Europe/Paris");
  event.mutable_change()->set_action(action);
  event.mutable_change()->set_actor("people/office-uga");
  return event;
}

mobility::v1::ApplicationEvent NotificationsWorld::ApplicationEvent(std::int64_t revision,
                                                                    const std::string& action,
                                                                    const std::string& from,
                                                                    const std::string& to) {
  mobility::v1::ApplicationEvent event;
  auto& application = *event.mutable_application();
  application.set_name("applications/a1");
  application.set_call("calls/autumn");
  application.set_student("people/camille");
  application.set_home_institution("institutions/uga");
  mobility::v1::Application::State state = mobility::v1::Application::STATE_UNSPECIFIED;
  EXPECT_TRUE(mobility::v1::Application::State_Parse(UpperCase(to), &state)) << to;
  application.set_state(state);
  application.set_revision(revision);
  auto& change = *event.mutable_change();
  change.set_action(action);
  change.set_from(from);
  change.set_to(to);
  change.set_actor("people/somebody");
  return event;
}

void NotificationsWorld::AddDeadline(
    google::protobuf::RepeatedPtrField<deadlines::v1::Deadline>& list, const std::string& subject,
    std::int64_t generation, const std::string& kind, const std::string& due,
    const std::string& person) {
  const auto civil = DecodeCivil(due);
  ASSERT_TRUE(civil.ok()) << due;
  auto& deadline = *list.Add();
  deadline.set_id(subject + "/" + kind);
  deadline.set_generation(generation);
  deadline.set_kind(kind);
  deadline.set_subject(subject);
  *deadline.mutable_due_date() = rpc::ToProto(civil->date);
  deadline.set_due_clock(FormatClock(civil->clock));
  deadline.set_time_zone(civil->zone);
  deadline.set_severity(deadlines::v1::Deadline::LOCAL);
  deadline.set_state(deadlines::v1::Deadline::ARMED);
  if (person.starts_with("people/")) {
    deadline.add_audience()->set_person(person);
  } else if (!person.empty()) {
    auto& audience = *deadline.add_audience();
    audience.set_role("international_office");
    audience.set_institution(person);
  }
}

absl::Status NotificationsWorld::Hand(const std::string& aggregate, const std::string& subject,
                                      std::int64_t revision, const std::string& action,
                                      const google::protobuf::Message& body) {
  bus::Message message;
  message.message_id =
      "id-" + subject.substr(subject.find('/') + 1) + "-" + std::to_string(revision);
  message.event_type = "jointly." + aggregate + "." + action + ".v1";
  message.aggregate_type = aggregate;
  message.aggregate_id = subject.substr(subject.find('/') + 1);
  message.revision = revision;
  message.subject = subject;
  message.action = action;
  message.source = aggregate.substr(0, aggregate.find('.'));
  message.time = clock_.Now();
  message.body = body.SerializeAsString();
  return database().Transact([&](db::Tx& tx) { return by_aggregate_.at(aggregate)(tx, message); });
}

void NotificationsWorld::Apply(const mobility::v1::ApplicationEvent& event) {
  const auto status = Hand("mobility.application", event.application().name(),
                           event.application().revision(), event.change().action(), event);
  ASSERT_TRUE(status.ok()) << status;
}

void NotificationsWorld::Apply(const mobility::v1::MobilityEvent& event) {
  const auto status = Hand("mobility.mobility", event.mobility().name(),
                           event.mobility().revision(), event.change().action(), event);
  ASSERT_TRUE(status.ok()) << status;
}

void NotificationsWorld::Apply(const mobility::v1::CallEvent& event) {
  const auto status = Hand("mobility.call", event.call().name(), event.call().revision(),
                           event.change().action(), event);
  ASSERT_TRUE(status.ok()) << status;
}

void NotificationsWorld::Apply(const identity::v1::PersonEvent& event) {
  const auto status = Hand("identity.person", event.person().name(), event.person().revision(),
                           event.change().action(), event);
  ASSERT_TRUE(status.ok()) << status;
}

void NotificationsWorld::Apply(const partnerships::v1::AgreementEvent& event) {
  const auto status = Hand("partnerships.agreement", event.agreement().name(),
                           event.agreement().revision(), event.change().action(), event);
  ASSERT_TRUE(status.ok()) << status;
}

int NotificationsWorld::Tick() {
  const auto fired = ticker_->Step();
  EXPECT_TRUE(fired.ok()) << fired.status();
  return fired.ok() ? *fired : -1;
}

void NotificationsWorld::SendMails() {
  for (int round = 0; round < 20; ++round) {
    const auto taken = mail_->Step();
    ASSERT_TRUE(taken.ok()) << taken.status();
    if (*taken == 0) return;
  }
  FAIL() << "the mail queue does not run dry";
}

auth::Principal NotificationsWorld::Person(const std::string& id) const {
  auth::Principal principal{.kind = auth::Principal::Kind::kPerson, .name = "people/" + id};
  if (id == "camille") principal.grants = {{auth::Role::kStudent, "institutions/uga"}};
  if (id == "office-uga") {
    principal.grants = {{auth::Role::kInternationalOffice, "institutions/uga"}};
  }
  if (id == "office-tsukuba") {
    principal.grants = {{auth::Role::kInternationalOffice, "institutions/tsukuba"}};
  }
  if (id == "administrator") principal.grants = {{auth::Role::kAdministrator, "*"}};
  return principal;
}

rpc::Call NotificationsWorld::By(const auth::Principal& principal) {
  rpc::Call call;
  call.principal = principal;
  call.method = "test";
  call.request_id = ids_.Next();
  call.request_id_given = true;
  call.now = clock_.Now();
  call.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  return call;
}

pb::ListNotificationsResponse NotificationsWorld::Inbox(const std::string& id,
                                                        const std::string& filter) {
  rpc::Call call = By(Person(id));
  pb::ListNotificationsRequest request;
  request.set_filter(filter);
  const auto response = api_->ListNotifications(call, request);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? *response : pb::ListNotificationsResponse();
}

std::string NotificationsWorld::Kinds(const std::string& id) {
  std::string out;
  const pb::ListNotificationsResponse inbox = Inbox(id);
  for (const pb::Notification& row : inbox.notifications()) {
    out += (out.empty() ? "" : " ") + row.kind();
  }
  return out;
}

std::string NotificationsWorld::Sent() const {
  std::string out;
  for (const net::Mail& mail : transport_.sent) {
    out += (out.empty() ? "" : " ") + mail.to.substr(0, mail.to.find('@'));
  }
  return out;
}

}  // namespace jointly::notifications
