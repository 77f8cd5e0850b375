#include "common/config/config.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "common/config/file.h"

extern char** environ;

namespace jointly::config {
namespace {

constexpr const char* kMask = "******";

enum class Kind { kText, kInteger, kFlag, kPairs, kSecretFile };
enum class Source { kDefault, kFile, kEnvironment, kCommandLine };

struct Option {
  std::string name;
  std::string help;
  Kind kind = Kind::kText;
  // Takes one text over; the problem, or nothing. Called once per given text.
  std::function<std::string(const std::string&)> set;
  std::function<std::string()> get;     // For --print-config.
  std::function<void()> clear = [] {};  // Before the first text of a source.
  Source source = Source::kDefault;
};

std::string EnvironmentName(std::string name) {
  for (char& c : name) c = c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return "JOINTLY_" + name;
}

std::string SetFlag(const std::string& text, bool& value) {
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const bool yes = lower == "true" || lower == "1" || lower == "yes" || lower == "on";
  const bool no = lower == "false" || lower == "0" || lower == "no" || lower == "off";
  if (!yes && !no) return "is \"" + text + "\": give true or false";
  value = yes;
  return "";
}

std::string SetInteger(const std::string& text, int least, int most, int& value) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && number >= least && number <= most) {
    value = number;
    return "";
  }
  return "is \"" + text + "\": give a whole number from " + std::to_string(least) + " to " +
         std::to_string(most);
}

std::string AddPairs(const std::string& text, std::map<std::string, std::string>& pairs) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view pair = rest.substr(0, comma);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == pair.size()) {
      return "has \"" + std::string(pair) + "\": each part is name=value, parted by commas";
    }
    pairs[std::string(pair.substr(0, equals))] = pair.substr(equals + 1);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return "";
}

std::string JoinPairs(const std::map<std::string, std::string>& pairs) {
  std::string text;
  for (const auto& [name, value] : pairs) text += (text.empty() ? "" : ",") + name + '=' + value;
  return text;
}

}  // namespace

struct Options::State {
  std::string description;
  std::vector<Option> options;
  std::vector<std::function<std::string()>> checks;

  Option& Add(std::string name, std::string help, Kind kind) {
    options.push_back({.name = std::move(name), .help = std::move(help), .kind = kind});
    return options.back();
  }

  Option* Find(std::string_view name) {
    const auto found = std::find_if(options.begin(), options.end(),
                                    [&](const Option& option) { return option.name == name; });
    return found == options.end() ? nullptr : &*found;
  }

  std::string Print() const {
    std::string text;
    for (const Option& option : options) text += option.name + " = " + option.get() + '\n';
    return text;
  }

  // What one source says about an option. A stronger source has been here already: it is checked
  // all the same, so that a broken file does not hide behind a flag.
  void Take(Option& option, Source source, const std::vector<std::string>& texts,
            const std::string& where, std::vector<std::string>& problems) {
    option.clear();
    option.source = source;
    for (const std::string& text : texts) {
      const std::string problem = option.set(text);
      if (!problem.empty()) problems.push_back(where + ' ' + problem);
    }
  }

  void TakeFile(const std::string& path, std::vector<std::string>& problems) {
    const ConfigFile file = ReadConfigFile(path);
    problems.insert(problems.end(), file.problems.begin(), file.problems.end());
    std::map<std::string, std::vector<std::string>> texts;
    std::map<std::string, int> lines;
    for (const ConfigLine& line : file.lines) {
      const std::string where = path + ":" + std::to_string(line.number) + ": " + line.name;
      const Option* option = Find(line.name);
      if (option == nullptr) {
        problems.push_back(where + " is no key of this process (see --help)");
      } else if (texts.contains(line.name) && option->kind != Kind::kPairs) {
        problems.push_back(where + " is given twice, first in line " +
                           std::to_string(lines[line.name]));
      }
      texts[line.name].push_back(line.value);
      lines.try_emplace(line.name, line.number);
    }
    for (Option& option : options) {
      const auto found = texts.find(option.name);
      if (found == texts.end()) continue;
      const std::string where = path + ":" + std::to_string(lines[option.name]) + ": ";
      Take(option, Source::kFile, found->second, where + option.name, problems);
    }
  }

  void TakeEnvironment(const Environment& environment, std::vector<std::string>& problems) {
    for (Option& option : options) {
      const std::string name = EnvironmentName(option.name);
      const auto found = environment.find(name);
      if (found != environment.end()) {
        Take(option, Source::kEnvironment, {found->second}, name, problems);
      }
    }
  }
};

Options::Options(std::string description) : state_(std::make_unique<State>()) {
  state_->description = std::move(description);
}

Options::~Options() = default;

void Options::Text(const std::string& name, std::string* value, const std::string& help) {
  Option& option = state_->Add(name, help, Kind::kText);
  option.set = [value](const std::string& text) {
    *value = text;
    return std::string();
  };
  option.get = [value] { return MaskPassword(*value); };
}

void Options::Integer(const std::string& name, int* value, const std::string& help, int least,
                      int most) {
  Option& option = state_->Add(name, help, Kind::kInteger);
  option.set = [=](const std::string& text) { return SetInteger(text, least, most, *value); };
  option.get = [value] { return std::to_string(*value); };
}

void Options::Flag(const std::string& name, bool* value, const std::string& help) {
  Option& option = state_->Add(name, help, Kind::kFlag);
  option.set = [value](const std::string& text) { return SetFlag(text, *value); };
  option.get = [value] { return std::string(*value ? "true" : "false"); };
}

void Options::Pairs(const std::string& name, std::map<std::string, std::string>* value,
                    const std::string& help) {
  Option& option = state_->Add(name, help, Kind::kPairs);
  option.set = [value](const std::string& text) { return AddPairs(text, *value); };
  option.get = [value] { return JoinPairs(*value); };
  option.clear = [value] { value->clear(); };
}

void Options::SecretFile(const std::string& name, std::string* path, const std::string& help) {
  Option& option = state_->Add(name, help, Kind::kSecretFile);
  option.set = [path](const std::string& text) {
    *path = text;
    return std::string();
  };
  option.get = [path] { return std::string(path->empty() ? "" : kMask); };
  Validate([name, path] { return path->empty() ? std::string() : SecretFileProblem(name, *path); });
}

void Options::Validate(std::function<std::string()> problem) {
  state_->checks.push_back(std::move(problem));
}

bool Options::FromCommandLine(const std::string& name) const {
  const Option* option = state_->Find(name);
  return option != nullptr && option->source == Source::kCommandLine;
}

Options::Outcome Options::Parse(const std::vector<std::string>& arguments,
                                const Environment& environment) {
  Outcome outcome;
  CLI::App app(state_->description);
  app.allow_extras();
  app.set_help_flag();
  std::vector<std::pair<Option*, CLI::Option*>> given;
  for (Option& option : state_->options) {
    const std::string flag = "--" + option.name;
    CLI::Option* cli = nullptr;
    if (option.kind == Kind::kFlag) {
      cli = app.add_flag(flag)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    } else if (option.kind == Kind::kPairs) {
      cli = app.add_option(flag)->expected(1, 1 << 20)->allow_extra_args(false);
    } else {
      cli = app.add_option(flag)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
    cli->description(option.help + " [" + EnvironmentName(option.name) + "]");
    cli->default_str(option.get());
    given.emplace_back(&option, cli);
  }
  CLI::Option* help = app.add_flag("-h,--help")->description("Print this and end.");
  CLI::Option* print =
      app.add_flag("--print-config")->description("Print the configuration, secrets masked.");
  CLI::Option* file =
      app.add_option("--config")->description("File of \"key = value\" lines. [JOINTLY_CONFIG]");
  std::vector<const char*> argv = {"jointly"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  try {
    app.parse(static_cast<int>(argv.size()), argv.data());
  } catch (const CLI::ParseError& error) {
    outcome.problems.push_back(error.what());
  }
  if (help->count() > 0) {
    outcome.print = app.help() +
                    "\nA flag is stronger than its environment variable, which is stronger than "
                    "the --config file.\n";
    return outcome;
  }
  for (const std::string& extra : app.remaining()) {
    outcome.problems.push_back(extra + " is no option of this process (see --help)");
  }
  // The weakest first: the later source takes the value over.
  const auto file_variable = environment.find("JOINTLY_CONFIG");
  if (file->count() > 0) {
    state_->TakeFile(file->results().back(), outcome.problems);
  } else if (file_variable != environment.end()) {
    state_->TakeFile(file_variable->second, outcome.problems);
  }
  state_->TakeEnvironment(environment, outcome.problems);
  for (const auto& [option, cli] : given) {
    if (cli->count() == 0) continue;
    std::vector<std::string> texts = cli->results();
    if (option->kind != Kind::kPairs) texts = {texts.back()};
    state_->Take(*option, Source::kCommandLine, texts, "--" + option->name, outcome.problems);
  }
  for (const auto& check : state_->checks) {
    std::string problem = check();
    if (!problem.empty()) outcome.problems.push_back(std::move(problem));
  }
  if (print->count() > 0) outcome.print = state_->Print();
  return outcome;
}

void Options::Load(int argc, char** argv) {
  Environment environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::size_t equals = text.find('=');
    if (text.starts_with("JOINTLY_") && equals != std::string_view::npos) {
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  const Outcome outcome = Parse(std::vector<std::string>(argv + 1, argv + argc), environment);
  if (!outcome.print.empty()) std::fputs(outcome.print.c_str(), stdout);
  if (!outcome.problems.empty()) {
    std::fprintf(stderr, "%s: the configuration has %zu problem%s:\n", argv[0],
                 outcome.problems.size(), outcome.problems.size() == 1 ? "" : "s");
    for (const std::string& problem : outcome.problems) {
      std::fprintf(stderr, "  %s\n", problem.c_str());
    }
    std::exit(2);
  }
  if (!outcome.print.empty()) std::exit(0);
}

}  // namespace jointly::config
