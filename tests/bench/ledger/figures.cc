#include "tests/bench/ledger/figures.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

#include "common/error/check.h"

namespace jointly::bench {
namespace {

using std::chrono::steady_clock;

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Percentiles {
  double p50_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
};

Percentiles Of(std::vector<double> latencies) {
  std::sort(latencies.begin(), latencies.end());
  const auto at = [&](double share) {
    return latencies[static_cast<std::size_t>(static_cast<double>(latencies.size() - 1) * share)];
  };
  return {at(0.5), at(0.99), latencies.back()};
}

}  // namespace

double Milliseconds(steady_clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

void Print(const std::string& what, const std::string& figures) {
  std::printf("{\"what\": \"%s\", %s}\n", what.c_str(), figures.c_str());
  std::fflush(stdout);
}

std::string Figures(const char* format, double a, double b, double c, double d, double e) {
  char text[256];
  std::snprintf(text, sizeof(text), format, a, b, c, d, e);
  return text;
}

void MeasureClients(const std::string& what, int count, int clients,
                    const std::function<void(int)>& work) {
  std::atomic<int> next = 0;
  std::vector<std::vector<double>> latencies(static_cast<std::size_t>(clients));
  std::vector<std::thread> threads;
  const double cpu = CpuSeconds();
  const auto began = steady_clock::now();
  for (auto& mine : latencies) {
    threads.emplace_back([&] {
      for (int i = next++; i < count; i = next++) {
        const auto begin = steady_clock::now();
        work(i);
        mine.push_back(Milliseconds(steady_clock::now() - begin));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = Milliseconds(steady_clock::now() - began) / 1e3;
  const double cpu_us = (CpuSeconds() - cpu) * 1e6 / count;
  std::vector<double> all;
  for (const auto& some : latencies) all.insert(all.end(), some.begin(), some.end());
  const Percentiles p = Of(std::move(all));
  Print(what, Figures("\"rate\": %.0f, \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.1f, "
                      "\"cpu_us\": %.1f",
                      count / seconds, p.p50_ms, p.p99_ms, p.max_ms, cpu_us));
}

void MeasureTimes(const std::string& what, int times, const std::function<absl::Status()>& work) {
  std::vector<double> latencies;
  for (int i = 0; i < times; ++i) {
    const auto begin = steady_clock::now();
    const absl::Status status = work();
    Check(status.ok(), status.ToString());
    latencies.push_back(Milliseconds(steady_clock::now() - begin));
  }
  const Percentiles p = Of(std::move(latencies));
  Print(what, Figures("\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.2f", p.p50_ms, p.p99_ms,
                      p.max_ms));
}

}  // namespace jointly::bench
