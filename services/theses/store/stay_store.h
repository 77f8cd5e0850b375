#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/theses/domain/setting.h"

// Stays of students, from the mobility service's events.
namespace jointly::theses::store {

struct StayRow {
  Stay stay;
  std::string student;
  std::string state;  // "approved" counts; "nominated" does not yet, the others not any more.
  std::int64_t revision = 0;
};
void SaveStay(db::Tx& tx, const StayRow& row);
// Approved stays of a student between two institutions, by first day.
absl::StatusOr<std::vector<Stay>> StaysOf(db::Tx& tx, const std::string& student,
                                          const std::vector<std::string>& institutions);

}  // namespace jointly::theses::store
