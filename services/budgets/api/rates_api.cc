#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/statement_views.h"
#include "services/budgets/domain/ecb.h"
#include "services/budgets/store/rate_store.h"

namespace jointly::budgets {
namespace {

// The ECB publishes the day's rates in its afternoon; the day after is the latest anywhere on
// earth.
absl::Status CheckNotAhead(const std::vector<RateDay>& days, Time now) {
  Violations violations;
  const Date today{std::chrono::floor<std::chrono::days>(now)};
  if (!days.empty()) {
    violations.Require(days.back().date <= AddDays(today, 1), "content",
                       "has rates of " + FormatDate(days.back().date) + ", which is to come");
  }
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<pb::ImportRatesResponse> Api::ImportRates(rpc::Call& call,
                                                         const pb::ImportRatesRequest& request) {
  ASSIGN_OR_RETURN(const std::vector<RateDay> days, ReadRates(request.format(), request.content()));
  RETURN_IF_ERROR(CheckNotAhead(days, call.now));
  return Run<pb::ImportRatesResponse>(
      call, request, request.validate_only(),
      [&](db::Tx& tx) -> absl::StatusOr<pb::ImportRatesResponse> {
        ASSIGN_OR_RETURN(const store::RateImport imported, store::ImportRates(tx, days));
        pb::ImportRatesResponse response;
        response.set_days(imported.days);
        response.set_added(imported.added);
        if (imported.first_date.has_value()) {
          *response.mutable_first_date() = rpc::ToProto(*imported.first_date);
          *response.mutable_last_date() = rpc::ToProto(*imported.last_date);
        }
        return response;
      });
}

absl::StatusOr<pb::ListRatesResponse> Api::ListRates(rpc::Call& call,
                                                     const pb::ListRatesRequest& request) {
  return database_.Read([&](db::Tx& tx) { return ViewRates(tx, request); },
                        call.transact_options());
}

}  // namespace jointly::budgets
