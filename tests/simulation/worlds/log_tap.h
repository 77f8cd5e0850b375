#pragma once

#include <deque>
#include <string>

// What the services log goes to the world that runs on the thread, which looks for what no line may
// hold and shows the last lines when it fails.
namespace jointly::simulation {

class LogTap {
 public:
  // Lines of this thread come here while it lives.
  LogTap();
  ~LogTap();
  LogTap(const LogTap&) = delete;
  LogTap& operator=(const LogTap&) = delete;

  const std::deque<std::string>& lines() const { return lines_; }
  // The lines that hold a canary: personal data, or words that are for one person's eyes.
  const std::deque<std::string>& leaks() const { return leaks_; }

  void Take(std::string line);

 private:
  std::deque<std::string> lines_;  // The last ones.
  std::deque<std::string> leaks_;
};

}  // namespace jointly::simulation
