#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>

#include "common/error/error.h"
#include "common/error/macros.h"
#include "scripts/operator/admin.h"
#include "scripts/operator/call.h"
#include "scripts/operator/installation.h"

// The operator's command line; scripts/jointly finds it and tells it where var/ is.
namespace jointly::tool {
namespace {

inline constexpr Reason kUsage{"USAGE"};
constexpr const char* kAdministrator = "administrator@jointly.example";

struct Arguments {
  std::string var = "var";
  Identity identity;
  int timeout_seconds = 10;
  std::string target;
  std::string symbol;
  std::string json;
  std::string service;  // Admin calls: empty means all.
  ParkFilter filter;
  std::string reason;
  bool dry_run = false;
  bool all = false;
};

std::string FromEnvironment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

void AddIdentity(CLI::App& app, Arguments& arguments) {
  app.add_option("--as", arguments.identity.account,
                 "Sign in with this account; the demonstration's passwords are known.");
  app.add_option("--password-file", arguments.identity.password_file,
                 "First line: the password of --as.");
  app.add_option("--token", arguments.identity.token,
                 "An access token; better in the environment, as JOINTLY_TOKEN.");
  app.add_option("--timeout", arguments.timeout_seconds, "Seconds.")->check(CLI::Range(1, 600));
}

void AddFilter(CLI::App& app, Arguments& arguments) {
  AddIdentity(app, arguments);
  app.add_option("--service", arguments.service, "Only this service; all by default.");
  app.add_option("--type", arguments.filter.event_type, "Only this event type.");
  app.add_option("--aggregate", arguments.filter.aggregate_id, "Only this aggregate's id.");
  app.add_option("--since", arguments.filter.since,
                 "Only what came since: 2027-01-31T10:00:00Z, or an age such as 15m, 2h, 3d.");
  app.add_option("message", arguments.filter.message_ids, "Message ids.");
}

// The services to work on, and the administrator's token unless another is given.
absl::StatusOr<AdminSpec> AdminOf(const Arguments& arguments, bool with_token) {
  AdminSpec spec{.timeout_seconds = arguments.timeout_seconds};
  if (arguments.service.empty()) {
    ASSIGN_OR_RETURN(const Endpoints endpoints, ReadEndpoints(arguments.var));
    spec.services = endpoints.services;
  } else {
    ASSIGN_OR_RETURN(spec.services[arguments.service], Resolve(arguments.var, arguments.service));
  }
  if (!with_token) return spec;
  Identity identity = arguments.identity;
  if (identity.token.empty() && identity.account.empty()) identity.account = kAdministrator;
  ASSIGN_OR_RETURN(spec.token, TokenOf(arguments.var, identity));
  return spec;
}

absl::Status Call(const Arguments& arguments) {
  CallSpec spec{.method = arguments.symbol,
                .json = arguments.json,
                .timeout_seconds = arguments.timeout_seconds};
  if (spec.json == "-") {
    spec.json.assign(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  }
  ASSIGN_OR_RETURN(spec.address, Resolve(arguments.var, arguments.target));
  ASSIGN_OR_RETURN(spec.token, TokenOf(arguments.var, arguments.identity));
  ASSIGN_OR_RETURN(const std::string json, CallByReflection(spec));
  std::fputs(json.c_str(), stdout);
  return absl::OkStatus();
}

absl::Status List(const Arguments& arguments) {
  if (arguments.target.empty()) {
    ASSIGN_OR_RETURN(const Endpoints endpoints, ReadEndpoints(arguments.var));
    for (const auto& [name, address] : endpoints.services) {
      std::printf("%-14s %s\n", name.c_str(), address.c_str());
    }
    std::printf("%-14s %s   REST %s\n", "gateway", endpoints.grpc.c_str(),
                endpoints.gateway.c_str());
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::string address, Resolve(arguments.var, arguments.target));
  ASSIGN_OR_RETURN(const std::string text, ListMethods(address, arguments.timeout_seconds));
  std::fputs(text.c_str(), stdout);
  return absl::OkStatus();
}

absl::Status DescribeSymbol(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const std::string address, Resolve(arguments.var, arguments.target));
  ASSIGN_OR_RETURN(const std::string text,
                   Describe(address, arguments.symbol, arguments.timeout_seconds));
  std::fputs(text.c_str(), stdout);
  return absl::OkStatus();
}

// Replaying or dropping everything must be meant.
absl::Status CheckSelection(const Arguments& arguments) {
  if (!arguments.filter.empty() || arguments.all) return absl::OkStatus();
  return InvalidArgument(kUsage,
                         "name message ids or a filter (--type, --aggregate, --since), or say "
                         "--all; --dry-run shows what would be done");
}

absl::Status Replay(const Arguments& arguments) {
  RETURN_IF_ERROR(CheckSelection(arguments));
  ASSIGN_OR_RETURN(const AdminSpec spec, AdminOf(arguments, true));
  return ReplayParked(spec, arguments.filter, arguments.dry_run);
}

absl::Status Drop(const Arguments& arguments) {
  RETURN_IF_ERROR(CheckSelection(arguments));
  ASSIGN_OR_RETURN(const AdminSpec spec, AdminOf(arguments, true));
  return DropParked(spec, arguments.filter, arguments.reason, arguments.dry_run);
}

using Command = std::function<absl::Status(const Arguments&)>;

CLI::App* Add(CLI::App& app, const std::string& name, const std::string& help, Command& chosen,
              Command command) {
  CLI::App* sub = app.add_subcommand(name, help);
  sub->callback([&chosen, command = std::move(command)] { chosen = command; });
  return sub;
}

void DeclareCalls(CLI::App& app, Arguments& arguments, Command& chosen) {
  CLI::App* call = Add(app, "call", "Call a method, by server reflection.", chosen, &Call);
  AddIdentity(*call, arguments);
  call->add_option("target", arguments.target, "A service's name, gateway, or host:port.")
      ->required();
  call->add_option("method", arguments.symbol, "Service/Method, such as Mobility/ListCalls.")
      ->required();
  call->add_option("json", arguments.json, "The request; - reads standard input.");
  CLI::App* list = Add(app, "list", "List services, or the methods of one.", chosen, &List);
  list->add_option("target", arguments.target, "A service's name, gateway, or host:port.");
  CLI::App* describe = Add(app, "describe",
                           "Show the definition of a message, a method or a "
                           "service.",
                           chosen, &DescribeSymbol);
  describe->add_option("target", arguments.target, "A service's name, gateway, or host:port.")
      ->required();
  describe->add_option("symbol", arguments.symbol, "jointly.mobility.v1.Call, Mobility/ListCalls.")
      ->required();
}

void DeclarePark(CLI::App& app, Arguments& arguments, Command& chosen) {
  CLI::App* park = app.add_subcommand("park", "Messages that could not be applied.");
  park->require_subcommand(1);
  CLI::App* ls = Add(*park, "ls", "List them.", chosen, [](const Arguments& a) -> absl::Status {
    ASSIGN_OR_RETURN(const AdminSpec spec, AdminOf(a, true));
    return ListParked(spec, a.filter);
  });
  CLI::App* show =
      Add(*park, "show", "Show what is in them.", chosen, [](const Arguments& a) -> absl::Status {
        ASSIGN_OR_RETURN(const AdminSpec spec, AdminOf(a, true));
        return ShowParked(spec, a.filter);
      });
  CLI::App* replay = Add(*park, "replay", "Put them back to be applied.", chosen, &Replay);
  CLI::App* drop = Add(*park, "drop", "Give them up; audited.", chosen, &Drop);
  for (CLI::App* sub : {ls, show, replay, drop}) AddFilter(*sub, arguments);
  for (CLI::App* sub : {replay, drop}) {
    sub->add_flag("--dry-run", arguments.dry_run, "Only say what would be done.");
    sub->add_flag("--all", arguments.all, "Every parked message.");
  }
  drop->add_option("--reason", arguments.reason, "Why; kept in the audit.")->required();
}

void DeclareAdmin(CLI::App& app, Arguments& arguments, Command& chosen) {
  const auto add = [&](const char* name, const char* help, absl::Status (*work)(const AdminSpec&),
                       bool with_token) {
    CLI::App* sub = Add(app, name, help, chosen, [=](const Arguments& a) -> absl::Status {
      ASSIGN_OR_RETURN(const AdminSpec spec, AdminOf(a, with_token));
      return work(spec);
    });
    AddIdentity(*sub, arguments);
    sub->add_option("--service", arguments.service, "Only this service; all by default.");
  };
  add("reconcile", "Pull every producer's feed now.", &Reconcile, true);
  add("verify", "Walk the audit chains.", &VerifyAudit, true);
  add("health", "Ask every service how it is.", &CheckHealth, false);
}

int Main(int argc, char** argv) {
  Arguments arguments;
  arguments.var = FromEnvironment("JOINTLY_VAR", arguments.var);
  arguments.identity.token = FromEnvironment("JOINTLY_TOKEN", "");
  Command chosen;
  CLI::App app("Calls and operates a running installation of Jointly.");
  app.name("jointly");
  app.require_subcommand(1);
  app.add_option("--var", arguments.var, "Folder of the installation [JOINTLY_VAR].");
  DeclareCalls(app, arguments, chosen);
  DeclarePark(app, arguments, chosen);
  DeclareAdmin(app, arguments, chosen);
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = chosen(arguments);
  if (status.ok()) return 0;
  std::fflush(stdout);
  std::fputs(Explain(status).c_str(), stderr);
  return 1;
}

}  // namespace
}  // namespace jointly::tool

int main(int argc, char** argv) { return jointly::tool::Main(argc, argv); }
