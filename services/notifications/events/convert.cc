#include "services/notifications/events/convert.h"

#include "common/error/macros.h"
#include "common/rpc/convert.h"

namespace jointly::notifications {
namespace {

absl::Status Unreadable(const deadlines::v1::Deadline& deadline, std::string_view what) {
  return InvalidArgument(kEventUnreadable, "a deadline's " + std::string(what) + " cannot be read",
                         {{"deadline", deadline.id()}});
}

}  // namespace

absl::StatusOr<deadlines::Deadline> FromProto(const deadlines::v1::Deadline& deadline) {
  const auto date = rpc::FromProto(deadline.due_date());
  if (!date.has_value()) return Unreadable(deadline, "due_date");
  const auto clock = ParseClock(deadline.due_clock());
  if (!clock.ok()) return Unreadable(deadline, "due_clock");
  if (!KnownZone(deadline.time_zone())) return Unreadable(deadline, "time_zone");
  deadlines::Deadline out;
  out.id = deadline.id();
  out.generation = deadline.generation();
  out.kind = deadline.kind();
  out.subject = deadline.subject();
  out.due = {.date = *date, .clock = *clock, .zone = deadline.time_zone()};
  // The civil date is the truth; the instant is computed here, by our own time zone tables.
  ASSIGN_OR_RETURN(out.due_time, ToInstant(out.due));
  // The numbers of the enumerations are the same on purpose (common/deadlines).
  out.severity = deadline.severity() == deadlines::v1::Deadline::SEVERITY_UNSPECIFIED
                     ? deadlines::Severity::kLocal
                     : static_cast<deadlines::Severity>(deadline.severity());
  out.state = deadline.state() == deadlines::v1::Deadline::STATE_UNSPECIFIED
                  ? deadlines::State::kCancelled
                  : static_cast<deadlines::State>(deadline.state());
  for (const auto& row : deadline.audience()) {
    out.audience.push_back({.person = row.person(),
                            .role = row.role(),
                            .institution = row.institution(),
                            .unit = row.unit()});
  }
  out.basis = deadline.basis();
  out.rationale = deadline.rationale();
  return out;
}

absl::StatusOr<std::vector<KeptDeadline>> KeptFrom(
    const google::protobuf::RepeatedPtrField<deadlines::v1::Deadline>& deadlines,
    const Parameters& parameters) {
  std::vector<KeptDeadline> out;
  for (const auto& row : deadlines) {
    KeptDeadline kept;
    ASSIGN_OR_RETURN(kept.deadline, FromProto(row));
    kept.holds.resize(kept.deadline.audience.size());
    kept.parameters = parameters;
    out.push_back(std::move(kept));
  }
  return out;
}

}  // namespace jointly::notifications
