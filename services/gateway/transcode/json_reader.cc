#include "services/gateway/transcode/json_reader.h"

#include <nlohmann/json.hpp>

#include <set>

#include "common/error/error.h"
#include "services/gateway/transcode/field_value.h"

namespace jointly::gateway {
namespace {

namespace protobuf = google::protobuf;
using nlohmann::json;
using protobuf::FieldDescriptor;
using protobuf::Message;

inline constexpr Reason kInvalidJson{"INVALID_JSON"};
inline constexpr std::size_t kErrorBytesMax = 300;

// Where the next value goes. A skipped frame swallows the value of a member that is refused
// already.
struct Frame {
  enum class Kind { kMessage, kList, kMap, kSkip } kind = Kind::kSkip;
  Message* message = nullptr;              // kMessage: the object; else the owner of `field`.
  const FieldDescriptor* field = nullptr;  // The member being read, the list or the map.
  std::string key;                         // kMap: the key being read.
  int index = 0;                           // kList: of the next element.
  std::vector<bool> seen;                  // kMessage: fields met, by their index.
  std::set<std::string> keys;              // kMap and kSkip: keys met.
};

class Reader {
 public:
  Reader(Message& root, std::string_view prefix, std::vector<FieldProblem>& problems)
      : problems_(problems) {
    root_ = &root;
    prefix_ = std::string(prefix);
  }

  // The SAX interface of nlohmann::json; false stops the parser.
  bool null();
  bool boolean(bool value);
  bool number_integer(std::int64_t value);
  bool number_unsigned(std::uint64_t value);
  bool number_float(double value, const std::string& text);
  bool string(std::string& value);
  bool binary(std::vector<std::uint8_t>&) { return false; }
  bool start_object(std::size_t);
  bool key(std::string& name);
  bool end_object() { return End(); }
  bool start_array(std::size_t);
  bool end_array() { return End(); }
  bool parse_error(std::size_t, const std::string&, const json::exception& error);

  const absl::Status& fault() const { return fault_; }

 private:
  // The message and field that a scalar goes to; field null: nowhere.
  struct Slot {
    Message* message = nullptr;
    const FieldDescriptor* field = nullptr;
  };

  bool Fail(std::string text);
  bool Problem(const std::string& path, std::string text);
  std::string PathTo(std::size_t depth) const;
  std::string PathOfValue() const { return PathTo(frames_.size()); }
  Slot SlotForScalar();
  // After a value: the element count, the member.
  void Step();
  bool Put(std::string problem);
  bool Push(Frame frame);
  bool End();
  bool Member(Frame& frame, const std::string& name);
  Message* MapEntry(Frame& frame);

  std::vector<FieldProblem>& problems_;
  Message* root_ = nullptr;
  std::string prefix_;
  std::vector<Frame> frames_;
  int depth_ = 0;
  absl::Status fault_;
};

const FieldDescriptor* FieldNamed(const protobuf::Descriptor& type, const std::string& name) {
  const FieldDescriptor* field = type.FindFieldByCamelcaseName(name);
  if (field != nullptr && field->json_name() == name) return field;
  field = type.FindFieldByName(name);
  for (int i = 0; field == nullptr && i < type.field_count(); ++i) {
    if (type.field(i)->json_name() == name) field = type.field(i);
  }
  return field;
}

bool Reader::Fail(std::string text) {
  fault_ = InvalidArgument(kInvalidJson, text);
  return false;
}

bool Reader::Problem(const std::string& path, std::string text) {
  if (problems_.size() < kViolationsMax) problems_.push_back({path, std::move(text)});
  return true;
}

// Of the value that is read now, through the first `depth` frames. Built only when something is
// wrong.
std::string Reader::PathTo(std::size_t depth) const {
  std::string path = prefix_;
  for (std::size_t i = 0; i < depth; ++i) {
    const Frame& frame = frames_[i];
    if (frame.kind == Frame::Kind::kMessage && frame.field != nullptr) {
      path += (path.empty() ? "" : ".") + frame.field->name();
    } else if (frame.kind == Frame::Kind::kList) {
      path += "[" + std::to_string(frame.index) + "]";
    } else if (frame.kind == Frame::Kind::kMap) {
      path += "[" + json(frame.key).dump() + "]";
    }
  }
  return path;
}

// A map is a repeated field of entries {key = 1, value = 2}.
Message* Reader::MapEntry(Frame& frame) {
  Message* entry = frame.message->GetReflection()->AddMessage(frame.message, frame.field);
  const std::string problem = SetText(*entry, *frame.field->message_type()->map_key(), frame.key);
  if (!problem.empty()) Problem(PathOfValue(), "key " + problem);
  return entry;
}

Reader::Slot Reader::SlotForScalar() {
  if (frames_.empty()) return {};
  Frame& frame = frames_.back();
  switch (frame.kind) {
    case Frame::Kind::kMessage:
      if (frame.field != nullptr && frame.field->is_repeated()) {
        Problem(PathOfValue(), frame.field->is_map() ? "must be an object" : "must be a list");
        return {};
      }
      return {frame.message, frame.field};
    case Frame::Kind::kList:
      return {frame.message, frame.field};
    case Frame::Kind::kMap:
      return {MapEntry(frame), frame.field->message_type()->map_value()};
    case Frame::Kind::kSkip:
      break;
  }
  return {};
}

void Reader::Step() {
  if (!frames_.empty() && frames_.back().kind == Frame::Kind::kList) ++frames_.back().index;
}

bool Reader::Put(std::string problem) {
  if (!problem.empty()) Problem(PathOfValue(), std::move(problem));
  Step();
  return true;
}

bool Reader::null() {
  if (frames_.empty()) return Fail("The document must be an object, not null.");
  const Frame& frame = frames_.back();
  // A null member is an absent one (proto3 JSON); a null element means nothing.
  if (frame.kind == Frame::Kind::kList || frame.kind == Frame::Kind::kMap) {
    Problem(PathOfValue(), "must not be null");
  }
  Step();
  return true;
}

// Scalars differ in the call only.
#define JOINTLY_SCALAR(call)                                                                     \
  do {                                                                                           \
    if (frames_.empty()) return Fail("The document must be an object.");                         \
    const Slot slot = SlotForScalar();                                                           \
    return Put(slot.field == nullptr ? std::string() : call(*slot.message, *slot.field, value)); \
  } while (false)

bool Reader::boolean(bool value) { JOINTLY_SCALAR(SetBool); }
bool Reader::number_integer(std::int64_t value) { JOINTLY_SCALAR(SetInteger); }
bool Reader::number_unsigned(std::uint64_t value) { JOINTLY_SCALAR(SetUnsigned); }
bool Reader::number_float(double value, const std::string&) { JOINTLY_SCALAR(SetDouble); }

bool Reader::string(std::string& value) {
  if (frames_.empty()) return Fail("The document must be an object.");
  const Slot slot = SlotForScalar();
  if (slot.field == nullptr) return Put({});
  if (slot.field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) return Put(Wanted(*slot.field));
  return Put(SetText(*slot.message, *slot.field, value));
}

bool Reader::Push(Frame frame) {
  frames_.push_back(std::move(frame));
  return true;
}

bool Reader::start_object(std::size_t) {
  if (++depth_ > kJsonDepthMax) {
    return Fail("The document is nested deeper than " + std::to_string(kJsonDepthMax) + " levels.");
  }
  if (frames_.empty()) {
    return Push({.kind = Frame::Kind::kMessage, .message = root_});
  }
  Frame& frame = frames_.back();
  if (frame.kind == Frame::Kind::kMessage && frame.field != nullptr && frame.field->is_map()) {
    return Push({.kind = Frame::Kind::kMap, .message = frame.message, .field = frame.field});
  }
  const Slot slot = SlotForScalar();
  Frame next;
  if (slot.field != nullptr) {
    const bool object = slot.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
                        !IsTextMessage(*slot.field->message_type()) &&
                        !IsWrapper(*slot.field->message_type());
    if (object) {
      const protobuf::Reflection& reflection = *slot.message->GetReflection();
      next.kind = Frame::Kind::kMessage;
      next.message = slot.field->is_repeated()
                         ? reflection.AddMessage(slot.message, slot.field)
                         : reflection.MutableMessage(slot.message, slot.field);
    } else {
      Problem(PathOfValue(), Wanted(*slot.field));
    }
  }
  return Push(std::move(next));
}

bool Reader::start_array(std::size_t) {
  if (++depth_ > kJsonDepthMax) {
    return Fail("The document is nested deeper than " + std::to_string(kJsonDepthMax) + " levels.");
  }
  if (frames_.empty()) return Fail("The document must be an object, not a list.");
  const Frame& frame = frames_.back();
  Frame next;
  if (frame.kind == Frame::Kind::kMessage && frame.field != nullptr && frame.field->is_repeated() &&
      !frame.field->is_map()) {
    next.kind = Frame::Kind::kList;
    next.message = frame.message;
    next.field = frame.field;
  } else if (frame.kind != Frame::Kind::kSkip && frame.field != nullptr) {
    const FieldDescriptor& field =
        frame.kind == Frame::Kind::kMap ? *frame.field->message_type()->map_value() : *frame.field;
    Problem(PathOfValue(), frame.field->is_map() && frame.kind == Frame::Kind::kMessage
                               ? "must be an object"
                               : Wanted(field));
  }
  return Push(std::move(next));
}

bool Reader::End() {
  --depth_;
  frames_.pop_back();
  Step();
  return true;
}

bool Reader::Member(Frame& frame, const std::string& name) {
  const protobuf::Descriptor& type = *frame.message->GetDescriptor();
  frame.field = FieldNamed(type, name);
  if (frame.field == nullptr) {
    const std::string path = PathTo(frames_.size() - 1);
    return Problem((path.empty() ? "" : path + ".") + name.substr(0, 100), "is not a known field");
  }
  frame.seen.resize(static_cast<std::size_t>(type.field_count()));
  const auto index = static_cast<std::size_t>(frame.field->index());
  if (frame.seen[index]) {
    Problem(PathOfValue(), "is given twice");
    frame.field = nullptr;
    return true;
  }
  frame.seen[index] = true;
  const protobuf::OneofDescriptor* oneof = frame.field->real_containing_oneof();
  if (oneof != nullptr && frame.message->GetReflection()->HasOneof(*frame.message, oneof)) {
    Problem(PathOfValue(), "cannot be given together with another member of " + oneof->name());
    frame.field = nullptr;
  }
  return true;
}

bool Reader::key(std::string& name) {
  Frame& frame = frames_.back();
  if (frame.kind == Frame::Kind::kMessage) return Member(frame, name);
  frame.key = name;
  if (!frame.keys.insert(name).second) {
    // In a map and in what is refused anyway, a key twice is a document that two readers may
    // understand differently.
    return Fail("The member " +
                json(name.substr(0, 100)).dump(-1, ' ', false, json::error_handler_t::replace) +
                " is given twice in one object.");
  }
  return true;
}

bool Reader::parse_error(std::size_t, const std::string&, const json::exception& error) {
  // "[json.exception.parse_error.101] parse error at line 1, column 5: ..."
  std::string text = error.what();
  if (const std::size_t end = text.find("] "); end != std::string::npos) text.erase(0, end + 2);
  if (text.size() > kErrorBytesMax) text = text.substr(0, kErrorBytesMax) + "...";
  return Fail("The body is not valid JSON: " + text);
}

}  // namespace

absl::Status ReadJson(std::string_view text, std::string_view prefix, Message& message,
                      std::vector<FieldProblem>& problems) {
  // The lexer takes a NUL byte for the end of the text, and skips a byte order mark.
  if (text.find('\0') != std::string_view::npos) {
    return InvalidArgument(kInvalidJson, "The body is not valid JSON: it holds a NUL byte.");
  }
  if (text.starts_with("\xef\xbb\xbf")) {
    return InvalidArgument(kInvalidJson,
                           "The body is not valid JSON: it starts with a byte order mark.");
  }
  Reader reader(message, prefix, problems);
  if (json::sax_parse(text.begin(), text.end(), &reader, json::input_format_t::json, true)) {
    return absl::OkStatus();
  }
  return reader.fault();
}

}  // namespace jointly::gateway
