#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "common/time/clock.h"
#include "common/time/rng.h"

namespace jointly {

// Makes UUIDv7 texts (RFC 9562): lower case, sortable by creation, strictly growing in one process
// even when the clock stands still or jumps back. Safe to share between threads.
class IdSource {
 public:
  IdSource(const Clock& clock, Rng& rng) : clock_(clock), rng_(rng) {}
  std::string Next();

 private:
  const Clock& clock_;
  Rng& rng_;
  std::mutex mutex_;
  std::uint64_t last_milliseconds_ = 0;
  std::uint32_t sequence_ = 0;
};

// Whether `text` is a UUID in its 36-character form, any version, any case.
bool IsUuid(std::string_view text);

}  // namespace jointly
