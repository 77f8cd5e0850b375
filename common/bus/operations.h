#pragma once

#include <absl/status/statusor.h>
#include <jointly/operations/v1/operations.pb.h>

#include <functional>
#include <string>

#include "common/bus/transport.h"
#include "common/db/database.h"
#include "common/time/clock.h"

// What the feed and the operator's calls do, without gRPC. common/rpc exposes them.
namespace jointly::bus {

inline constexpr Reason kInvalidCursor{"INVALID_CURSOR"};

// Reads the outbox as an event log in commit order with the safe horizon of messaging.md section
// 12. A page ends early after about 2 MiB of bodies. Errors: INVALID_ARGUMENT INVALID_CURSOR.
absl::StatusOr<FeedPage> ReadFeed(db::Database& database, const FeedQuery& query);

// The broker's parked queue (jointly.<service>.parked), behind the transport's wall.
class ParkedQueue {
 public:
  virtual ~ParkedQueue() = default;
  virtual absl::StatusOr<std::vector<WireMessage>> Peek(int limit) = 0;
  // Puts the named messages back into the service's queue: published and confirmed, then acked.
  virtual absl::StatusOr<std::vector<std::string>> Replay(const std::vector<std::string>& ids,
                                                          const std::string& by) = 0;
  virtual absl::StatusOr<std::vector<std::string>> Drop(const std::vector<std::string>& ids) = 0;
};

struct OperationsContext {
  std::string service;
  db::Database& database;
  ParkedQueue* parked_queue;  // May be null (no broker configured).
  const Clock& clock;
  // Clears personal fields before a parked message is shown (rpc::ClearPersonal). Without it no
  // content is shown.
  std::function<void(google::protobuf::Message&)> clear_personal;
};

namespace pb = jointly::operations::v1;
absl::StatusOr<pb::ListParkedResponse> ListParked(const OperationsContext& context,
                                                  const pb::ListParkedRequest& request);
absl::StatusOr<pb::ReplayParkedResponse> ReplayParked(const OperationsContext& context,
                                                      const pb::ReplayParkedRequest& request,
                                                      const std::string& actor);
absl::StatusOr<pb::DropParkedResponse> DropParked(const OperationsContext& context,
                                                  const pb::DropParkedRequest& request,
                                                  const std::string& actor);

// The audit chain: Seal extends it over audit rows that are a second old and returns how many. Two
// sealers at once do no harm: one of them fails. Verify walks it from its start.
absl::StatusOr<int> SealAudit(db::Database& database, const Clock& clock, int limit = 500);
absl::StatusOr<pb::VerifyAuditResponse> VerifyAudit(db::Database& database);

}  // namespace jointly::bus
