#pragma once

#include <jointly/budgets/v1/budgets.pb.h>
#include <jointly/identity/v1/identity.pb.h>
#include <jointly/mobility/v1/mobility.pb.h>
#include <jointly/partnerships/v1/partnerships.pb.h>

#include <map>
#include <string>
#include <vector>

#include "common/auth/principal.h"

namespace jointly::simulation {

inline constexpr const char* kUga = "institutions/uga";
inline constexpr const char* kTsukuba = "institutions/tsukuba";
inline constexpr const char* kSapporo = "institutions/sapporo";
inline constexpr const char* kAgreement = "agreements/uga-tsukuba";
inline constexpr const char* kOut = "agreements/uga-tsukuba/conditions/out";
inline constexpr const char* kLabs = "agreements/uga-tsukuba/conditions/labs";

inline constexpr const char* kFunding = "unit-grants";  // What calls name, and a budget answers to.

// What those who keep budgets know.
struct BudgetBoard {
  auth::Principal manager;
  auth::Principal second_manager;  // The standing approver of grants.
  auth::Principal accountant;
  auth::Principal payer;    // An accountant as well.
  auth::Principal both;     // Manager and accountant.
  auth::Principal partner;  // A manager in Tsukuba.

  std::map<std::string, budgets::v1::Budget> budgets;
  std::map<std::string, budgets::v1::Period> periods;
  std::map<std::string, budgets::v1::Commitment> commitments;
  std::map<std::string, budgets::v1::ExpenseClaim> claims;
  std::map<std::string, budgets::v1::LineTransfer> transfers;
  std::map<std::string, budgets::v1::Amendment> amendments;
  std::map<std::string, budgets::v1::CarryOver> carry_overs;
  std::map<std::string, budgets::v1::PeriodicReport> reports;
};

// What the people of a world know: who they are, and what the replies have shown them. Often stale,
// as with real clients; so many commands are refused, as they should be.
struct Board {
  auth::Principal administrator;
  auth::Principal home_office;
  auth::Principal host_office;
  auth::Principal other_office;
  auth::Principal auditor;
  std::vector<auth::Principal> students;  // Those who can still act.

  std::map<std::string, identity::v1::Person> people;
  std::map<std::string, mobility::v1::Application> applications;
  std::map<std::string, mobility::v1::MobilityCase> mobilities;
  std::map<std::string, mobility::v1::Call> calls;
  std::map<std::string, mobility::v1::Quota> quotas;
  partnerships::v1::Agreement agreement;
  BudgetBoard money;
  auth::Principal reader;  // Who looked into their inbox last, and what was in it.
  std::vector<std::string> notifications;
};

}  // namespace jointly::simulation
