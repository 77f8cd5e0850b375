#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

// The accounting tools that read our exports, from Debian packages that scripts/setup installs.
namespace jointly::test {

// A directory of the test's own, removed with what is in it.
class AccountingTools {
 public:
  AccountingTools() {
    std::string pattern = (std::filesystem::temp_directory_path() / "budgets.XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~AccountingTools() { std::filesystem::remove_all(directory_); }
  AccountingTools(const AccountingTools&) = delete;
  AccountingTools& operator=(const AccountingTools&) = delete;

  std::string Write(const std::string& name, const std::string& content) {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  struct Result {
    int code = -1;
    std::string output;
  };
  static Result Run(const std::string& command) {
    Result result;
    FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    char chunk[4096];
    while (const std::size_t size = fread(chunk, 1, sizeof(chunk), pipe)) {
      result.output.append(chunk, size);
    }
    const int status = pclose(pipe);
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return result;
  }
  static void Require(const std::string& tool, const std::string& package) {
    ASSERT_EQ(Run("command -v " + tool).code, 0)
        << tool << " is not installed: run scripts/setup, or apt-get install " << package;
  }
  Result Hledger(const std::string& journal) {
    return Run("LC_ALL=C.UTF-8 hledger check --strict -f " + Write("book.journal", journal));
  }
  Result BeanCheck(const std::string& journal) {
    return Run("PATH=/usr/bin:/bin bean-check " + Write("book.beancount", journal));
  }

 private:
  std::string directory_;
};

}  // namespace jointly::test
