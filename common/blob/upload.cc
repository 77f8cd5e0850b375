#include "common/blob/upload.h"

#include <algorithm>

#include "common/error/macros.h"
#include "common/text/text.h"

namespace jointly::blob {
namespace {

constexpr std::size_t kFileNameBytesMax = 255;

bool IsHex64(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

void CheckAnnounced(std::string_view file_name, std::string_view sha256, std::string_view path,
                    Violations& violations) {
  const std::string name_path = std::string(path) + ".file_name";
  CheckText(file_name, {.required = true, .bytes_max = kFileNameBytesMax}, name_path, violations);
  violations.Require(file_name.find_first_of("/\\") == std::string_view::npos && file_name != "." &&
                         file_name != "..",
                     name_path, "must be a name without a path");
  violations.Require(sha256.empty() || IsHex64(LowerCase(sha256)), std::string(path) + ".sha256",
                     "must be 64 hex digits, or left out");
}

Upload::Upload(std::string noun, std::string_view sha256, std::unique_ptr<Writer> writer)
    : noun_(std::move(noun)), announced_(LowerCase(sha256)), writer_(std::move(writer)) {}

absl::Status Upload::Append(std::string_view chunk) {
  if (chunk.size() > kChunkBytes) {
    return InvalidArgument(kUploadTooLarge, "a chunk has at most 64 KiB",
                           {{"chunk_bytes", std::to_string(chunk.size())}});
  }
  const absl::Status status = writer_->Append(chunk);
  if (ReasonOf(status) != kBlobTooLarge.name) return status;
  return InvalidArgument(kUploadTooLarge, noun_ + " has at most 10 MiB: make it smaller",
                         {{"bytes_max", std::to_string(kUploadBytesMax)}});
}

absl::Status Upload::Close() {
  ASSIGN_OR_RETURN(stored_, writer_->Finish());
  if (!announced_.empty() && announced_ != stored_.sha256) {
    return InvalidArgument(kHashMismatch,
                           "the content that arrived is not the one that was announced: it was "
                           "cut or changed on the way; upload it again",
                           {{"announced", announced_}, {"arrived", stored_.sha256}});
  }
  return CheckContent(stored_);
}

}  // namespace jointly::blob
