#include "services/mobility/api/upload.h"

#include <algorithm>
#include <array>

#include "common/error/macros.h"
#include "services/mobility/api/convert.h"

namespace jointly::mobility {
namespace {

constexpr std::size_t kFileNameBytesMax = 255;

// What a document may be, by its content, and the extensions that say so.
struct MediaType {
  std::string_view name;
  std::array<std::string_view, 2> extensions;
  bool picture;  // A photograph or a scan.
  bool paper;    // A page that was issued: also what proves something may be of this type.
};
constexpr MediaType kMediaTypes[] = {
    {"application/pdf", {".pdf", ".pdf"}, false, true},
    {"image/png", {".png", ".png"}, true, true},
    {"image/jpeg", {".jpg", ".jpeg"}, true, true},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
     {".docx", ".docx"},
     false,
     false},
    {"application/vnd.oasis.opendocument.text", {".odt", ".odt"}, false, false},
};

// Texts are written by the student; everything else was issued by somebody and cannot be edited.
bool KindTakes(std::string_view kind, const MediaType& type) {
  if (kind == "photo") return type.picture;
  if (kind == "motivation_letter" || kind == "other") return true;
  return type.paper;
}

bool EndsWith(std::string_view name, std::string_view extension) {
  return name.size() > extension.size() && name.ends_with(extension);
}

std::string TypesOf(std::string_view kind) {
  std::string list;
  for (const MediaType& type : kMediaTypes) {
    if (!KindTakes(kind, type)) continue;
    if (!list.empty()) list += ", ";
    list += type.extensions[0];
  }
  return list;
}

bool IsHex64(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

void CheckStart(const pb::UploadDocumentRequest::Start& start, Violations& violations) {
  violations.Require(KnownDocumentKind(start.kind()), "start.kind",
                     "is no kind of document: see Document.kind for the list");
  const std::string& name = start.file_name();
  CheckLine(name.substr(0, kTextBytesMax), true, "start.file_name", violations);
  violations.Require(name.size() <= kFileNameBytesMax, "start.file_name",
                     "is longer than 255 bytes");
  violations.Require(name.find_first_of("/\\") == std::string::npos && name != "." && name != "..",
                     "start.file_name", "must be a name without a path");
  violations.Require(start.sha256().empty() || IsHex64(LowerCase(start.sha256())), "start.sha256",
                     "must be 64 hex digits, or left out");
}

absl::Status CheckContent(std::string_view kind, std::string_view file_name,
                          std::string_view media_type) {
  const std::string name = LowerCase(file_name);
  const Facts facts = {{"kind", std::string(kind)},
                       {"content", std::string(media_type)},
                       {"allowed", TypesOf(kind)}};
  const auto* type = std::find_if(std::begin(kMediaTypes), std::end(kMediaTypes),
                                  [&](const MediaType& row) { return row.name == media_type; });
  if (type == std::end(kMediaTypes) || !KindTakes(kind, *type)) {
    return InvalidArgument(kWrongContent,
                           "the content is " + std::string(media_type) + "; a " +
                               std::string(kind) + " may be: " + TypesOf(kind),
                           facts);
  }
  const bool named = std::any_of(type->extensions.begin(), type->extensions.end(),
                                 [&](std::string_view e) { return EndsWith(name, e); });
  if (named) return absl::OkStatus();
  return InvalidArgument(kWrongContent,
                         "the content is " + std::string(media_type) +
                             ", which the extension of its name does not say; name it *" +
                             std::string(type->extensions[0]),
                         facts);
}

absl::Status Upload::Append(std::string_view chunk) {
  if (chunk.size() > kUploadChunkBytes) {
    return InvalidArgument(kUploadTooLarge, "a chunk has at most 64 KiB",
                           {{"chunk_bytes", std::to_string(chunk.size())}});
  }
  const absl::Status status = writer_->Append(chunk);
  if (ReasonOf(status) != blob::kBlobTooLarge.name) return status;
  return InvalidArgument(kUploadTooLarge, "a document has at most 10 MiB: make it smaller",
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
  return CheckContent(start_.kind(), start_.file_name(), stored_.media_type);
}

}  // namespace jointly::mobility
