#pragma once

#include <jointly/mobility/v1/mobility.pb.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/deadlines.h"
#include "common/error/error.h"
#include "services/mobility/domain/allocation.h"
#include "services/mobility/domain/quota.h"
#include "services/mobility/domain/types.h"

// Messages to values and back. Readers collect every violation, with its path below `path`.
namespace jointly::mobility {

namespace pb = jointly::mobility::v1;

inline constexpr std::size_t kTextBytesMax = 200;
inline constexpr std::size_t kNoteBytesMax = 4000;

// A line that people read: no control characters, at most kTextBytesMax bytes.
void CheckLine(std::string_view text, bool required, std::string_view path, Violations& violations);
// A longer text: line feeds and tabs are allowed, at most kNoteBytesMax bytes.
void CheckNote(std::string_view text, bool required, std::string_view path, Violations& violations);

Call FromProto(const pb::Call& message, const std::string& path, Violations& violations);
Choice FromProto(const pb::Choice& message, const std::string& path, Violations& violations);
std::vector<Choice> ChoicesFromProto(const pb::Application& message, const std::string& path,
                                     Violations& violations);
StudyProfile FromProto(const pb::StudyProfile& message, const std::string& path,
                       Violations& violations);
// Only the shape: which fields a nomination needs is guard G11's.
Nominee FromProto(const pb::Nominee& message, const std::string& path, Violations& violations);

// `open_now` and deadlines are those of `now`.
pb::Call ToProto(const Call& call, Time now);
pb::Choice ToProto(const Choice& choice);
pb::StudyProfile ToProto(const StudyProfile& profile);
pb::Document ToProto(const Document& document, const std::string& application);
pb::Offer ToProto(const Offer& offer);
pb::Verdict ToProto(const workflow::Finding& finding);
pb::Nominee ToProto(const Nominee& nominee);
pb::Quota ToProto(const Quota& quota);
// Without nominee, comments and allowed actions.
pb::MobilityCase ToProto(const MobilityCase& mobility);
pb::Allocation ToProto(const AllocationRow& row);
jointly::deadlines::v1::Deadline ToProto(const deadlines::Deadline& deadline);

}  // namespace jointly::mobility
