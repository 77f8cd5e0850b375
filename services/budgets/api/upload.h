#pragma once

#include <absl/status/statusor.h>
#include <jointly/budgets/v1/budgets.pb.h>

#include <memory>
#include <string>

#include "common/blob/blob.h"
#include "common/error/error.h"

namespace jointly::budgets {

namespace pb = jointly::budgets::v1;

inline constexpr std::int64_t kUploadBytesMax = std::int64_t{10} * 1024 * 1024;
inline constexpr std::size_t kAttachmentsMax = 30;  // Per document.
inline constexpr std::size_t kUploadChunkBytes = std::size_t{64} * 1024;

inline constexpr Reason kUploadTooLarge{"UPLOAD_TOO_LARGE"};
inline constexpr Reason kUploadQuota{"UPLOAD_QUOTA"};
inline constexpr Reason kWrongContent{"WRONG_CONTENT"};
inline constexpr Reason kHashMismatch{"HASH_MISMATCH"};

// An upload that is running. Destroyed without Close: nothing stays of it; closed and not finished:
// a content that nothing names, which is swept. One thread at a time.
class Upload {
 public:
  Upload(pb::UploadAttachmentRequest::Start start, std::unique_ptr<blob::Writer> writer)
      : start_(std::move(start)), writer_(std::move(writer)) {}

  // Errors: INVALID_ARGUMENT UPLOAD_TOO_LARGE past 10 MiB, or for a chunk of more than 64 KiB.
  absl::Status Append(std::string_view chunk);
  // The end of the content: stores it, and checks what it is against its name and its declared
  // hash. Before Api::FinishUpload.
  absl::Status Close();

  const pb::UploadAttachmentRequest::Start& start() const { return start_; }
  const blob::Stored& stored() const { return stored_; }  // After Close.

 private:
  pb::UploadAttachmentRequest::Start start_;
  std::unique_ptr<blob::Writer> writer_;
  blob::Stored stored_;
};

// An attachment and the content behind it.
struct Download {
  pb::Attachment attachment;
  std::unique_ptr<blob::Reader> content;
};

// The shape of the first message; every violation.
void CheckStart(const pb::UploadAttachmentRequest::Start& start, Violations& violations);

}  // namespace jointly::budgets
