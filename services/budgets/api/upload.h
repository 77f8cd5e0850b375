#pragma once

#include <absl/status/statusor.h>
#include <jointly/budgets/v1/budgets.pb.h>

#include <memory>
#include <string>

#include "common/blob/upload.h"
#include "common/error/error.h"

namespace jointly::budgets {

namespace pb = jointly::budgets::v1;

inline constexpr std::size_t kAttachmentsMax = 30;  // Per document.

// An attachment that is being sent. Before Api::FinishUpload it is closed.
class Upload final : public blob::Upload {
 public:
  Upload(pb::UploadAttachmentRequest::Start start, std::unique_ptr<blob::Writer> writer)
      : blob::Upload("an attachment", start.sha256(), std::move(writer)),
        start_(std::move(start)) {}

  const pb::UploadAttachmentRequest::Start& start() const { return start_; }

 private:
  absl::Status CheckContent(const blob::Stored& stored) const override;

  pb::UploadAttachmentRequest::Start start_;
};

// An attachment and the content behind it.
struct Download {
  pb::Attachment resource;
  std::unique_ptr<blob::Reader> content;
};

// The shape of the first message; every violation.
void CheckStart(const pb::UploadAttachmentRequest::Start& start, Violations& violations);

}  // namespace jointly::budgets
