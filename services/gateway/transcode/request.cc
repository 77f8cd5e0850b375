#include "services/gateway/transcode/request.h"

#include <set>

#include "common/error/error.h"
#include "common/error/macros.h"
#include "common/time/ids.h"
#include "services/gateway/transcode/field_value.h"
#include "services/gateway/transcode/json_reader.h"
#include "services/gateway/transcode/json_writer.h"

namespace jointly::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Problems = std::vector<FieldProblem>;

std::string PathText(const FieldPath& path) {
  std::string text;
  for (const FieldDescriptor* field : path) {
    text += (text.empty() ? "" : ".") + field->name();
  }
  return text;
}

// The message that holds the last field of `path`.
Message& OwnerOf(Message& message, const FieldPath& path) {
  Message* owner = &message;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    owner = owner->GetReflection()->MutableMessage(owner, path[i]);
  }
  return *owner;
}

std::string StringAt(Message& message, const FieldPath& path) {
  const Message& owner = OwnerOf(message, path);
  return owner.GetReflection()->GetString(owner, path.back());
}

absl::Status ReadBody(const Route& route, std::string_view body, Message& request,
                      Problems& problems) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return absl::OkStatus();
  if (route.body.empty()) {
    return InvalidArgument(kInvalidArgument,
                           route.http_method + " " + route.path.text + " takes no body.");
  }
  if (route.body == "*") return ReadJson(body, "", request, problems);
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName(route.body);
  return ReadJson(body, field->name(), *request.GetReflection()->MutableMessage(&request, field),
                  problems);
}

void ReadPath(const Route& route, const Target& target, Message& request, Problems& problems) {
  for (const auto& variable : route.path.variables) {
    std::string value;
    const bool rest =
        route.path.segments[variable.end - 1].kind == PathTemplate::Segment::Kind::kRest;
    const std::size_t end = rest ? target.segments.size() : variable.end;
    for (std::size_t i = variable.begin; i < end; ++i) {
      value += (i == variable.begin ? "" : "/") + target.segments[i];
    }
    const std::string given = StringAt(request, variable.field);
    if (!given.empty() && given != value) {
      problems.push_back({PathText(variable.field), "differs from the name in the path"});
      continue;
    }
    const std::string problem =
        SetText(OwnerOf(request, variable.field), *variable.field.back(), value);
    if (!problem.empty()) problems.push_back({PathText(variable.field), problem});
  }
}

// What a query parameter may not set, and why; empty when it may.
std::string Barred(const Route& route, const FieldPath& path) {
  if (path.empty() || route.body == "*") return "is not a query parameter of this method";
  if (path.front()->name() == route.body) return "belongs into the body";
  for (const auto& variable : route.path.variables) {
    if (variable.field == path) return "is given by the path";
  }
  const FieldDescriptor& field = *path.back();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
      !IsTextMessage(*field.message_type()) && !IsWrapper(*field.message_type())) {
    return "is an object: name its fields with dots";
  }
  return {};
}

void ReadQuery(const Route& route, const Target& target, Message& request, Problems& problems) {
  std::set<std::string> seen;
  for (const auto& [name, value] : target.query) {
    const FieldPath path = FindField(*request.GetDescriptor(), name);
    std::string problem = Barred(route, path);
    if (problem.empty() && !path.back()->is_repeated() && !seen.insert(PathText(path)).second) {
      problem = "is given twice";
    }
    if (problem.empty()) problem = SetText(OwnerOf(request, path), *path.back(), value);
    if (problem.empty()) continue;
    problems.push_back({path.empty() ? name.substr(0, 100) : PathText(path), problem});
    if (problems.size() >= kViolationsMax) return;
  }
}

void ReadIdempotencyKey(const Route& route, const std::string& key, Message& request,
                        Problems& problems) {
  if (route.request_id == nullptr) return;
  if (!IsUuid(key)) {
    problems.push_back(
        {"Idempotency-Key", "must be a UUID like 5f0c8f6e-1f5e-4c8e-9d55-0d3a0f9a7a11"});
    return;
  }
  const std::string given = StringAt(request, {route.request_id});
  if (!given.empty() && given != key) {
    problems.push_back({"Idempotency-Key", "differs from request_id in the request"});
    return;
  }
  request.GetReflection()->SetString(&request, route.request_id, key);
}

bool IsEntityTag(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  for (const char c : text.substr(1, text.size() - 2)) {
    if (c <= 0x20 || c == '"' || c == 0x7f) return false;
  }
  return true;
}

void ReadIfMatch(const Route& route, std::string_view tag, Message& request, Problems& problems) {
  if (route.etag.empty()) {
    problems.push_back({"If-Match", "is not supported: this method compares no etag"});
    return;
  }
  // Proxies weaken the tag when they compress; the revision in it stays the same.
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag != "*" && !IsEntityTag(tag)) {
    problems.push_back({"If-Match", "must be one entity tag in double quotes, or *"});
    return;
  }
  const std::string given = StringAt(request, route.etag);
  if (!given.empty() && given != tag) {
    problems.push_back({"If-Match", "differs from etag in the request"});
    return;
  }
  OwnerOf(request, route.etag)
      .GetReflection()
      ->SetString(&OwnerOf(request, route.etag), route.etag.back(), std::string(tag));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Message>> MakeRequest(const Route& route,
                                                     const RequestParts& parts) {
  std::unique_ptr<Message> request = route.NewRequest();
  Problems problems;
  RETURN_IF_ERROR(ReadBody(route, parts.body, *request, problems));
  ReadPath(route, parts.target, *request, problems);
  ReadQuery(route, parts.target, *request, problems);
  if (parts.idempotency_key.has_value()) {
    ReadIdempotencyKey(route, *parts.idempotency_key, *request, problems);
  }
  if (parts.if_match.has_value()) ReadIfMatch(route, *parts.if_match, *request, problems);
  Violations violations;
  for (const FieldProblem& problem : problems) violations.Add(problem.path, problem.text);
  RETURN_IF_ERROR(violations.ToStatus());
  return request;
}

bool EnsureRequestId(const Route& route, Message& request, const std::string& id) {
  if (route.request_id == nullptr) return false;
  if (StringAt(request, {route.request_id}).empty()) {
    request.GetReflection()->SetString(&request, route.request_id, id);
  }
  return true;
}

std::string WriteJson(const Route& route, const Message& reply) {
  if (route.response_body.empty()) return WriteJson(reply);
  const FieldDescriptor* field = reply.GetDescriptor()->FindFieldByName(route.response_body);
  return WriteJson(reply.GetReflection()->GetMessage(reply, field));
}

std::string WriteJson(const Message& message) {
  std::string text;
  AppendJson(message, text);
  return text;
}

std::string EtagOf(const Message& reply) {
  const FieldDescriptor* field = reply.GetDescriptor()->FindFieldByName("etag");
  if (field == nullptr || field->is_repeated() ||
      field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
    return {};
  }
  std::string tag = reply.GetReflection()->GetString(reply, field);
  return IsEntityTag(tag) ? tag : std::string();
}

}  // namespace jointly::gateway
