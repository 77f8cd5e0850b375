#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

// Metrics of this process in Prometheus' text form; prometheus-cpp stays inside metrics.cc.
// Get them once (a static or a member), then use them: lookup takes a lock, updates do not.
namespace jointly::telemetry {

using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void Add(double by = 1) = 0;
  virtual double value() const = 0;
};
class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void Set(double value) = 0;
  virtual void Add(double by) = 0;
  virtual double value() const = 0;
};
class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void Observe(double seconds) = 0;
};

// The same name and labels give the same object, which lives as long as the process.
Counter& GetCounter(std::string_view name, std::string_view help, const Labels& labels = {});
Gauge& GetGauge(std::string_view name, std::string_view help, const Labels& labels = {});
// Buckets from 0.5 ms to 10 s.
Histogram& GetHistogram(std::string_view name, std::string_view help, const Labels& labels = {});

// Everything, as text/plain; version=0.0.4.
std::string MetricsText();

// A plain answer of the metrics server.
struct Page {
  int status = 200;
  std::string body;
};
using PageFunction = std::function<Page()>;

// Serves MetricsText on http://host:port/metrics, and `pages` ("/healthz") beside it, to GET
// requests on one thread, until destroyed. Bounded in connections, request size and time, since it
// listens on a port. Ends the process when the address cannot be bound: a wrong configuration.
class MetricsServer {
 public:
  explicit MetricsServer(const std::string& address,
                         std::map<std::string, PageFunction> pages = {});
  ~MetricsServer();
  int port() const;  // The one that was picked when the address says 0.

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jointly::telemetry
