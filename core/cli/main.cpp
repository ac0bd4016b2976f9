#include "cli/main.hpp"

#include <algorithm>
#include <exception>
#include <iostream>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/error.hpp>

#include <kindred/analysis/stop/stop.hpp>

#include "cli/commands.hpp"
#include "cli/model_argument.hpp"
#include "cli/output.hpp"
#include "plugin/installation.hpp"
#include "run/errand.hpp"
#include "run/interrupt.hpp"
#include "run/ranks.hpp"
#include "run/share.hpp"
#include "words/names.hpp"

namespace kindred::cli {
namespace {

constexpr std::size_t kLongestLine = 20'000;

// What an error says may hold names from files, folders and the command line: none of it reaches a
// terminal as a command.
void say(const std::string& before, std::string_view what) {
  std::cerr << "kindred: " << before;
  while (true) {
    const std::size_t end = what.find('\n');
    std::cerr << words::escapedText(what.substr(0, end), kLongestLine) << '\n';
    if (end == std::string_view::npos) return;
    what.remove_prefix(end + 1);
  }
}

// Whether one of these words is an option, and no argument behind a bare "--".
bool asks(const std::vector<std::string>& words, const char* short_name, const char* long_name) {
  const auto end = std::find(words.begin(), words.end(), "--");
  return std::any_of(words.begin(), end, [&](const std::string& word) {
    return word == short_name || word == long_name;
  });
}

int print(const std::string& text) {
  output() << text;
  return kDone;
}

using Ranks = std::unique_ptr<run::Ranks>;

// Runs the command. What a server says of a name that was no path here is told with that.
int call(const Command& command, const Invocation& invocation) {
  try {
    return command.run(invocation);
  } catch (const Error& error) {
    if (error.category() != Category::network) throw;
    std::vector<std::string> words = invocation.positional;
    for (const char* option : {"control", "among"}) {
      for (std::string& word : invocation.values(option)) words.push_back(std::move(word));
    }
    for (const std::string& word : words) {
      for (const std::string& name : guessedNames(word)) {
        if (error.place().find("/" + name) == std::string::npos) continue;
        throw Error(error.category(), name,
                    "no such folder is here, so it was taken for a model of the Hub: " +
                        error.place() + ": " + error.message(),
                    error.remedy() + (error.remedy().empty() ? "" : "; ") +
                        "a folder's path is written ./" + name);
      }
    }
    throw;
  }
}

// Folders in which plugins are looked for in vain.
void sayIdleFolders(const Command& command, const Invocation& invocation) {
  const auto takes = [](const Option& option) {
    return std::string_view(option.name) == "plugin-path";
  };
  if (std::none_of(command.options.begin(), command.options.end(), takes)) return;
  for (const std::string& line : plugin::idleFolders(invocation.values("plugin-path"))) {
    std::cerr << "kindred: " << words::escapedText(line, kLongestLine) << '\n';
  }
}

int dispatch(const std::vector<std::string>& argv, Ranks& ranks) {
  const std::vector<std::string> given(argv.begin() + std::min<std::size_t>(1, argv.size()),
                                       argv.end());
  if (given.empty()) {
    std::cerr << overview();
    return kBadInput;
  }
  const std::vector<std::string> words = commandFirst(given);
  if (words.empty()) {
    if (asks(given, "-V", "--version")) return print(version());
    if (asks(given, "-h", "--help")) return print(overview());
    throw inputError("", "no command is named", "kindred --help lists them");
  }
  const Command* command = commandNamed(words.front());
  if (command == nullptr) throw unknownCommand(words.front());
  if (asks(words, "-h", "--help")) return print(help(*command));
  if (asks(words, "-V", "--version")) return print(version());
  Invocation invocation = parse(*command, {words.begin() + 1, words.end()});
  invocation.argv = argv;
  std::error_code ignored;
  invocation.executable = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const std::unique_ptr<run::Errand> errand = run::Errand::ofThisProcess();
  invocation.errand = errand.get();
  if (command->by_ranks && !errand) ranks = run::startRanks();
  invocation.ranks = ranks.get();
  if (invocation.isFirst()) {
    sayIdleFolders(*command, invocation);
    return call(*command, invocation);
  }
  silence();
  command->run(invocation);  // what comes of it is the first's to say
  return kDone;
}

// What was thrown, said; of other ranks than the first by that one, which ends them all.
int fail(int code, const std::string& before, const std::string& what, const Ranks& ranks) {
  output().flush();
  if (ranks && !ranks->first()) {
    run::sayLost(*ranks, what);
    return kDone;
  }
  say(before, what);
  if (ranks) ranks->abort(code);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  claimStandardOutput();
  run::endOnSignals();
  Ranks ranks;
  try {
    const int code = dispatch({argv, argv + argc}, ranks);
    output().flush();
    if (!output()) throw inputError("standard output", "could not be written");
    return code;
  } catch (const Error& error) {
    return fail(error.category() == Category::internal ? kInternal : kBadInput, "", error.what(),
                ranks);
  } catch (const Stopped&) {
    return kInterrupted;
  } catch (const std::bad_alloc&) {
    return fail(kInternal, "",
                "ran out of memory (raise the limit on memory, ulimit -v, or let it read less: "
                "--max-bytes)",
                ranks);
  } catch (const std::exception& error) {
    return fail(kInternal, "internal error: ", error.what(), ranks);
  }
}

}  // namespace kindred::cli
