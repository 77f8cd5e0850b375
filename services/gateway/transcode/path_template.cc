#include "services/gateway/transcode/path_template.h"

#include "common/error/error.h"
#include "common/error/macros.h"

namespace jointly::gateway {
namespace {

namespace protobuf = google::protobuf;

inline constexpr Reason kInvalidTemplate{"INVALID_PATH_TEMPLATE"};

absl::Status Refuse(std::string_view text, std::string_view what) {
  return InvalidArgument(kInvalidTemplate,
                         "path template " + std::string(text) + ": " + std::string(what));
}

void AddSegment(std::string_view text, PathTemplate& result) {
  using Kind = PathTemplate::Segment::Kind;
  const Kind kind = text == "*" ? Kind::kAny : text == "**" ? Kind::kRest : Kind::kLiteral;
  result.segments.push_back({kind, kind == Kind::kLiteral ? std::string(text) : std::string()});
}

void AddSegments(std::string_view text, PathTemplate& result) {
  while (true) {
    const std::size_t end = text.find('/');
    AddSegment(text.substr(0, end), result);
    if (end == std::string_view::npos) return;
    text = text.substr(end + 1);
  }
}

// "{name=applications/*}" or "{name}", which means one segment.
absl::Status AddVariable(std::string_view text, const protobuf::Descriptor& request,
                         PathTemplate& result) {
  const std::size_t equals = text.find('=');
  PathTemplate::Variable variable;
  variable.field = FindField(request, text.substr(0, equals));
  if (variable.field.empty() ||
      variable.field.back()->cpp_type() != protobuf::FieldDescriptor::CPPTYPE_STRING) {
    return Refuse(result.text, "no string field " + std::string(text.substr(0, equals)));
  }
  variable.begin = result.segments.size();
  AddSegments(equals == std::string_view::npos ? "*" : text.substr(equals + 1), result);
  variable.end = result.segments.size();
  result.variables.push_back(std::move(variable));
  return absl::OkStatus();
}

}  // namespace

FieldPath FindField(const protobuf::Descriptor& message, std::string_view path) {
  FieldPath found;
  const protobuf::Descriptor* scope = &message;
  while (true) {
    const std::size_t dot = path.find('.');
    const std::string name(path.substr(0, dot));
    if (scope == nullptr || (!found.empty() && found.back()->is_repeated())) return {};
    const protobuf::FieldDescriptor* field = scope->FindFieldByName(name);
    for (int i = 0; field == nullptr && i < scope->field_count(); ++i) {
      if (scope->field(i)->json_name() == name) field = scope->field(i);
    }
    if (field == nullptr) return {};
    found.push_back(field);
    if (dot == std::string_view::npos) return found;
    scope = field->message_type();
    path = path.substr(dot + 1);
  }
}

absl::StatusOr<PathTemplate> ParsePathTemplate(std::string_view text,
                                               const protobuf::Descriptor& request) {
  PathTemplate result;
  result.text = std::string(text);
  if (!text.starts_with('/') || text.size() < 2) return Refuse(text, "must start with a slash");
  std::string_view rest = text.substr(1);
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find('/', colon) == std::string_view::npos) {
    result.verb = std::string(rest.substr(colon + 1));
    rest = rest.substr(0, colon);
  }
  while (!rest.empty()) {
    std::size_t end = rest.find('/');
    if (rest.front() == '{') {
      const std::size_t brace = rest.find('}');
      if (brace == std::string_view::npos) return Refuse(text, "a brace is not closed");
      RETURN_IF_ERROR(AddVariable(rest.substr(1, brace - 1), request, result));
      end = brace + 1 < rest.size() ? brace + 1 : std::string_view::npos;
      if (end != std::string_view::npos && rest[end] != '/') {
        return Refuse(text, "a variable must be followed by a slash or a verb");
      }
    } else {
      AddSegment(rest.substr(0, end), result);
    }
    if (end == std::string_view::npos) break;
    rest = rest.substr(end + 1);
  }
  for (std::size_t i = 0; i < result.segments.size(); ++i) {
    const auto& segment = result.segments[i];
    const bool last = i + 1 == result.segments.size();
    if (segment.kind == PathTemplate::Segment::Kind::kLiteral && segment.literal.empty()) {
      return Refuse(text, "has an empty segment");
    }
    if (segment.kind == PathTemplate::Segment::Kind::kRest && !last) {
      return Refuse(text, "** must come last");
    }
  }
  return result;
}

}  // namespace jointly::gateway
