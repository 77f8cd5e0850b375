#pragma once

#include <jointly/theses/v1/resources.pb.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/deadlines/deadlines.h"
#include "common/error/error.h"
#include "services/theses/domain/amendment_decide.h"
#include "services/theses/domain/cotutelle_decide.h"

// Agreements and amendments between wire and domain.
namespace jointly::theses {

namespace pb = jointly::theses::v1;

std::string CotutelleName(const std::string& id);
std::string AmendmentName(const Amendment& amendment);

pb::CotutelleText ToProto(const CotutelleText& text);
// All that is wrong with the shape, by path below `prefix`.
CotutelleText FromProto(const pb::CotutelleText& message, std::string_view prefix,
                        Violations& violations);

// The record, with the text that is in force on `today`.
pb::Cotutelle ToProto(const Cotutelle& cotutelle, Date today);
pb::Amendment ToProto(const Amendment& amendment);
// Changes, paths and effective date.
Amendment FromProto(const pb::Amendment& message, std::string_view prefix, Violations& violations);

void AddCotutelleDeadlines(const std::vector<deadlines::Deadline>& list, pb::Cotutelle& message);
void AddAllowed(const std::vector<AllowedCotutelleAction>& allowed, pb::Cotutelle& message);
void AddAllowed(const std::vector<AllowedAmendmentAction>& allowed, pb::Amendment& message);

}  // namespace jointly::theses
