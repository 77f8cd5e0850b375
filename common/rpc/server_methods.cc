#include "common/rpc/server_methods.h"

#include "common/rpc/runtime.h"

namespace jointly::rpc {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using jointly::options::v1::Policy;

constexpr std::string_view kServicePrefix = "service:";

std::string PolicyProblem(const MethodDescriptor& method) {
  const Policy& policy = method.options().GetExtension(jointly::options::v1::policy);
  switch (policy.audience()) {
    case Policy::ANYONE:
    case Policy::SIGNED_IN:
      return "";
    case Policy::GRANTED:
      return policy.roles().empty() ? method.full_name() + " is GRANTED to no role" : "";
    case Policy::SERVICE:
      return policy.services().empty() ? method.full_name() + " is for no service" : "";
    default:
      return method.full_name() + " has no (jointly.options.v1.policy)";
  }
}

std::string RoleNames(const Policy& policy) {
  std::string names;
  for (const int role : policy.roles()) {
    if (!names.empty()) names += ", ";
    names += Name(static_cast<auth::Role>(role));
  }
  return names;
}

bool NamesService(const Policy& policy, std::string_view principal) {
  for (const std::string& service : policy.services()) {
    if (service == "*" || principal.substr(kServicePrefix.size()) == service) return true;
  }
  return false;
}

}  // namespace

Method::Method(const MethodDescriptor& descriptor)
    : name_(descriptor.full_name()),
      policy_(descriptor.options().GetExtension(jointly::options::v1::policy)),
      changes_(descriptor.input_type()->FindFieldByName("request_id") != nullptr),
      seconds_(telemetry::GetHistogram("jointly_rpc_seconds",
                                       "From a call's arrival to its answer, by method.",
                                       {{"method", name_}})) {}

absl::Status Method::Admits(const auth::Principal& principal) const {
  if (policy_.audience() == Policy::ANYONE) return absl::OkStatus();
  if (principal.kind == auth::Principal::Kind::kService) {
    if (NamesService(policy_, principal.name)) return absl::OkStatus();
    return PermissionDenied(kServiceRefused, "this method is not for that service",
                            {{"method", name_}, {"caller", principal.name}});
  }
  if (principal.kind == auth::Principal::Kind::kAnonymous) {
    return Unauthenticated(kTokenMissing, "this method needs a token", {{"method", name_}});
  }
  if (policy_.audience() == Policy::SIGNED_IN) return absl::OkStatus();
  if (policy_.audience() == Policy::SERVICE) {
    return PermissionDenied(kServiceRefused, "this method is for services, not for people",
                            {{"method", name_}});
  }
  for (const int role : policy_.roles()) {
    if (principal.Holds(static_cast<auth::Role>(role))) return absl::OkStatus();
  }
  return PermissionDenied(kRoleMissing,
                          "none of your roles may do this: ask an administrator for a grant",
                          {{"method", name_}, {"roles", RoleNames(policy_)}});
}

void Method::Count(absl::StatusCode code, std::chrono::duration<double> taken) const {
  seconds_.Observe(taken.count());
  const auto index = static_cast<std::size_t>(code);
  if (index >= kCodes) return;
  telemetry::Counter* counter = counters_[index].load(std::memory_order_acquire);
  if (counter == nullptr) {
    // Two threads may both get here: the registry gives both the same counter.
    counter = &telemetry::GetCounter("jointly_rpc_total", "Calls answered, by method and code.",
                                     {{"method", name_}, {"code", absl::StatusCodeToString(code)}});
    counters_[index].store(counter, std::memory_order_release);
  }
  counter->Add();
}

std::vector<std::string> MethodTable::Load(const std::vector<std::string>& services,
                                           const DescriptorPool& pool) {
  std::vector<std::string> problems;
  for (const std::string& name : services) {
    const ServiceDescriptor* service = pool.FindServiceByName(name);
    if (service == nullptr) {
      problems.push_back(name + " is not among the linked descriptors");
      continue;
    }
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      const std::string problem = PolicyProblem(method);
      if (!problem.empty()) problems.push_back(problem);
      const auto [found, inserted] = methods_.try_emplace(method.input_type());
      if (!inserted) {
        problems.push_back(method.full_name() + " and " + found->second->name() +
                           " share the request type " + method.input_type()->full_name());
        continue;
      }
      found->second = std::make_unique<const Method>(method);
    }
  }
  return problems;
}

const Method* MethodTable::Find(const google::protobuf::Descriptor* request) const {
  const auto found = methods_.find(request);
  return found == methods_.end() ? nullptr : found->second.get();
}

}  // namespace jointly::rpc
