#include "tests/store/db/faulty_disk.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <string_view>

namespace jointly::db {
namespace {

std::atomic<DiskFault> current{DiskFault::kNone};
std::atomic<int> syncs{0};

bool EndsWith(int descriptor, std::string_view ending) {
  std::array<char, 64> link{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", descriptor);
  std::array<char, 4096> path{};
  const ssize_t size = readlink(link.data(), path.data(), path.size());
  return size > 0 &&
         std::string_view(path.data(), static_cast<std::size_t>(size)).ends_with(ending);
}

bool IsDatabase(int descriptor) {
  return EndsWith(descriptor, ".db") || EndsWith(descriptor, ".db-wal");
}

}  // namespace

void SetDiskFault(DiskFault fault) { current = fault; }
int SyncCount() { return syncs; }

}  // namespace jointly::db

extern "C" {

ssize_t pwrite64(int descriptor, const void* bytes, std::size_t size, off64_t offset) {
  using jointly::db::DiskFault;
  const DiskFault fault = jointly::db::current;
  if ((fault == DiskFault::kFull || fault == DiskFault::kBroken) &&
      jointly::db::IsDatabase(descriptor)) {
    errno = fault == DiskFault::kFull ? ENOSPC : EIO;
    return -1;
  }
  return syscall(SYS_pwrite64, descriptor, bytes, size, offset);
}

int fdatasync(int descriptor) {
  using jointly::db::DiskFault;
  const DiskFault fault = jointly::db::current;
  ++jointly::db::syncs;
  if (fault == DiskFault::kSyncFails ||
      (fault == DiskFault::kSyncOfTableFails && jointly::db::EndsWith(descriptor, ".db"))) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fdatasync, descriptor));
}

}  // extern "C"
