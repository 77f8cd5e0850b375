#pragma once

#include <absl/status/statusor.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace jointly::identity {

struct PasswordCost {
  std::size_t memory_bytes = 19 * 1024 * 1024;  // The least that OWASP ASVS 5.0 allows.
  std::uint64_t passes = 2;
  int at_once = 2;       // Each takes a core and its memory.
  int waiting_max = 16;  // More callers than this are turned away at once.
  std::chrono::milliseconds wait_max{5'000};
};

// Argon2id. Hashing is the most expensive thing that a stranger can make the process do, so only a
// few run at once, and only a few more may wait: the pool's other threads stay free.
class PasswordHasher {
 public:
  // The right to hash. Holds one of the places until it goes.
  class Turn {
   public:
    Turn(Turn&& other) noexcept : hasher_(std::exchange(other.hasher_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    friend class PasswordHasher;
    explicit Turn(PasswordHasher& hasher) : hasher_(&hasher) {}
    PasswordHasher* hasher_;
  };

  explicit PasswordHasher(const PasswordCost& cost);

  // Errors: UNAVAILABLE SIGN_IN_BUSY with RetryInfo, at once when too many wait already.
  absl::StatusOr<Turn> Wait(std::chrono::steady_clock::time_point deadline);

  // Errors: UNAVAILABLE when there is no memory for it.
  absl::StatusOr<std::string> Hash(const Turn& turn, std::string_view password);
  // An empty hash takes as long as a real one and is never right: so an unknown address cannot be
  // told by the time of the answer.
  bool Verify(const Turn& turn, const std::string& hash, std::string_view password);
  // Made with another cost than today's.
  bool NeedsRehash(const std::string& hash) const;

  // How many hashes were computed, for tests and metrics.
  std::int64_t computed() const { return computed_; }

 private:
  void Release();

  const PasswordCost cost_;
  std::string decoy_;
  std::atomic<std::int64_t> computed_{0};
  std::mutex mutex_;
  std::condition_variable freed_;
  int running_ = 0;
  int waiting_ = 0;
};

}  // namespace jointly::identity
