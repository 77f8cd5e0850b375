#pragma once

#include <chrono>

#include "common/telemetry/metrics.h"

// What an operator sees of a database. Internal to common/db.
namespace jointly::db {

struct DatabaseMetrics {
  telemetry::Histogram& writes = telemetry::GetHistogram(
      "jointly_db_seconds", "From the call to its durable commit, by kind", {{"kind", "write"}});
  telemetry::Histogram& reads = telemetry::GetHistogram(
      "jointly_db_seconds", "From the call to its durable commit, by kind", {{"kind", "read"}});
  telemetry::Counter& retries = telemetry::GetCounter(
      "jointly_db_retries_total", "Transactions run again after a conflict or a lost connection");
  telemetry::Counter& commits = telemetry::GetCounter(
      "jointly_db_commits_total", "Commits of SQLite's writer; each serves a group of commands");
};

// Observes how long its scope took.
class ScopeTimer {
 public:
  explicit ScopeTimer(telemetry::Histogram& histogram) : histogram_(histogram) {}
  ~ScopeTimer() {
    histogram_.Observe(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count());
  }
  ScopeTimer(const ScopeTimer&) = delete;
  ScopeTimer& operator=(const ScopeTimer&) = delete;

 private:
  telemetry::Histogram& histogram_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace jointly::db
