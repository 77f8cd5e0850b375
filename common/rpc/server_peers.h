#pragma once

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "common/rpc/server_keys.h"

// Channels to the other services. Private to common/rpc.
namespace jointly::rpc {

class Peers {
 public:
  Peers(std::map<std::string, std::string> addresses, std::shared_ptr<ServiceTokens> tokens)
      : addresses_(std::move(addresses)), tokens_(std::move(tokens)) {}

  // One channel per peer, made when first asked for. A peer that the configuration does not name
  // gets a channel whose calls fail with UNAVAILABLE, saying so.
  std::shared_ptr<grpc::Channel> To(const std::string& service);
  void Prepare(grpc::ClientContext& context, std::chrono::milliseconds timeout);

 private:
  std::map<std::string, std::string> addresses_;
  std::shared_ptr<ServiceTokens> tokens_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;
};

}  // namespace jointly::rpc
