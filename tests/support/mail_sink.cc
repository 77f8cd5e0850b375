#include "tests/support/mail_sink.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace jointly::test {
namespace {

namespace fs = std::filesystem;

// Tests run from the build tree, which may lie anywhere below or beside the sources.
std::string FindScript() {
  constexpr const char* kScript = "scripts/support/mail_sink.py";
  if (const char* root = std::getenv("JOINTLY_SOURCE_DIR")) return fs::path(root) / kScript;
  for (fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
       folder != folder.root_path(); folder = folder.parent_path()) {
    if (fs::exists(folder / kScript)) return folder / kScript;
  }
  ADD_FAILURE() << kScript << " not found above the test; set JOINTLY_SOURCE_DIR";
  return "";
}

std::vector<std::string> Arguments(const MailSinkOptions& options, const std::string& directory) {
  std::vector<std::string> out{"/usr/bin/python3",
                               FindScript(),
                               "--port=0",
                               "--exit-with-parent",
                               "--directory=" + directory,
                               "--certificate-directory=" + directory + "/certificate",
                               "--stage=" + options.stage,
                               "--times=" + std::to_string(options.times)};
  if (options.reply != 0) out.push_back("--reply=" + std::to_string(options.reply));
  if (options.drop_after_data) out.emplace_back("--drop-after-data");
  if (options.require_starttls) out.emplace_back("--require-starttls");
  return out;
}

// The first line that the process prints, or what came in 20 s.
std::string ReadLine(int file) {
  std::string line;
  char c = 0;
  pollfd wait{.fd = file, .events = POLLIN, .revents = 0};
  while (line.find('\n') == std::string::npos && poll(&wait, 1, 20'000) > 0 &&
         read(file, &c, 1) == 1) {
    line += c;
  }
  return line;
}

std::string DecodeBase64(const std::string& text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t digit = alphabet.find(c);
    if (digit == std::string::npos) continue;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xff);
    }
  }
  return out;
}

}  // namespace

MailSink::MailSink(const MailSinkOptions& options) {
  std::string pattern = fs::temp_directory_path() / "jointly-mail-XXXXXX";
  directory_ = mkdtemp(pattern.data());
  const std::vector<std::string> arguments = Arguments(options, directory_);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) std::abort();
  process_ = fork();
  if (process_ == 0) {
    dup2(pipe_ends[1], STDOUT_FILENO);
    close(pipe_ends[0]);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(pipe_ends[1]);
  const std::string line = ReadLine(pipe_ends[0]);
  // The reading end stays open, or the sink would die of a broken pipe at its next line.
  output_ = pipe_ends[0];
  const std::size_t at = line.find("port=");
  if (at == std::string::npos) {
    ADD_FAILURE() << "the mail sink did not start: " << line;
  } else {
    port_ = std::atoi(line.c_str() + at + 5);
  }
}

MailSink::~MailSink() {
  if (process_ > 0) {
    kill(process_, SIGTERM);
    waitpid(process_, nullptr, 0);
  }
  close(output_);
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

std::vector<std::string> MailSink::messages() const {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory_ + "/new")) files.push_back(entry);
  std::sort(files.begin(), files.end());
  std::vector<std::string> out;
  for (const fs::path& file : files) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    out.push_back(text.str());
  }
  return out;
}

std::string HeaderOf(const std::string& message, const std::string& name) {
  const std::string head = "\r\n" + message.substr(0, message.find("\r\n\r\n")) + "\r\n";
  const std::size_t begin = head.find("\r\n" + name + ": ");
  if (begin == std::string::npos) return "";
  std::size_t end = begin + 2;
  do {
    end = head.find("\r\n", end + 1);
  } while (end + 2 < head.size() && head[end + 2] == ' ');
  std::string value = head.substr(begin + name.size() + 4, end - begin - name.size() - 4);
  for (std::size_t at = value.find("\r\n"); at != std::string::npos; at = value.find("\r\n")) {
    value.erase(at, 2);
  }
  return value;
}

std::string TextOf(const std::string& message) {
  const std::size_t body = message.find("\r\n\r\n");
  return body == std::string::npos ? "" : DecodeBase64(message.substr(body + 4));
}

std::string DecodeWords(const std::string& value) {
  std::string out;
  std::istringstream words(value);
  std::string word;
  bool after_encoded = false;
  while (words >> word) {
    const bool encoded = word.starts_with("=?UTF-8?B?") && word.ends_with("?=");
    // White space between two encoded words is not part of the text (RFC 2047 section 6.2).
    if (!out.empty() && !(encoded && after_encoded)) out += ' ';
    out += encoded ? DecodeBase64(word.substr(10, word.size() - 12)) : word;
    after_encoded = encoded;
  }
  return out;
}

}  // namespace jointly::test
