#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/time/civil.h"

namespace jointly::partnerships {

struct Institution {
  std::string id;
  std::string display_name;
  std::map<std::string, std::string> localized_names;  // By language code.
  std::string region_code;                             // ISO 3166-1 alpha-2.
  std::string time_zone;                               // IANA name.
  std::string schac_domain;
  std::string ror;
  std::string erasmus_code;
  int academic_year_start_month = 9;
  std::string website;
  bool demo = false;
  std::int64_t revision = 0;
  Time create_time;
  Time update_time;
};

struct Unit {
  std::string institution;  // The bare id.
  std::string id;
  std::string display_name;
  std::map<std::string, std::string> localized_names;
  std::string parent_unit;  // A full name of the same institution, or empty.
  std::int64_t revision = 0;
  Time create_time;
  Time update_time;
};

enum class Term { kAny = 0, kFirst = 1, kSecond = 2, kFullYear = 3 };
enum class Measure { kUnspecified = 0, kPersons = 1, kSemesters = 2 };
enum class IscedMatch { kUnspecified = 0, kExact = 1, kNarrowField = 2, kAny = 3 };

struct LanguageRequirement {
  std::string language_code;
  std::string cefr_level;
  int alternative_group = 0;
};

struct Condition {
  std::string id;
  std::string sending_institution;
  std::string receiving_institution;
  std::string sending_unit;
  std::string receiving_unit;
  std::string first_academic_year;
  std::string last_academic_year;
  int places_per_year = 0;
  Measure measure = Measure::kUnspecified;
  Term term = Term::kAny;
  std::vector<int> eqf_levels;
  std::vector<std::string> isced_codes;
  IscedMatch isced_match = IscedMatch::kUnspecified;
  std::vector<LanguageRequirement> languages;
  int minimum_grade_thousandths = 0;  // On a scale of 0 to 20.
  int maximum_months = 0;
};

enum class State { kDraft = 1, kProposed = 2, kInEffect = 3, kTerminated = 4, kExpired = 5 };
enum class Action { kUpdate, kPropose, kApprove, kReturn, kAmend, kTerminate, kExpire, kEnd };
// Of an office towards one agreement: the partner that proposed the present text, or the other.
// While nothing is proposed both are simply a partner.
enum class Role { kPartner, kCounterparty, kTimer };

std::string_view Name(State state);    // "in_effect"
std::string_view Name(Action action);  // "propose"
std::string_view Name(Role role);
std::optional<State> ParseState(std::string_view name);

struct Agreement {
  std::string id;
  std::string display_name;
  std::vector<std::string> partners;  // Two full names, in the order of creation.
  std::vector<Condition> conditions;  // Of `version`.
  std::optional<Date> start_date;
  std::optional<Date> end_date;
  State state = State::kDraft;
  std::string proposer;
  int version = 1;
  // The version in effect; 0: none. While an amendment is drafted it is older than `version`.
  int effective_version = 0;
  std::vector<Condition> effective_conditions;  // Filled only when older than `version`.
  std::optional<Date> termination_date;
  std::string comment;
  bool demo = false;
  std::int64_t revision = 0;
  Time create_time;
  Time update_time;

  bool effective() const { return effective_version > 0; }
};

}  // namespace jointly::partnerships
