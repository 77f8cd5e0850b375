#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

// Content-addressed files in a local directory. A blob is stored before the row that names it; what
// no row names is swept.
namespace jointly::blob {

struct Stored {
  std::string sha256;  // Hex, also the address.
  std::int64_t size_bytes = 0;
  std::string media_type;  // As sniffed from the content by libmagic.
};

// Receives one upload into a temporary file. Destroyed without Finish: nothing stays.
class Writer {
 public:
  virtual ~Writer() = default;
  // Errors: INVALID_ARGUMENT BLOB_TOO_LARGE past the limit; UNAVAILABLE when the disk is full.
  virtual absl::Status Append(std::string_view bytes) = 0;
  // Flushes, syncs and moves it to its address. Storing the same content twice is one file.
  virtual absl::StatusOr<Stored> Finish() = 0;
};

class Store {
 public:
  static absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& directory);
  virtual ~Store() = default;
  virtual absl::StatusOr<std::unique_ptr<Writer>> Begin(std::int64_t size_bytes_max) = 0;
  // Streams the content in chunks of at most 64 KiB. Errors: NOT_FOUND, DATA_LOSS when the content no
  // longer has its hash (checked at the end).
  virtual absl::Status Read(const std::string& sha256,
                            const std::function<absl::Status(std::string_view)>& sink) = 0;
  // Deletes files older than `age` for which `is_named` says no. Returns how many.
  virtual absl::StatusOr<int> Sweep(std::chrono::seconds age,
                                    const std::function<absl::StatusOr<bool>(const std::string&)>& is_named) = 0;
};

}  // namespace jointly::blob
