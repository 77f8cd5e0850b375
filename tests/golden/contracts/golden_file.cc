#include "tests/golden/contracts/golden_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace jointly::test {

std::string ReadSourceFile(const std::string& path) {
  std::ifstream file(std::string(JOINTLY_SOURCE) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void WriteSourceFile(const std::string& path, const std::string& text) {
  std::ofstream(std::string(JOINTLY_SOURCE) + "/" + path) << text;
}

bool UpdatingGolden() { return std::getenv("JOINTLY_GOLDEN_UPDATE") != nullptr; }

void ExpectGoldenLines(const std::string& path, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  if (UpdatingGolden()) WriteSourceFile(path, text);
  const std::set<std::string> present(lines.begin(), lines.end());
  std::istringstream committed_text(ReadSourceFile(path));
  std::set<std::string> committed;
  for (std::string line; std::getline(committed_text, line);) committed.insert(line);
  for (const std::string& line : committed) {
    EXPECT_TRUE(present.contains(line))
        << path << ": gone or changed, which breaks clients of v1: " << line;
  }
  for (const std::string& line : present) {
    EXPECT_TRUE(committed.contains(line))
        << path
        << ": new; run golden_contracts with JOINTLY_GOLDEN_UPDATE=1 and commit it: " << line;
  }
}

}  // namespace jointly::test
