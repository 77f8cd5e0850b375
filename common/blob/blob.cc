#include "common/blob/blob.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "common/blob/digest.h"
#include "common/blob/file.h"
#include "common/blob/sniff.h"
#include "common/error/check.h"
#include "common/error/macros.h"

namespace jointly::blob {
namespace {

// Layout: <directory>/objects/ab/cdef... by address, <directory>/incoming/XXXXXX while an upload
// runs, and <directory>/lock, held while a file is moved to its address or swept.
struct Layout {
  std::string root;
  std::string incoming() const { return root + "/incoming"; }
  std::string objects() const { return root + "/objects"; }
  std::string lock() const { return root + "/lock"; }
  std::string Folder(std::string_view sha256) const {
    return objects() + "/" + std::string(sha256.substr(0, 2));
  }
  std::string Path(std::string_view sha256) const {
    return Folder(sha256) + "/" + std::string(sha256.substr(2));
  }
};

absl::Status MakeDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return absl::OkStatus();
  errno = error.value();
  return SystemFailure("mkdir", path);
}

absl::Status WriteAll(const File& file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemFailure("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return absl::OkStatus();
}

class FileWriter final : public Writer {
 public:
  FileWriter(Layout layout, File file, std::string path, std::int64_t size_bytes_max)
      : layout_(std::move(layout)),
        file_(std::move(file)),
        path_(std::move(path)),
        size_bytes_max_(size_bytes_max) {}
  ~FileWriter() override {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  absl::Status Append(std::string_view bytes) override {
    if (size_bytes_ + static_cast<std::int64_t>(bytes.size()) > size_bytes_max_) {
      return InvalidArgument(kBlobTooLarge,
                             "the content is larger than the limit; send a smaller file",
                             {{"bytes_max", std::to_string(size_bytes_max_)}});
    }
    RETURN_IF_ERROR(WriteAll(file_, bytes, path_));
    digest_.Update(bytes);
    size_bytes_ += static_cast<std::int64_t>(bytes.size());
    return absl::OkStatus();
  }

  absl::StatusOr<Stored> Finish() override {
    Check(!path_.empty(), "an upload is finished once");
    Stored stored{.sha256 = digest_.FinishHex(),
                  .size_bytes = size_bytes_,
                  .media_type = SniffMediaType(file_.get())};
    if (::fsync(file_.get()) != 0) return SystemFailure("fsync", path_);
    RETURN_IF_ERROR(MakeDirectory(layout_.Folder(stored.sha256)));
    {
      // The new file replaces an equal one: its age starts again, so that a sweep that has just
      // judged the old one leaves it.
      const File lock = LockFile(layout_.lock());
      if (!lock.valid()) return SystemFailure("flock", layout_.lock());
      if (::rename(path_.c_str(), layout_.Path(stored.sha256).c_str()) != 0) {
        return SystemFailure("rename", path_);
      }
      path_.clear();
    }
    RETURN_IF_ERROR(SyncDirectory(layout_.Folder(stored.sha256)));
    RETURN_IF_ERROR(SyncDirectory(layout_.objects()));
    return stored;
  }

 private:
  Layout layout_;
  File file_;
  std::string path_;  // Empty once it has moved.
  std::int64_t size_bytes_max_;
  std::int64_t size_bytes_ = 0;
  Digest digest_;
};

class FileReader final : public Reader {
 public:
  FileReader(File file, std::string path, std::string sha256)
      : file_(std::move(file)), path_(std::move(path)), sha256_(std::move(sha256)) {}

  absl::StatusOr<std::string> Next() override {
    std::string chunk(ended_ ? 0 : kChunkBytes, '\0');
    if (ended_) return chunk;
    ssize_t count = 0;
    do {
      count = ::read(file_.get(), chunk.data(), chunk.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0) return SystemFailure("read", path_);
    chunk.resize(static_cast<std::size_t>(count));
    digest_.Update(chunk);
    ended_ = count == 0;
    if (!ended_ || digest_.FinishHex() == sha256_) return chunk;
    return absl::DataLossError("the stored content no longer has its hash " + sha256_ +
                               "; restore the file from a backup");
  }

 private:
  File file_;
  std::string path_;
  std::string sha256_;
  Digest digest_;
  bool ended_ = false;
};

class FileStore final : public Store {
 public:
  explicit FileStore(Layout layout) : layout_(std::move(layout)) {}

  absl::Status Prepare() {
    RETURN_IF_ERROR(MakeDirectory(layout_.incoming()));
    RETURN_IF_ERROR(MakeDirectory(layout_.objects()));
    return ClearIncoming();
  }

  absl::StatusOr<std::unique_ptr<Writer>> Begin(std::int64_t size_bytes_max) override {
    std::string path = layout_.incoming() + "/XXXXXX";
    // The store's lock covers the moment between the file's making and its own lock, in which
    // ClearIncoming would take it for an orphan.
    const File lock = LockFile(layout_.lock());
    if (!lock.valid()) return SystemFailure("flock", layout_.lock());
    File file(::mkostemp(path.data(), O_CLOEXEC));
    if (!file.valid()) return SystemFailure("mkstemp", path);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return SystemFailure("flock", path);
    return std::make_unique<FileWriter>(layout_, std::move(file), std::move(path), size_bytes_max);
  }

  absl::StatusOr<std::unique_ptr<Reader>> OpenReader(const std::string& sha256) override {
    const absl::Status missing =
        NotFound(kBlobNotFound, "no content is stored under this hash", {{"sha256", sha256}});
    if (!IsSha256Hex(sha256)) return missing;
    std::string path = layout_.Path(sha256);
    File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.valid()) return errno == ENOENT ? missing : SystemFailure("open", path);
    return std::make_unique<FileReader>(std::move(file), std::move(path), sha256);
  }

  absl::StatusOr<int> Sweep(
      std::chrono::seconds age,
      const std::function<absl::StatusOr<bool>(const std::string&)>& is_named) override {
    RETURN_IF_ERROR(ClearIncoming());
    ASSIGN_OR_RETURN(const std::vector<std::string> addresses, Addresses());
    int deleted = 0;
    for (const std::string& sha256 : addresses) {
      ASSIGN_OR_RETURN(const bool old, IsOlder(layout_.Path(sha256), age));
      if (!old) continue;
      ASSIGN_OR_RETURN(const bool named, is_named(sha256));
      if (named) continue;
      const File lock = LockFile(layout_.lock());
      if (!lock.valid()) return SystemFailure("flock", layout_.lock());
      // Stored again while is_named was asked: then it is young.
      ASSIGN_OR_RETURN(const bool still_old, IsOlder(layout_.Path(sha256), age));
      if (still_old && ::unlink(layout_.Path(sha256).c_str()) == 0) ++deleted;
    }
    return deleted;
  }

 private:
  // Files whose writer is gone are not locked any more: the kernel released them with the process.
  absl::Status ClearIncoming() {
    const File lock = LockFile(layout_.lock());
    if (!lock.valid()) return SystemFailure("flock", layout_.lock());
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(layout_.incoming(), error)) {
      const std::string path = entry.path().string();
      const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
      if (!file.valid() || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) continue;
      ::unlink(path.c_str());
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<std::string>> Addresses() {
    std::vector<std::string> addresses;
    std::error_code error;
    std::filesystem::recursive_directory_iterator walk(layout_.objects(), error);
    for (; !error && walk != std::filesystem::recursive_directory_iterator();
         walk.increment(error)) {
      const std::string sha256 =
          walk->path().parent_path().filename().string() + walk->path().filename().string();
      if (IsSha256Hex(sha256)) addresses.push_back(sha256);
    }
    if (!error) return addresses;
    errno = error.value();
    return SystemFailure("readdir", layout_.objects());
  }

  // Ages are judged by the file system's own clock, because it made the times: the lock file is
  // touched and read back. A file that is gone is not old.
  absl::StatusOr<bool> IsOlder(const std::string& path, std::chrono::seconds age) {
    struct stat now {};
    struct stat file {};
    const std::string& lock = layout_.lock();
    if (::utimensat(AT_FDCWD, lock.c_str(), nullptr, 0) != 0 || ::stat(lock.c_str(), &now) != 0) {
      return SystemFailure("utimensat", lock);
    }
    if (::lstat(path.c_str(), &file) != 0) return false;
    return now.st_mtim.tv_sec - file.st_mtim.tv_sec >= age.count();
  }

  Layout layout_;
};

}  // namespace

absl::Status Store::Read(const std::string& sha256,
                         const std::function<absl::Status(std::string_view)>& sink) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, OpenReader(sha256));
  while (true) {
    ASSIGN_OR_RETURN(const std::string chunk, reader->Next());
    if (chunk.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(sink(chunk));
  }
}

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const std::string& directory) {
  auto store = std::make_unique<FileStore>(Layout{.root = directory});
  RETURN_IF_ERROR(store->Prepare());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace jointly::blob
