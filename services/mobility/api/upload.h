#pragma once

#include <absl/status/statusor.h>
#include <jointly/mobility/v1/mobility.pb.h>

#include <memory>
#include <string>

#include "common/blob/blob.h"
#include "common/error/error.h"

namespace jointly::mobility {

namespace pb = jointly::mobility::v1;

inline constexpr std::int64_t kUploadBytesMax = std::int64_t{10} * 1024 * 1024;
inline constexpr std::int64_t kStudentBytesMax = std::int64_t{100} * 1024 * 1024;
inline constexpr std::size_t kDocumentsMax = 30;  // Per application.
inline constexpr std::size_t kUploadChunkBytes = std::size_t{64} * 1024;

inline constexpr Reason kUploadTooLarge{"UPLOAD_TOO_LARGE"};
inline constexpr Reason kUploadQuota{"UPLOAD_QUOTA"};
inline constexpr Reason kWrongContent{"WRONG_CONTENT"};
inline constexpr Reason kHashMismatch{"HASH_MISMATCH"};

// An upload that is running. Destroyed without Close: nothing stays of it; closed and not finished:
// a content that nothing names, which is swept. One thread at a time.
class Upload {
 public:
  Upload(pb::UploadDocumentRequest::Start start, std::unique_ptr<blob::Writer> writer)
      : start_(std::move(start)), writer_(std::move(writer)) {}

  // Errors: INVALID_ARGUMENT UPLOAD_TOO_LARGE past 10 MiB, or for a chunk of more than 64 KiB.
  absl::Status Append(std::string_view chunk);
  // The end of the content: stores it, and checks what it is against its name, its kind and its
  // declared hash. Before Api::FinishUpload.
  absl::Status Close();

  const pb::UploadDocumentRequest::Start& start() const { return start_; }
  const blob::Stored& stored() const { return stored_; }  // After Close.

 private:
  pb::UploadDocumentRequest::Start start_;
  std::unique_ptr<blob::Writer> writer_;
  blob::Stored stored_;
};

// A document and the content behind it.
struct Download {
  pb::Document document;
  std::unique_ptr<blob::Reader> content;
};

// The shape of the first message; every violation.
void CheckStart(const pb::UploadDocumentRequest::Start& start, Violations& violations);

// OK when content of this type may be a document of this kind and has a name that says so.
absl::Status CheckContent(std::string_view kind, std::string_view file_name,
                          std::string_view media_type);

}  // namespace jointly::mobility
