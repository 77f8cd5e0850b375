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

// The key of a budget's warning, which makes two of them the same: the line, the warning's kind,
// its threshold, the authorised version and the number of the crossing.
std::string AlertSource(const std::string& budget, const Parameters& parameters);

}  // namespace jointly::notifications
