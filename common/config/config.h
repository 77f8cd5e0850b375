#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// One struct per process; flag > environment (JOINTLY_<FLAG>) > file (--config, "key = value");
// every key validated at start, all problems named at once. Secrets come from files only.
// --print-config shows the result with secrets masked. CLI11 stays inside config.cc.
namespace jointly::config {

// Declares the options of a process. Names are the flags: "listen-address".
class Options {
 public:
  explicit Options(std::string description);
  ~Options();
  void Text(const std::string& name, std::string* value, const std::string& help);
  void Integer(const std::string& name, int* value, const std::string& help, int least, int most);
  void Flag(const std::string& name, bool* value, const std::string& help);
  // "name=value" pairs, repeatable or comma-separated.
  void Pairs(const std::string& name, std::map<std::string, std::string>* value,
             const std::string& help);
  // A path whose file must exist and be readable at start; the value is masked when printed.
  void SecretFile(const std::string& name, std::string* path, const std::string& help);
  // A check over the finished struct; its text is one problem among all that are printed.
  void Validate(std::function<std::string()> problem);

  // Parses. Prints help, the configuration or the problems and ends the process (exit 0 or 2).
  void Load(int argc, char** argv);

  // What Load does, without ending the process: every problem, or what to print instead of running.
  struct Outcome {
    std::vector<std::string> problems;
    std::string print;  // Not empty: --help or --print-config was asked for.
  };
  using Environment = std::map<std::string, std::string>;
  Outcome Parse(const std::vector<std::string>& arguments, const Environment& environment);

  // After parsing: whether the value came from the command line, which other users of the machine
  // can read.
  bool FromCommandLine(const std::string& name) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What every process of the product needs to know.
struct Common {
  std::string name;  // "mobility"; set by main, not a flag.
  std::string deployment = "local";
  std::string environment = "production";  // "demo" and "test" allow a clock offset.
  std::string listen_address = "127.0.0.1:0";
  std::string metrics_address;  // Empty: none.
  std::string database = "";    // sqlite:///... or postgresql://...
  std::string database_schema;  // PostgreSQL: of this service.
  int database_connections = 8;
  std::string broker;                   // amqp://...; empty: no broker.
  std::string broker_ca_file;           // PEM; amqps only, and required there.
  std::string broker_certificate_file;  // PEM; for a broker that asks for ours.
  std::string broker_key_file;
  int heartbeat_seconds = 10;
  int outbox_limit = 1'000'000;  // Events that may wait for the broker; then commands are refused.
  std::map<std::string, std::string> peers;  // service -> host:port
  std::string service_key_file;              // PEM; signs this service's own tokens.
  std::string service_keys_directory;        // <service>.pub.pem of all services.
  std::string master_key_file;               // Wraps the keys of personal data.
  std::string blob_directory;
  int pool_threads = 64;
  int pool_queue = 1024;
  int clock_offset_seconds = 0;
  std::string log_level = "info";
  bool log_text = false;
};
void Declare(Options& options, Common& common);

// "amqp://user:secret@host" with the password masked; any other text as it is.
std::string MaskPassword(std::string_view url);
bool HasPassword(std::string_view url);
// Whether the text is "host:port", with an IPv6 host in brackets.
bool IsAddress(std::string_view text);

}  // namespace jointly::config
