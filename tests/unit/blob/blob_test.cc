#include "common/blob/blob.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "common/auth/cipher.h"
#include "tests/support/sample_files.h"

namespace jointly::blob {
namespace {

constexpr std::int64_t kLimit = 1 << 20;

class BlobTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = testing::TempDir() + "/blobXXXXXX";
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    directory_ = path;
    auto store = Store::Open(directory_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  absl::StatusOr<Stored> Put(std::string_view content, std::int64_t limit = kLimit) {
    auto writer = store_->Begin(limit);
    if (!writer.ok()) return writer.status();
    for (std::size_t at = 0; at < content.size(); at += kChunkBytes) {
      const absl::Status status = (*writer)->Append(content.substr(at, kChunkBytes));
      if (!status.ok()) return status;
    }
    return (*writer)->Finish();
  }

  absl::StatusOr<std::string> Get(const std::string& sha256) {
    std::string content;
    const absl::Status status = store_->Read(sha256, [&](std::string_view chunk) {
      EXPECT_LE(chunk.size(), kChunkBytes);
      content += chunk;
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
    return content;
  }

  std::string PathOf(const std::string& sha256) const {
    return directory_ + "/objects/" + sha256.substr(0, 2) + "/" + sha256.substr(2);
  }
  std::size_t Count(const std::string& folder) const {
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(directory_ + "/" + folder)) {
      if (entry.is_regular_file()) ++count;
    }
    return count;
  }
  void MakeOld(const std::string& sha256) {
    std::filesystem::last_write_time(
        PathOf(sha256), std::filesystem::last_write_time(PathOf(sha256)) - std::chrono::hours(48));
  }

  std::string directory_;
  std::unique_ptr<Store> store_;
};

std::function<absl::StatusOr<bool>(const std::string&)> Always(bool answer) {
  return [answer](const std::string&) -> absl::StatusOr<bool> { return answer; };
}

TEST_F(BlobTest, GivesBackWhatWasStored) {
  const std::string content(200'000, 'x');
  const auto stored = Put(content);
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->sha256, auth::Sha256Hex(content));
  EXPECT_EQ(stored->size_bytes, 200'000);
  const auto read = Get(stored->sha256);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, content);
}

TEST_F(BlobTest, KnowsContentsByWhatTheyAre) {
  struct Case {
    const char* what;
    std::string content;
    const char* media_type;
  };
  const std::vector<Case> cases = {
      {"PDF", test::SamplePdf(), "application/pdf"},
      {"PNG", test::SamplePng(), "image/png"},
      {"JPEG", test::SampleJpeg(), "image/jpeg"},
      {"DOCX", test::SampleDocx(),
       "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {"ODT", test::SampleOdt(), "application/vnd.oasis.opendocument.text"},
      {"plain ZIP", test::MakeZip({{"a.txt", "hello"}}), "application/zip"},
      {"HTML", "<!DOCTYPE html><html><script>alert(1)</script></html>", "text/html"},
      {"ELF",
       std::string("\x7f"
                   "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0",
                   24),
       "application/x-executable"},
  };
  for (const Case& row : cases) {
    const auto stored = Put(row.content);
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_EQ(stored->media_type, row.media_type) << row.what;
  }
}

TEST_F(BlobTest, StoresEqualContentsOnce) {
  const auto first = Put("same");
  const auto second = Put("same");
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->sha256, second->sha256);
  EXPECT_EQ(Count("objects"), 1u);
}

TEST_F(BlobTest, RefusesMoreThanTheLimitAndLeavesNothing) {
  EXPECT_TRUE(Put("12345", 5).ok());
  const auto refused = Put("123456", 5);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(refused.status()), "BLOB_TOO_LARGE");
  EXPECT_EQ(Count("incoming"), 0u);
  EXPECT_EQ(Count("objects"), 1u);
}

TEST_F(BlobTest, AnUploadGivenUpLeavesNothing) {
  {
    auto writer = store_->Begin(kLimit);
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->Append("half").ok());
    EXPECT_EQ(Count("incoming"), 1u);
  }
  EXPECT_EQ(Count("incoming"), 0u);
}

TEST_F(BlobTest, AKilledProcessLeavesNothingAfterTheNextOpening) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto writer = store_->Begin(kLimit);
    if (writer.ok()) (void)(*writer)->Append("half");
    ::_exit(0);  // No destructor runs.
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(Count("incoming"), 1u);
  auto running = store_->Begin(kLimit);  // Another process's upload, still running.
  ASSERT_TRUE(running.ok());
  ASSERT_TRUE(Store::Open(directory_).ok());
  EXPECT_EQ(Count("incoming"), 1u) << "the running upload stays, the orphan goes";
  EXPECT_TRUE((*running)->Append("whole").ok());
  EXPECT_TRUE((*running)->Finish().ok());
}

TEST_F(BlobTest, AnswersNotFoundForWhatIsNoAddress) {
  for (const char* address : {"", "abc", "../../../../etc/passwd",
                              "ABCDEF0000000000000000000000000000000000000000000000000000000000",
                              "0000000000000000000000000000000000000000000000000000000000000000"}) {
    EXPECT_EQ(Get(address).status().code(), absl::StatusCode::kNotFound) << address;
  }
}

TEST_F(BlobTest, NoticesADamagedFile) {
  const auto stored = Put("content");
  ASSERT_TRUE(stored.ok());
  std::filesystem::permissions(PathOf(stored->sha256), std::filesystem::perms::owner_all);
  std::ofstream(PathOf(stored->sha256)) << "Content";
  EXPECT_EQ(Get(stored->sha256).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(BlobTest, StopsWhenTheSinkRefuses) {
  const auto stored = Put(std::string(300'000, 'y'));
  ASSERT_TRUE(stored.ok());
  int chunks = 0;
  const absl::Status status = store_->Read(stored->sha256, [&](std::string_view) {
    ++chunks;
    return absl::CancelledError("the reader left");
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(chunks, 1);
}

TEST_F(BlobTest, SweepsOldContentsThatNothingNames) {
  const auto named = Put("named");
  const auto orphan = Put("orphan");
  const auto young = Put("young");
  ASSERT_TRUE(named.ok() && orphan.ok() && young.ok());
  MakeOld(named->sha256);
  MakeOld(orphan->sha256);
  const auto deleted =
      store_->Sweep(std::chrono::hours(24), [&](const std::string& sha256) -> absl::StatusOr<bool> {
        EXPECT_NE(sha256, young->sha256) << "a young one is not even asked about";
        return sha256 == named->sha256;
      });
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_EQ(*deleted, 1);
  EXPECT_TRUE(Get(named->sha256).ok());
  EXPECT_TRUE(Get(young->sha256).ok());
  EXPECT_EQ(Get(orphan->sha256).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(BlobTest, ASweepSparesAContentThatIsStoredAgainMeanwhile) {
  const auto first = Put("again");
  ASSERT_TRUE(first.ok());
  MakeOld(first->sha256);
  const auto deleted =
      store_->Sweep(std::chrono::hours(24), [&](const std::string&) -> absl::StatusOr<bool> {
        EXPECT_TRUE(Put("again").ok());  // Between the question and the deletion.
        return false;
      });
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_EQ(*deleted, 0);
  EXPECT_TRUE(Get(first->sha256).ok());
}

TEST_F(BlobTest, ASweepThatCannotAskDeletesNothing) {
  const auto stored = Put("content");
  ASSERT_TRUE(stored.ok());
  MakeOld(stored->sha256);
  const auto deleted =
      store_->Sweep(std::chrono::seconds(0), [](const std::string&) -> absl::StatusOr<bool> {
        return absl::UnavailableError("the database is down");
      });
  EXPECT_EQ(deleted.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Get(stored->sha256).ok());
}

TEST_F(BlobTest, ManyThreadsStoreAndSweepAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 20; ++j) {
        const std::string content = "content " + std::to_string((i + j) % 5);
        const auto stored = Put(content);
        ASSERT_TRUE(stored.ok()) << stored.status();
        const auto read = Get(stored->sha256);
        ASSERT_TRUE(read.ok()) << read.status();
        EXPECT_EQ(*read, content);
      }
    });
  }
  threads.emplace_back([&] {
    for (int j = 0; j < 20; ++j) {
      EXPECT_TRUE(store_->Sweep(std::chrono::hours(1), Always(false)).ok());
    }
  });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Count("objects"), 5u);
  EXPECT_EQ(Count("incoming"), 0u);
}

}  // namespace
}  // namespace jointly::blob
