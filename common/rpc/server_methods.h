#pragma once

#include <google/protobuf/descriptor.h>
#include <jointly/options/v1/options.pb.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/auth/principal.h"
#include "common/error/error.h"
#include "common/telemetry/metrics.h"

// The methods that a process serves, with their policies. Private to common/rpc.
namespace jointly::rpc {

class Method {
 public:
  Method(const google::protobuf::MethodDescriptor& descriptor);

  const std::string& name() const { return name_; }  // "jointly.mobility.v1.Mobility.Submit...".
  const jointly::options::v1::Policy& policy() const { return policy_; }
  // PERMISSION_DENIED unless the policy lets `principal` in. Never looks anything up.
  absl::Status Admits(const auth::Principal& principal) const;
  bool changes() const { return changes_; }  // Its request has an id.
  void Count(absl::StatusCode code, std::chrono::duration<double> taken) const;

 private:
  static constexpr std::size_t kCodes = 17;

  std::string name_;
  jointly::options::v1::Policy policy_;
  bool changes_;
  telemetry::Histogram& seconds_;
  // By code; made when first needed.
  mutable std::array<std::atomic<telemetry::Counter*>, kCodes> counters_ = {};
};

class MethodTable {
 public:
  // Reads the descriptors of the named services. Returns every problem: a service that the binary
  // does not know, a method without a policy, a request type that two methods share.
  std::vector<std::string> Load(const std::vector<std::string>& services,
                                const google::protobuf::DescriptorPool& pool =
                                    *google::protobuf::DescriptorPool::generated_pool());

  // The method whose request type it is; null when unknown.
  const Method* Find(const google::protobuf::Descriptor* request) const;

 private:
  std::unordered_map<const google::protobuf::Descriptor*, std::unique_ptr<const Method>> methods_;
};

}  // namespace jointly::rpc
