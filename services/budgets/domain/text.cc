#include "services/budgets/domain/text.h"

namespace jointly::budgets {

std::string Text(std::int64_t minor, const money::Currency& currency) {
  return money::FormatMoney({.minor = minor, .currency = currency});
}

std::string Text(const LineKey& line) {
  const std::size_t slash = line.partner.rfind('/');
  const std::string partner =
      slash == std::string::npos ? line.partner : line.partner.substr(slash + 1);
  return line.period + "/" + line.category + "/" + partner + "/" + std::string(Name(line.kind));
}

std::string Text(const Hand& hand) {
  return hand.in_place_of.empty() ? hand.person : hand.person + " for " + hand.in_place_of;
}

std::string Join(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

}  // namespace jointly::budgets
