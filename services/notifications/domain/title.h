#pragma once

#include <string>
#include <string_view>

namespace jointly::notifications {

// The parameter that holds what is due in one language, where a rule says it as data: "title.fr".
inline std::string TitleKey(std::string_view language) { return "title." + std::string(language); }

}  // namespace jointly::notifications
