#pragma once

#include <absl/status/statusor.h>
#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

namespace jointly::gateway {

// A field of a request, reached through singular message fields: "application.name".
using FieldPath = std::vector<const google::protobuf::FieldDescriptor*>;

// The fields that `path` names, by proto or JSON names; empty when there is no such field or one on
// the way is repeated.
FieldPath FindField(const google::protobuf::Descriptor& message, std::string_view path);

// The path template of google.api.http: "/v1/{name=applications/*}:submit".
struct PathTemplate {
  struct Segment {
    enum class Kind { kLiteral, kAny, kRest } kind = Kind::kLiteral;  // "x", "*", "**"
    std::string literal;
  };
  // Which segments make the value of a field: [begin, end), joined by slashes.
  struct Variable {
    FieldPath field;
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  std::string text;
  std::vector<Segment> segments;
  std::vector<Variable> variables;
  std::string verb;
};

// Errors: INVALID_ARGUMENT when the text is not a template, or names a field that is not a string
// of `request`. A server whose protos are wrong must not start.
absl::StatusOr<PathTemplate> ParsePathTemplate(std::string_view text,
                                               const google::protobuf::Descriptor& request);

}  // namespace jointly::gateway
