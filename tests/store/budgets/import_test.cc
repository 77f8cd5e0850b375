#include <gtest/gtest.h>

#include <fstream>

#include "common/blob/blob.h"
#include "common/bus/outbox.h"
#include "common/error/check.h"
#include "common/time/rng.h"
#include "services/budgets/api/budgets_api.h"
#include "services/budgets/store/ledger_store.h"
#include "services/budgets/store/migrations.h"
#include "services/budgets/store/replica_store.h"
#include "tests/support/database_fixture.h"
#include "tests/unit/budgets/grenoble_unit.h"

namespace jointly::budgets {
namespace {

constexpr const char* kLines =
    "period,category,partner,kind,authorised,spent,paid\n"
    "p1,EQUIP,institutions/tsukuba,cash,30000,24240.47,24240.47\n"
    "p1,PERS,institutions/uga,cash,30000,20000,15000\n"
    "p2,PERS,institutions/uga,cash,35000,0,0\n"
    "p1,PERS,institutions/uga,in_kind,5000,1200,0\n";
constexpr const char* kCommitments =
    "id,period,category,partner,supplier_reference,amount,currency,date\n"
    "scope,p1,EQUIP,institutions/tsukuba,PO-17,600000,JPY,2020-06-15\n";

// A manager of UGA on 1 February 2021, with one day's rates.
class ImportTest : public test::DatabaseTest {
 public:
  ImportTest() : DatabaseTest({{"budgets", &Migrations()}}) {}

 protected:
  void Prepare() override {
    auto blobs = blob::Store::Open(place().directory() + "/blobs");
    if (!blobs.ok()) Die(blobs.status().ToString());
    blobs_ = *std::move(blobs);
    api_ = std::make_unique<Api>(Api::Parts{.database = database(),
                                            .outbox = outbox_,
                                            .clock = clock_,
                                            .ids = ids_,
                                            .blobs = *blobs_,
                                            .sign = [](std::string_view) { return "signed"; }});
    const auto known = database().Transact([](db::Tx& tx) {
      store::SaveInstitution(tx, kUga, "Europe/Paris", 1);
      store::SaveInstitution(tx, kTsukuba, "Asia/Tokyo", 1);
      return absl::OkStatus();
    });
    ASSERT_TRUE(known.ok());
  }
  void TearDown() override {
    api_.reset();
    DatabaseTest::TearDown();
  }

  rpc::Call As(const std::string& person, auth::Role role, const std::string& scope) {
    rpc::Call call;
    call.principal.kind = auth::Principal::Kind::kPerson;
    call.principal.name = person;
    call.principal.grants = {{.role = role, .scope = scope}};
    call.request_id = ids_.Next();
    call.now = clock_.Now();
    call.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    return call;
  }
  rpc::Call Manager() { return As("people/manager", auth::Role::kBudgetManager, kUga); }
  rpc::Call Auditor() { return As("people/auditor", auth::Role::kAuditor, kUga); }

  absl::StatusOr<pb::ImportRatesResponse> ImportRates(const std::string& csv,
                                                      bool rehearse = false) {
    rpc::Call call = As("people/accountant", auth::Role::kAccountant, kUga);
    pb::ImportRatesRequest request;
    request.set_format("history_csv");
    request.set_content(csv);
    request.set_validate_only(rehearse);
    return api_->ImportRates(call, request);
  }

  static pb::Amount AmountOf(const std::string& value) {
    pb::Amount amount;
    amount.set_value(value);
    amount.set_currency_code("EUR");
    return amount;
  }
  static void SetDate(google::type::Date& to, std::string_view text) {
    const Date date = On(text);
    to.set_year(static_cast<int>(date.year()));
    to.set_month(static_cast<int>(static_cast<unsigned>(date.month())));
    to.set_day(static_cast<int>(static_cast<unsigned>(date.day())));
  }
  static pb::ImportBudgetRequest Request() {
    pb::ImportBudgetRequest request;
    pb::Budget& budget = *request.mutable_budget();
    budget.set_name("budgets/taken-over");
    budget.set_display_name("Taken over");
    budget.set_institution(kUga);
    budget.add_partners(kUga);
    budget.add_partners(kTsukuba);
    budget.set_currency_code("EUR");
    *budget.mutable_contract_amount() = AmountOf("100000.00");
    pb::Source& source = *budget.add_sources();
    source.set_organisation(kUga);
    *source.mutable_promised() = AmountOf("100000.00");
    source.set_kind(pb::CASH);
    SetDate(*budget.mutable_start_date(), "2020-04-01");
    SetDate(*budget.mutable_end_date(), "2022-03-31");
    budget.set_agreement_reference("agreements/uga-tsukuba");
    budget.set_time_zone("Europe/Paris");
    budget.mutable_terms()->set_rule_set("free");
    budget.mutable_terms()->set_rate_policy("day");
    budget.mutable_terms()->set_carry_over("automatic");
    for (const char* id : {"EQUIP", "PERS"}) {
      pb::Category& category = *budget.add_categories();
      category.set_id(id);
      category.set_display_name(id);
    }
    pb::Period& first = *request.add_periods();
    first.set_name("budgets/taken-over/periods/p1");
    SetDate(*first.mutable_start_date(), "2020-04-01");
    SetDate(*first.mutable_end_date(), "2021-03-31");
    pb::Period& second = *request.add_periods();
    second.set_name("budgets/taken-over/periods/p2");
    SetDate(*second.mutable_start_date(), "2021-04-01");
    SetDate(*second.mutable_end_date(), "2022-03-31");
    request.set_lines_csv(kLines);
    request.set_commitments_csv(kCommitments);
    return request;
  }
  absl::StatusOr<pb::ImportBudgetResponse> Import(const pb::ImportBudgetRequest& request) {
    rpc::Call call = Manager();
    return api_->ImportBudget(call, request);
  }
  absl::StatusOr<pb::Budget> Move(const std::string& action, const std::string& who) {
    pb::MoveBudgetRequest request;
    request.set_name("budgets/taken-over");
    request.set_action(action);
    rpc::Call call = As("people/" + who, auth::Role::kBudgetManager, kUga);
    return api_->MoveBudget(call, request);
  }
  std::int64_t Rows(const std::string& table) { return Number("SELECT COUNT(*) FROM " + table); }

  ManualClock clock_{*ParseTime("2021-02-01T10:00:00Z")};
  SeededRng rng_{20210201};
  IdSource ids_{clock_, rng_};
  bus::Outbox outbox_{"budgets", "test", clock_, ids_};
  std::unique_ptr<blob::Store> blobs_;
  std::unique_ptr<Api> api_;
};

constexpr const char* kRates = "Date,JPY,\n2020-06-15,120.83,\n";

TEST_P(ImportTest, TakesARunningBudgetOver) {
  ASSERT_TRUE(ImportRates(kRates).ok());
  const auto response = Import(Request());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->bad_rows_size(), 0);
  // A draft, of which nothing is posted until somebody else has approved it.
  EXPECT_EQ(response->budget().state(), pb::Budget::DRAFT);
  EXPECT_EQ(response->budget().requester(), "people/manager");
  EXPECT_EQ(Rows("journal"), 0);
  ASSERT_TRUE(Move("submit", "manager").ok());
  EXPECT_EQ(ReasonOf(Move("approve", "manager").status()), "SELF_APPROVAL");
  ASSERT_TRUE(Move("approve", "second").ok());
  const auto active = Move("activate", "manager");
  ASSERT_TRUE(active.ok()) << active.status();
  EXPECT_EQ(active->state(), pb::Budget::ACTIVE);
  EXPECT_EQ(active->approver(), "people/second");
  EXPECT_EQ(active->totals().authorised().value(), "95000.00");
  EXPECT_EQ(active->totals().spent().value(), "44240.47");
  EXPECT_EQ(active->totals().reserved().value(), "4965.65");
  EXPECT_EQ(active->totals().paid().value(), "39240.47");
  EXPECT_EQ(active->pool().value(), "5000.00");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM commitment WHERE requester = 'people/manager' AND"
                   " approver = 'people/second'"),
            1);
  EXPECT_EQ(Rows("opening"), 0);
  EXPECT_EQ(Rows("commitment"), 1);
  EXPECT_EQ(Rows("period"), 2);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM period WHERE state = 'open'"), 1);
  // Every invariant of the ledger and of the views holds.
  ASSERT_TRUE(store::SealJournals(database()).ok());
  rpc::Call auditor = Auditor();
  pb::VerifyBudgetRequest verify;
  verify.set_name("budgets/taken-over");
  const auto verified = api_->VerifyBudget(auditor, verify);
  ASSERT_TRUE(verified.ok()) << verified.status();
  for (const std::string& finding : verified->findings()) ADD_FAILURE() << finding;
  EXPECT_GT(verified->entries(), 5);
  EXPECT_EQ(verified->chain_head().size(), 64U);
}

// What changed between the import and the activation is found then, and nothing is posted.
TEST_P(ImportTest, IsJudgedAnewWhenItIsActivated) {
  ASSERT_TRUE(ImportRates(kRates).ok());
  ASSERT_TRUE(Import(Request()).ok());
  pb::UpdateBudgetRequest update;
  update.mutable_budget()->set_name("budgets/taken-over");
  pb::Category& category = *update.mutable_budget()->add_categories();
  category.set_id("EQUIP");
  category.set_display_name("EQUIP");
  update.mutable_update_mask()->add_paths("categories");
  rpc::Call call = Manager();
  ASSERT_TRUE(api_->UpdateBudget(call, update).ok());
  ASSERT_TRUE(Move("submit", "manager").ok());
  ASSERT_TRUE(Move("approve", "second").ok());
  EXPECT_EQ(Move("activate", "manager").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Rows("journal"), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM budget WHERE state = 'approved'"), 1);
}

TEST_P(ImportTest, RehearsesAndListsEveryBadRow) {
  pb::ImportBudgetRequest request = Request();
  request.set_validate_only(true);
  request.set_lines_csv(std::string(kLines) + "p1,TOYS,institutions/uga,cash,1,0,0\n" +
                        "p2,EQUIP,institutions/uga,cash,1e3,0,0\n");
  const auto response = Import(request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->bad_rows_size(), 3);
  EXPECT_EQ(response->bad_rows(0).row(), 5);
  EXPECT_EQ(response->bad_rows(0).column(), "category");
  EXPECT_EQ(response->bad_rows(1).row(), 6);
  EXPECT_EQ(response->bad_rows(2).file(), "commitments");  // No rate of that day is known.
  EXPECT_NE(response->bad_rows(2).problem().find("2020-06-15"), std::string::npos);
  EXPECT_EQ(Rows("budget"), 0);
  EXPECT_EQ(Rows("journal"), 0);
  // In earnest the same list is a refusal, and nothing is recorded.
  request.set_validate_only(false);
  const auto refused = Import(request);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Rows("budget"), 0);
  EXPECT_EQ(Rows("outbox"), 0);
  // A sound rehearsal records nothing either.
  ASSERT_TRUE(ImportRates(kRates).ok());
  request = Request();
  request.set_validate_only(true);
  EXPECT_EQ(Import(request)->bad_rows_size(), 0);
  EXPECT_EQ(Rows("budget"), 0);
}

TEST_P(ImportTest, KeepsTheRulesOfEveryOtherBudget) {
  ASSERT_TRUE(ImportRates(kRates).ok());
  pb::ImportBudgetRequest request = Request();
  request.mutable_budget()->clear_agreement_reference();
  EXPECT_EQ(ReasonOf(Import(request).status()), "GUARD_REFUSED");
  request = Request();
  *request.mutable_budget()->mutable_contract_amount() = AmountOf("100000.01");
  EXPECT_EQ(ReasonOf(Import(request).status()), "GUARD_REFUSED");
  request = Request();
  request.mutable_budget()->set_institution(kTsukuba);
  EXPECT_EQ(Import(request).status().code(), absl::StatusCode::kPermissionDenied);
  ASSERT_TRUE(Import(Request()).ok());
  EXPECT_EQ(Import(Request()).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Rows("budget"), 1);
}

TEST_P(ImportTest, OfRatesIsRehearsedIdempotentAndNeverOfTheFuture) {
  EXPECT_EQ(ImportRates(kRates, /*rehearse=*/true)->added(), 1);
  EXPECT_EQ(Rows("rate"), 0);
  EXPECT_EQ(ImportRates(kRates)->added(), 1);
  EXPECT_EQ(ImportRates(kRates)->added(), 0);
  EXPECT_EQ(ReasonOf(ImportRates("Date,JPY,\n2020-06-15,120.84,\n").status()), "RATE_CHANGED");
  EXPECT_EQ(ImportRates("Date,JPY,\n2021-02-03,120.84,\n").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ImportRates("Date,JPY,\n2021-02-02,x,\n2021-02-01,0,\n").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Rows("rate"), 1);
}

INSTANTIATE_ON_ENGINES(ImportTest);

}  // namespace
}  // namespace jointly::budgets
