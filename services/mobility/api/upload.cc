#include "services/mobility/api/upload.h"

#include <algorithm>
#include <array>

#include "common/text/text.h"
#include "services/mobility/domain/types.h"

namespace jointly::mobility {
namespace {

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

}  // namespace

void CheckStart(const pb::UploadDocumentRequest::Start& start, Violations& violations) {
  violations.Require(KnownDocumentKind(start.kind()), "start.kind",
                     "is no kind of document: see Document.kind for the list");
  blob::CheckAnnounced(start.file_name(), start.sha256(), "start", violations);
}

absl::Status Upload::CheckContent(const blob::Stored& stored) const {
  const std::string& kind = start_.kind();
  const std::string& media_type = stored.media_type;
  const std::string name = LowerCase(start_.file_name());
  const Facts facts = {{"kind", kind}, {"content", media_type}, {"allowed", TypesOf(kind)}};
  const auto* type = std::find_if(std::begin(kMediaTypes), std::end(kMediaTypes),
                                  [&](const MediaType& row) { return row.name == media_type; });
  if (type == std::end(kMediaTypes) || !KindTakes(kind, *type)) {
    return InvalidArgument(
        blob::kWrongContent,
        "the content is " + media_type + "; a " + kind + " may be: " + TypesOf(kind), facts);
  }
  const bool named = std::any_of(type->extensions.begin(), type->extensions.end(),
                                 [&](std::string_view e) { return EndsWith(name, e); });
  if (named) return absl::OkStatus();
  return InvalidArgument(blob::kWrongContent,
                         "the content is " + media_type +
                             ", which the extension of its name does not say; name it *" +
                             std::string(type->extensions[0]),
                         facts);
}

}  // namespace jointly::mobility
