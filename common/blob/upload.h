#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/blob/blob.h"

// What the services ask of a content that comes in pieces, whatever it is for.
namespace jointly::blob {

inline constexpr std::int64_t kUploadBytesMax = std::int64_t{10} * 1024 * 1024;

inline constexpr Reason kUploadTooLarge{"UPLOAD_TOO_LARGE"};
inline constexpr Reason kUploadQuota{"UPLOAD_QUOTA"};
inline constexpr Reason kWrongContent{"WRONG_CONTENT"};
inline constexpr Reason kHashMismatch{"HASH_MISMATCH"};

// What an upload says of its content before it sends it: the fields `file_name` and `sha256` below
// `path`. Adds every violation.
void CheckAnnounced(std::string_view file_name, std::string_view sha256, std::string_view path,
                    Violations& violations);

// An upload that is running. Destroyed without Close: nothing stays of it; closed and not named by
// a row: a content that is swept. One thread at a time.
class Upload {
 public:
  virtual ~Upload() = default;
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  // Errors: INVALID_ARGUMENT UPLOAD_TOO_LARGE past the writer's limit, which is kUploadBytesMax, or
  // for a chunk of more than kChunkBytes.
  absl::Status Append(std::string_view chunk);
  // The end of the content: stores it, and checks what it is against what was announced. Errors:
  // INVALID_ARGUMENT HASH_MISMATCH and WRONG_CONTENT.
  absl::Status Close();

  const Stored& stored() const { return stored_; }  // After Close.

 protected:
  // `noun` is what the service calls such a content: "a document". `sha256` may be empty.
  Upload(std::string noun, std::string_view sha256, std::unique_ptr<Writer> writer);

 private:
  // OK when content of this type may be what was announced, and has a name that says so.
  virtual absl::Status CheckContent(const Stored& stored) const = 0;

  std::string noun_;
  std::string announced_;
  std::unique_ptr<Writer> writer_;
  Stored stored_;
};

}  // namespace jointly::blob
