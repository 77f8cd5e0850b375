#include "services/budgets/api/upload.h"

#include <algorithm>

#include "common/text/text.h"

namespace jointly::budgets {
namespace {

constexpr std::string_view kKinds[] = {"quote", "invoice", "receipt", "order", "other"};

// What papers may be, by their content, and an extension that says so. Nothing that runs.
struct MediaType {
  std::string_view name;
  std::string_view extension;
  std::string_view other_extension = {};
};
constexpr MediaType kMediaTypes[] = {
    {"application/pdf", ".pdf"},
    {"image/png", ".png"},
    {"image/jpeg", ".jpg", ".jpeg"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"},
    {"application/vnd.oasis.opendocument.text", ".odt"},
    {"application/vnd.oasis.opendocument.spreadsheet", ".ods"},
};

}  // namespace

void CheckStart(const pb::UploadAttachmentRequest::Start& start, Violations& violations) {
  const bool known =
      std::find(std::begin(kKinds), std::end(kKinds), start.kind()) != std::end(kKinds);
  violations.Require(known, "start.kind", "must be quote, invoice, receipt, order or other");
  blob::CheckAnnounced(start.file_name(), start.sha256(), "start", violations);
}

absl::Status Upload::CheckContent(const blob::Stored& stored) const {
  const std::string& media_type = stored.media_type;
  const std::string name = LowerCase(start_.file_name());
  for (const MediaType& type : kMediaTypes) {
    if (type.name != media_type) continue;
    const bool named = name.ends_with(type.extension) ||
                       (!type.other_extension.empty() && name.ends_with(type.other_extension));
    if (named) return absl::OkStatus();
    return InvalidArgument(blob::kWrongContent,
                           "the content is " + media_type +
                               ", which the extension of its name does not say; name it *" +
                               std::string(type.extension),
                           {{"content", media_type}});
  }
  return InvalidArgument(blob::kWrongContent,
                         "the content is " + media_type +
                             "; an attachment may be: pdf, png, jpg, docx, xlsx, odt, ods",
                         {{"content", media_type}});
}

}  // namespace jointly::budgets
