#pragma once

#include <absl/status/status.h>

#include <chrono>
#include <functional>
#include <string>

// What the modes of bench_ledger share: clients, their latencies, and one JSON line per figure.
namespace jointly::bench {

inline constexpr int kClients = 20;

double Milliseconds(std::chrono::steady_clock::duration duration);

void Print(const std::string& what, const std::string& figures);
std::string Figures(const char* format, double a, double b, double c = 0, double d = 0,
                    double e = 0);

// `work(i)` for each i below `count`, by clients that work side by side and wait for nothing else.
void MeasureClients(const std::string& what, int count, int clients,
                    const std::function<void(int)>& work);

void MeasureTimes(const std::string& what, int times, const std::function<absl::Status()>& work);

}  // namespace jointly::bench
