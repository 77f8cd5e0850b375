#pragma once

#include <string>
#include <string_view>

// Which passwords are taken: long enough, and not among those that guessers try first. No rules of
// composition (OWASP ASVS 6.2): they make passwords worse.
namespace jointly::identity {

inline constexpr std::size_t kPasswordCharactersMin = 12;
inline constexpr std::size_t kPasswordCharactersMax = 128;

// What is wrong with it, as a sentence for the person who chose it; empty when it is fine. `email`
// is in normal form.
std::string PasswordProblem(std::string_view password, std::string_view email);

}  // namespace jointly::identity
