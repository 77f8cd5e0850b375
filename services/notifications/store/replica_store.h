#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/db/database.h"
#include "services/notifications/domain/types.h"

// What is kept of the other services' aggregates, so that texts and recipients need no call.
namespace jointly::notifications::store {

struct Institution {
  std::string name;
  std::string display_name;
  std::map<std::string, std::string> localized_names;  // By language.
  std::string zone;
  std::int64_t revision = 0;
};
void SaveInstitution(db::Tx& tx, const Institution& institution);

struct CallCard {
  std::string name;
  std::string title;
  std::string home_institution;
  Time decision_time = kNever;
  std::string state;
  std::int64_t revision = 0;  // 0: its own event has not come yet.
};
// Locks the card, making an empty one when there is none: who reads its decision time and who
// changes it wait for each other, or a message would keep an old time for ever.
absl::StatusOr<CallCard> LockCall(db::Tx& tx, const std::string& name);
// The same without the lock, and nothing when it is not known.
absl::StatusOr<std::optional<CallCard>> FindCall(db::Tx& tx, const std::string& name);
void SaveCall(db::Tx& tx, const CallCard& call);

struct Applicant {
  std::string application;
  std::string call;
  std::string student;
  std::string home_institution;
  std::string state;
  std::int64_t revision = 0;
};
void SaveApplicant(db::Tx& tx, const Applicant& applicant);
// Students whose application to the call has not ended.
absl::StatusOr<std::vector<std::string>> LiveApplicants(db::Tx& tx, const std::string& call);

// Display names of institutions and titles of calls in a language, by resource name.
absl::StatusOr<std::map<std::string, std::string>> NamesOf(db::Tx& tx,
                                                           std::vector<std::string> resources,
                                                           const std::string& language);

}  // namespace jointly::notifications::store
