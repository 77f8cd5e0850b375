#pragma once

#include <string>
#include <string_view>

// Marks in texts that must not travel: a name or an address holds kPersonalCanary and lies nowhere
// in the clear; what an office or a student writes holds kNoteCanary and stays with its owner.
namespace jointly::simulation {

inline constexpr std::string_view kPersonalCanary = "quetzal";
inline constexpr std::string_view kNoteCanary = "ortolan";

// Different case, because addresses are compared and stored in lower case.
inline bool HoldsPersonal(std::string_view text) {
  return text.find("quetzal") != std::string_view::npos ||
         text.find("Quetzal") != std::string_view::npos;
}

inline bool HoldsCanary(std::string_view text) {
  return HoldsPersonal(text) || text.find(kNoteCanary) != std::string_view::npos;
}

}  // namespace jointly::simulation
