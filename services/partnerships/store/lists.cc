#include "services/partnerships/store/lists.h"

namespace jointly::partnerships::store {

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    items.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
    if (text.empty()) items.emplace_back();
  }
  return items;
}

std::string Join(const std::vector<std::string>& items, char separator) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += separator;
    text += items[i];
  }
  return text;
}

std::string EncodeMap(const std::map<std::string, std::string>& values) {
  std::vector<std::string> items;
  for (const auto& [name, value] : values) items.push_back(name + "\t" + value);
  return Join(items, '\n');
}

std::map<std::string, std::string> DecodeMap(std::string_view text) {
  std::map<std::string, std::string> values;
  for (const std::string& item : Split(text, '\n')) {
    const std::size_t tab = item.find('\t');
    if (tab != std::string::npos) values[item.substr(0, tab)] = item.substr(tab + 1);
  }
  return values;
}

}  // namespace jointly::partnerships::store
