#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/db/database.h"
#include "common/db/reader.h"
#include "services/mobility/domain/types.h"

// What this service knows of other services' resources, from their events.
namespace jointly::mobility::store {

struct Institution {
  std::string name;
  std::string time_zone;
  std::string region_code;
  int academic_year_start_month = 9;
  std::int64_t revision = 0;
};

struct Agreement {
  std::string name;
  bool effective = false;
  std::optional<Date> start_date;
  std::optional<Date> end_date;  // The earlier of the end and the termination.
  std::int64_t revision = 0;
};

struct Student {
  std::string name;
  std::string institution;
  std::string language;
  std::string time_zone;
  std::string state;
  std::int64_t revision = 0;
};

void SaveInstitution(db::Tx& tx, const Institution& institution);
void SaveStudent(db::Tx& tx, const Student& student);
// The agreement and the conditions of its text; conditions of older texts are marked as such.
void SaveAgreement(db::Tx& tx, const Agreement& agreement,
                   const std::vector<AgreementCondition>& conditions);

// Columns of a condition with its agreement's and institutions', for a SELECT that joins them by
// kConditionJoins to agreement_condition; all NULL when there is none.
extern const std::string_view kConditionColumns;
extern const std::string_view kConditionJoins;
// Nothing when the row has no condition.
std::optional<AgreementCondition> ReadCondition(db::Reader& reader);

// Conditions of an agreement's text, by name.
absl::StatusOr<std::vector<AgreementCondition>> LoadConditions(db::Tx& tx,
                                                               const std::string& agreement);
absl::StatusOr<std::optional<AgreementCondition>> LoadCondition(db::Tx& tx,
                                                                const std::string& name);
absl::StatusOr<std::optional<Agreement>> LoadAgreement(db::Tx& tx, const std::string& name);
absl::StatusOr<std::optional<Student>> LoadStudent(db::Tx& tx, const std::string& name);

}  // namespace jointly::mobility::store
