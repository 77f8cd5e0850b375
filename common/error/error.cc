#include "common/error/error.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/rpc/error_details.pb.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "common/error/check.h"

namespace jointly {
namespace {

constexpr const char* kDomain = "jointly";

template <typename Detail>
std::string TypeUrl() {
  return "type.googleapis.com/" + Detail::descriptor()->full_name();
}

// Maps have no order of their own: without this the same refusal would have other bytes each time.
std::string Serialize(const google::protobuf::Message& detail) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream output(&stream);
    output.SetSerializationDeterministic(true);
    detail.SerializeToCodedStream(&output);
  }
  return bytes;
}

template <typename Detail>
void Attach(absl::Status& status, const Detail& detail) {
  status.SetPayload(TypeUrl<Detail>(), absl::Cord(Serialize(detail)));
}

template <typename Detail>
bool Extract(const absl::Status& status, Detail& detail) {
  const auto payload = status.GetPayload(TypeUrl<Detail>());
  return payload.has_value() && detail.ParseFromString(std::string(*payload));
}

absl::Status Make(absl::StatusCode code, Reason reason, std::string_view text, Facts facts) {
  absl::Status status(code, std::string(text));
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason.name));
  info.set_domain(kDomain);
  for (Fact& fact : facts) (*info.mutable_metadata())[fact.name] = std::move(fact.value);
  Attach(status, info);
  return status;
}

}  // namespace

absl::Status InvalidArgument(Reason reason, std::string_view text, Facts facts) {
  return Make(absl::StatusCode::kInvalidArgument, reason, text, std::move(facts));
}
absl::Status NotFound(Reason reason, std::string_view text, Facts facts) {
  return Make(absl::StatusCode::kNotFound, reason, text, std::move(facts));
}
absl::Status AlreadyExists(Reason reason, std::string_view text, Facts facts) {
  return Make(absl::StatusCode::kAlreadyExists, reason, text, std::move(facts));
}
absl::Status PermissionDenied(Reason reason, std::string_view text, Facts facts) {
  return Make(absl::StatusCode::kPermissionDenied, reason, text, std::move(facts));
}
absl::Status Unauthenticated(Reason reason, std::string_view text, Facts facts) {
  return Make(absl::StatusCode::kUnauthenticated, reason, text, std::move(facts));
}
absl::Status FailedPrecondition(Reason reason, std::string_view text, Facts facts) {
  return Make(absl::StatusCode::kFailedPrecondition, reason, text, std::move(facts));
}
absl::Status Aborted(Reason reason, std::string_view text, Facts facts) {
  return Make(absl::StatusCode::kAborted, reason, text, std::move(facts));
}
absl::Status OutOfRange(Reason reason, std::string_view text, Facts facts) {
  return Make(absl::StatusCode::kOutOfRange, reason, text, std::move(facts));
}
absl::Status ResourceExhausted(Reason reason, std::string_view text, Facts facts) {
  return Make(absl::StatusCode::kResourceExhausted, reason, text, std::move(facts));
}
absl::Status DeadlineExceeded(Reason reason, std::string_view text, Facts facts) {
  return Make(absl::StatusCode::kDeadlineExceeded, reason, text, std::move(facts));
}
absl::Status Unavailable(Reason reason, std::string_view text, Facts facts) {
  return Make(absl::StatusCode::kUnavailable, reason, text, std::move(facts));
}
absl::Status Internal(Reason reason, std::string_view text, Facts facts) {
  return Make(absl::StatusCode::kInternal, reason, text, std::move(facts));
}

absl::Status WithRetryAfter(absl::Status status, std::chrono::milliseconds delay) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(delay.count() / 1000);
  retry.mutable_retry_delay()->set_nanos(static_cast<std::int32_t>(delay.count() % 1000) *
                                         1'000'000);
  Attach(status, retry);
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  return Extract(status, info) ? info.reason() : std::string();
}

Facts FactsOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  Facts facts;
  if (!Extract(status, info)) return facts;
  for (const auto& [name, value] : info.metadata()) facts.push_back({name, value});
  std::sort(facts.begin(), facts.end(),
            [](const Fact& a, const Fact& b) { return a.name < b.name; });
  return facts;
}

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

absl::Status Refused(std::string_view text, const std::vector<Refusal>& refusals) {
  Facts facts;
  google::rpc::PreconditionFailure failure;
  std::vector<std::string_view> names;  // A guard in several parts is named once.
  for (const Refusal& refusal : refusals) {
    auto& violation = *failure.add_violations();
    violation.set_type(refusal.guard);
    violation.set_subject(refusal.subject);
    violation.set_description(refusal.remedy.empty() ? refusal.evidence
                                                     : refusal.evidence + ". " + refusal.remedy);
    if (std::find(names.begin(), names.end(), refusal.guard) == names.end()) {
      names.push_back(refusal.guard);
    }
  }
  std::string guards;
  for (const std::string_view name : names) {
    if (!guards.empty()) guards += ",";
    guards += name;
  }
  facts.push_back({"guards", guards});
  absl::Status status = FailedPrecondition(kGuardRefused, text, std::move(facts));
  Attach(status, failure);
  return status;
}

void Violations::Add(std::string_view path, std::string_view text) {
  rows_.push_back({std::string(path), std::string(text), std::string(kInvalidArgument.name)});
}

void Violations::Add(std::string_view path, const absl::Status& why) {
  rows_.push_back({std::string(path), MessageOf(why), ReasonOf(why)});
}

bool Violations::Require(bool holds, std::string_view path, std::string_view text) {
  if (!holds) Add(path, text);
  return holds;
}

absl::Status Violations::ToStatus() const {
  if (rows_.empty()) return absl::OkStatus();
  google::rpc::BadRequest request;
  std::string text = "The request has " + std::to_string(rows_.size()) +
                     (rows_.size() == 1 ? " invalid field:" : " invalid fields:");
  bool shared = true;
  Facts facts;
  for (const Row& row : rows_) {
    shared = shared && row.reason == rows_.front().reason;
    if (row.reason != kInvalidArgument.name) facts.push_back({row.path, row.reason});
    auto& violation = *request.add_field_violations();
    violation.set_field(row.path);
    violation.set_description(row.text);
    text += (&row == &rows_.front() ? " " : "; ") + row.path + " " + row.text;
  }
  absl::Status status = InvalidArgument(shared ? Reason{rows_.front().reason} : kInvalidArgument,
                                        text, std::move(facts));
  Attach(status, request);
  return status;
}

void Die(std::string_view text, std::source_location where) {
  std::fprintf(stderr, "%s:%u: broken invariant: %.*s\n", where.file_name(), where.line(),
               static_cast<int>(text.size()), text.data());
  std::abort();
}

}  // namespace jointly
