#pragma once

#include <cstdint>
#include <mutex>
#include <random>
#include <span>

namespace jointly {

// Where randomness comes from. The simulator seeds it; production asks the operating system.
class Rng {
 public:
  virtual ~Rng() = default;
  virtual void Fill(std::span<unsigned char> bytes) = 0;
  // Uniform in [0, bound). `bound` > 0.
  std::uint64_t Below(std::uint64_t bound);
};

// The kernel's generator: fit for keys and tokens.
class SystemRng final : public Rng {
 public:
  void Fill(std::span<unsigned char> bytes) override;
};

// Repeatable; not for keys.
class SeededRng final : public Rng {
 public:
  explicit SeededRng(std::uint64_t seed) : engine_(seed) {}
  void Fill(std::span<unsigned char> bytes) override;

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

}  // namespace jointly
