#pragma once

#include <absl/status/status.h>
#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <vector>

// JSON documents into messages. Protobuf's own parser takes what RFC 8259 forbids (single quotes,
// trailing commas, raw control characters, ...) and names one fault only, so a strict SAX pass
// (nlohmann's lexer: grammar, UTF-8, number range) drives the message directly. Beyond the grammar
// it refuses nesting deeper than kJsonDepthMax, a member given twice (under either of its names)
// and unknown members, and collects what is wrong with every field.
namespace jointly::gateway {

inline constexpr int kJsonDepthMax = 64;
inline constexpr std::size_t kViolationsMax = 100;

struct FieldProblem {
  std::string path;  // "application.choices[2].condition"
  std::string text;
};

// Reads the object `text` into `message`. `prefix` is where the message sits in the request
// ("application"; empty: it is the request).
// Errors: INVALID_ARGUMENT INVALID_JSON for what is not JSON at all; problems of fields are
// appended to `problems` and the status is OK.
absl::Status ReadJson(std::string_view text, std::string_view prefix,
                      google::protobuf::Message& message, std::vector<FieldProblem>& problems);

}  // namespace jointly::gateway
