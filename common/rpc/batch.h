#pragma once

#include <absl/status/statusor.h>
#include <google/protobuf/message.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/db/database.h"
#include "common/rpc/call.h"

// What Mutate does for one command, for the commands of a db::Lane's batch: replies are stored for
// all of them at once. On the first try nothing is looked up: a repeated request id breaks its
// batch by the reply's primary key, and MutateInLane lets everybody in it ask again.
//
//   Api::Reserve:  MutateInLane<Reply>(database, call, request, [&](const Asked& asked) {
//                    return lane.Run(budget, {.asked = &asked, ...}, call.transact_options()); })
//   ApplyBatch:    FindEarlier; a command that has an earlier outcome gets it and does nothing
//   else;
//                  decide and write the others; StoreReplies of those that succeeded.
namespace jointly::rpc {

inline constexpr Reason kRequestUnderWay{"REQUEST_UNDER_WAY"};  // request_id

// Who asked for what: the key of a stored reply, and what tells that a request is the same.
struct Asked {
  std::string principal;
  std::string method;
  std::string request_id;
  std::string field_hashes;  // JSON, keyed.
  Time time;
  bool again = false;  // Not the first try: look whether it was carried out.
};
// Outside of the transaction: it hashes the request.
Asked AskedBy(const Call& call, const google::protobuf::Message& request);

// What stands in the way of carrying out a command: the reply of a try before, REQUEST_ID_REUSED,
// or ABORTED REQUEST_UNDER_WAY when the same request stands earlier in the same batch. Nothing: go
// on.
using Earlier = std::optional<absl::StatusOr<std::string>>;
// By position.
absl::StatusOr<std::vector<Earlier>> FindEarlier(db::Tx& tx,
                                                 const std::vector<const Asked*>& asked);

struct ReplyTo {
  const Asked* asked = nullptr;
  std::string_view bytes;
};
// Queues the replies, set-based.
void StoreReplies(db::Tx& tx, const std::vector<ReplyTo>& replies);

// After an error of the whole batch: the reply, if it was carried out after all; else `otherwise`.
absl::StatusOr<std::string> RecallReply(db::Database& database, const Call& call,
                                        const Asked& asked, const absl::Status& otherwise);

// Mutate through a lane: `run(const Asked&)` is the lane's Run, whose outcome is the reply, or its
// bytes, or a refusal: absl::StatusOr<Reply> or absl::StatusOr<std::string>. It may run again, when
// a neighbour's repeated request id broke the batch. `asked` lives until it returns.
template <typename Reply, typename Request, typename Run>
absl::StatusOr<Reply> MutateInLane(db::Database& database, const Call& call, const Request& request,
                                   Run&& run);

absl::StatusOr<std::string> MutateInLaneErased(
    db::Database& database, const Call& call, const google::protobuf::Message& request,
    const std::function<absl::StatusOr<std::string>(const Asked&)>& run);

template <typename Reply>
absl::StatusOr<Reply> ParseReply(const std::string& bytes) {
  Reply reply;
  if (!reply.ParseFromString(bytes)) return Internal(kInternal, "a stored reply does not parse");
  return reply;
}

template <typename Reply, typename Request, typename Run>
absl::StatusOr<Reply> MutateInLane(db::Database& database, const Call& call, const Request& request,
                                   Run&& run) {
  std::optional<Reply> own;  // Not a stored one, whose bytes must be read.
  const auto run_erased = [&](const Asked& asked) -> absl::StatusOr<std::string> {
    auto outcome = run(asked);
    if constexpr (std::is_same_v<decltype(outcome), absl::StatusOr<Reply>>) {
      if (!outcome.ok()) return outcome.status();
      own = *std::move(outcome);
      return std::string();
    } else {
      return outcome;
    }
  };
  ASSIGN_OR_RETURN(const std::string bytes,
                   MutateInLaneErased(database, call, request, run_erased));
  if (own.has_value()) return *std::move(own);
  return ParseReply<Reply>(bytes);
}

}  // namespace jointly::rpc
