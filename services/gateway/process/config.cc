#include "services/gateway/process/config.h"

#include "common/telemetry/log.h"
#include "services/gateway/transcode/route_table.h"

namespace jointly::gateway {
namespace {

bool IsLoopback(std::string_view address) {
  return address.starts_with("127.") || address.starts_with("localhost:") ||
         address.starts_with("[::1]:") || address.starts_with("unix:");
}

void DeclareOwn(config::Options& options, GatewayOptions& own) {
  options.Text("grpc-listen-address", &own.grpc_listen_address,
               "host:port for gRPC clients, on loopback (TLS ends before it); empty: none.");
  options.Integer("http-threads", &own.http.threads, "Threads that serve HTTP.", 1, 64);
  options.Integer("connections-max", &own.http.connections_max, "HTTP connections at once.", 16,
                  1'000'000);
  options.Integer("calls-max", &own.front.calls_max, "Calls in work at once; more get 503.", 1,
                  1'000'000);
  options.Flag("trust-forwarded-for", &own.front.trust_forwarded_for,
               "Only behind a proxy of one's own: the client is the last of X-Forwarded-For.");
  options.Integer("rate-session", &own.rates.session_per_second,
                  "Sign-ins per second of one address; 0: no limit.", 0, 1'000'000);
  options.Integer("rate-read", &own.rates.read_per_second,
                  "Reads per second of one caller; 0: no limit.", 0, 1'000'000);
  options.Integer("rate-write", &own.rates.write_per_second,
                  "Changes per second of one caller; 0: no limit.", 0, 1'000'000);
  options.Integer("drain-seconds", &own.drain_seconds,
                  "How long calls in work may take to end after SIGTERM.", 0, 600);
  options.Validate([&own]() -> std::string {
    if (own.grpc_listen_address.empty() || IsLoopback(own.grpc_listen_address)) return "";
    return "grpc-listen-address is " + own.grpc_listen_address +
           ": gRPC listens on loopback only; put a proxy that ends TLS before it";
  });
}

}  // namespace

GatewayOptions LoadConfig(int argc, char** argv) {
  config::Common common;
  common.name = "gateway";
  common.listen_address = "127.0.0.1:8080";
  GatewayOptions own;
  config::Options options("Jointly's gateway: REST, gRPC and the live feed.");
  config::Declare(options, common);
  DeclareOwn(options, own);
  options.Validate([&common]() -> std::string {
    for (const auto* service : PublicServices()) {
      const std::string name = PeerOf(service->full_name());
      if (name == kOwnPeer || common.peers.contains(name)) continue;
      return "peers has no address of " + name;
    }
    return "";
  });
  options.Load(argc, argv);
  telemetry::StartLogging(
      {.process = common.name, .level = common.log_level, .json = !common.log_text});
  own.http.listen_address = common.listen_address;
  own.deployment = common.deployment;
  own.peers = common.peers;
  own.broker = common.broker;
  own.heartbeat = std::chrono::seconds(common.heartbeat_seconds);
  own.clock_offset = std::chrono::seconds(common.clock_offset_seconds);
  return own;
}

}  // namespace jointly::gateway
