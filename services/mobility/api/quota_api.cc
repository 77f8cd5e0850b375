#include "common/error/macros.h"
#include "common/rpc/list.h"
#include "common/rpc/name.h"
#include "services/mobility/api/convert.h"
#include "services/mobility/api/mobility_api.h"

namespace jointly::mobility {
namespace {

constexpr int kDeltaMax = 10'000;

bool SendsFor(const auth::Principal& principal, const store::QuotaRow& row) {
  constexpr auto kOffice = auth::Role::kInternationalOffice;
  return principal.HoldsIn(kOffice, row.sending_institution) ||
         (!row.sending_unit.empty() && principal.HoldsIn(kOffice, row.sending_unit));
}

}  // namespace

absl::StatusOr<pb::ListQuotasResponse> Api::ListQuotas(rpc::Call& call,
                                                       const pb::ListQuotasRequest& request) {
  static const rpc::ListSpec kSpec{
      .columns = {{.field = "agreement", .sql = "quota.agreement"},
                  {.field = "academic_year", .sql = "quota.academic_year"},
                  {.field = "condition", .sql = "quota.condition"}},
      .key_sql = "quota.id"};
  const store::Scope scope = ScopeOf(call);
  ASSIGN_OR_RETURN(
      const rpc::Page page,
      rpc::ParsePage(kSpec, {request.page_size(), request.page_token(), request.filter()},
                     store::QuotaScopeParameters(scope) + 1));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::ListQuotasResponse> {
        ASSIGN_OR_RETURN(
            const auto rows,
            store::ListQuotas(tx, scope, {page.where, page.order_and_limit, page.parameters}));
        pb::ListQuotasResponse response;
        std::string last;
        for (const store::QuotaRow& row : rows) {
          if (response.quotas_size() == page.size) {
            response.set_next_page_token(rpc::NextPageToken(page, last));
            break;
          }
          *response.add_quotas() = ToProto(row.quota);
          last = row.quota.id;
        }
        return response;
      },
      call.transact_options());
}

absl::StatusOr<pb::Quota> Api::AdjustQuota(rpc::Call& call, const pb::AdjustQuotaRequest& request) {
  Violations violations;
  violations.Require(
      request.delta() != 0 && request.delta() >= -kDeltaMax && request.delta() <= kDeltaMax,
      "delta", "must be a number of places to add or, negative, to take; not 0");
  CheckNote(request.reason(), true, "reason", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("quotas", request.name()));
  return Run<pb::Quota>(call, request, false, [&](db::Tx& tx) -> absl::StatusOr<pb::Quota> {
    ASSIGN_OR_RETURN(const store::QuotaRow seen, store::LoadQuota(tx, id, ScopeOf(call)));
    if (!SendsFor(call.principal, seen)) {
      return PermissionDenied(
          kWrongRole, "places are adjusted by the sending institution's office",
          {{"quota", "quotas/" + id}, {"sending_institution", seen.sending_institution}});
    }
    const Actor actor = ActorOf(call);
    Books books(tx, engine_.outbox(), actor);
    RETURN_IF_ERROR(books.Lock({id}));
    RETURN_IF_ERROR(rpc::MatchEtag(request.etag(), books.Find(id)->quota.revision));
    RETURN_IF_ERROR(books.Apply({.kind = QuotaCommandKind::kAdjust,
                                 .quota = id,
                                 .application = "",
                                 .places = request.delta(),
                                 .expire_time = std::nullopt,
                                 .reason = request.reason()}));
    // Nobody waits beside a free place.
    RETURN_IF_ERROR(engine_.Promote({.tx = tx, .actor = actor, .books = books}, id));
    books.Settle();
    return ToProto(books.Find(id)->quota);
  });
}

}  // namespace jointly::mobility
