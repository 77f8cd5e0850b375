#include "common/telemetry/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <utility>

namespace jointly::telemetry {
namespace {

class PrometheusCounter final : public Counter {
 public:
  explicit PrometheusCounter(prometheus::Counter& counter) : counter_(counter) {}
  void Add(double by) override { counter_.Increment(by); }
  double value() const override { return counter_.Value(); }

 private:
  prometheus::Counter& counter_;
};

class PrometheusGauge final : public Gauge {
 public:
  explicit PrometheusGauge(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void Set(double value) override { gauge_.Set(value); }
  void Add(double by) override { gauge_.Increment(by); }
  double value() const override { return gauge_.Value(); }

 private:
  prometheus::Gauge& gauge_;
};

class PrometheusHistogram final : public Histogram {
 public:
  explicit PrometheusHistogram(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void Observe(double seconds) override { histogram_.Observe(seconds); }

 private:
  prometheus::Histogram& histogram_;
};

const prometheus::Histogram::BucketBoundaries& Buckets() {
  static const prometheus::Histogram::BucketBoundaries kBuckets = {
      0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10};
  return kBuckets;
}

template <typename Metric>
using Made = std::map<std::pair<std::string, Labels>, std::unique_ptr<Metric>>;

// Lives until the process ends: metrics are held as references by statics and threads.
struct Registry {
  std::mutex mutex;
  prometheus::Registry registry;
  Made<Counter> counters;
  Made<Gauge> gauges;
  Made<Histogram> histograms;
};

Registry& TheRegistry() {
  static Registry& registry = *new Registry();
  return registry;
}

template <typename Metric, typename Make>
Metric& Get(Made<Metric>& made, std::string_view name, const Labels& labels, Make make) {
  const std::lock_guard lock(TheRegistry().mutex);
  std::unique_ptr<Metric>& metric = made[{std::string(name), labels}];
  if (metric == nullptr) metric = make();
  return *metric;
}

}  // namespace

Counter& GetCounter(std::string_view name, std::string_view help, const Labels& labels) {
  Registry& all = TheRegistry();
  return Get(all.counters, name, labels, [&] {
    return std::make_unique<PrometheusCounter>(prometheus::BuildCounter()
                                                   .Name(std::string(name))
                                                   .Help(std::string(help))
                                                   .Register(all.registry)
                                                   .Add(labels));
  });
}

Gauge& GetGauge(std::string_view name, std::string_view help, const Labels& labels) {
  Registry& all = TheRegistry();
  return Get(all.gauges, name, labels, [&] {
    return std::make_unique<PrometheusGauge>(prometheus::BuildGauge()
                                                 .Name(std::string(name))
                                                 .Help(std::string(help))
                                                 .Register(all.registry)
                                                 .Add(labels));
  });
}

Histogram& GetHistogram(std::string_view name, std::string_view help, const Labels& labels) {
  Registry& all = TheRegistry();
  return Get(all.histograms, name, labels, [&] {
    return std::make_unique<PrometheusHistogram>(prometheus::BuildHistogram()
                                                     .Name(std::string(name))
                                                     .Help(std::string(help))
                                                     .Register(all.registry)
                                                     .Add(labels, Buckets()));
  });
}

std::string MetricsText() {
  return prometheus::TextSerializer().Serialize(TheRegistry().registry.Collect());
}

}  // namespace jointly::telemetry
