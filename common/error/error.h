#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

// One error vocabulary for all layers. Inside a process an error is an absl::Status; at the edge it
// is a google.rpc.Status. The details (ErrorInfo, BadRequest, PreconditionFailure, RetryInfo) are
// payloads from the start, so nothing is lost or invented on the way.
namespace jointly {

// Why something was refused, in UPPER_SNAKE: stable, documented, translated by clients. Declare
// reasons as `inline constexpr Reason kQuotaFull{"QUOTA_FULL"};` next to the rule that uses them.
struct Reason {
  std::string_view name;
};

// A named piece of evidence: {"available", "12.50 EUR"}. Never personal data.
struct Fact {
  std::string name;
  std::string value;
};
using Facts = std::vector<Fact>;

inline constexpr Reason kInvalidArgument{"INVALID_ARGUMENT"};
inline constexpr Reason kInternal{"INTERNAL"};
inline constexpr Reason kUnavailable{"UNAVAILABLE"};
inline constexpr Reason kDeadlineExceeded{"DEADLINE_EXCEEDED"};
inline constexpr Reason kStaleEtag{"STALE_ETAG"};
inline constexpr Reason kGuardRefused{"GUARD_REFUSED"};
inline constexpr Reason kIllegalMove{"ILLEGAL_MOVE"};
inline constexpr Reason kWrongRole{"WRONG_ROLE"};

// Each makes a status of that canonical code with an ErrorInfo {reason, domain "jointly", facts}.
// `text` is an English sentence for a developer or an operator: what, where, why, what to do.
absl::Status InvalidArgument(Reason reason, std::string_view text, Facts facts = {});
absl::Status NotFound(Reason reason, std::string_view text, Facts facts = {});
absl::Status AlreadyExists(Reason reason, std::string_view text, Facts facts = {});
absl::Status PermissionDenied(Reason reason, std::string_view text, Facts facts = {});
absl::Status Unauthenticated(Reason reason, std::string_view text, Facts facts = {});
absl::Status FailedPrecondition(Reason reason, std::string_view text, Facts facts = {});
absl::Status Aborted(Reason reason, std::string_view text, Facts facts = {});
absl::Status OutOfRange(Reason reason, std::string_view text, Facts facts = {});
absl::Status ResourceExhausted(Reason reason, std::string_view text, Facts facts = {});
absl::Status DeadlineExceeded(Reason reason, std::string_view text, Facts facts = {});
absl::Status Unavailable(Reason reason, std::string_view text, Facts facts = {});
absl::Status Internal(Reason reason, std::string_view text, Facts facts = {});

// Adds RetryInfo: the same call may succeed after `delay`.
absl::Status WithRetryAfter(absl::Status status, std::chrono::milliseconds delay);

// The reason and facts (by name) of a status that was made here; empty for a foreign one.
std::string ReasonOf(const absl::Status& status);
Facts FactsOf(const absl::Status& status);
std::string MessageOf(const absl::Status& status);

// One guard that refuses a transition: which, on what, what it saw, what to do about it.
struct Refusal {
  std::string guard;     // "G5".
  std::string subject;   // "applications/x".
  std::string evidence;  // "JLPT N2 95 = B1; required: ja B2".
  std::string remedy;    // "Upload a certificate of at least B2."
};

// FAILED_PRECONDITION GUARD_REFUSED with a PreconditionFailure that lists every refusal.
absl::Status Refused(std::string_view text, const std::vector<Refusal>& refusals);

// Collects every violation of a request, so that one answer names them all.
class Violations {
 public:
  // `path` is the field's path in the request: "application.choices[2].condition".
  void Add(std::string_view path, std::string_view text);
  // With the text and the reason of a status that was made here.
  void Add(std::string_view path, const absl::Status& why);
  // Adds unless `holds`; returns `holds`.
  bool Require(bool holds, std::string_view path, std::string_view text);
  bool empty() const { return rows_.empty(); }
  // OK when empty, else one INVALID_ARGUMENT with a BadRequest of all of them. Its reason is the
  // one that all of them share, else INVALID_ARGUMENT; a field that has a reason is a fact: {path,
  // reason}.
  absl::Status ToStatus() const;

 private:
  struct Row {
    std::string path;
    std::string text;
    std::string reason;
  };
  std::vector<Row> rows_;
};

}  // namespace jointly
