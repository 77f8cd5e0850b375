#pragma once

#include <grpcpp/channel.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/time/clock.h"

namespace jointly::gateway {

// The name under which the gateway's own services (package jointly.gateway) are found.
inline constexpr char kOwnPeer[] = "gateway";

// One of the services behind the gateway.
class Peer {
 public:
  Peer(std::string name, const std::string& address, const Clock& clock);

  const std::string& name() const { return name_; }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // How the last calls went, so that a peer that has been away for long is not waited for again and
  // again: the time since the first failure that no success followed; zero: it answers.
  void Answered() { failing_since_micros_.store(0); }
  std::chrono::milliseconds Failed();

 private:
  const std::string name_;
  const Clock& clock_;
  std::shared_ptr<grpc::Channel> channel_;
  std::atomic<std::int64_t> failing_since_micros_{0};
};

// Channels to all peers, round robin over the addresses that gRPC's name syntax gives for each
// ("127.0.0.1:7103", "dns:///mobility:7103", "ipv4:10.0.0.1:1,10.0.0.2:1").
class Peers {
 public:
  Peers(const std::map<std::string, std::string>& addresses, const Clock& clock);
  // Null: the configuration names no such peer.
  Peer* Find(const std::string& name) const;
  // The services behind the gateway, without what it serves itself.
  std::vector<Peer*> all() const;
  // Where the gateway serves itself. Before any call.
  void SetOwn(const std::string& address);

 private:
  const Clock& clock_;
  std::map<std::string, std::unique_ptr<Peer>> peers_;
  std::unique_ptr<Peer> own_;
};

}  // namespace jointly::gateway
