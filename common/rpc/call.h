#pragma once

#include <absl/status/statusor.h>
#include <google/protobuf/message.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/auth/cipher.h"
#include "common/auth/principal.h"
#include "common/bus/event.h"
#include "common/db/database.h"
#include "common/error/error.h"
#include "common/error/macros.h"
#include "common/time/clock.h"

// What a handler knows of its caller, without gRPC: handlers are plain functions, which tests and
// the simulator call directly.
namespace jointly::rpc {

struct Call {
  auth::Principal principal;
  std::string method;      // "jointly.mobility.v1.Mobility.SubmitApplication"
  std::string request_id;  // The caller's, or made by the runtime; never empty.
  bool request_id_given = false;
  std::string traceparent;
  std::string correlation_id;  // The request that started it all; the request id by default.
  Time now;
  std::chrono::steady_clock::time_point deadline;

  db::TransactOptions transact_options() const { return {.deadline = deadline}; }
};

inline constexpr Reason kRequestIdReused{"REQUEST_ID_REUSED"};
inline constexpr Reason kInvalidRequestId{"INVALID_REQUEST_ID"};
inline constexpr Reason kReplyUnreadable{"REPLY_UNREADABLE"};

// Fills an event with what the call knows: actor, request, trace.
bus::Event EventOf(const Call& call);

// Takes over the `request_id` field of a request, if it has one: lower case, and given. Errors:
// INVALID_ARGUMENT INVALID_REQUEST_ID when it is no UUID. The runtime does this for unary calls; an
// upload does it with its first message.
absl::Status AdoptRequestId(Call& call, const google::protobuf::Message& request);

// Runs a mutation at most once per (principal, method, request_id), in one transaction:
// `body(Tx&) -> absl::StatusOr<Reply>`; the reply is stored beside the work. The same request id
// again gives the stored reply; with another body ALREADY_EXISTS REQUEST_ID_REUSED naming the
// top-level field that differs. The lookup costs nothing on the first try: the reply's primary key
// refuses the second, and only then (or after any error) is the stored reply looked up.
template <typename Reply, typename Request, typename Body>
absl::StatusOr<Reply> Mutate(db::Database& database, const Call& call, const Request& request,
                             Body&& body);

// The same for a reply that is bytes already.
absl::StatusOr<std::string> MutateErased(
    db::Database& database, const Call& call, const google::protobuf::Message& request,
    const std::function<absl::StatusOr<std::string>(db::Tx&)>& body);

// Stored replies are sealed, and the hashes of request fields keyed, because both may hold personal
// data that must not lie open in a database file or a backup. Set once at start, before the first
// call; a process that sets none makes a key of its own, which serves tests.
void KeepRepliesUnder(const auth::SecretKey& key);

// Stored replies live for this long; a retry that comes later is a new request.
inline constexpr std::chrono::hours kReplyLife{7 * 24};
// Deletes at most `limit` outlived replies; returns how many.
absl::StatusOr<int> SweepReplies(db::Database& database, const Clock& clock, int limit = 1000);

template <typename Reply, typename Request, typename Body>
absl::StatusOr<Reply> Mutate(db::Database& database, const Call& call, const Request& request,
                             Body&& body) {
  ASSIGN_OR_RETURN(
      const std::string bytes,
      MutateErased(database, call, request, [&](db::Tx& tx) -> absl::StatusOr<std::string> {
        ASSIGN_OR_RETURN(const Reply reply, body(tx));
        return reply.SerializeAsString();
      }));
  Reply reply;
  if (!reply.ParseFromString(bytes)) return Internal(kInternal, "a stored reply does not parse");
  return reply;
}

// A mutation with validate_only: runs the body and rolls everything back; the reply says what would
// be.
template <typename Body>
auto Rehearse(db::Database& database, const Call& call, Body&& body)
    -> std::invoke_result_t<Body&, db::Tx&> {
  std::optional<std::invoke_result_t<Body&, db::Tx&>> result;
  const absl::Status status = database.Transact(
      [&](db::Tx& tx) -> absl::Status {
        result.emplace(body(tx));
        if (!result->ok()) return absl::CancelledError("rehearsed");
        // A query flushes the queued writes, so that what a key would refuse is refused here too.
        const auto flushed = tx.Query("SELECT 1 AS flushed");
        if (flushed.ok()) return absl::CancelledError("rehearsed");
        result.reset();
        return flushed.status();
      },
      call.transact_options());
  if (!result.has_value()) return status;
  return std::move(*result);
}

// The etag of a revision is the revision in quotes: "\"7\"".
std::string Etag(std::int64_t revision);
// OK when `etag` is empty or that of `revision`; else ABORTED STALE_ETAG with both. `*` matches
// any.
absl::Status MatchEtag(std::string_view etag, std::int64_t revision);

// Clears every field marked (jointly.options.v1.personal), at any depth.
void ClearPersonal(google::protobuf::Message& message);

}  // namespace jointly::rpc
