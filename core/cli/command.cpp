#include "cli/command.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>

#include <kindred/byte_count.hpp>
#include <kindred/error.hpp>

#include "words/meant_number.hpp"
#include "words/names.hpp"
#include "words/near.hpp"

namespace po = boost::program_options;

namespace kindred::cli {
namespace {

po::options_description described(const Command& command) {
  po::options_description all;
  for (const Option& option : command.options) {
    if (option.argument == nullptr) {
      all.add_options()(option.name, option.help);
    } else {
      all.add_options()(option.name, po::value<std::vector<std::string>>(), option.help);
    }
  }
  all.add_options()("positional", po::value<std::vector<std::string>>());
  return all;
}

std::string spelled(const char* option) { return std::string("--") + option; }

std::vector<std::string> optionsOf(const Command& command) {
  std::vector<std::string> names{"--help"};
  for (const Option& option : command.options) names.push_back(spelled(option.name));
  return names;
}

// The options that a letter may stand for: the first two that begin with it.
std::vector<std::string> ofLetter(const std::string& word, const std::vector<std::string>& known) {
  std::vector<std::string> list;
  if (word.size() != 2 || word[0] != '-' || word[1] == '-') return list;
  for (const std::string& option : known) {
    const bool fits = list.size() < 2 && option.starts_with("--" + word.substr(1));
    if (fits && !words::contains(list, option)) list.push_back(option);
  }
  return list;
}

// "did you mean ...?", or where to look.
std::string remedyFor(const std::string& word, const std::vector<std::string>& known,
                      const std::string& otherwise) {
  std::vector<std::string> near = ofLetter(word, known);
  if (near.empty()) near = words::near(word, known, 1);
  if (near.empty()) return otherwise;
  return "did you mean '" + near.front() + (near.size() > 1 ? "' or '" + near[1] : "") + "'?";
}

Error unknownOption(const Command& command, std::string word) {
  word.resize(std::min(word.find('='), word.size()));
  const std::string call = std::string("kindred ") + command.name;
  return inputError("", call + " has no option '" + word + "'",
                    remedyFor(word, optionsOf(command), call + " --help lists the options"));
}

// Whether some command has this option, and whether it takes a value; null: none has.
const Option* anyOption(const std::string& word) {
  for (const Command* command : commands()) {
    for (const Option& option : command->options) {
      if (word == spelled(option.name)) return &option;
    }
  }
  return nullptr;
}

void checkCount(const Command& command, std::size_t given) {
  if (given >= command.least && given <= command.most) return;
  throw inputError("",
                   std::string("kindred ") + command.name + " takes " +
                       (*command.arguments == '\0' ? "no arguments" : command.arguments) +
                       ", but " + std::to_string(given) + " argument(s) were given",
                   std::string("kindred ") + command.name + " --help says more");
}

}  // namespace

std::string Invocation::value(const std::string& name, const std::string& fallback) const {
  const auto found = options.find(name);
  return found == options.end() || found->second.empty() ? fallback : found->second.back();
}

std::vector<std::string> Invocation::values(const std::string& name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::vector<std::string>{} : found->second;
}

std::uint64_t Invocation::bytes(const std::string& name, std::uint64_t fallback) const {
  if (!has(name)) return fallback;
  const std::string text = value(name);
  const auto bytes = byteCount(text);
  if (!bytes) {
    const std::string meant = words::meantSize(text);
    throw inputError("--" + name, "'" + text + "' is not a number of bytes",
                     meant.empty() ? kByteCountRemedy : "write " + meant);
  }
  return *bytes;
}

std::uint64_t Invocation::count(const std::string& name, std::uint64_t fallback,
                                std::uint64_t least, std::uint64_t most) const {
  if (!has(name)) return fallback;
  const std::string text = value(name);
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size() || number < least ||
      number > most) {
    throw inputError("--" + name, "'" + text + "' is not a whole number from " +
                                      std::to_string(least) + " to " + std::to_string(most));
  }
  return number;
}

const Command* commandNamed(const std::string& name) {
  for (const Command* command : commands()) {
    if (name == command->name) return command;
  }
  return nullptr;
}

Error unknownCommand(const std::string& name) {
  std::vector<std::string> known;
  for (const Command* command : commands()) {
    if (command->for_people) known.emplace_back(command->name);
  }
  if (name == "version") {
    return inputError("", "there is no command '" + name + "'", "kindred --version says it");
  }
  return inputError("", "there is no command '" + name + "'",
                    remedyFor(name, known, "kindred --help lists them"));
}

std::vector<std::string> commandFirst(const std::vector<std::string>& words) {
  std::size_t at = 0;
  while (at < words.size() && words[at].starts_with('-')) {
    const std::string& word = words[at++];
    if (word == "-h" || word == "--help" || word == "-V" || word == "--version") continue;
    const Option* option = anyOption(word.substr(0, word.find('=')));
    if (option == nullptr) {
      std::vector<std::string> known{"--help", "--version"};
      for (const Command* command : commands()) {
        for (const std::string& name : optionsOf(*command)) known.push_back(name);
      }
      throw inputError("", "no command has an option '" + word + "'",
                       remedyFor(word, known, "kindred COMMAND --help lists a command's options"));
    }
    if (option->argument != nullptr && word.find('=') == std::string::npos) ++at;
  }
  if (at >= words.size()) return {};
  std::vector<std::string> list{words[at]};
  list.insert(list.end(), words.begin(), words.begin() + static_cast<std::ptrdiff_t>(at));
  list.insert(list.end(), words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
  return list;
}

Invocation parse(const Command& command, const std::vector<std::string>& words) {
  const po::options_description all = described(command);
  po::positional_options_description positional;
  positional.add("positional", -1);
  po::parsed_options parsed(&all);
  try {
    // Abbreviated options would change their meaning when a new one is added.
    const int style =
        po::command_line_style::default_style ^ po::command_line_style::allow_guessing;
    parsed = po::command_line_parser(words).options(all).positional(positional).style(style).run();
  } catch (const po::unknown_option& error) {
    throw unknownOption(command, error.get_option_name());
  } catch (const po::error& error) {
    throw inputError("", error.what(),
                     std::string("kindred ") + command.name + " --help lists the options");
  }
  Invocation invocation;
  for (const auto& option : parsed.options) {
    auto& into = option.string_key == "positional" ? invocation.positional
                                                   : invocation.options[option.string_key];
    into.insert(into.end(), option.value.begin(), option.value.end());
  }
  for (const Option& option : command.options) {
    if (!option.repeated && invocation.values(option.name).size() > 1) {
      throw inputError("", std::string("--") + option.name + " was given twice");
    }
  }
  checkCount(command, invocation.positional.size());
  return invocation;
}

}  // namespace kindred::cli
