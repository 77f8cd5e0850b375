#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

// Small lists in one TEXT column: items separated by line feeds, parts of an item by tabs. Neither
// may occur in a value; api/convert refuses control characters.
namespace jointly::partnerships::store {

std::vector<std::string> Split(std::string_view text, char separator);
std::string Join(const std::vector<std::string>& items, char separator);
std::string EncodeMap(const std::map<std::string, std::string>& values);
std::map<std::string, std::string> DecodeMap(std::string_view text);

}  // namespace jointly::partnerships::store
