#include "common/time/ids.h"

#include <sys/random.h>

#include <array>
#include <cctype>
#include <string_view>

#include "common/error/check.h"

namespace jointly {

std::uint64_t Rng::Below(std::uint64_t bound) {
  std::array<unsigned char, 8> bytes;
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  // Values above the last whole multiple would favour small results: draw again.
  for (;;) {
    Fill(bytes);
    std::uint64_t value = 0;
    for (const unsigned char byte : bytes) value = value << 8 | byte;
    if (value < limit) return value % bound;
  }
}

void SystemRng::Fill(std::span<unsigned char> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    Check(got > 0, "getrandom failed");
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

void SeededRng::Fill(std::span<unsigned char> bytes) {
  const std::lock_guard lock(mutex_);
  for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(engine_() >> 56);
}

std::string IdSource::Next() {
  std::array<unsigned char, 16> id;
  rng_.Fill(id);
  std::uint64_t milliseconds = static_cast<std::uint64_t>(Micros(clock_.Now())) / 1000;
  std::uint32_t sequence = 0;
  {
    const std::lock_guard lock(mutex_);
    if (milliseconds > last_milliseconds_) {
      last_milliseconds_ = milliseconds;
      sequence_ = static_cast<std::uint32_t>(id[6]) & 0x7f;  // Room to grow within the millisecond.
    } else if (++sequence_ > 0xfff) {
      ++last_milliseconds_;
      sequence_ = 0;
    }
    milliseconds = last_milliseconds_;
    sequence = sequence_;
  }
  for (int i = 0; i < 6; ++i) {
    id[static_cast<std::size_t>(i)] =
        static_cast<unsigned char>(milliseconds >> (8 * (5 - i)) & 0xff);
  }
  id[6] = static_cast<unsigned char>(0x70 | sequence >> 8);
  id[7] = static_cast<unsigned char>(sequence & 0xff);
  id[8] = static_cast<unsigned char>(0x80 | (id[8] & 0x3f));
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kHex[id[i] >> 4];
    text += kHex[id[i] & 15];
  }
  return text;
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

}  // namespace jointly
