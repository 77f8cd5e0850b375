#include "tests/bench/ledger/views.h"

#include <memory>

#include "common/error/check.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/store/budget_store.h"
#include "tests/bench/ledger/figures.h"

namespace jointly::bench {
namespace {

namespace store = budgets::store;
namespace pb = budgets::v1;
using std::chrono::steady_clock;

constexpr int kLines = 50;
const Date kStart = std::chrono::year(2020) / 4 / 1;

void Found(db::Database& database, Time now) {
  const absl::Status status = database.Transact([&](db::Tx& tx) {
    budgets::Budget budget;
    budget.id = "b";
    budget.display_name = "A joint laboratory";
    budget.institution = "institutions/uga";
    budget.partners = {"institutions/uga", "institutions/tsukuba"};
    budget.currency = {"EUR", 2};
    budget.start_date = kStart;
    budget.end_date = AddDays(kStart, 1'094);
    for (int i = 0; i < kLines; ++i) budget.categories.push_back({.id = "C" + std::to_string(i)});
    budget.time_zone = "Europe/Paris";
    budget.state = budgets::BudgetState::kActive;
    budget.authorised_version = 1;
    budget.create_time = budget.update_time = now;
    budget.revision = 1;
    store::InsertBudget(tx, budget);
    for (int year = 0; year < 3; ++year) {
      store::SavePeriod(tx, {.budget = "b",
                             .id = "p" + std::to_string(year + 1),
                             .start_date = AddDays(kStart, 365 * year),
                             .end_date = AddDays(kStart, 365 * year + 364),
                             .state = budgets::PeriodState::kOpen,
                             .update_time = now,
                             .revision = 1});
    }
    return absl::OkStatus();
  });
  Check(status.ok(), status.ToString());
}

class Looker {
 public:
  Looker(db::Database& database, const std::string& directory)
      : database_(database), blobs_(Open(directory)) {
    Found(database_, clock_.Now());
  }
  budgets::Api& api() { return api_; }
  rpc::Call Call() {
    rpc::Call call;
    call.principal = {.kind = auth::Principal::Kind::kPerson,
                      .name = "people/manager",
                      .grants = {{auth::Role::kBudgetManager, "institutions/uga"}},
                      .institution = "institutions/uga",
                      .session = "session"};
    call.method = "look";
    call.request_id = ids_.Next();
    call.correlation_id = call.request_id;
    call.now = clock_.Now();
    call.deadline = steady_clock::now() + std::chrono::seconds(60);
    return call;
  }

 private:
  static std::unique_ptr<blob::Store> Open(const std::string& directory) {
    auto blobs = blob::Store::Open(directory + "/blobs");
    Check(blobs.ok(), "the blobs cannot be opened");
    return *std::move(blobs);
  }

  db::Database& database_;
  SystemClock clock_;
  SystemRng rng_;
  IdSource ids_{clock_, rng_};
  bus::Outbox outbox_{"budgets", "bench", clock_, ids_};
  std::unique_ptr<blob::Store> blobs_;
  budgets::Api api_{{.database = database_,
                     .outbox = outbox_,
                     .clock = clock_,
                     .ids = ids_,
                     .blobs = *blobs_,
                     .sign = [](std::string_view text) { return std::string(text); }}};
};

}  // namespace

void MeasureViews(db::Database& database, const std::string& directory, int entries) {
  Looker looker(database, directory);
  const auto statement = [&](const std::string& what, const std::string& period,
                             std::int64_t sequence) {
    MeasureTimes(what, 20, [&] {
      pb::GetStatementRequest request;
      request.set_name("budgets/b");
      request.set_period(period);
      request.set_as_of_sequence(sequence);
      rpc::Call call = looker.Call();
      return looker.api().GetStatement(call, request).status();
    });
  };
  statement("GetStatement", "", 0);
  statement("GetStatement, one period", "p3", 0);
  statement("GetStatement, half way back", "", entries / 2);
  MeasureTimes("ListLines", 50, [&] {
    pb::ListLinesRequest request;
    request.set_parent("budgets/b");
    rpc::Call call = looker.Call();
    return looker.api().ListLines(call, request).status();
  });
  MeasureTimes("ListPeriods", 50, [&] {
    pb::ListPeriodsRequest request;
    request.set_parent("budgets/b");
    rpc::Call call = looker.Call();
    return looker.api().ListPeriods(call, request).status();
  });
  MeasureTimes("ListBudgets", 50, [&] {
    pb::ListBudgetsRequest request;
    rpc::Call call = looker.Call();
    return looker.api().ListBudgets(call, request).status();
  });
  MeasureTimes("RecogniseCost", 50, [&] {
    pb::RecogniseCostRequest request;
    request.set_name("budgets/b");
    request.mutable_line()->set_period("budgets/b/periods/p1");
    request.mutable_line()->set_category("C0");
    request.mutable_line()->set_partner("institutions/uga");
    request.mutable_amount()->set_value("1.00");
    request.mutable_amount()->set_currency_code("EUR");
    request.mutable_effective_date()->set_year(2020);
    request.mutable_effective_date()->set_month(6);
    request.mutable_effective_date()->set_day(15);
    rpc::Call call = looker.Call();
    return looker.api().RecogniseCost(call, request).status();
  });
}

}  // namespace jointly::bench
