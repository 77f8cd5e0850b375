#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/error/error.h"

// Content-addressed files in a local directory. A blob is stored before the row that names it; what
// no row names is swept. Several processes may share the directory.
namespace jointly::blob {

inline constexpr Reason kBlobTooLarge{"BLOB_TOO_LARGE"};
inline constexpr Reason kBlobNotFound{"BLOB_NOT_FOUND"};
inline constexpr Reason kBlobStoreDown{"BLOB_STORE_UNAVAILABLE"};

inline constexpr std::size_t kChunkBytes = std::size_t{64} * 1024;

struct Stored {
  std::string sha256;  // Hex, also the address.
  std::int64_t size_bytes = 0;
  std::string media_type;  // As sniffed from the content by libmagic.
};

// Receives one upload into a temporary file. Destroyed without Finish: nothing stays, and neither
// does after a kill of the process. One thread at a time.
class Writer {
 public:
  virtual ~Writer() = default;
  // Errors: INVALID_ARGUMENT BLOB_TOO_LARGE past the limit; UNAVAILABLE when the disk is full.
  virtual absl::Status Append(std::string_view bytes) = 0;
  // Flushes, syncs and moves it to its address. Storing the same content twice is one file.
  virtual absl::StatusOr<Stored> Finish() = 0;
};

// Gives one content chunk by chunk, at the pace of who asks. One thread at a time.
class Reader {
 public:
  virtual ~Reader() = default;
  // At most 64 KiB; empty: the end. Errors: DATA_LOSS when the content no longer has its hash,
  // which is known only at the end.
  virtual absl::StatusOr<std::string> Next() = 0;
};

// Thread-safe. Writers may outlive neither the store nor their process.
class Store {
 public:
  // Makes the directory when missing, and removes what a killed process left half written.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& directory);
  virtual ~Store() = default;
  virtual absl::StatusOr<std::unique_ptr<Writer>> Begin(std::int64_t size_bytes_max) = 0;
  // Errors: NOT_FOUND.
  virtual absl::StatusOr<std::unique_ptr<Reader>> OpenReader(const std::string& sha256) = 0;
  // Streams the content in chunks of at most 64 KiB. Errors: NOT_FOUND, DATA_LOSS when the content
  // no longer has its hash (checked at the end), and whatever the sink returns.
  absl::Status Read(const std::string& sha256,
                    const std::function<absl::Status(std::string_view)>& sink);
  // Deletes files older than `age` for which `is_named` says no. Returns how many. Storing a
  // content again makes its file young, so a file that is about to be named is never deleted.
  virtual absl::StatusOr<int> Sweep(
      std::chrono::seconds age,
      const std::function<absl::StatusOr<bool>(const std::string&)>& is_named) = 0;
};

}  // namespace jointly::blob
