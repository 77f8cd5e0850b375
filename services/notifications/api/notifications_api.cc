#include "services/notifications/api/notifications_api.h"

#include <algorithm>
#include <array>

#include "common/error/macros.h"
#include "common/rpc/list.h"
#include "common/rpc/name.h"
#include "common/text/text.h"
#include "services/notifications/api/convert.h"
#include "services/notifications/store/activity_store.h"
#include "services/notifications/store/deadline_store.h"
#include "services/notifications/store/delivery_store.h"
#include "services/notifications/store/inbox_store.h"
#include "services/notifications/store/reader_store.h"
#include "services/notifications/store/replica_store.h"

namespace jointly::notifications {
namespace {

inline constexpr Reason kNotificationNotFound{"NOTIFICATION_NOT_FOUND"};
inline constexpr Reason kPeopleOnly{"PEOPLE_ONLY"};

// An inbox belongs to a person; a service has none.
absl::Status RequirePerson(const rpc::Call& call) {
  if (call.principal.kind == auth::Principal::Kind::kPerson) return absl::OkStatus();
  return PermissionDenied(kPeopleOnly, "only a person has messages and deadlines of their own");
}

template <typename Request>
absl::StatusOr<rpc::Page> PageOf(const rpc::ListSpec& spec, const Request& request,
                                 store::ScopedQuery& query) {
  ASSIGN_OR_RETURN(rpc::Page page, rpc::ParsePage(spec,
                                                  {.page_size = request.page_size(),
                                                   .page_token = request.page_token(),
                                                   .filter = request.filter()},
                                                  query.next_parameter()));
  query.Append(page.where, page.order_and_limit, page.parameters);
  return page;
}

// Cuts the one row more that was asked for, and gives the token after the last that stays.
template <typename Row>
std::string CutToPage(const rpc::Page& page, std::vector<Row>& rows) {
  if (rows.size() <= static_cast<std::size_t>(page.size)) return "";
  rows.resize(static_cast<std::size_t>(page.size));
  return rpc::NextPageToken(page, rows.back().list_key);
}

// The names that the texts of all rows mention.
template <typename Row>
absl::StatusOr<Names> NamesFor(db::Tx& tx, const std::vector<Row>& rows,
                               const std::string& language) {
  std::vector<std::string> resources;
  for (const Row& row : rows) {
    for (std::string& name : NamedIn(row.parameters)) resources.push_back(std::move(name));
  }
  std::sort(resources.begin(), resources.end());
  resources.erase(std::unique(resources.begin(), resources.end()), resources.end());
  return store::NamesOf(tx, std::move(resources), language);
}

// Language and zone as the person has set them; a token may be minutes older than the setting.
absl::StatusOr<ReaderView> ViewOf(db::Tx& tx, const rpc::Call& call) {
  ASSIGN_OR_RETURN(const auto reader, store::LoadReader(tx, call.principal.name));
  if (!reader.has_value()) return ReaderView{call.principal.language, call.principal.zone};
  return ReaderView{reader->language, reader->zone};
}

// Offices see the students' cases of their institutions, budget managers and accountants the
// budgets, and those who oversee them all.
store::ActivityScope ActivityScopeOf(const auth::Principal& principal) {
  using auth::Role;
  store::ActivityScope scope{.viewers = {principal.name}};
  struct Sees {
    Role role;
    bool cases;
    bool budgets;
  };
  constexpr std::array<Sees, 6> kSees{{{Role::kInternationalOffice, true, false},
                                       {Role::kDoctoralOffice, true, false},
                                       {Role::kBudgetManager, false, true},
                                       {Role::kAccountant, false, true},
                                       {Role::kAdministrator, true, true},
                                       {Role::kAuditor, true, true}}};
  for (const Sees& row : kSees) {
    const bool everywhere = principal.everywhere(row.role);
    scope.everywhere |= everywhere && row.cases && row.budgets;
    scope.all_but_budgets |= everywhere && row.cases;
    for (const std::string& name : principal.ScopesOf(row.role)) {
      if (row.cases) scope.viewers.push_back(name);
      if (row.budgets) scope.viewers.push_back(BudgetsOf(name));
    }
  }
  scope.person_only = scope.viewers.size() == 1;
  return scope;
}

store::DeliveryScope DeliveryScopeOf(const auth::Principal& principal) {
  return {.person = principal.name,
          .institutions = principal.ScopesOf(auth::Role::kAdministrator),
          .everywhere = principal.everywhere(auth::Role::kAdministrator)};
}

store::DeadlineScope DeadlineScopeOf(const auth::Principal& principal) {
  store::DeadlineScope scope{.person = principal.name, .roles = {}};
  for (const auth::Grant& grant : principal.grants) {
    scope.roles.push_back({std::string(auth::Name(grant.role)), grant.scope});
  }
  return scope;
}

absl::Status NoSuchNotification(const std::string& name) {
  return NotFound(kNotificationNotFound, "your inbox has no such message", {{"name", name}});
}

}  // namespace

absl::StatusOr<pb::ListNotificationsResponse> Api::ListNotifications(
    rpc::Call& call, const pb::ListNotificationsRequest& request) {
  RETURN_IF_ERROR(RequirePerson(call));
  const rpc::ListSpec spec{
      .columns = {{.field = "read",
                   .sql = "(CASE WHEN notification.read_time IS NULL THEN 0 ELSE 1 END)",
                   .type = rpc::FilterColumn::Type::kBool},
                  {.field = "subject", .sql = "notification.subject"},
                  {.field = "kind", .sql = "notification.kind"}},
      .key_sql = "notification.list_key",
      .descending = true};
  store::ScopedQuery query = store::InboxOf(call.principal.name, call.now);
  ASSIGN_OR_RETURN(const rpc::Page page, PageOf(spec, request, query));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListNotificationsResponse> {
        ASSIGN_OR_RETURN(auto rows, store::ListNotifications(tx, query));
        ASSIGN_OR_RETURN(const ReaderView view, ViewOf(tx, call));
        ASSIGN_OR_RETURN(const Names names, NamesFor(tx, rows, view.language));
        pb::ListNotificationsResponse response;
        response.set_next_page_token(CutToPage(page, rows));
        for (const Notification& row : rows) {
          *response.add_notifications() = ToProto(row, view, names);
        }
        ASSIGN_OR_RETURN(const int unread, store::CountUnread(tx, call.principal.name, call.now));
        response.set_unread(unread);
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::Notification> Api::GetNotification(rpc::Call& call,
                                                      const pb::GetNotificationRequest& request) {
  RETURN_IF_ERROR(RequirePerson(call));
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf(kNotifications, request.name()));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::Notification> {
        ASSIGN_OR_RETURN(const auto found,
                         store::LoadNotification(tx, id, call.principal.name, call.now));
        if (!found.has_value()) return NoSuchNotification(request.name());
        ASSIGN_OR_RETURN(const ReaderView view, ViewOf(tx, call));
        ASSIGN_OR_RETURN(const Names names,
                         store::NamesOf(tx, NamedIn(found->parameters), view.language));
        return ToProto(*found, view, names);
      },
      call.transact_options());
}

absl::StatusOr<pb::Notification> Api::MarkNotification(rpc::Call& call,
                                                       const pb::MarkNotificationRequest& request) {
  RETURN_IF_ERROR(RequirePerson(call));
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf(kNotifications, request.name()));
  return rpc::Mutate<pb::Notification>(
      database_, call, request, [&](db::Tx& tx) -> absl::StatusOr<pb::Notification> {
        ASSIGN_OR_RETURN(auto found,
                         store::LoadNotification(tx, id, call.principal.name, call.now));
        if (!found.has_value()) return NoSuchNotification(request.name());
        RETURN_IF_ERROR(rpc::MatchEtag(request.etag(), found->revision));
        if (found->read_time.has_value() != request.read()) {
          found->read_time = request.read() ? std::optional(call.now) : std::nullopt;
          found->revision += 1;
          store::SaveRead(tx, *found);
        }
        ASSIGN_OR_RETURN(const ReaderView view, ViewOf(tx, call));
        ASSIGN_OR_RETURN(const Names names,
                         store::NamesOf(tx, NamedIn(found->parameters), view.language));
        return ToProto(*found, view, names);
      });
}

absl::StatusOr<pb::MarkAllNotificationsResponse> Api::MarkAllNotifications(
    rpc::Call& call, const pb::MarkAllNotificationsRequest& request) {
  RETURN_IF_ERROR(RequirePerson(call));
  return rpc::Mutate<pb::MarkAllNotificationsResponse>(
      database_, call, request,
      [&](db::Tx& tx) -> absl::StatusOr<pb::MarkAllNotificationsResponse> {
        ASSIGN_OR_RETURN(const int marked, store::MarkAllRead(tx, call.principal.name, call.now));
        pb::MarkAllNotificationsResponse response;
        response.set_marked(marked);
        return response;
      });
}

absl::StatusOr<pb::ListActivitiesResponse> Api::ListActivities(
    rpc::Call& call, const pb::ListActivitiesRequest& request) {
  RETURN_IF_ERROR(RequirePerson(call));
  const rpc::ListSpec spec{.columns = {{.field = "subject", .sql = "activity.subject"}},
                           .key_sql = "activity.list_key",
                           .descending = true};
  store::ScopedQuery query = store::ActivitiesOf(ActivityScopeOf(call.principal), call.now);
  ASSIGN_OR_RETURN(const rpc::Page page, PageOf(spec, request, query));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListActivitiesResponse> {
        ASSIGN_OR_RETURN(auto rows, store::ListActivities(tx, query));
        ASSIGN_OR_RETURN(const ReaderView view, ViewOf(tx, call));
        ASSIGN_OR_RETURN(const Names names, NamesFor(tx, rows, view.language));
        pb::ListActivitiesResponse response;
        response.set_next_page_token(CutToPage(page, rows));
        for (const Activity& row : rows) *response.add_activities() = ToProto(row, view, names);
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::ListDeadlinesResponse> Api::ListDeadlines(
    rpc::Call& call, const pb::ListDeadlinesRequest& request) {
  RETURN_IF_ERROR(RequirePerson(call));
  const rpc::ListSpec spec{
      .columns = {{.field = "state", .sql = "deadline.state", .map = &LowerCase},
                  {.field = "subject", .sql = "deadline.subject"}},
      .key_sql = "deadline.list_key"};
  store::ScopedQuery query = store::DeadlinesOf(DeadlineScopeOf(call.principal), call.now);
  ASSIGN_OR_RETURN(const rpc::Page page, PageOf(spec, request, query));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListDeadlinesResponse> {
        ASSIGN_OR_RETURN(auto rows, store::ListDeadlines(tx, query));
        pb::ListDeadlinesResponse response;
        response.set_next_page_token(CutToPage(page, rows));
        for (const store::ListedDeadline& row : rows) {
          *response.add_deadlines() = ToProto(row.deadline);
        }
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::ListDeliveriesResponse> Api::ListDeliveries(
    rpc::Call& call, const pb::ListDeliveriesRequest& request) {
  RETURN_IF_ERROR(RequirePerson(call));
  const rpc::ListSpec spec{
      .columns = {{.field = "subject", .sql = "delivery.subject"},
                  {.field = "state", .sql = "delivery.state", .map = &LowerCase},
                  {.field = "person", .sql = "delivery.person"}},
      .key_sql = "delivery.list_key",
      .descending = true};
  store::ScopedQuery query = store::DeliveriesOf(DeliveryScopeOf(call.principal));
  ASSIGN_OR_RETURN(const rpc::Page page, PageOf(spec, request, query));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListDeliveriesResponse> {
        ASSIGN_OR_RETURN(auto rows, store::ListDeliveries(tx, query));
        pb::ListDeliveriesResponse response;
        response.set_next_page_token(CutToPage(page, rows));
        for (const Delivery& row : rows) *response.add_deliveries() = ToProto(row);
        return response;
      },
      call.transact_options());
}

}  // namespace jointly::notifications
