#include "services/notifications/domain/parameters.h"

#include <algorithm>

namespace jointly::notifications {

std::string EncodeParameters(const Parameters& parameters) {
  std::string out;
  for (const auto& [key, value] : parameters) {
    std::string line = value;
    // A title may hold a line break; a message's line does not.
    std::replace(line.begin(), line.end(), '\n', ' ');
    out += key + "=" + line + "\n";
  }
  return out;
}

Parameters DecodeParameters(std::string_view text) {
  Parameters out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos) {
      out.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

std::string AlertSource(const std::string& budget, const Parameters& parameters) {
  std::string source = "budgets.alert/" + budget;
  for (const char* part : {"line", "alert", "percent", "version", "crossing"}) {
    const auto found = parameters.find(part);
    source += "/" + (found == parameters.end() ? "" : found->second);
  }
  return source;
}

}  // namespace jointly::notifications
