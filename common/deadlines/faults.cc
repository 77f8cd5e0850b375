#include "common/deadlines/faults.h"

#include <algorithm>

namespace jointly::deadlines {
namespace {

// How many bytes the character that starts here has; 0: it is no UTF-8.
std::size_t CharacterLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80   ? 1
                             : byte(0) < 0xC2 ? 0
                             : byte(0) < 0xE0 ? 2
                             : byte(0) < 0xF0 ? 3
                             : byte(0) < 0xF5 ? 4
                                              : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates and what lies beyond Unicode.
  if (length == 3 && (byte(0) == 0xE0 && byte(1) < 0xA0)) return 0;
  if (length == 3 && (byte(0) == 0xED && byte(1) > 0x9F)) return 0;
  if (length == 4 && (byte(0) == 0xF0 && byte(1) < 0x90)) return 0;
  if (length == 4 && (byte(0) == 0xF4 && byte(1) > 0x8F)) return 0;
  return length;
}

// A message quotes what somebody typed, and must be UTF-8 itself.
std::string Readable(std::string_view text) {
  std::string readable;
  while (!text.empty()) {
    const std::size_t length = CharacterLength(text);
    readable += length == 0 ? "?" : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return readable;
}

}  // namespace

absl::Status ToStatus(const std::vector<Fault>& faults) {
  if (faults.empty()) return absl::OkStatus();
  Violations violations;
  for (const Fault& fault : faults)
    violations.Add(Readable(fault.path), fault.reason + ": " + Readable(fault.text));
  const absl::Status listed = violations.ToStatus();
  const bool alike = std::all_of(faults.begin(), faults.end(), [&](const Fault& fault) {
    return fault.reason == faults.front().reason;
  });
  absl::Status status =
      InvalidArgument(alike ? Reason{faults.front().reason} : kRulesRefused, MessageOf(listed),
                      {{"faults", std::to_string(faults.size())}});
  // The list of violations goes along; the reason is the one given here.
  const std::string own = "type.googleapis.com/google.rpc.ErrorInfo";
  listed.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    if (url != own) status.SetPayload(url, payload);
  });
  return status;
}

}  // namespace jointly::deadlines
