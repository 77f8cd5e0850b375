#pragma once

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
  auth::Principal reader;  // Who looked into their inbox last, and what was in it.
  std::vector<std::string> notifications;
};

}  // namespace jointly::simulation
