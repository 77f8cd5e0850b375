#include "tests/store/budgets/flow_world.h"

#include <jointly/budgets/v1/budgets_events.pb.h>
#include <jointly/partnerships/v1/partnerships_events.pb.h>

#include "common/error/macros.h"
#include "common/rpc/convert.h"
#include "services/budgets/store/ledger_store.h"
#include "services/budgets/store/rate_store.h"
#include "services/budgets/store/replica_store.h"

namespace jointly::budgets {
namespace {

Time StartOfTheWorld() {
  const auto time = ParseTime("2020-04-01T08:00:00Z");
  Check(time.ok(), "the world has no beginning");
  return *time;
}

struct PersonRow {
  const char* name;
  auth::Role role;
  const char* scope;
};
constexpr PersonRow kPeople[] = {
    {"manager", auth::Role::kBudgetManager, "institutions/uga"},
    {"other", auth::Role::kBudgetManager, "institutions/uga"},
    {"accountant", auth::Role::kAccountant, "institutions/uga"},
    {"payer", auth::Role::kAccountant, "institutions/uga"},
    {"tsukuba", auth::Role::kBudgetManager, "institutions/tsukuba"},
    {"stranger", auth::Role::kBudgetManager, "institutions/elsewhere"},
    {"auditor", auth::Role::kAuditor, "*"},
    {"researcher", auth::Role::kStudent, "institutions/uga"},
    {"passerby", auth::Role::kStudent, "institutions/elsewhere"},
};

void AddPeriod(const std::string& id, const std::string& start, const std::string& end,
               pb::CreateBudgetRequest& request) {
  pb::Period& period = *request.add_periods();
  period.set_name("budgets/" + request.budget_id() + "/periods/" + id);
  *period.mutable_start_date() = Day(start);
  *period.mutable_end_date() = Day(end);
}

pb::Amount AmountOf(const std::string& value, const std::string& currency) {
  pb::Amount amount;
  amount.set_value(value);
  amount.set_currency_code(currency);
  return amount;
}

}  // namespace

pb::Amount Euro(const std::string& value) { return AmountOf(value, "EUR"); }
pb::Amount Yen(const std::string& value) { return AmountOf(value, "JPY"); }
google::type::Date Day(const std::string& text) {
  const auto date = ParseDate(text);
  Check(date.ok(), text);
  return rpc::ToProto(*date);
}

FlowWorld::FlowWorld(db::Database& database, const std::string& directory)
    : database_(database), clock_(StartOfTheWorld()) {
  blobs_ = Must(blob::Store::Open(directory + "/blobs"));
  api_ = std::make_unique<Api>(
      Api::Parts{.database = database_,
                 .outbox = outbox_,
                 .clock = clock_,
                 .ids = ids_,
                 .blobs = *blobs_,
                 .sign = [](std::string_view text) { return "signed:" + std::string(text); },
                 .master_key = auth::SecretKey::Generate(rng_),
                 .rng = &rng_});
  const absl::Status status = database_.Transact([&](db::Tx& tx) -> absl::Status {
    for (const char* name : {"institutions/uga", "institutions/tsukuba"}) {
      store::SaveInstitution(tx, name, "Europe/Paris", 1);
    }
    for (const PersonRow& row : kPeople) {
      store::SaveOffices(tx, "people/" + std::string(row.name),
                         {{std::string(auth::Name(row.role)), row.scope}});
    }
    std::vector<RateDay> days;
    for (const auto& [day, rate] :
         std::vector<std::pair<const char*, const char*>>{{"2020-06-15", "120.83"},
                                                          {"2020-09-30", "123.76"},
                                                          {"2022-03-15", "129.67"},
                                                          {"2022-05-20", "135.34"}}) {
      days.push_back({.date = *ParseDate(day), .rates = {{"JPY", *ParseRate(rate)}}});
    }
    return store::ImportRates(tx, days).status();
  });
  Check(status.ok(), status.ToString());
}

rpc::Call FlowWorld::As(const std::string& who) {
  rpc::Call call;
  for (const PersonRow& row : kPeople) {
    if (who != row.name) continue;
    const std::string scope = row.scope;
    call.principal = {.kind = auth::Principal::Kind::kPerson,
                      .name = "people/" + who,
                      .grants = {{row.role, scope}},
                      .institution = scope == "*" ? "" : scope,
                      .session = "session"};
  }
  Check(!call.principal.name.empty(), "nobody is called " + who);
  call.method = "test";
  call.request_id = ids_.Next();
  call.request_id_given = true;
  call.correlation_id = call.request_id;
  call.now = clock_.Now();
  call.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  return call;
}

absl::Status FlowWorld::Apply(const std::string& aggregate, const std::string& id,
                              std::int64_t revision, const std::string& body) {
  for (const bus::Subscription& subscription : Subscriptions(api_->engine())) {
    if (subscription.aggregate != aggregate) continue;
    bus::Message message;
    message.message_id = aggregate + "/" + id + "/" + std::to_string(revision);
    message.aggregate_type = aggregate;
    message.aggregate_id = id;
    message.revision = revision;
    message.time = clock_.Now();
    message.body = body;
    return database_.Transact([&](db::Tx& tx) { return subscription.handler(tx, message); });
  }
  Die("nobody follows " + aggregate);
}

int FlowWorld::Tick() {
  timers::Ticker ticker(database_, clock_, TimerHandlers(api_->engine()));
  return Must(ticker.Step());
}

void FlowWorld::GoTo(const std::string& date) {
  const auto time = ParseTime(date + "T08:00:00Z");
  Check(time.ok(), date);
  clock_.Advance(std::chrono::duration_cast<std::chrono::microseconds>(*time - clock_.Now()));
  while (Tick() > 0) continue;
}

pb::CreateBudgetRequest FlowWorld::Draft(const std::string& id) {
  pb::CreateBudgetRequest request;
  request.set_budget_id(id);
  pb::Budget& budget = *request.mutable_budget();
  budget.set_display_name("Grenoble Unit");
  budget.set_institution("institutions/uga");
  budget.add_partners("institutions/tsukuba");
  budget.add_partners("institutions/uga");
  budget.set_currency_code("EUR");
  *budget.mutable_contract_amount() = Euro("250000.00");
  pb::Source& source = *budget.add_sources();
  source.set_organisation("institutions/uga");
  *source.mutable_promised() = Euro("250000.00");
  source.set_kind(pb::CASH);
  *budget.mutable_start_date() = Day("2020-04-01");
  *budget.mutable_end_date() = Day("2023-03-31");
  budget.set_agreement_reference("UGA-TSUKUBA-2019");
  budget.set_funding_reference("unit-grants");
  budget.mutable_terms()->set_rule_set("kakenhi");
  budget.mutable_terms()->set_rule_variant("subsidy");
  for (const auto& [category, funder] :
       std::vector<std::pair<const char*, const char*>>{{"PERS", "personnel"},
                                                        {"EQUIP", "goods"},
                                                        {"TRAVEL", "travel"},
                                                        {"CONS", "goods"},
                                                        {"SERV", "other"},
                                                        {"OVH", "indirect"}}) {
    pb::Category& row = *budget.add_categories();
    row.set_id(category);
    row.set_display_name(category);
    row.set_funder_category(funder);
    row.set_envelope("fonctionnement");
  }
  pb::Grant& grant = *budget.add_grants();
  grant.set_id("stays");
  grant.set_category("TRAVEL");
  grant.set_partner("institutions/tsukuba");
  *grant.mutable_rate_per_day() = Euro("13.50");
  grant.set_day_convention("30_per_month");
  grant.set_standing_approver("people/other");
  budget.set_time_zone("Europe/Paris");
  AddPeriod("p1", "2020-04-01", "2021-03-31", request);
  AddPeriod("p2", "2021-04-01", "2022-03-31", request);
  AddPeriod("p3", "2022-04-01", "2023-03-31", request);
  return request;
}

void FlowWorld::Found(const std::string& id, const std::string& carry_over, const Change& change) {
  pb::CreateBudgetRequest draft = Draft(id);
  if (change != nullptr) change(*draft.mutable_budget());
  draft.mutable_budget()->mutable_terms()->set_carry_over(carry_over);
  rpc::Call manager = As("manager");
  Must(api().CreateBudget(manager, draft), "create");
  Must(MoveBudget("submit", "manager"), "submit");
  Must(MoveBudget("approve", "other"), "approve");
  Must(MoveBudget("activate", "manager", "2020-04-01"), "activate");
  pb::AllocateBudgetRequest request;
  request.set_name("budgets/unit");
  *request.mutable_effective_date() = Day("2020-04-01");
  const std::vector<std::pair<const char*, std::vector<const char*>>> lines = {
      {"PERS", {"30000", "35000", "35000"}},   {"EQUIP", {"30000", "15000", "5000"}},
      {"TRAVEL", {"10000", "15000", "15000"}}, {"CONS", {"8000", "8000", "8000"}},
      {"SERV", {"4000", "4000", "4000"}},      {"OVH", {"8000", "8000", "8000"}}};
  for (const auto& [category, amounts] : lines) {
    for (std::size_t i = 0; i < amounts.size(); ++i) {
      pb::Allocation& row = *request.add_allocations();
      *row.mutable_line() = Line("p" + std::to_string(i + 1), category);
      *row.mutable_amount() = Euro(amounts[i]);
    }
  }
  rpc::Call again = As("manager");
  Must(api().AllocateBudget(again, request), "allocate");
  Must(MovePeriod("p1", "open"), "open");
}

pb::LineKey FlowWorld::Line(const std::string& period, const std::string& category) {
  pb::LineKey line;
  line.set_period("budgets/unit/periods/" + period);
  line.set_category(category);
  line.set_partner("institutions/tsukuba");
  return line;
}

pb::Commitment FlowWorld::Order(const std::string& id, const std::string& period,
                                const std::string& category, const pb::Amount& amount,
                                const std::string& date) {
  pb::CreateCommitmentRequest request;
  request.set_parent("budgets/unit");
  request.set_commitment_id(id);
  pb::Commitment& commitment = *request.mutable_commitment();
  *commitment.mutable_line() = Line(period, category);
  commitment.set_display_name("An order");
  commitment.set_supplier_reference("PO " + id);
  *commitment.mutable_amount() = amount;
  *commitment.mutable_effective_date() = Day(date);
  rpc::Call call = As("manager");
  return Must(api().CreateCommitment(call, request), "order");
}

absl::StatusOr<pb::Commitment> FlowWorld::Approve(const std::string& id, const std::string& who) {
  pb::ApproveCommitmentRequest request;
  request.set_name("budgets/unit/commitments/" + id);
  rpc::Call call = As(who);
  return api().ApproveCommitment(call, request);
}

absl::StatusOr<pb::Commitment> FlowWorld::Invoice(const std::string& id, const pb::Amount& amount,
                                                  const std::string& date, bool final) {
  pb::LiquidateCommitmentRequest request;
  request.set_name("budgets/unit/commitments/" + id);
  *request.mutable_amount() = amount;
  *request.mutable_effective_date() = Day(date);
  request.set_final(final);
  rpc::Call call = As("accountant");
  return api().LiquidateCommitment(call, request);
}

absl::StatusOr<pb::PostingReply> FlowWorld::Cost(const std::string& period,
                                                 const std::string& category,
                                                 const std::string& amount,
                                                 const std::string& date) {
  pb::RecogniseCostRequest request;
  request.set_name("budgets/unit");
  *request.mutable_line() = Line(period, category);
  *request.mutable_amount() = Euro(amount);
  *request.mutable_effective_date() = Day(date);
  rpc::Call call = As("manager");
  return api().RecogniseCost(call, request);
}

absl::StatusOr<pb::MovePeriodResponse> FlowWorld::MovePeriod(const std::string& period,
                                                             const std::string& action,
                                                             const std::string& who) {
  pb::MovePeriodRequest request;
  request.set_name("budgets/unit/periods/" + period);
  request.set_action(action);
  if (action == "request_reopen") request.set_reason("An invoice was found.");
  rpc::Call call = As(who);
  return api().MovePeriod(call, request);
}

absl::StatusOr<pb::Budget> FlowWorld::MoveBudget(const std::string& action, const std::string& who,
                                                 const std::string& date) {
  pb::MoveBudgetRequest request;
  request.set_name("budgets/unit");
  request.set_action(action);
  if (!date.empty()) *request.mutable_effective_date() = Day(date);
  rpc::Call call = As(who);
  return api().MoveBudget(call, request);
}

pb::Amendment FlowWorld::Amend(const std::function<void(pb::Amendment&)>& change) {
  pb::CreateAmendmentRequest request;
  request.set_parent("budgets/unit");
  request.mutable_amendment()->set_reason("Borders were closed.");
  change(*request.mutable_amendment());
  rpc::Call manager = As("manager");
  pb::Amendment amendment = Must(api().CreateAmendment(manager, request), "amend");
  for (const char* who : {"tsukuba", "other"}) {
    pb::MoveAmendmentRequest sign;
    sign.set_name(amendment.name());
    sign.set_action("sign");
    sign.set_content_hash(amendment.content_hash());
    rpc::Call call = As(who);
    Must(api().MoveAmendment(call, sign), "sign");
  }
  return amendment;
}

absl::StatusOr<pb::Amendment> FlowWorld::PutInForce(const pb::Amendment& amendment,
                                                    const std::string& date) {
  pb::MoveAmendmentRequest request;
  request.set_name(amendment.name());
  request.set_action("put_in_force");
  if (!date.empty()) *request.mutable_effective_date() = Day(date);
  rpc::Call call = As("other");
  return api().MoveAmendment(call, request);
}

pb::Balance FlowWorld::Balance(const std::string& period, const std::string& category) {
  pb::ListLinesRequest request;
  request.set_parent("budgets/unit");
  request.set_filter("period = \"budgets/unit/periods/" + period + "\" AND category = \"" +
                     category + "\"");
  rpc::Call call = As("auditor");
  const auto lines = Must(api().ListLines(call, request), "lines");
  Check(lines.lines_size() == 1, "one line is not one line");
  return lines.lines(0).balance();
}

std::vector<std::string> FlowWorld::Findings() {
  std::vector<std::string> findings;
  const auto budgets =
      Must(database_.Read([](db::Tx& tx) { return tx.Query("SELECT id FROM budget"); }));
  for (const db::Row& row : budgets) {
    const auto proof = Must(store::VerifyLedger(database_, row.Text("id")));
    for (const auto& finding : proof.findings) {
      findings.push_back(finding.invariant + " " + finding.subject + ": " + finding.text);
    }
  }
  const auto gaps = Must(database_.Read([](db::Tx& tx) {
    return tx.Query(R"sql(
        SELECT aggregate_type, aggregate_id, COUNT(*) AS events, MAX(revision) AS last
          FROM outbox GROUP BY aggregate_type, aggregate_id
        HAVING COUNT(*) <> MAX(revision) OR MIN(revision) <> 1)sql");
  }));
  for (const db::Row& row : gaps) {
    findings.push_back(row.Text("aggregate_type") + " " + row.Text("aggregate_id") + ": " +
                       std::to_string(row.Int("events")) + " events up to revision " +
                       std::to_string(row.Int("last")));
  }
  // What lines have pending is what open commitments hold (B4).
  const auto held = Must(database_.Read([](db::Tx& tx) {
    return tx.Query(R"sql(
        SELECT (SELECT COALESCE(SUM(pending_debit - pending_credit), 0) FROM account
                 WHERE path LIKE 'line/%') AS pending,
               (SELECT COALESCE(SUM(remaining), 0) FROM commitment) AS remaining)sql");
  }));
  if (held.front().Int("pending") != held.front().Int("remaining")) {
    findings.push_back("lines hold " + std::to_string(held.front().Int("pending")) +
                       ", commitments " + std::to_string(held.front().Int("remaining")));
  }
  return findings;
}

std::string FlowWorld::Actions(const std::string& type, const std::string& id) {
  const auto rows = Must(database_.Read([&](db::Tx& tx) {
    return tx.Query(
        "SELECT event_type FROM outbox WHERE aggregate_type = $1 AND aggregate_id = $2"
        " ORDER BY revision",
        {type, id});
  }));
  std::string text;
  for (const db::Row& row : rows) {
    std::string event = row.Text("event_type");  // jointly.budgets.commitment.reserved.v1
    event = event.substr(0, event.rfind('.'));
    text += (text.empty() ? "" : ",") + event.substr(event.rfind('.') + 1);
  }
  return text;
}

std::vector<std::string> FlowWorld::Alerts(const std::string& category) {
  const auto rows = Must(database_.Read([&](db::Tx& tx) {
    return tx.Query(
        "SELECT body FROM outbox WHERE aggregate_type = 'budgets.budget'"
        " ORDER BY aggregate_id, revision");
  }));
  std::vector<std::string> alerts;
  for (const db::Row& row : rows) {
    pb::BudgetEvent event;
    Check(event.ParseFromString(row.Bytes("body")), "an event is none");
    for (const pb::Alert& alert : event.alerts()) {
      if (alert.line().find(category) == std::string::npos) continue;
      alerts.push_back(alert.kind() + " " + std::to_string(alert.threshold_percent()) + "/" +
                       std::to_string(alert.crossing()) + " " + alert.amount().value());
    }
  }
  return alerts;
}

}  // namespace jointly::budgets
