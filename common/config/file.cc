#include "common/config/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace jointly::config {
namespace {

std::string Trim(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r");
  if (start == std::string_view::npos) return "";
  return std::string(text.substr(start, text.find_last_not_of(" \t\r") - start + 1));
}

}  // namespace

ConfigFile ReadConfigFile(const std::string& path) {
  ConfigFile file;
  std::ifstream stream(path);
  if (!stream) {
    file.problems.push_back("--config: cannot read " + path + ": " + std::strerror(errno));
    return file;
  }
  std::string text;
  for (int number = 1; std::getline(stream, text); ++number) {
    const std::string line = Trim(text);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos || equals == 0) {
      file.problems.push_back(path + ":" + std::to_string(number) +
                              ": is not of the form \"key = value\"");
      continue;
    }
    std::string value = Trim(std::string_view(line).substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    file.lines.push_back({.number = number,
                          .name = Trim(std::string_view(line).substr(0, equals)),
                          .value = std::move(value)});
  }
  return file;
}

std::string SecretFileProblem(const std::string& name, const std::string& path) {
  const std::string where = name + ": " + path;
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0 || access(path.c_str(), R_OK) != 0) {
    return where + " cannot be read: " + std::strerror(errno);
  }
  if (!S_ISREG(status.st_mode)) return where + " is not a file";
  if (status.st_size == 0) return where + " is empty";
  if ((status.st_mode & S_IRWXO) != 0) {
    return where + " is open to every user of the machine: chmod 600 " + path;
  }
  return "";
}

}  // namespace jointly::config
