#include "common/blob/sniff.h"

#include <magic.h>
#include <unistd.h>

#include <mutex>

#include "common/error/check.h"

namespace jointly::blob {
namespace {

constexpr const char* kUnknown = "application/octet-stream";

// Loading the table of signatures takes milliseconds, so one is kept; it serves one thread at a
// time.
class Magic {
 public:
  Magic() : cookie_(::magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR)) {
    Check(cookie_ != nullptr, "libmagic has no memory");
    Check(::magic_load(cookie_, nullptr) == 0,
          "libmagic has no table of signatures; install the package libmagic-mgc");
  }
  ~Magic() { ::magic_close(cookie_); }
  Magic(const Magic&) = delete;
  Magic& operator=(const Magic&) = delete;

  std::string TypeOf(int descriptor) {
    const std::lock_guard lock(mutex_);
    const char* type = ::magic_descriptor(cookie_, descriptor);
    return type == nullptr ? kUnknown : type;
  }

 private:
  std::mutex mutex_;
  magic_t cookie_;
};

}  // namespace

std::string SniffMediaType(int descriptor) {
  static Magic magic;
  if (::lseek(descriptor, 0, SEEK_SET) != 0) return kUnknown;
  return magic.TypeOf(descriptor);
}

}  // namespace jointly::blob
