// Everything that is printed from the tables of commands and options.
#include <algorithm>
#include <ostream>
#include <sstream>
#include <string_view>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "report/text.hpp"

namespace kindred::cli {
namespace {

std::string spelled(const Option& option) {
  std::string text = std::string("--") + option.name;
  if (option.argument != nullptr) text += std::string(" ") + option.argument;
  return text;
}

std::string usage(const Command& command) {
  std::string text = std::string("kindred ") + command.name;
  if (*command.arguments != '\0') text += std::string(" ") + command.arguments;
  for (const Option& option : command.options) {
    text += " [" + spelled(option) + "]" + (option.repeated ? "..." : "");
  }
  return text;
}

std::size_t columnsHere() { return outputColumns().value_or(report::kWidth); }

// Breaks at spaces so that lines stay within the terminal, the first of which begins at `column`.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t column = 0) {
  const std::size_t most = std::min(columnsHere(), report::kWidestProse);
  std::istringstream words(text);
  std::string out, word;
  while (words >> word) {
    if (!out.empty() && column + 1 + word.size() > most) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!out.empty()) {
      out += " ";
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

// What an entry of a list is called, and what it is, in columns; a long name has a line of its own.
std::string entry(const std::string& name, const std::string& what, std::size_t column) {
  std::string text = "  " + name;
  if (text.size() + 2 > column) text += "\n" + std::string(column, ' ');
  const std::size_t begun = text.size() - (text.rfind('\n') + 1);
  if (begun < column) text += std::string(column - begun, ' ');
  return text + wrapped(what, column, column) + "\n";
}

int runHelp(const Invocation& invocation) {
  if (!invocation.positional.empty()) {
    const std::string& name = invocation.positional.front();
    const Command* command = commandNamed(name);
    if (command == nullptr) throw unknownCommand(name);
    output() << help(*command);
    return kDone;
  }
  for (const char* shell : {"bash", "zsh", "fish"}) {
    if (invocation.has(shell)) output() << completion(shell);
  }
  if (invocation.has("man")) output() << manPage();
  if (invocation.options.empty()) output() << overview();
  return kDone;
}

constexpr const char* kModels =
    "A model is a folder or a file of this machine, a model on the Hub as org/name, "
    "org/name@revision or org/name@revision:folder-or-file, or a web address of either. What "
    "exists as a path is a path; file: and hub: in front settle doubt. PLUGIN:ADDRESS is a model "
    "of "
    "that source plugin. BASE+ADAPTER is a model with a LoRA adapter's change.";

bool takesModels(const Command& command) {
  const std::string_view arguments = command.arguments;
  return arguments == "A B" || arguments.find("MODEL") != std::string_view::npos;
}

// What is read from the environment, as other programs read it too.
struct Setting {
  const char* names;
  const char* meaning;
};
constexpr Setting kSettings[] = {
    {"HF_TOKEN, HUGGING_FACE_HUB_TOKEN", "the token that opens gated models"},
    {"HF_TOKEN_PATH", "the file with the token (default: token in HF_HOME)"},
    {"HF_HUB_DISABLE_IMPLICIT_TOKEN", "1: send no token"},
    {"HF_ENDPOINT", "a mirror of the Hub"},
    {"HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE", "1: as --offline"},
    {"HF_HOME, HF_HUB_CACHE", "where the Hub's own tools keep models, which are read there"},
    {"XDG_CACHE_HOME", "where fetched data is kept (default: ~/.cache)"},
    {"https_proxy, http_proxy, all_proxy, no_proxy", "proxies"},
    {"CURL_CA_BUNDLE, REQUESTS_CA_BUNDLE, SSL_CERT_FILE, SSL_CERT_DIR", "certificates to trust"},
    {"KINDRED_PLUGIN_PATH", "folders with further plugins"},
};

constexpr Option kHelpOptions[] = {
    {"man", nullptr, "print the man page (roff)"},
    {"bash", nullptr, "print completions for bash: source <(kindred help --bash)"},
    {"zsh", nullptr, "print completions for zsh: source <(kindred help --zsh)"},
    {"fish", nullptr, "print completions for fish: kindred help --fish | source"},
};

}  // namespace

const Command kHelpCommand{
    "help", "[COMMAND]", "Print this overview, a command's help, the man page or completions",
    0,      1,           kHelpOptions,
    runHelp};

std::string overview() {
  std::string text =
      wrapped("kindred: do B's weights descend from A's, or were they trained independently?", 0) +
      "\n\n";
  for (const Command* command : commands()) {
    if (!command->for_people) continue;
    const std::string call = std::string(command->name) + " " + command->arguments;
    text += entry(call, command->summary, 28);
  }
  text += "\n" + wrapped(kModels, 0) + "\n\nFrom the environment:\n";
  for (const Setting& setting : kSettings) {
    text +=
        "  " + wrapped(setting.names, 2, 2) + "\n      " + wrapped(setting.meaning, 6, 6) + "\n";
  }
  return text + "\n" +
         wrapped(
             "kindred help COMMAND (or COMMAND -h) says more; kindred -V says what this is. "
             "Options that a command takes may stand before it, too. Exit codes: 0 done, "
             "1 internal error, 2 bad input or environment, or nothing that could be tested, "
             "3 an expectation unmet or a verdict of --fail-on, 130 interrupted.",
             0) +
         "\n";
}

std::string help(const Command& command) {
  std::string text = wrapped(usage(command), 8) + "\n\n" + command.summary + ".\n";
  if (!command.options.empty()) text += "\n";
  for (const Option& option : command.options) {
    text += entry(spelled(option), option.help, 26);
  }
  return takesModels(command) ? text + "\n" + wrapped(kModels, 0) + "\n" : text;
}

std::string manPage() {
  std::string text =
      ".TH KINDRED 1\n.SH NAME\nkindred \\- tell whether the weights of one model descend from "
      "another's\n.SH COMMANDS\n";
  for (const Command* command : commands()) {
    if (!command->for_people) continue;
    text += ".TP\n.B " + usage(*command) + "\n" + command->summary + ".\n";
    for (const Option& option : command->options) {
      text += ".RS\n.TP\n.B " + spelled(option) + "\n" + option.help + ".\n.RE\n";
    }
  }
  text += std::string(".SH MODELS\n") + kModels + "\n.SH ENVIRONMENT\n";
  for (const Setting& setting : kSettings) {
    text += std::string(".TP\n.B ") + setting.names + "\n" + setting.meaning + ".\n";
  }
  return text +
         ".SH EXIT STATUS\n0 done, 1 internal error, 2 bad input or environment, or nothing that "
         "could be tested, 3 an expectation unmet or a verdict of --fail-on, 130 interrupted with "
         "what was measured saved.\n";
}

}  // namespace kindred::cli
