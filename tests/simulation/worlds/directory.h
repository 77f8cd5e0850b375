#pragma once

#include <cstdint>
#include <map>
#include <string>

// Where the databases of a world lie, and how a world begins with what another has left.
namespace jointly::simulation {

// A directory that goes, with all that is in it, when this goes. In memory where the machine
// offers that, because a world writes much and keeps nothing.
class Directory {
 public:
  explicit Directory(const std::string& name);
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The contents of files by their names.
using Files = std::map<std::string, std::string>;

Files ReadFiles(const std::string& directory);
void WriteFiles(const std::string& directory, const Files& files);

}  // namespace jointly::simulation
