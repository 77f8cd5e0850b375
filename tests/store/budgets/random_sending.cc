#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "tests/store/budgets/random_treasury.h"

// How commands are sent, and what is demanded of each by itself.
namespace jointly::budgets {

void ChangePayload(google::protobuf::Message& request) {
  const google::protobuf::Descriptor& type = *request.GetDescriptor();
  const google::protobuf::Reflection& reflection = *request.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = type.field(i);
    if (field->is_repeated() || field->name() == "request_id") continue;
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_STRING) continue;
    const std::string text = reflection.GetString(request, field);
    if (text.empty()) continue;
    reflection.SetString(&request, field, text + "x");
    return;
  }
}

rpc::Call RandomTreasury::As(const std::string& who) {
  if (who != "both") return world_.As(who);
  rpc::Call call = world_.As("manager");
  call.principal.name = "people/both";
  call.principal.grants = {{auth::Role::kBudgetManager, "institutions/uga"},
                           {auth::Role::kAccountant, "institutions/uga"}};
  return call;
}

void RandomTreasury::Find(const std::string& what) { findings_.push_back(last_ + ": " + what); }

// What grows or changes with everything that takes effect.
std::string RandomTreasury::Footprint() {
  const db::Rows rows = Query(R"sql(
      SELECT (SELECT COUNT(*) FROM journal) AS journals,
             (SELECT COUNT(*) FROM posting) AS postings,
             (SELECT COUNT(*) FROM outbox) AS events,
             (SELECT COUNT(*) FROM audit) AS audits,
             (SELECT COUNT(*) FROM request) AS requests,
             (SELECT COUNT(*) FROM timer) AS timers,
             (SELECT COALESCE(SUM(version), 0) FROM account) AS versions,
             (SELECT COALESCE(SUM(revision), 0) FROM budget)
             + (SELECT COALESCE(SUM(revision), 0) FROM period) AS budgets,
             (SELECT COALESCE(SUM(revision + paid), 0) FROM commitment) AS commitments,
             (SELECT COALESCE(SUM(revision), 0) FROM claim)
             + (SELECT COALESCE(SUM(revision), 0) FROM line_transfer)
             + (SELECT COALESCE(SUM(revision), 0) FROM amendment)
             + (SELECT COALESCE(SUM(revision), 0) FROM carry_over)
             + (SELECT COALESCE(SUM(revision), 0) FROM report)
             + (SELECT COALESCE(SUM(revision), 0) FROM delegation) AS documents)sql");
  std::string text;
  for (const char* name : {"journals", "postings", "events", "audits", "requests", "timers",
                           "versions", "budgets", "commitments", "documents"}) {
    text += std::string(name) + " " + std::to_string(rows.front().Int(name)) + " ";
  }
  return text;
}

// A refusal says why, is nobody's mistake in the service, and has changed nothing.
void RandomTreasury::TakeRefusal(const std::string& kind, const absl::Status& status,
                                 const std::string& before) {
  ++refused_[kind + " " + ReasonOf(status)];
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kOutOfRange:
      break;
    default:
      Find("is no refusal but a fault: " + status.ToString());
  }
  if (ReasonOf(status).empty()) Find("is refused without a reason: " + status.ToString());
  if (const std::string after = Footprint(); after != before) {
    Find("was refused (" + ReasonOf(status) + ") and changed something: " + before + "-> " + after);
  }
}

bool RandomTreasury::Issue(const std::string& kind, rpc::Call call, const Attempt& attempt,
                           const Attempt& other_payload) {
  ++commands_;
  last_ = "command " + std::to_string(commands_) + " (" + kind + " on " + fund_.id + " by " +
          call.principal.name + ")";
  const std::string before = Footprint();
  rpc::Call first = call;
  const absl::StatusOr<std::string> reply = attempt(first);
  last_ += reply.ok() ? " -> OK" : " -> " + ReasonOf(reply.status());
  if (!reply.ok()) {
    TakeRefusal(kind, reply.status(), before);
    if (after_command) after_command();
    return false;
  }
  ++accepted_[kind];
  const std::string after = Footprint();
  if (after == before) Find("was accepted and changed nothing");
  if (Chance(12)) {
    rpc::Call again = call;
    const absl::StatusOr<std::string> repeated = attempt(again);
    ++accepted_["asked again"];
    if (!repeated.ok() || *repeated != *reply) Find("B5 is answered otherwise when asked again");
    if (Footprint() != after) Find("B5 takes effect again when asked again");
  }
  if (Chance(8)) {
    rpc::Call again = call;
    const absl::StatusOr<std::string> otherwise = other_payload(again);
    ++accepted_["asked otherwise"];
    if (otherwise.ok()) Find("B5 another command under the same request id is accepted");
    if (Footprint() != after) Find("B5 another command under the same request id takes effect");
  }
  if (after_command) after_command();
  return true;
}

}  // namespace jointly::budgets
