#include "tests/store/budgets/random_treasury.h"

#include <algorithm>

#include "common/error/check.h"
#include "common/rpc/convert.h"
#include "services/budgets/api/amounts.h"
#include "services/budgets/store/rate_store.h"

// How a random treasury begins, and how it chooses.
namespace jointly::budgets {
namespace {

struct Span {
  const char* id;
  const char* first;
  const char* last;
};
// Each period cuts a civil year or a Japanese fiscal year, so that the calendars differ.
constexpr Span kSpans[] = {{"p1", "2020-04-01", "2021-01-31"},
                           {"p2", "2021-02-01", "2021-05-31"},
                           {"p3", "2021-06-01", "2022-03-31"}};
constexpr const char* kCategories[] = {"PERS", "EQUIP", "TRAVEL", "CONS", "SERV", "OVH"};
// Of each line in the control currency: cents, or yen.
constexpr std::int64_t kPerLine = 2'000'000;
constexpr std::int64_t kPool = 3'000'000;

const std::vector<std::string> kManagers = {"manager", "other", "both"};
const std::vector<std::string> kAccountants = {"accountant", "payer", "both"};

Date DateOf(const std::string& text) {
  const auto date = ParseDate(text);
  Check(date.ok(), text);
  return *date;
}

}  // namespace

void RandomTreasury::Found() {
  const std::vector<Fund> all = {
      {"subsidy", "EUR", "kakenhi", "subsidy", "automatic", 10, "previous_target_day"},
      {"lab", "EUR", "free", "", "on_reason", 0, "day"},
      {"fund", "JPY", "kakenhi", "fund", "automatic", 0, "previous_target_day"},
      {"ufr", "EUR", "french_30", "", "automatic", 5, "period_average"}};
  const auto first = static_cast<std::size_t>(Below(4));
  const auto second = (first + 1 + static_cast<std::size_t>(Below(3))) % all.size();
  ImportRates();
  for (const std::size_t chosen : {first, second}) {
    funds_.push_back(all[chosen]);
    fund_ = all[chosen];
    FoundBudget(fund_);
    AllocateAll(fund_);
    MovePeriod("p1", "open", "accountant");
    for (int i = 0; i < 3; ++i) Delegate();
  }
}

// Of every day until the end: the clock is at the beginning still, and the service takes no rates
// of days to come.
void RandomTreasury::ImportRates() {
  std::vector<RateDay> days;
  for (Date day = DateOf("2020-03-20"); day <= DateOf("2022-06-30"); day = AddDays(day, 1)) {
    const std::string text = FormatDate(day);
    const bool known = text == "2020-06-15" || text == "2020-09-30" || text == "2022-03-15" ||
                       text == "2022-05-20";
    if (known) continue;
    const auto rate =
        ParseRate(std::to_string(120 + Below(40)) + "." + std::to_string(10 + Below(90)));
    Check(rate.ok(), "a rate of the world");
    days.push_back({.date = day, .rates = {{"JPY", *rate}}});
  }
  const absl::Status status =
      world_.database().Transact([&](db::Tx& tx) { return store::ImportRates(tx, days).status(); });
  Check(status.ok(), status.ToString());
}

void RandomTreasury::FoundBudget(const Fund& fund) {
  pb::CreateBudgetRequest request = world_.Draft(fund.id);
  pb::Budget& budget = *request.mutable_budget();
  budget.clear_grants();
  budget.clear_funding_reference();
  budget.set_currency_code(fund.currency);
  const std::int64_t contract = kPool + kPerLine * std::ssize(kSpans) * std::ssize(kCategories);
  *budget.mutable_contract_amount() = Own(contract);
  *budget.mutable_sources(0)->mutable_promised() = Own(contract);
  pb::Source& hours = *budget.add_sources();
  hours.set_organisation("institutions/tsukuba");
  hours.set_kind(pb::IN_KIND);
  *hours.mutable_promised() = Own(kPool);
  *budget.mutable_end_date() = Day(kSpans[2].last);
  budget.mutable_terms()->set_rule_set(fund.rule_set);
  budget.mutable_terms()->set_rule_variant(fund.variant);
  budget.mutable_terms()->set_rate_policy(fund.rate_policy);
  budget.mutable_terms()->set_carry_over(fund.carry_over);
  budget.mutable_terms()->set_liquidation_tolerance_percent(fund.tolerance);
  for (pb::Category& category : *budget.mutable_categories()) {
    if (category.id() == "PERS") category.set_envelope("personnel");
    if (category.id() == "EQUIP") category.set_envelope("investissement");
  }
  request.clear_periods();
  for (const Span& span : kSpans) {
    pb::Period& period = *request.add_periods();
    period.set_name(Name("periods", span.id));
    *period.mutable_start_date() = Day(span.first);
    *period.mutable_end_date() = Day(span.last);
  }
  const std::string who = AnyOf(kManagers);
  const std::string approver = Other(kManagers, who);
  Send("create budget", who, &Api::CreateBudget, request);
  const auto move = [&](const char* action, const std::string& by) {
    pb::MoveBudgetRequest move_request;
    move_request.set_name("budgets/" + fund.id);
    move_request.set_action(action);
    if (action == std::string_view("activate")) {
      *move_request.mutable_effective_date() = Day("2020-04-01");
    }
    Send(std::string(action) + " budget", by, &Api::MoveBudget, move_request);
  };
  move("submit", who);
  move("approve", who);  // Nobody approves their own.
  move("approve", approver);
  move("activate", who);
}

void RandomTreasury::AllocateAll(const Fund& fund) {
  pb::AllocateBudgetRequest request;
  request.set_name("budgets/" + fund.id);
  *request.mutable_effective_date() = Day("2020-04-01");
  for (const Span& span : kSpans) {
    for (const char* category : kCategories) {
      pb::Allocation& row = *request.add_allocations();
      row.mutable_line()->set_period(Name("periods", span.id));
      row.mutable_line()->set_category(category);
      row.mutable_line()->set_partner("institutions/tsukuba");
      *row.mutable_amount() = Own(kPerLine);
    }
  }
  Send("allocate", "manager", &Api::AllocateBudget, request);
}

void RandomTreasury::Act() {
  fund_ = AnyOf(funds_);
  const std::int64_t chance = Below(100);
  if (chance < 16) return Order();
  if (chance < 48) return ActOnCommitment();
  if (chance < 58) return ActOnClaim();
  if (chance < 76) return Post();
  if (chance < 85) return ActOnTransfer();
  if (chance < 91) return ActOnAmendment();
  if (chance < 94) return ActOnPeriod();
  if (chance < 95) return ActOnReport();
  if (chance < 96) return ActOnBudget();
  if (chance < 97) return Delegate();
  GoOn();
}

// --- Choices.

std::string RandomTreasury::AnyManager() {
  if (Chance(4)) return Chance(50) ? "accountant" : "tsukuba";
  if (Chance(2)) return Chance(50) ? "stranger" : "auditor";
  return AnyOf(kManagers);
}

std::string RandomTreasury::AnyAccountant() { return Chance(4) ? "manager" : AnyOf(kAccountants); }

std::string RandomTreasury::Other(const std::vector<std::string>& people, const std::string& first,
                                  const std::string& second, const std::string& third) {
  std::vector<std::string> others;
  for (const std::string& person : people) {
    const auto is = [&](const std::string& name) {
      return name == person || name == "people/" + person;
    };
    if (!is(first) && !is(second) && !is(third)) others.push_back(person);
  }
  return others.empty() ? AnyOf(people) : AnyOf(others);
}

// Mostly one who may.
std::string RandomTreasury::Approver(const db::Row& document) {
  if (Chance(12)) return AnyManager();
  return Other(kManagers, document.Text("requester"));
}

std::string RandomTreasury::InPlaceOf(const db::Row& document) {
  if (Chance(80)) return "";
  if (Chance(30)) return document.Text("requester");
  return "people/" + AnyOf(kManagers);
}

std::vector<RandomTreasury::PeriodRow> RandomTreasury::Periods() {
  std::vector<PeriodRow> periods;
  for (const db::Row& row :
       Query("SELECT id, state, start_date, end_date FROM period WHERE budget = $1 ORDER BY id",
             {fund_.id})) {
    periods.push_back({.id = row.Text("id"),
                       .state = row.Text("state"),
                       .first = DateOf(row.Text("start_date")),
                       .last = DateOf(row.Text("end_date"))});
  }
  return periods;
}

RandomTreasury::PeriodRow RandomTreasury::AnyPeriod() {
  const std::vector<PeriodRow> periods = Periods();
  std::vector<PeriodRow> open;
  for (const PeriodRow& period : periods) {
    if (period.state == "open") open.push_back(period);
  }
  return open.empty() || Chance(8) ? AnyOf(periods) : AnyOf(open);
}

google::type::Date RandomTreasury::DayIn(const PeriodRow& period) {
  const auto days =
      (std::chrono::sys_days(period.last) - std::chrono::sys_days(period.first)).count();
  if (Chance(5)) return rpc::ToProto(AddDays(period.last, static_cast<int>(1 + Below(60))));
  if (Chance(3)) return rpc::ToProto(AddDays(period.first, -static_cast<int>(1 + Below(60))));
  if (Chance(4)) return rpc::ToProto(Chance(50) ? period.first : period.last);
  return rpc::ToProto(AddDays(period.first, static_cast<int>(Below(days + 1))));
}

google::type::Date RandomTreasury::DayOf(const std::string& period_id) {
  for (const PeriodRow& period : Periods()) {
    if (period.id == period_id) return DayIn(period);
  }
  return Day("2020-04-01");
}

pb::LineKey RandomTreasury::LineIn(const std::string& period_id) {
  pb::LineKey line;
  line.set_period(Name("periods", period_id));
  // Few lines, so that they are used up.
  line.set_category(kCategories[Chance(75) ? 1 + Below(3) : Below(std::ssize(kCategories))]);
  if (Chance(2)) line.set_category("NONE");
  line.set_partner(Chance(96) ? "institutions/tsukuba" : "institutions/uga");
  return line;
}

std::int64_t RandomTreasury::Available(const pb::LineKey& line) {
  const std::string period = line.period().substr(line.period().rfind('/') + 1);
  const std::string partner = line.partner().substr(line.partner().rfind('/') + 1);
  const db::Rows rows =
      Query(R"sql(
      SELECT posted_credit - posted_debit - pending_debit + pending_credit AS available
        FROM account WHERE budget = $1 AND path = $2)sql",
            {fund_.id, "line/" + period + "/" + line.category() + "/" + partner + "/cash"});
  return rows.empty() ? 0 : rows.front().Int("available");
}

std::int64_t RandomTreasury::Around(std::int64_t available) {
  if (available <= 1) return 1 + Below(5'000);
  const std::int64_t chance = Below(100);
  if (chance < 72) return 1 + Below(std::max<std::int64_t>(1, available / 4));
  if (chance < 84) return 1 + Below(available);
  if (chance < 92) return available;
  return available + (chance < 96 ? 1 : Below(available) + 1);
}

pb::Amount RandomTreasury::Minor(std::int64_t minor, const std::string& currency) {
  return AmountToProto(std::max<std::int64_t>(minor, 1), currency);
}

pb::Amount RandomTreasury::Own(std::int64_t minor) { return Minor(minor, fund_.currency); }

pb::Amount RandomTreasury::Foreign(std::int64_t minor) {
  const bool yen = fund_.currency == "JPY";
  // A rate of about 140: 100 cents are 140 yen.
  return yen ? Minor(minor * 100 / 140, "EUR") : Minor(minor * 140 / 100, "JPY");
}

db::Rows RandomTreasury::Query(std::string_view sql, db::Values parameters) {
  return Must(world_.database().Read([&](db::Tx& tx) { return tx.Query(sql, parameters); }));
}

db::Rows RandomTreasury::AnyRow(const std::string& table, const std::string& condition) {
  const std::string where =
      " FROM " + table + " WHERE budget = $1" + (condition.empty() ? "" : " AND " + condition);
  const std::int64_t count =
      Query("SELECT COUNT(*) AS rows" + where, {fund_.id}).front().Int("rows");
  if (count == 0) return {};
  return Query("SELECT *" + where + " ORDER BY id LIMIT 1 OFFSET " + std::to_string(Below(count)),
               {fund_.id});
}

}  // namespace jointly::budgets
