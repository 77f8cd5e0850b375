#pragma once

#include <jointly/theses/v1/theses.pb.h>

#include <optional>
#include <string>
#include <string_view>

#include "common/deadlines/deadlines.h"
#include "common/error/error.h"
#include "services/theses/api/engine.h"
#include "services/theses/domain/decide.h"
#include "services/theses/domain/planning.h"
#include "services/theses/domain/types.h"

// Messages to values and back. Readers collect every violation, with its path below `path`.
namespace jointly::theses {

namespace pb = jointly::theses::v1;

// A line that people read: no control characters, at most 500 bytes.
void CheckLine(std::string_view text, bool required, std::string_view path, Violations& violations);
// A longer text: line feeds and tabs are allowed, at most 4000 bytes.
void CheckNote(std::string_view text, bool required, std::string_view path, Violations& violations);
// A day between 1990 and 2100; nothing, with a violation, for another one or when it is required
// and not there.
std::optional<Date> ReadDate(bool there, const google::type::Date& date, bool required,
                             std::string_view path, Violations& violations);
// One of the words.
template <typename Words>
bool CheckWord(const Words& words, std::string_view word, std::string_view path,
               Violations& violations) {
  std::string known;
  for (const std::string_view other : words) {
    if (other == word) return true;
    known += (known.empty() ? "" : ", ") + std::string(other);
  }
  return violations.Require(false, path, "must be one of: " + known);
}

// What a proposal says; ids, state and everything that is decided later are left out.
Thesis ReadThesis(const pb::Thesis& message, const std::string& path, Violations& violations);
Suspension ReadSuspension(const pb::Suspension& message, const std::string& path,
                          Violations& violations);
DefencePlan ReadDefence(const pb::DefencePlan& message, const std::string& path,
                        Violations& violations);
Milestone ReadMilestone(const pb::Milestone& message, const std::string& path,
                        Violations& violations);

// The record alone: what is stored, and nothing that follows from it.
pb::Thesis RecordToProto(const Thesis& thesis);
// With years, residence, expected end, deadlines and warnings; without allowed actions.
pb::Thesis ToProto(const Seen& seen, Time now);
void AddAllowed(const std::vector<AllowedThesisAction>& rows, pb::Thesis& message);
pb::Verdict ToProto(const workflow::Finding& finding);
pb::Difference ToProto(const Difference& difference);
// With its titles: readers of other services do not know the rule.
jointly::deadlines::v1::Deadline ToProto(const deadlines::Obligation& obligation,
                                         const Thesis& thesis, Time now);
jointly::deadlines::v1::Deadline ToProto(const deadlines::Deadline& deadline);

}  // namespace jointly::theses
