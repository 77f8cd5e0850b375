#include <utility>

#include "common/error/check.h"
#include "common/rpc/convert.h"
#include "tests/simulation/worlds/paymasters.h"

// How a world with budgets begins: who keeps them, and what they have.
namespace jointly::simulation {

namespace pb = budgets::v1;
using Api = budgets::Api;

namespace {

constexpr const char* kUnit = "unit";  // Pays stays; carries on by itself.
constexpr const char* kLab = "lab";    // Free rules; carries on for a reason.

// Periods are short, so that a world lives through closes.
struct Span {
  const char* id;
  int first;  // Days from the day of the founding.
  int last;
};
constexpr Span kSpans[] = {{"p1", -100, 2}, {"p2", 3, 6}, {"p3", 7, 300}};

}  // namespace

bool Paymasters::Found() {
  world_.SetPatient(true);
  const bool done = FoundPeople() && FoundBudget(kUnit) && FoundBudget(kLab) &&
                    Players(world_).Insist([&]() -> Command& { return SendRates(); });
  world_.SetPatient(false);
  return done;
}

bool Paymasters::FoundPeople() {
  using auth::Role;
  Players players(world_);
  const auto person = [&](const char* home, Role role, auth::Principal* made) {
    return players.Insist(
        [&]() -> Command& { return players.CreatePerson(home, role, home, made); });
  };
  const bool made = person(kUga, Role::kBudgetManager, &money_.manager) &&
                    person(kUga, Role::kBudgetManager, &money_.second_manager) &&
                    person(kUga, Role::kAccountant, &money_.accountant) &&
                    person(kUga, Role::kAccountant, &money_.payer) &&
                    person(kUga, Role::kBudgetManager, &money_.both) &&
                    person(kTsukuba, Role::kBudgetManager, &money_.partner);
  if (!made) return false;
  money_.both.grants.push_back({Role::kAccountant, kUga});
  return players.Insist([&]() -> Command& {
    identity::v1::AddGrantRequest request;
    request.set_name(money_.both.name);
    request.mutable_grant()->set_role(options::v1::ACCOUNTANT);
    request.mutable_grant()->set_scope(kUga);
    return world_.Send(world_.identity(), board_.administrator, &identity::Api::AddGrant, request);
  });
}

bool Paymasters::FoundBudget(const std::string& id) {
  Players players(world_);
  const auto move = [&](const auth::Principal& who, const char* action) {
    return players.Insist([&]() -> Command& { return MoveBudget(who, id, action); });
  };
  return players.Insist([&]() -> Command& { return CreateBudget(id); }) &&
         move(money_.manager, "submit") && move(money_.second_manager, "approve") &&
         move(money_.manager, "activate") &&
         players.Insist([&]() -> Command& { return AllocateAll(id); }) &&
         players.Insist([&]() -> Command& {
           return MovePeriod(money_.manager, "budgets/" + id + "/periods/p1", "open");
         });
}

Command& Paymasters::CreateBudget(const std::string& id) {
  const bool pays = id == kUnit;
  pb::CreateBudgetRequest request;
  request.set_budget_id(id);
  Budget& budget = *request.mutable_budget();
  budget.set_display_name("Grenoble " + id);
  budget.set_institution(kUga);
  budget.add_partners(kTsukuba);
  budget.add_partners(kUga);
  budget.set_currency_code("EUR");
  *budget.mutable_contract_amount() = Euro(2'000'000);
  pb::Source& source = *budget.add_sources();
  source.set_organisation(kUga);
  *source.mutable_promised() = Euro(2'000'000);
  pb::Source& hours = *budget.add_sources();
  hours.set_organisation(kTsukuba);
  *hours.mutable_promised() = Euro(100'000);
  hours.set_kind(pb::IN_KIND);
  *budget.mutable_start_date() = Today(kSpans[0].first);
  *budget.mutable_end_date() = Today(kSpans[2].last);
  budget.set_agreement_reference("UGA-TSUKUBA");
  budget.set_time_zone("Europe/Paris");
  budget.mutable_terms()->set_rule_set(pays ? "kakenhi" : "free");
  if (pays) budget.mutable_terms()->set_rule_variant("subsidy");
  budget.mutable_terms()->set_rate_policy("previous_target_day");
  budget.mutable_terms()->set_carry_over(pays ? "automatic" : "on_reason");
  budget.mutable_terms()->set_liquidation_tolerance_percent(pays ? 10 : 0);
  for (const auto& [category, funder] : {std::pair{"PERS", "personnel"},
                                         {"EQUIP", "goods"},
                                         {"TRAVEL", "travel"},
                                         {"OVH", "indirect"}}) {
    pb::Category& row = *budget.add_categories();
    row.set_id(category);
    row.set_display_name(category);
    row.set_funder_category(funder);
    row.set_envelope("fonctionnement");
  }
  if (pays) {
    budget.set_funding_reference(kFunding);
    pb::Grant& grant = *budget.add_grants();
    grant.set_id("stays");
    grant.set_category("TRAVEL");
    grant.set_partner(kTsukuba);
    *grant.mutable_rate_per_day() = Euro(1'350);
    grant.set_day_convention("30_per_month");
    grant.set_standing_approver(money_.second_manager.name);
  }
  for (const Span& span : kSpans) {
    Period& period = *request.add_periods();
    period.set_name("budgets/" + id + "/periods/" + span.id);
    *period.mutable_start_date() = Today(span.first);
    *period.mutable_end_date() = Today(span.last);
    period.set_state(Period::PLANNED);
    money_.periods[period.name()] = period;
  }
  return world_.Send(world_.budgets(), money_.manager, &Api::CreateBudget, request, SeeBudget());
}

Command& Paymasters::MoveBudget(const auth::Principal& who, const std::string& id,
                                const std::string& action) {
  pb::MoveBudgetRequest request;
  request.set_name("budgets/" + id);
  request.set_action(action);
  return world_.Send(world_.budgets(), who, &Api::MoveBudget, request, SeeBudget());
}

Command& Paymasters::MovePeriod(const auth::Principal& who, const std::string& name,
                                const std::string& action) {
  pb::MovePeriodRequest request;
  request.set_name(name);
  request.set_action(action);
  return world_.Send(world_.budgets(), who, &Api::MovePeriod, request, SeePeriod());
}

// Some is left in the pool, and a line bears about three grants.
Command& Paymasters::AllocateAll(const std::string& id) {
  pb::AllocateBudgetRequest request;
  request.set_name("budgets/" + id);
  *request.mutable_effective_date() = Today(kSpans[0].first);
  for (const Span& span : kSpans) {
    for (const auto& [category, cents] :
         {std::pair{"TRAVEL", 250'000}, {"EQUIP", 180'000}, {"PERS", 120'000}, {"OVH", 40'000}}) {
      pb::Allocation& row = *request.add_allocations();
      row.mutable_line()->set_period("budgets/" + id + "/periods/" + span.id);
      row.mutable_line()->set_category(category);
      row.mutable_line()->set_partner(kTsukuba);
      *row.mutable_amount() = Euro(cents);
    }
  }
  return world_.Send(world_.budgets(), money_.manager, &Api::AllocateBudget, request);
}

// What the bank has published until today, newest first; the same whoever asks.
Command& Paymasters::SendRates() {
  std::string content = "Date,JPY,\n";
  for (int days = 0; days < 120; ++days) {
    const auto day = rpc::FromProto(Today(-days));
    Check(day.has_value(), "a day of rates");
    const unsigned cents = unsigned{day->day()} * 37 % 100;
    content += FormatDate(*day) + ",1" + std::to_string(60 + unsigned{day->day()} % 9) + "." +
               (cents < 10 ? "0" : "") + std::to_string(cents) + ",\n";
  }
  pb::ImportRatesRequest request;
  request.set_format("history_csv");
  request.set_content(content);
  return world_.Send(world_.budgets(), money_.accountant, &Api::ImportRates, request);
}

}  // namespace jointly::simulation
