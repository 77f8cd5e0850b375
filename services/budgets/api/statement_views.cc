#include "services/budgets/api/statement_views.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/name.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/mean_rates.h"
#include "services/budgets/api/statement_convert.h"
#include "services/budgets/api/statement_order.h"
#include "services/budgets/domain/watch.h"
#include "services/budgets/store/rate_store.h"

namespace jointly::budgets {
absl::StatusOr<SeenBudget> SeeBudget(db::Tx& tx, const store::Scope& scope,
                                     const std::string& name) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", name));
  SeenBudget seen;
  ASSIGN_OR_RETURN(seen.budget, store::LoadBudget(tx, id, scope, store::Lock::kNo));
  ASSIGN_OR_RETURN(seen.periods, store::LoadPeriods(tx, id, store::Lock::kNo));
  return seen;
}

absl::StatusOr<pb::Statement> ViewStatement(db::Tx& tx, const store::Scope& scope,
                                            const pb::GetStatementRequest& request) {
  ASSIGN_OR_RETURN(const store::StatementOrder order, OrderOf(request));
  ASSIGN_OR_RETURN(const SeenBudget seen, SeeBudget(tx, scope, request.name()));
  ASSIGN_OR_RETURN(const StatementInput input,
                   store::LoadStatement(tx, seen.budget, seen.periods, order));
  ASSIGN_OR_RETURN(const Statement statement, MakeStatement(input));
  ASSIGN_OR_RETURN(
      const ConvertedActuals converted,
      ConvertActuals(tx, input, statement, request.conversion_currency_code(), MeanOf::kDaysSoFar));
  return StatementToProto(statement, converted);
}

absl::StatusOr<pb::Forecast> ViewForecast(db::Tx& tx, const store::Scope& scope,
                                          const pb::GetForecastRequest& request) {
  Violations violations;
  const std::optional<Date> as_of = rpc::FromProto(request.as_of_date());
  violations.Require(as_of.has_value(), "as_of_date", "is required: the day to look ahead from");
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const SeenBudget seen, SeeBudget(tx, scope, request.name()));
  ASSIGN_OR_RETURN(const std::vector<ForecastInput> inputs,
                   store::LoadForecast(tx, seen.budget, seen.periods, *as_of));
  pb::Forecast forecast;
  forecast.set_budget("budgets/" + seen.budget.id);
  *forecast.mutable_as_of_date() = rpc::ToProto(*as_of);
  for (const ForecastInput& input : inputs) {
    *forecast.add_rows() = ForecastToProto(LineName(seen.budget.id, input.line),
                                           seen.budget.currency, input, MakeForecast(input));
    std::vector<ThresholdState> untold;
    for (const Alert& alert :
         LateAlerts(input, seen.budget.authorised_version, seen.budget.currency, untold)) {
      *forecast.add_warnings() = ToProto(alert, seen.budget.id, seen.budget.currency);
    }
  }
  return forecast;
}

absl::StatusOr<rpc::Page> JournalPage(const pb::ListJournalsRequest& request) {
  static const rpc::ListSpec kSpec{.columns = {{.field = "movement", .sql = "s.movement"},
                                               {.field = "document", .sql = "s.document"}},
                                   .key_sql = "s.sequence",
                                   .key_is_number = true};
  return rpc::ParsePage(kSpec, {request.page_size(), request.page_token(), request.filter()},
                        store::kJournalParameters + 1);
}

absl::StatusOr<pb::ListJournalsResponse> ViewJournals(db::Tx& tx, const store::Scope& scope,
                                                      const pb::ListJournalsRequest& request,
                                                      const rpc::Page& page) {
  ASSIGN_OR_RETURN(const std::string id, rpc::IdOf("budgets", request.parent(), "parent"));
  ASSIGN_OR_RETURN(const Budget budget, store::LoadBudget(tx, id, scope, store::Lock::kNo));
  ASSIGN_OR_RETURN(
      const std::vector<Journal> journals,
      store::ListJournals(tx, budget.id, {page.where, page.order_and_limit, page.parameters}));
  pb::ListJournalsResponse response;
  if (journals.empty()) return response;
  ASSIGN_OR_RETURN(const auto seals, store::LoadSeals(tx, budget.id, journals.front().sequence - 1,
                                                      journals.back().sequence));
  for (const Journal& journal : journals) {
    if (response.journals_size() == page.size) {
      const std::int64_t last = response.journals(page.size - 1).sequence();
      response.set_next_page_token(rpc::NextPageToken(page, std::to_string(last)));
      break;
    }
    const auto seal = seals.find(journal.sequence);
    *response.add_journals() =
        JournalToProto(journal, seal == seals.end() ? std::string() : seal->second);
  }
  return response;
}

absl::StatusOr<pb::ListRatesResponse> ViewRates(db::Tx& tx, const pb::ListRatesRequest& request) {
  Violations violations;
  violations.Require(!request.currency_code().empty(), "currency_code", "is required, like JPY");
  const auto first =
      ReadMaybeDate(request.has_start_date(), request.start_date(), "start_date", violations);
  const auto last =
      ReadMaybeDate(request.has_end_date(), request.end_date(), "end_date", violations);
  violations.Require(!first.has_value() || !last.has_value() || *first <= *last, "end_date",
                     "is before start_date");
  RETURN_IF_ERROR(violations.ToStatus());
  pb::ListRatesResponse response;
  ASSIGN_OR_RETURN(const auto known, store::RatesKnown(tx, request.currency_code()));
  if (!known.has_value()) return response;
  const DateRange range{first.value_or(known->first), last.value_or(known->last)};
  ASSIGN_OR_RETURN(const RateTable table, store::LoadRates(tx, {request.currency_code()}, range));
  for (const auto& [date, rate] : table.Of(request.currency_code())) {
    pb::ListRatesResponse::Day& day = *response.add_days();
    *day.mutable_date() = rpc::ToProto(date);
    day.set_rate(FormatRate(rate));
  }
  // Of a range with a day missing there is no mean, and none is said.
  const auto average = AverageRate(table, request.currency_code(), range);
  if (average.ok()) response.set_average(FormatRate(*average));
  return response;
}

}  // namespace jointly::budgets
