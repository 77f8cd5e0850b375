#pragma once

#include <absl/status/statusor.h>
#include <google/protobuf/repeated_field.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "common/error/error.h"

// Resource names: "applications/{id}", "institutions/{i}/units/{u}". Ids are lower case letters,
// digits and dashes, at most 64 bytes.
namespace jointly::rpc {

bool IsResourceId(std::string_view id);

// The ids of a name that has the collections of `pattern` ("institutions/*/units/*"); empty when it
// does not fit.
std::vector<std::string> ParseName(std::string_view pattern, std::string_view name);

// The single id of "applications/{id}". Errors: INVALID_ARGUMENT with the path and the form wanted.
absl::StatusOr<std::string> IdOf(std::string_view collection, std::string_view name,
                                 std::string_view path = "name");

// The names of a repeated field, which must fit `pattern` and be different ones.
struct NamesWanted {
  std::string_view pattern;  // "institutions/*".
  std::string_view path;     // "partners".
  int least = 1;
  int most = 20;
};
// Errors: INVALID_ARGUMENT with every name that does not fit, fewer or more than wanted.
absl::StatusOr<std::vector<std::string>> NamesOf(
    const google::protobuf::RepeatedPtrField<std::string>& names, const NamesWanted& wanted);

}  // namespace jointly::rpc
