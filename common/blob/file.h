#pragma once

#include <absl/status/status.h>

#include <string>
#include <string_view>
#include <utility>

namespace jointly::blob {

// An open file, closed with its owner.
class File {
 public:
  File() = default;
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~File();

  int get() const { return descriptor_; }
  bool valid() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};

// UNAVAILABLE BLOB_STORE_UNAVAILABLE for the system call that has just failed (errno).
absl::Status SystemFailure(std::string_view call, std::string_view path);

// An exclusive lock on a file, shared by all threads and processes that open it: each holder has an
// open file description of its own. Blocks. Released when destroyed.
File LockFile(const std::string& path);

// Makes a rename or a link in the directory durable.
absl::Status SyncDirectory(const std::string& path);

}  // namespace jointly::blob
