#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

#include "scripts/operator/installation.h"

// What an operator does to running services: parked messages, feeds, audit chains, health. Each
// works on one service or on all, prints a table, and fails when one of them fails.
namespace jointly::tool {

struct AdminSpec {
  std::map<std::string, std::string> services;  // Name -> address: what to work on.
  std::string token;
  int timeout_seconds = 60;
};

// Which parked messages.
struct ParkFilter {
  std::vector<std::string> message_ids;
  std::string event_type;
  std::string aggregate_id;
  std::string since;  // RFC 3339, or an age: "90s", "15m", "2h", "3d".
  bool empty() const {
    return message_ids.empty() && event_type.empty() && aggregate_id.empty() && since.empty();
  }
};

absl::Status ListParked(const AdminSpec& spec, const ParkFilter& filter);
absl::Status ShowParked(const AdminSpec& spec, const ParkFilter& filter);
absl::Status ReplayParked(const AdminSpec& spec, const ParkFilter& filter, bool dry_run);
absl::Status DropParked(const AdminSpec& spec, const ParkFilter& filter, const std::string& reason,
                        bool dry_run);
absl::Status Reconcile(const AdminSpec& spec);
// Fails when a chain does not verify, naming the first bad sequence number.
absl::Status VerifyAudit(const AdminSpec& spec);
// Needs no token.
absl::Status CheckHealth(const AdminSpec& spec);

}  // namespace jointly::tool
