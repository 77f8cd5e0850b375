#include "common/rpc/name.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "common/error/macros.h"

namespace jointly::rpc {
namespace {

constexpr std::size_t kIdBytesMax = 64;

// Cuts the part before the next slash off the front of `text`.
std::string_view TakeSegment(std::string_view& text, bool& last) {
  const std::size_t slash = text.find('/');
  last = slash == std::string_view::npos;
  const std::string_view segment = text.substr(0, slash);
  text = last ? std::string_view() : text.substr(slash + 1);
  return segment;
}

}  // namespace

bool IsResourceId(std::string_view id) {
  if (id.empty() || id.size() > kIdBytesMax) return false;
  for (const char c : id) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    if (!allowed) return false;
  }
  return true;
}

std::vector<std::string> ParseName(std::string_view pattern, std::string_view name) {
  std::vector<std::string> ids;
  for (;;) {
    bool pattern_ends = false;
    bool name_ends = false;
    const std::string_view wanted = TakeSegment(pattern, pattern_ends);
    const std::string_view given = TakeSegment(name, name_ends);
    if (wanted == "*") {
      if (!IsResourceId(given)) return {};
      ids.emplace_back(given);
    } else if (wanted != given) {
      return {};
    }
    if (pattern_ends != name_ends) return {};
    if (pattern_ends) return ids;
  }
}

absl::StatusOr<std::string> IdOf(std::string_view collection, std::string_view name,
                                 std::string_view path) {
  std::vector<std::string> ids = ParseName(std::string(collection) + "/*", name);
  if (!ids.empty()) return std::move(ids.front());
  Violations violations;
  violations.Add(path, (name.empty() ? "is missing: it has the form \"" : "has the form \"") +
                           std::string(collection) +
                           "/{id}\" with lower case letters, digits and dashes");
  return violations.ToStatus();
}

absl::StatusOr<std::vector<std::string>> NamesOf(
    const google::protobuf::RepeatedPtrField<std::string>& names, const NamesWanted& wanted) {
  Violations violations;
  const std::set<std::string> different(names.begin(), names.end());
  const std::string path(wanted.path);
  violations.Require(std::ssize(different) >= wanted.least, path,
                     "name at least " + std::to_string(wanted.least) + " different " +
                         std::string(wanted.pattern));
  violations.Require(names.size() <= wanted.most, path,
                     "name at most " + std::to_string(wanted.most));
  for (int i = 0; i < std::min(names.size(), wanted.most); ++i) {
    violations.Require(!ParseName(wanted.pattern, names[i]).empty(),
                       path + "[" + std::to_string(i) + "]",
                       "must look like " + std::string(wanted.pattern));
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace jointly::rpc
