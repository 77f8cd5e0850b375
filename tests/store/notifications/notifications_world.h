#pragma once

#include <gtest/gtest.h>
#include <jointly/identity/v1/identity_events.pb.h>
#include <jointly/mobility/v1/mobility_events.pb.h>
#include <jointly/partnerships/v1/partnerships_events.pb.h>

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/time/ids.h"
#include "services/notifications/api/notifications_api.h"
#include "services/notifications/events/handlers.h"
#include "services/notifications/events/mail_worker.h"
#include "services/notifications/store/migrations.h"
#include "tests/support/database_fixture.h"

namespace jointly::notifications {

inline Time At(std::string_view text) {
  const auto time = ParseTime(text);
  EXPECT_TRUE(time.ok()) << text;
  return *time;
}

// Identity without identity.
class FakeContacts final : public ContactSource {
 public:
  absl::StatusOr<std::map<std::string, Contact>> Get(
      const std::vector<std::string>& names) override {
    ++asked;
    if (down) return Unavailable(kUnavailable, "identity is down");
    std::map<std::string, Contact> out;
    for (const std::string& name : names) {
      if (people.contains(name)) out[name] = people[name];
    }
    return out;
  }
  std::map<std::string, Contact> people;
  bool down = false;
  int asked = 0;
};

// A mail server that answers what the test says, and accepts when it says nothing.
class FakeTransport final : public MailTransport {
 public:
  net::SmtpOutcome Send(const net::Mail& mail) override {
    sent.push_back(mail);
    if (on_send) on_send();
    if (answers.empty()) return {net::SmtpOutcome::Kind::kAccepted, "250 OK", false, false};
    const net::SmtpOutcome answer = answers.front();
    answers.pop_front();
    return answer;
  }
  std::vector<net::Mail> sent;
  std::deque<net::SmtpOutcome> answers;
  std::function<void()> on_send;
};

// The service without processes: events in, an inbox and mails out. It is Tuesday, 3 November 2026,
// 10:00 in Paris (09:00Z) and 18:00 in Tokyo.
class NotificationsWorld : public test::DatabaseTest {
 protected:
  NotificationsWorld() : DatabaseTest({{"notifications", &Migrations()}}) {}

  void Prepare() override;
  void TearDown() override;

  // The usual people: a student, an officer of each university; both universities; a call.
  void AddPeople();
  void AddPerson(const std::string& id, const std::string& language, const std::string& zone,
                 const std::string& institution, options::v1::Role role);
  identity::v1::PersonEvent PersonEvent(const std::string& id, const std::string& language,
                                        const std::string& zone, const std::string& institution,
                                        options::v1::Role role);
  mobility::v1::CallEvent CallEvent(std::int64_t revision, const std::string& action);
  // An application of people/camille to calls/autumn; `from` and `to` as lower-case states.
  mobility::v1::ApplicationEvent ApplicationEvent(std::int64_t revision, const std::string& action,
                                                  const std::string& from, const std::string& to);
  static void AddDeadline(google::protobuf::RepeatedPtrField<deadlines::v1::Deadline>& list,
                          const std::string& subject, std::int64_t generation,
                          const std::string& kind, const std::string& due,
                          const std::string& person);

  // Hands an event to its handler, as the consumer does. A message id of its own per revision.
  absl::Status Hand(const std::string& aggregate, const std::string& subject, std::int64_t revision,
                    const std::string& action, const google::protobuf::Message& body);
  void Apply(const mobility::v1::ApplicationEvent& event);
  void Apply(const mobility::v1::MobilityEvent& event);
  void Apply(const mobility::v1::CallEvent& event);
  void Apply(const identity::v1::PersonEvent& event);
  void Apply(const partnerships::v1::AgreementEvent& event);

  // Fires due timers; how many.
  int Tick();
  // Steps the mail worker until nothing is due.
  void SendMails();
  MailWorkerOptions WorkerOptions() const;

  auth::Principal Person(const std::string& id) const;
  rpc::Call By(const auth::Principal& principal);
  pb::ListNotificationsResponse Inbox(const std::string& id, const std::string& filter = "");
  // The kinds in an inbox, newest first: "offer_made application_received".
  std::string Kinds(const std::string& id);
  // "person:kind" of every mail that was handed to the server, in order.
  std::string Sent() const;

  ManualClock clock_{At("2026-11-03T09:00:00Z")};
  SeededRng rng_{1};
  IdSource ids_{clock_, rng_};
  FakeContacts contacts_;
  FakeTransport transport_;
  int woken_ = 0;
  std::unique_ptr<Handlers> handlers_;
  std::unique_ptr<MailWorker> mail_;
  std::unique_ptr<timers::Ticker> ticker_;
  std::unique_ptr<Api> api_;
  std::map<std::string, bus::Handler> by_aggregate_;
};

}  // namespace jointly::notifications
