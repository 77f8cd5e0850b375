#include "common/deadlines/faults.h"

#include <algorithm>

namespace jointly::deadlines {

absl::Status ToStatus(const std::vector<Fault>& faults) {
  if (faults.empty()) return absl::OkStatus();
  Violations violations;
  for (const Fault& fault : faults) violations.Add(fault.path, fault.reason + ": " + fault.text);
  const absl::Status listed = violations.ToStatus();
  const bool alike = std::all_of(faults.begin(), faults.end(), [&](const Fault& fault) {
    return fault.reason == faults.front().reason;
  });
  absl::Status status =
      InvalidArgument(alike ? Reason{faults.front().reason} : kRulesRefused, MessageOf(listed),
                      {{"faults", std::to_string(faults.size())}});
  // The list of violations goes along; the reason is the one given here.
  const std::string own = "type.googleapis.com/google.rpc.ErrorInfo";
  listed.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    if (url != own) status.SetPayload(url, payload);
  });
  return status;
}

}  // namespace jointly::deadlines
