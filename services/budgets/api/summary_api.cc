#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/name.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/api/convert.h"
#include "services/budgets/api/relation.h"
#include "services/budgets/domain/calendar.h"
#include "services/budgets/store/budget_store.h"
#include "services/budgets/store/statement_store.h"

// What partners share, in figures.
namespace jointly::budgets {
namespace {

absl::StatusOr<pb::BudgetSummary> SummaryOf(db::Tx& tx, const Budget& budget) {
  pb::BudgetSummary summary;
  const pb::Budget message = ToProto(budget);
  summary.set_budget(message.name());
  summary.set_display_name(message.display_name());
  summary.set_state(message.state());
  *summary.mutable_start_date() = message.start_date();
  *summary.mutable_end_date() = message.end_date();
  *summary.mutable_contract_amount() = message.contract_amount();
  ASSIGN_OR_RETURN(const auto sums,
                   store::LoadSums(tx, budget.id, store::AsOf{}, store::Span::kAll));
  const BudgetBalance balance = BalanceOf(sums);
  const LineBalance total = TotalOf(balance, "");
  *summary.mutable_totals() = ToProto(total, balance.paid, budget.currency);
  *summary.mutable_left() = AmountToProto({total.available() + balance.pool, budget.currency});
  ASSIGN_OR_RETURN(const std::vector<Period> periods,
                   store::LoadPeriods(tx, budget.id, store::Lock::kNo));
  for (const Period& period : periods) {
    pb::Period& row = *summary.add_periods();
    row = ToProto(period);
    *row.mutable_totals() = ToProto(TotalOf(balance, period.id), 0, budget.currency);
  }
  const DateRange dates{.first = budget.start_date, .last = budget.end_date};
  for (const CalendarYear& year : YearsOf(Calendar::kJapaneseFiscalYear, dates)) {
    summary.add_japanese_fiscal_years(year.name);
  }
  for (const CalendarYear& year : YearsOf(Calendar::kExercice, dates)) {
    summary.add_exercices(year.name);
  }
  summary.set_commitments_path("/v1/" + message.name() + "/commitments");
  return summary;
}

}  // namespace

absl::StatusOr<pb::SummariseBudgetsResponse> Api::SummariseBudgets(
    rpc::Call& call, const pb::SummariseBudgetsRequest& request) {
  ASSIGN_OR_RETURN(const std::vector<std::string> partners,
                   rpc::NamesOf(request.partners(),
                                {.pattern = "institutions/*", .path = "partners", .least = 1}));
  return database_.Read(
      [&](db::Tx& tx) -> absl::StatusOr<pb::SummariseBudgetsResponse> {
        ASSIGN_OR_RETURN(const std::vector<Budget> budgets,
                         store::SharedBudgets(tx, ScopeOf(call), partners));
        pb::SummariseBudgetsResponse response;
        for (const Budget& budget : budgets) {
          ASSIGN_OR_RETURN(*response.add_budgets(), SummaryOf(tx, budget));
        }
        return response;
      },
      call.transact_options());
}

}  // namespace jointly::budgets
