#include "services/budgets/api/upload.h"

#include <algorithm>
#include <cctype>

#include "common/error/macros.h"
#include "services/budgets/api/convert.h"

namespace jointly::budgets {
namespace {

constexpr std::size_t kFileNameBytesMax = 255;
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

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

bool IsHex64(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

absl::Status CheckContent(std::string_view file_name, std::string_view media_type) {
  const std::string name = LowerCase(file_name);
  for (const MediaType& type : kMediaTypes) {
    if (type.name != media_type) continue;
    const bool named = name.ends_with(type.extension) ||
                       (!type.other_extension.empty() && name.ends_with(type.other_extension));
    if (named) return absl::OkStatus();
    return InvalidArgument(kWrongContent,
                           "the content is " + std::string(media_type) +
                               ", which the extension of its name does not say; name it *" +
                               std::string(type.extension),
                           {{"content", std::string(media_type)}});
  }
  return InvalidArgument(kWrongContent,
                         "the content is " + std::string(media_type) +
                             "; an attachment may be: pdf, png, jpg, docx, xlsx, odt, ods",
                         {{"content", std::string(media_type)}});
}

}  // namespace

void CheckStart(const pb::UploadAttachmentRequest::Start& start, Violations& violations) {
  const bool known =
      std::find(std::begin(kKinds), std::end(kKinds), start.kind()) != std::end(kKinds);
  violations.Require(known, "start.kind", "must be quote, invoice, receipt, order or other");
  const std::string& name = start.file_name();
  CheckLine(name.substr(0, kTextBytesMax), true, "start.file_name", violations);
  violations.Require(name.size() <= kFileNameBytesMax, "start.file_name",
                     "is longer than 255 bytes");
  violations.Require(name.find_first_of("/\\") == std::string::npos && name != "." && name != "..",
                     "start.file_name", "must be a name without a path");
  violations.Require(start.sha256().empty() || IsHex64(LowerCase(start.sha256())), "start.sha256",
                     "must be 64 hex digits, or left out");
}

absl::Status Upload::Append(std::string_view chunk) {
  if (chunk.size() > kUploadChunkBytes) {
    return InvalidArgument(kUploadTooLarge, "a chunk has at most 64 KiB",
                           {{"chunk_bytes", std::to_string(chunk.size())}});
  }
  const absl::Status status = writer_->Append(chunk);
  if (ReasonOf(status) != blob::kBlobTooLarge.name) return status;
  return InvalidArgument(kUploadTooLarge, "an attachment has at most 10 MiB: make it smaller",
                         {{"bytes_max", std::to_string(kUploadBytesMax)}});
}

absl::Status Upload::Close() {
  ASSIGN_OR_RETURN(stored_, writer_->Finish());
  const std::string declared = LowerCase(start_.sha256());
  if (!declared.empty() && declared != stored_.sha256) {
    return InvalidArgument(kHashMismatch,
                           "the content that arrived is not the one that was announced: it was "
                           "cut or changed on the way; upload it again",
                           {{"announced", declared}, {"arrived", stored_.sha256}});
  }
  return CheckContent(start_.file_name(), stored_.media_type);
}

}  // namespace jointly::budgets
