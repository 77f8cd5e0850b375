#pragma once

#include <map>
#include <string>
#include <string_view>

namespace jointly::notifications {

// What a message is about, without its words: {"call": "calls/x", "due": "2026-11-14 12:00:00
// Europe/Paris"}. The words are made when somebody reads or is written to, in their language.
using Parameters = std::map<std::string, std::string>;

// "key=value" lines: what the database keeps.
std::string EncodeParameters(const Parameters& parameters);
Parameters DecodeParameters(std::string_view text);

}  // namespace jointly::notifications
