#include "common/telemetry/trace.h"

#include <array>

namespace jointly::telemetry {
namespace {

constexpr std::size_t kTraceStart = 3;
constexpr std::size_t kTraceDigits = 32;
constexpr std::size_t kSpanStart = 36;
constexpr std::size_t kSpanDigits = 16;
constexpr std::size_t kFlagsStart = 53;

bool LowerHex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool AllZero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

std::string RandomHex(Rng& rng, std::size_t digits) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<unsigned char, kTraceDigits / 2> bytes;
  const auto used = std::span(bytes).first(digits / 2);
  std::string text;
  do {
    rng.Fill(used);
    text.clear();
    for (const unsigned char byte : used) {
      text += kHex[byte >> 4];
      text += kHex[byte & 15];
    }
  } while (AllZero(text));  // All zeros means "no id".
  return text;
}

}  // namespace

bool IsTraceparent(std::string_view text) {
  // Version 00 has exactly four parts. A later version would be read as 00; we do not forward what
  // we cannot check.
  if (text.size() != kFlagsStart + 2 || text.substr(0, kTraceStart) != "00-") return false;
  if (text[kSpanStart - 1] != '-' || text[kFlagsStart - 1] != '-') return false;
  const std::string_view trace = text.substr(kTraceStart, kTraceDigits);
  const std::string_view span = text.substr(kSpanStart, kSpanDigits);
  return LowerHex(trace) && LowerHex(span) && LowerHex(text.substr(kFlagsStart)) &&
         !AllZero(trace) && !AllZero(span);
}

std::string ChildTraceparent(std::string_view parent, Rng& rng) {
  std::string child = "00-";
  if (IsTraceparent(parent)) {
    child += parent.substr(kTraceStart, kTraceDigits);
    child += '-' + RandomHex(rng, kSpanDigits) + '-';
    child += parent.substr(kFlagsStart);
    return child;
  }
  child += RandomHex(rng, kTraceDigits) + '-' + RandomHex(rng, kSpanDigits) + "-00";
  return child;
}

}  // namespace jointly::telemetry
