#pragma once

#include <absl/status/statusor.h>
#include <jointly/mobility/v1/mobility.pb.h>

#include <memory>
#include <string>

#include "common/blob/upload.h"
#include "common/error/error.h"

namespace jointly::mobility {

namespace pb = jointly::mobility::v1;

inline constexpr std::int64_t kStudentBytesMax = std::int64_t{100} * 1024 * 1024;
inline constexpr std::size_t kDocumentsMax = 30;  // Per application.

// A document that is being sent. Before Api::FinishUpload it is closed.
class Upload final : public blob::Upload {
 public:
  Upload(pb::UploadDocumentRequest::Start start, std::unique_ptr<blob::Writer> writer)
      : blob::Upload("a document", start.sha256(), std::move(writer)), start_(std::move(start)) {}

  const pb::UploadDocumentRequest::Start& start() const { return start_; }

 private:
  absl::Status CheckContent(const blob::Stored& stored) const override;

  pb::UploadDocumentRequest::Start start_;
};

// A document and the content behind it.
struct Download {
  pb::Document resource;
  std::unique_ptr<blob::Reader> content;
};

// The shape of the first message; every violation.
void CheckStart(const pb::UploadDocumentRequest::Start& start, Violations& violations);

}  // namespace jointly::mobility
