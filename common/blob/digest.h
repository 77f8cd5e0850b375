#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace jointly::blob {

// SHA-256 of what passes by.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  void Update(std::string_view bytes);
  std::string FinishHex();  // Once.

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;
};

// 64 lower-case hex digits: nothing else may become part of a path.
bool IsSha256Hex(std::string_view text);

}  // namespace jointly::blob
