#include "tests/store/notifications/notifications_world.h"

namespace jointly::notifications {
namespace {

class ApiTest : public NotificationsWorld {
 protected:
  void Prepare() override {
    NotificationsWorld::Prepare();
    Apply(ApplicationEvent(1, "created", "", "draft"));
    clock_.Advance(std::chrono::minutes(1));
    Apply(ApplicationEvent(2, "submitted", "draft", "submitted"));
    clock_.Advance(std::chrono::minutes(1));
    Apply(ApplicationEvent(3, "found_incomplete", "submitted", "incomplete"));
    clock_.Advance(std::chrono::minutes(1));
    Apply(ApplicationEvent(4, "resubmitted", "incomplete", "submitted"));
  }

  absl::StatusOr<pb::Notification> Mark(const std::string& person, const std::string& name,
                                        bool read, const std::string& etag = "") {
    rpc::Call call = By(Person(person));
    pb::MarkNotificationRequest request;
    request.set_name(name);
    request.set_read(read);
    request.set_etag(etag);
    return api_->MarkNotification(call, request);
  }
};

TEST_P(ApiTest, TheInboxIsNewestFirstInPages) {
  rpc::Call call = By(Person("camille"));
  pb::ListNotificationsRequest request;
  request.set_page_size(1);
  std::string kinds;
  do {
    const auto page = api_->ListNotifications(call, request);
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_EQ(page->notifications_size(), 1);
    EXPECT_EQ(page->unread(), 3);
    kinds += page->notifications(0).kind() + " ";
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(kinds, "application_received application_incomplete application_received ");
}

TEST_P(ApiTest, MarksAndFilters) {
  const std::string name = Inbox("camille").notifications(0).name();
  const auto marked = Mark("camille", name, true);
  ASSERT_TRUE(marked.ok()) << marked.status();
  EXPECT_TRUE(marked->read());
  EXPECT_EQ(marked->etag(), "\"2\"");
  EXPECT_EQ(Inbox("camille").unread(), 2);
  EXPECT_EQ(Inbox("camille", "read = true").notifications_size(), 1);
  EXPECT_EQ(Inbox("camille", "read = false").notifications_size(), 2);
  // Marked as it is: nothing changes, not even the revision.
  EXPECT_EQ(Mark("camille", name, true)->etag(), "\"2\"");
  EXPECT_EQ(Mark("camille", name, false)->etag(), "\"3\"");
  EXPECT_EQ(Mark("camille", name, true, "\"1\"").status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Inbox("camille").unread(), 3);
}

TEST_P(ApiTest, MarksAllAtOnce) {
  rpc::Call call = By(Person("camille"));
  const auto first = api_->MarkAllNotifications(call, {});
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->marked(), 3);
  EXPECT_EQ(Inbox("camille").unread(), 0);
  EXPECT_EQ(Inbox("office-uga").unread(), 2);
  // The same request again is the same reply; a new one has nothing left to do.
  EXPECT_EQ(api_->MarkAllNotifications(call, {})->marked(), 3);
  rpc::Call next = By(Person("camille"));
  EXPECT_EQ(api_->MarkAllNotifications(next, {})->marked(), 0);
}

TEST_P(ApiTest, ForeignAndMissingMessagesLookTheSame) {
  const std::string name = Inbox("camille").notifications(0).name();
  rpc::Call call = By(Person("office-uga"));
  pb::GetNotificationRequest request;
  request.set_name(name);
  const auto foreign = api_->GetNotification(call, request);
  request.set_name("notifications/00000000000000000000000000000000");
  const auto missing = api_->GetNotification(call, request);
  EXPECT_EQ(foreign.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(MessageOf(foreign.status()), MessageOf(missing.status()));
  EXPECT_EQ(Mark("office-uga", name, true).status().code(), absl::StatusCode::kNotFound);
  request.set_name("messages/x");
  EXPECT_EQ(api_->GetNotification(call, request).status().code(),
            absl::StatusCode::kInvalidArgument);
  rpc::Call own = By(Person("camille"));
  request.set_name(name);
  EXPECT_TRUE(api_->GetNotification(own, request).ok());
}

TEST_P(ApiTest, AServiceHasNoInbox) {
  rpc::Call call = By({.kind = auth::Principal::Kind::kService, .name = "service:mobility"});
  EXPECT_EQ(api_->ListNotifications(call, {}).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(api_->ListActivities(call, {}).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(api_->ListDeadlines(call, {}).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(api_->ListDeliveries(call, {}).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_P(ApiTest, ActivitiesAreThoseOfTheCallersCases) {
  const auto actions = [&](const std::string& id) {
    rpc::Call call = By(Person(id));
    pb::ListActivitiesRequest request;
    request.set_filter("subject = \"applications/a1\"");
    const auto page = api_->ListActivities(call, request);
    EXPECT_TRUE(page.ok()) << page.status();
    std::string out;
    for (const pb::Activity& row : page->activities()) out += row.action() + " ";
    return out;
  };
  EXPECT_EQ(actions("camille"), "resubmitted found_incomplete submitted created ");
  // A draft is its student's alone.
  EXPECT_EQ(actions("office-uga"), "resubmitted found_incomplete submitted ");
  EXPECT_EQ(actions("office-tsukuba"), "");
  EXPECT_EQ(actions("somebody-else"), "");
  EXPECT_EQ(actions("administrator"), "resubmitted found_incomplete submitted created ");
  rpc::Call call = By(Person("camille"));
  pb::ListActivitiesRequest request;
  request.set_page_size(1);
  const auto page = api_->ListActivities(call, request);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->activities(0).text(), "Candidature à « Tsukuba 2027 » soumise de nouveau");
  EXPECT_EQ(page->activities(0).to(), "submitted");
  EXPECT_FALSE(page->next_page_token().empty());
}

TEST_P(ApiTest, DeliveriesAreOnesOwnOrAnAdministrators) {
  SendMails();
  const auto count = [&](const auth::Principal& principal, const std::string& filter) {
    rpc::Call call = By(principal);
    pb::ListDeliveriesRequest request;
    request.set_filter(filter);
    const auto page = api_->ListDeliveries(call, request);
    EXPECT_TRUE(page.ok()) << page.status();
    return page->deliveries_size();
  };
  EXPECT_EQ(count(Person("camille"), ""), 2);
  EXPECT_EQ(count(Person("camille"), "state = ACCEPTED"), 2);
  EXPECT_EQ(count(Person("camille"), "state = QUEUED"), 0);
  EXPECT_EQ(count(Person("camille"), "person = \"people/office-uga\""), 0);
  EXPECT_EQ(count(Person("administrator"), ""), 4);
  EXPECT_EQ(count(Person("administrator"), "person = \"people/office-uga\""), 2);
  auth::Principal local = Person("local");
  local.grants = {{auth::Role::kAdministrator, "institutions/tsukuba"}};
  EXPECT_EQ(count(local, ""), 0);
  local.grants = {{auth::Role::kAdministrator, "institutions/uga"}};
  EXPECT_EQ(count(local, ""), 4);
  rpc::Call call = By(Person("camille"));
  const auto page = api_->ListDeliveries(call, {});
  ASSERT_TRUE(page.ok());
  const pb::Delivery& delivery = page->deliveries(0);
  EXPECT_EQ(delivery.state(), pb::Delivery::ACCEPTED);
  EXPECT_EQ(delivery.language_code(), "fr");
  EXPECT_EQ(delivery.message_id(), transport_.sent[0].message_id.empty()
                                       ? ""
                                       : "<" + delivery.name().substr(11) + "@jointly.example>");
  EXPECT_EQ(delivery.DebugString().find("mail.example"), std::string::npos);
}

TEST_P(ApiTest, DeadlinesAreThoseThatConcernTheCaller) {
  auto event = ApplicationEvent(5, "updated", "submitted", "submitted");
  AddDeadline(*event.mutable_application()->mutable_deadlines(), "applications/a1", 5, "complete",
              "2026-12-01 12:00:00 Europe/Paris", "people/camille");
  AddDeadline(*event.mutable_application()->mutable_deadlines(), "applications/a1", 5, "nominate",
              "2026-11-20 12:00:00 Asia/Tokyo", "institutions/uga");
  Apply(event);
  const auto kinds = [&](const std::string& id, const std::string& filter = "") {
    rpc::Call call = By(Person(id));
    pb::ListDeadlinesRequest request;
    request.set_filter(filter);
    const auto page = api_->ListDeadlines(call, request);
    EXPECT_TRUE(page.ok()) << page.status();
    std::string out;
    for (const auto& row : page->deadlines()) out += row.kind() + " ";
    return out;
  };
  EXPECT_EQ(kinds("camille"), "complete ");
  EXPECT_EQ(kinds("office-uga"), "nominate ");
  EXPECT_EQ(kinds("office-tsukuba"), "");
  EXPECT_EQ(kinds("camille", "state = ARMED"), "complete ");
  EXPECT_EQ(kinds("camille", "state = MET"), "");
  rpc::Call call = By(Person("office-uga"));
  const auto page = api_->ListDeadlines(call, {});
  ASSERT_EQ(page->deadlines_size(), 1);
  EXPECT_EQ(page->deadlines(0).due_time().seconds(),
            Micros(At("2026-11-20T03:00:00Z")) / 1'000'000);
  EXPECT_EQ(page->deadlines(0).time_zone(), "Asia/Tokyo");
  EXPECT_EQ(page->deadlines(0).audience(0).institution(), "institutions/uga");
}

INSTANTIATE_ON_ENGINES(ApiTest);

}  // namespace
}  // namespace jointly::notifications
