#pragma once

#include <absl/status/statusor.h>
#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <string>

// Where a running installation is, and as whom the operator calls it.
namespace jointly::tool {

struct Endpoints {
  std::map<std::string, std::string> services;  // "mobility" -> "127.0.0.1:7103".
  std::string gateway;                          // "http://127.0.0.1:8080".
  std::string grpc;                             // The gateway's gRPC port.
};

// Reads <var>/run/endpoints.json, which scripts/run writes. Errors: NOT_FOUND, saying how to start.
absl::StatusOr<Endpoints> ReadEndpoints(const std::string& var);

// The address of a service's name, of "gateway", or the text itself when it is host:port.
absl::StatusOr<std::string> Resolve(const std::string& var, const std::string& target);

std::shared_ptr<grpc::Channel> Connect(const std::string& address);

struct Identity {
  std::string token;          // Given as it is.
  std::string account;        // Or the address of an account to sign in with.
  std::string password_file;  // Of the account; by default the demonstration's in <var>/keys.
};

// The access token, or empty when neither token nor account is given.
absl::StatusOr<std::string> TokenOf(const std::string& var, const Identity& identity);

// A context with the token and a deadline.
std::unique_ptr<grpc::ClientContext> MakeContext(const std::string& token, int timeout_seconds);

}  // namespace jointly::tool
