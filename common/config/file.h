#pragma once

#include <string>
#include <string_view>
#include <vector>

// The --config file and secret files. Private to common/config.
namespace jointly::config {

struct ConfigLine {
  int number = 0;
  std::string name;
  std::string value;
};

struct ConfigFile {
  std::vector<ConfigLine> lines;
  std::vector<std::string> problems;  // Each names the file and the line.
};

// Lines of "key = value"; blank lines and lines that start with # do not count; a value may stand
// in double quotes, which keeps blanks at its ends.
ConfigFile ReadConfigFile(const std::string& path);

// Why the file cannot serve as a secret: missing, unreadable, empty, or readable by everybody.
std::string SecretFileProblem(const std::string& name, const std::string& path);

}  // namespace jointly::config
