#include <sys/stat.h>
#include <fstream>

#include <algorithm>

#include "common/config/config.h"

// The options that every process has.
namespace jointly::config {
namespace {

struct Range {
  std::size_t start = 0;
  std::size_t length = 0;  // 0: no password.
};

// Where the password stands in "scheme://user:password@host".
Range PasswordOf(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::size_t authority = scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", authority), url.size());
  // The last @ ends the credentials: a password may hold one.
  const std::size_t at = url.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < authority) return {};
  const std::size_t colon = url.find(':', authority);
  if (colon == std::string_view::npos || colon >= at) return {};
  return {.start = colon + 1, .length = at - colon - 1};
}

bool IsFolder(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::string CheckAddress(const std::string& name, const std::string& value, bool may_be_empty) {
  if ((may_be_empty && value.empty()) || IsAddress(value)) return "";
  return name + " is \"" + value + "\": give host:port, such as 127.0.0.1:7103";
}

std::string CheckUrl(const std::string& name, const std::string& value,
                     const std::vector<std::string_view>& schemes) {
  if (value.empty()) return "";
  std::string known;
  for (const std::string_view scheme : schemes) {
    if (value.starts_with(scheme)) return "";
    known += (known.empty() ? "" : ", ") + std::string(scheme) + "...";
  }
  return name + " is \"" + MaskPassword(value) + "\": it starts with one of " + known;
}

std::string CheckBrokerFiles(const Common& common) {
  const std::pair<const char*, std::string> files[] = {
      {"broker-ca-file", common.broker_ca_file},
      {"broker-certificate-file", common.broker_certificate_file},
      {"broker-key-file", common.broker_key_file}};
  for (const auto& [name, path] : files) {
    if (path.empty()) continue;
    if (!std::ifstream(path)) return std::string(name) + ": " + path + " cannot be read";
  }
  if (common.broker.starts_with("amqps://") && common.broker_ca_file.empty()) {
    return "broker-ca-file is missing: amqps:// checks the broker's certificate against it";
  }
  if (common.broker_certificate_file.empty() != common.broker_key_file.empty()) {
    return "broker-certificate-file and broker-key-file belong together: give both";
  }
  return "";
}

// Other users of the machine can read a command line.
std::string CheckSecretOnCommandLine(const Options& options, const Common& common,
                                     const std::string& name, const std::string& value) {
  if (common.environment != "production" || !options.FromCommandLine(name)) return "";
  if (!HasPassword(value)) return "";
  return "--" + name +
         " has a password, and every user of the machine can read command lines: put it into the "
         "--config file";
}

void DeclareChecks(Options& options, Common& common) {
  const Common* c = &common;
  const Options* o = &options;
  options.Validate([=] { return CheckAddress("listen-address", c->listen_address, false); });
  options.Validate([=] { return CheckAddress("metrics-address", c->metrics_address, true); });
  options.Validate([=] {
    return CheckUrl("database", c->database, {"sqlite://", "sqlite::memory:", "postgresql://"});
  });
  options.Validate([=] { return CheckUrl("broker", c->broker, {"amqp://", "amqps://"}); });
  options.Validate([=] { return CheckBrokerFiles(*c); });
  options.Validate([=] { return CheckSecretOnCommandLine(*o, *c, "broker", c->broker); });
  options.Validate([=] { return CheckSecretOnCommandLine(*o, *c, "database", c->database); });
  options.Validate([=]() -> std::string {
    const std::string& known = c->environment;
    if (known == "production" || known == "demo" || known == "test") return "";
    return "environment is \"" + known + "\": give production, demo or test";
  });
  options.Validate([=]() -> std::string {
    if (c->clock_offset_seconds == 0 || c->environment != "production") return "";
    return "clock-offset-seconds is for a demo or a test: production runs on the true time";
  });
  options.Validate([=]() -> std::string {
    for (const std::string_view level : {"debug", "info", "warning", "error"}) {
      if (c->log_level == level) return "";
    }
    return "log-level is \"" + c->log_level + "\": give debug, info, warning or error";
  });
  options.Validate([=]() -> std::string {
    if (c->service_keys_directory.empty() || IsFolder(c->service_keys_directory)) return "";
    return "service-keys-directory: " + c->service_keys_directory + " is no folder";
  });
}

}  // namespace

bool HasPassword(std::string_view url) { return PasswordOf(url).length > 0; }

std::string MaskPassword(std::string_view url) {
  std::string masked(url);
  const Range password = PasswordOf(url);
  if (password.length > 0) masked.replace(password.start, password.length, "******");
  return masked;
}

bool IsAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  const std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos) {
    return false;
  }
  if (std::stoi(std::string(port)) > 65535) return false;
  if (host.front() == '[') return host.back() == ']' && host.size() > 2;
  return host.find_first_of(":[] \t/") == std::string_view::npos;
}

void Declare(Options& options, Common& common) {
  options.Text("deployment", &common.deployment, "Name of the installation, in tokens and events.");
  options.Text("environment", &common.environment, "production, demo or test.");
  options.Text("listen-address", &common.listen_address, "host:port of the server; port 0 picks.");
  options.Text("metrics-address", &common.metrics_address,
               "host:port of /metrics, /healthz and /readyz; empty: none.");
  options.Text("database", &common.database, "sqlite:///path/to/file.db or postgresql://...");
  options.Text("database-schema", &common.database_schema, "PostgreSQL schema of this service.");
  options.Integer("database-connections", &common.database_connections,
                  "Connections of the database pool.", 1, 200);
  options.Text("broker", &common.broker, "amqp:// or amqps:// URL; empty: no broker.");
  options.Text("broker-ca-file", &common.broker_ca_file,
               "PEM of the authority behind an amqps broker.");
  options.Text("broker-certificate-file", &common.broker_certificate_file,
               "PEM certificate that we show an amqps broker.");
  options.Text("broker-key-file", &common.broker_key_file, "PEM key of that certificate.");
  options.Integer("outbox-limit", &common.outbox_limit,
                  "Events that may wait for the broker before commands are refused.", 1,
                  1'000'000'000);
  options.Integer("heartbeat-seconds", &common.heartbeat_seconds, "Of the broker connections.", 1,
                  120);
  options.Pairs("peers", &common.peers, "Addresses of the other services: name=host:port,...");
  options.SecretFile("service-key-file", &common.service_key_file,
                     "PEM key that signs this service's own tokens.");
  options.Text("service-keys-directory", &common.service_keys_directory,
               "Folder of <service>.pub.pem, the public keys of all services.");
  options.SecretFile("master-key-file", &common.master_key_file,
                     "64 hex digits that wrap the keys of personal data.");
  options.Text("blob-directory", &common.blob_directory, "Folder of uploaded files.");
  options.Integer("pool-threads", &common.pool_threads, "Calls that run at once, at most.", 1, 512);
  options.Integer("pool-queue", &common.pool_queue, "Calls that wait, at most.", 1, 100'000);
  options.Integer("clock-offset-seconds", &common.clock_offset_seconds,
                  "Moves the clock of a demo or a test.", -2'000'000'000, 2'000'000'000);
  options.Text("log-level", &common.log_level, "debug, info, warning or error.");
  options.Flag("log-text", &common.log_text, "Aligned text instead of JSON lines.");
  DeclareChecks(options, common);
}

}  // namespace jointly::config
