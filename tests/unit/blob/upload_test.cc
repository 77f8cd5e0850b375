#include "common/blob/upload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/auth/cipher.h"

namespace jointly::blob {
namespace {

constexpr std::int64_t kLimit = 10;

// Keeps what comes in memory.
class MemoryWriter final : public Writer {
 public:
  absl::Status Append(std::string_view bytes) override {
    content_ += bytes;
    if (content_.size() <= kLimit) return absl::OkStatus();
    return InvalidArgument(kBlobTooLarge, "too large");
  }
  absl::StatusOr<Stored> Finish() override {
    return Stored{.sha256 = auth::Sha256Hex(content_),
                  .size_bytes = static_cast<std::int64_t>(content_.size()),
                  .media_type = "text/plain"};
  }

 private:
  std::string content_;
};

// Takes contents of one type.
class Letter final : public Upload {
 public:
  Letter(std::string_view sha256, std::string media_type)
      : Upload("a letter", sha256, std::make_unique<MemoryWriter>()),
        media_type_(std::move(media_type)) {}

 private:
  absl::Status CheckContent(const Stored& stored) const override {
    if (stored.media_type == media_type_) return absl::OkStatus();
    return InvalidArgument(kWrongContent, "a letter is " + media_type_);
  }

  std::string media_type_;
};

TEST(UploadTest, TakesOnlyWhatWasAnnounced) {
  const std::string hash = auth::Sha256Hex("abcdef");
  std::string capitals = hash;
  for (char& c : capitals) c = static_cast<char>(std::toupper(c));
  const struct {
    const char* what;
    std::vector<std::string> chunks;
    std::string sha256;
    const char* media_type;
    const char* reason;
  } rows[] = {
      {"in pieces", {"abc", "def"}, hash, "text/plain", ""},
      {"a hash in capitals", {"abcdef"}, capitals, "text/plain", ""},
      {"no hash", {"abcdef"}, "", "text/plain", ""},
      {"cut on the way", {"abc"}, hash, "text/plain", "HASH_MISMATCH"},
      {"of another type", {"abcdef"}, hash, "image/png", "WRONG_CONTENT"},
      {"cut and of another type", {"abc"}, hash, "image/png", "HASH_MISMATCH"},
      {"past the limit", {"abcdef", "ghijk"}, "", "text/plain", "UPLOAD_TOO_LARGE"},
      {"a chunk too large", {std::string(kChunkBytes + 1, 'x')}, "", "", "UPLOAD_TOO_LARGE"},
  };
  for (const auto& row : rows) {
    Letter letter(row.sha256, row.media_type);
    absl::Status status;
    for (const std::string& chunk : row.chunks) {
      status = letter.Append(chunk);
      if (!status.ok()) break;
    }
    if (status.ok()) status = letter.Close();
    EXPECT_EQ(ReasonOf(status), row.reason) << row.what << ": " << status;
    if (status.ok()) {
      EXPECT_EQ(letter.stored().sha256, hash) << row.what;
    }
  }
}

TEST(UploadTest, SaysWhatIsTooLarge) {
  Letter letter("", "text/plain");
  EXPECT_EQ(MessageOf(letter.Append("longer than ten")),
            "a letter has at most 10 MiB: make it smaller");
}

TEST(UploadTest, AnnouncementsAreNamesWithoutAPath) {
  const std::string hash = auth::Sha256Hex("");
  const struct {
    std::string file_name;
    std::string sha256;
    const char* violations;  // Of the message; empty: none.
  } rows[] = {
      {"transcript.pdf", hash, ""},
      {"成績証明書.pdf", "", ""},
      {std::string(255, 'x'), "", ""},
      {"", "", "start.file_name is required"},
      {std::string(256, 'x'), "", "start.file_name is longer than 255 bytes"},
      {"a\nb.pdf", "", "start.file_name has control characters"},
      {"a\x7f", "", "start.file_name has control characters"},
      {"a/b.pdf", "", "start.file_name must be a name without a path"},
      {"a\\b.pdf", "", "start.file_name must be a name without a path"},
      {".", "", "start.file_name must be a name without a path"},
      {"..", "", "start.file_name must be a name without a path"},
      {"a.pdf", hash.substr(1), "start.sha256 must be 64 hex digits, or left out"},
      {"a.pdf", "g" + hash.substr(1), "start.sha256 must be 64 hex digits, or left out"},
  };
  for (const auto& row : rows) {
    Violations violations;
    CheckAnnounced(row.file_name, row.sha256, "start", violations);
    const absl::Status status = violations.ToStatus();
    if (*row.violations == '\0') {
      EXPECT_TRUE(status.ok()) << row.file_name << ": " << status;
    } else {
      EXPECT_THAT(MessageOf(status), testing::HasSubstr(row.violations)) << row.file_name;
    }
  }
}

}  // namespace
}  // namespace jointly::blob
