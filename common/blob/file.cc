#include "common/blob/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "common/blob/blob.h"

namespace jointly::blob {

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

absl::Status SystemFailure(std::string_view call, std::string_view path) {
  const int number = errno;
  const std::string why = std::generic_category().message(number);
  return Unavailable(kBlobStoreDown,
                     "the blob directory refused " + std::string(call) + ": " + why +
                         "; check the disk's space and permissions, then try again",
                     {{"call", std::string(call)}, {"path", std::string(path)}, {"error", why}});
}

File LockFile(const std::string& path) {
  File file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.valid()) return file;
  while (::flock(file.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return File();
  }
  return file;
}

absl::Status SyncDirectory(const std::string& path) {
  const File directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) return SystemFailure("open", path);
  if (::fsync(directory.get()) != 0) return SystemFailure("fsync", path);
  return absl::OkStatus();
}

}  // namespace jointly::blob
