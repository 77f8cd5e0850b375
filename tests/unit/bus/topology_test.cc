#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "common/bus/topology.h"

// What we declare, what deploy/ ships, and who is bound to what.
namespace jointly::bus {
namespace {

using nlohmann::json;
using testing::IsEmpty;

std::filesystem::path Shipped() {
  const char* root = std::getenv("JOINTLY_SOURCE_DIR");
  std::filesystem::path folder = root != nullptr ? root : std::filesystem::current_path().string();
  const std::string file = "deploy/rabbitmq/definitions.json";
  while (!exists(folder / file) && folder != folder.root_path()) folder = folder.parent_path();
  return folder / file;
}

// The topology in the form that rabbitmqctl import_definitions reads.
json Definitions() {
  json exchanges = json::array();
  for (const std::string& name : ExchangeNames()) {
    exchanges.push_back({{"name", name},
                         {"vhost", "/"},
                         {"type", "topic"},
                         {"durable", true},
                         {"auto_delete", false},
                         {"internal", false},
                         {"arguments", json::object()}});
  }
  json queues = json::array();
  for (const QueueSpec& queue : QueueSpecs()) {
    json arguments = json::object();
    for (const QueueArgument& argument : queue.arguments) {
      std::visit([&](const auto& value) { arguments[argument.name] = value; }, argument.value);
    }
    queues.push_back({{"name", queue.name},
                      {"vhost", "/"},
                      {"durable", true},
                      {"auto_delete", false},
                      {"arguments", arguments}});
  }
  json bindings = json::array();
  for (const BindingSpec& binding : BindingSpecs()) {
    bindings.push_back({{"source", binding.exchange},
                        {"vhost", "/"},
                        {"destination", binding.queue},
                        {"destination_type", "queue"},
                        {"routing_key", binding.routing_key},
                        {"arguments", json::object()}});
  }
  return {{"exchanges", exchanges}, {"queues", queues}, {"bindings", bindings}};
}

TEST(Topology, IsWhatDeployShips) {
  std::ifstream file(Shipped());
  ASSERT_TRUE(file) << Shipped() << " is missing";
  const json shipped = json::parse(file, nullptr, /*allow_exceptions=*/false);
  EXPECT_EQ(shipped, Definitions()) << "write this into deploy/rabbitmq/definitions.json:\n"
                                    << Definitions().dump(2);
}

TEST(Topology, EveryServiceWithBindingsHasAQueueAndAParkedQueue) {
  std::set<std::string> queues;
  for (const QueueSpec& queue : QueueSpecs()) queues.insert(queue.name);
  for (const QueueBinding& row : Topology()) {
    EXPECT_EQ(queues.contains(QueueOf(row.service)), !row.aggregates.empty()) << row.service;
    EXPECT_EQ(queues.contains(ParkedQueueOf(row.service)), !row.aggregates.empty()) << row.service;
  }
}

TEST(Topology, NobodyFollowsItself) {
  for (const QueueBinding& row : Topology()) {
    for (const std::string& aggregate : row.aggregates) {
      EXPECT_FALSE(aggregate.starts_with(row.service + ".")) << aggregate;
    }
  }
}

TEST(Topology, EveryServiceThatChecksTokensFollowsPeople) {
  for (const QueueBinding& row : Topology()) {
    if (row.service == "identity") continue;
    EXPECT_TRUE(IsBound(row.service, "identity.person")) << row.service;
  }
}

TEST(Topology, KnowsWhatNobodyTakes) {
  EXPECT_TRUE(HasConsumer("partnerships.agreement"));
  EXPECT_TRUE(HasConsumer("mobility.application"));
  EXPECT_TRUE(HasConsumer("partnerships.unit"));
  EXPECT_FALSE(HasConsumer("theses.rule_set"));
  EXPECT_FALSE(HasConsumer("mobility.quota"));
  EXPECT_FALSE(HasConsumer("partnerships"));
  EXPECT_FALSE(IsBound("mobility", "mobility.application"));
  EXPECT_FALSE(IsBound("nobody", "identity.person"));
}

}  // namespace
}  // namespace jointly::bus
