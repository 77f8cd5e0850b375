#pragma once

#include <atomic>

#include "common/bus/transport.h"
#include "common/rpc/server_peers.h"

// The producers' event logs over RPC. Private to common/rpc.
namespace jointly::rpc {

class RpcFeedSource final : public bus::FeedSource {
 public:
  explicit RpcFeedSource(Peers& peers) : peers_(peers) {}
  absl::StatusOr<bus::FeedPage> List(const std::string& producer,
                                     const bus::FeedQuery& query) override;
  // Events received since the start.
  std::int64_t received() const { return received_; }

 private:
  Peers& peers_;
  std::atomic<std::int64_t> received_{0};
};

}  // namespace jointly::rpc
