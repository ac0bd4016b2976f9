// Commands as data: one table of commands, each with its table of options. Parsing, --help, the man
// page and shell completion are all read from these tables.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <kindred/error.hpp>

#include "run/errand.hpp"
#include "run/ranks.hpp"

namespace kindred::cli {

enum ExitCode { kDone = 0, kInternal = 1, kBadInput = 2, kUnmet = 3, kInterrupted = 130 };

struct Option {
  const char* name;      // without dashes
  const char* argument;  // "DIR", which also says how it is completed; null: a flag
  const char* help;      // one sentence, no full stop
  bool repeated = false;
};

// What the user typed, checked against the command's table.
class Invocation {
 public:
  std::vector<std::string> positional;
  std::map<std::string, std::vector<std::string>> options;
  std::vector<std::string> argv;  // the whole command line, for the manifest
  std::filesystem::path executable;
  run::Ranks* ranks = nullptr;    // that run this command together; null: this process alone
  run::Errand* errand = nullptr;  // what this process is for; null: for the whole command

  // Whether this process is the one that talks and writes.
  bool isFirst() const { return errand == nullptr && (ranks == nullptr || ranks->first()); }
  bool has(const std::string& name) const { return options.contains(name); }
  // The last value given, or `fallback`.
  std::string value(const std::string& name, const std::string& fallback = {}) const;
  std::vector<std::string> values(const std::string& name) const;
  // A byte count such as "64MB", "256MiB", "1e9"; an Error names the option.
  std::uint64_t bytes(const std::string& name, std::uint64_t fallback) const;
  // A whole number within [least, most].
  std::uint64_t count(const std::string& name, std::uint64_t fallback, std::uint64_t least,
                      std::uint64_t most) const;
};

struct Command {
  const char* name;
  const char* arguments;  // as usage shows them: "RECIPE"
  const char* summary;    // one sentence, no full stop
  std::size_t least;      // how many positional arguments
  std::size_t most;
  std::span<const Option> options;
  int (*run)(const Invocation&);
  bool for_people = true;  // false: of shells alone, and not listed
  bool by_ranks = false;   // whether several processes, under mpirun, may run it together
};

// All commands, in the order that --help lists them.
std::span<const Command* const> commands();

// Null: there is no such command.
const Command* commandNamed(const std::string& name);
Error unknownCommand(const std::string& name);

// Options that stand before the command, as if they stood behind it: {"--offline", "compare", "A"}
// becomes {"compare", "--offline", "A"}. Empty where there is no command.
std::vector<std::string> commandFirst(const std::vector<std::string>& words);

Invocation parse(const Command& command, const std::vector<std::string>& words);

std::string overview();                    // kindred --help
std::string help(const Command& command);  // kindred COMMAND --help
std::string manPage();                     // kindred help --man
// kindred help --bash, --zsh, --fish: what a shell reads so that it asks `kindred complete`.
std::string completion(const std::string& shell);
std::string version();  // kindred --version

// Options that several commands share.
inline constexpr Option kPluginPath{"plugin-path", "DIR",
                                    "look for plugins here too (also KINDRED_PLUGIN_PATH)", true};
inline constexpr Option kJson{"json", nullptr, "print one JSON document and nothing else"};
inline constexpr Option kSet{"set", "KEY=VALUE", "override a value of the recipe", true};

}  // namespace kindred::cli
