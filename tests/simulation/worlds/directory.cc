#include "tests/simulation/worlds/directory.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/error/check.h"

namespace jointly::simulation {
namespace {

namespace fs = std::filesystem;

fs::path Root() {
  const fs::path memory = "/dev/shm";
  std::error_code ignored;
  return fs::is_directory(memory, ignored) && access(memory.c_str(), W_OK) == 0
             ? memory
             : fs::temp_directory_path();
}

}  // namespace

Directory::Directory(const std::string& name)
    : path_((Root() / ("jointly_simulation_" + name + "_XXXXXX")).string()) {
  Check(mkdtemp(path_.data()) != nullptr, "no directory for a world can be made in " + path_);
}

Directory::~Directory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Files ReadFiles(const std::string& directory) {
  Files files;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ostringstream content;
    content << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    files[entry.path().filename().string()] = std::move(content).str();
  }
  return files;
}

void WriteFiles(const std::string& directory, const Files& files) {
  for (const auto& [name, content] : files) {
    std::ofstream file(fs::path(directory) / name, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    Check(file.good(), "a file of a world cannot be written: " + name);
  }
}

}  // namespace jointly::simulation
