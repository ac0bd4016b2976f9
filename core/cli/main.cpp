#include "cli/main.hpp"

#include <algorithm>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/error.hpp>

#include "cli/commands.hpp"
#include "recipe/values.hpp"
#include "words/names.hpp"

namespace kindred::cli {
namespace {

constexpr std::size_t kLongestLine = 20'000;

const Command* find(const std::string& name) {
  for (const Command* command : commands()) {
    if (name == command->name) return command;
  }
  return nullptr;
}

Error unknownCommand(const std::string& name) {
  std::vector<std::string> known;
  for (const Command* command : commands()) known.emplace_back(command->name);
  const std::string near = recipe::didYouMean(name, known);
  return inputError("", "there is no command '" + name + "'",
                    near.empty() ? "kindred --help lists them" : "did you mean '" + near + "'?");
}

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

int dispatch(const std::vector<std::string>& words) {
  if (words.size() < 2) {
    std::cerr << overview();
    return kBadInput;
  }
  if (words[1] == "--help" || words[1] == "-h") {
    std::cout << overview();
    return kDone;
  }
  if (words[1] == "--version") {
    std::cout << "kindred " KINDRED_VERSION "\n";
    return kDone;
  }
  const Command* command = find(words[1]);
  if (command == nullptr) throw unknownCommand(words[1]);
  if (std::find(words.begin() + 2, words.end(), "--help") != words.end()) {
    std::cout << help(*command);
    return kDone;
  }
  Invocation invocation = parse(*command, {words.begin() + 2, words.end()});
  invocation.argv = words;
  std::error_code ignored;
  invocation.executable = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return command->run(invocation);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int code = dispatch({argv, argv + argc});
    std::cout.flush();
    if (!std::cout) throw inputError("standard output", "could not be written");
    return code;
  } catch (const Error& error) {
    say("", error.what());
    return error.category() == Category::internal ? kInternal : kBadInput;
  } catch (const std::exception& error) {
    say("internal error: ", error.what());
    return kInternal;
  }
}

}  // namespace kindred::cli
