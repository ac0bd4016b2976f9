// kindred complete: what the word that is being typed may become, for bash, zsh and fish. One logic
// for all of them, read from the tables of commands and options; each shell only asks for it.
#include <algorithm>
#include <cctype>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/error.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "evidence/class.hpp"
#include "models/architecture.hpp"
#include "plugin/installation.hpp"
#include "plugin/registry.hpp"
#include "recipe/words.hpp"
#include "report/picture.hpp"
#include "results/read.hpp"

namespace kindred::cli {
namespace {

// What may stand in a place; files and folders are the shell's to list.
struct Candidates {
  enum class Paths { none, folders, files };
  struct Word {
    std::string text, meaning;
  };
  std::vector<Word> words;
  Paths paths = Paths::none;
};

void addClasses(const std::string& typed, Candidates& into) {
  const std::size_t comma = typed.rfind(',');
  const std::string before = comma == std::string::npos ? "" : typed.substr(0, comma + 1);
  for (const evidence::Class klass : evidence::kAll<evidence::Class>) {
    if (klass == evidence::Class::several) continue;
    into.words.push_back({before + evidence::name(klass), ""});
  }
}

// The pictures of the results that the first argument names.
void addPictures(const std::vector<std::string>& arguments, Candidates& into) {
  into.words.push_back({"all", "every one"});
  if (arguments.empty()) return;
  const results::Report report = results::reportOf(results::readTexts(arguments.front()));
  for (const report::Picture& picture : report::picturesOf(report)) {
    into.words.push_back({picture.id, picture.title});
  }
}

// `place` is an argument as usage spells it: "[PLUGIN]", "DIR|LIST", "CLASS[,CLASS]...";
// `arguments` are those that stand before it.
Candidates candidatesFor(std::string place, const std::string& typed,
                         const std::vector<std::string>& arguments = {}) {
  Candidates found;
  if (place.starts_with('[')) place = place.substr(1, place.find(']') - 1);
  place.resize(std::min(place.find('['), place.size()));
  for (const std::string& what : recipe::split(place.c_str())) {
    if (what == "PLUGIN") {
      const plugin::Registry registry(plugin::pluginFolders({}));
      for (const std::string& name : registry.names()) found.words.push_back({name, ""});
    } else if (what == "ARCHITECTURE") {
      const models::ArchitectureRegistry registry(models::architectureFolder(plugin::executable()));
      for (const auto& each : registry.all()) found.words.push_back({each.name(), each.summary()});
    } else if (what == "COMMAND") {
      for (const Command* command : commands()) {
        if (command->for_people) found.words.push_back({command->name, command->summary});
      }
    } else if (what == "PICTURE") {
      addPictures(arguments, found);
    } else if (what == "CLASS") {
      addClasses(typed, found);
    } else if (what == "DIR") {
      found.paths = std::max(found.paths, Candidates::Paths::folders);
    } else if (what == "BYTES" || what == "N" || what == "NAME" || what.find('=') != what.npos) {
      continue;
    } else if (std::islower(static_cast<unsigned char>(what.front())) != 0) {
      found.words.push_back({what, ""});
    } else {
      found.paths = Candidates::Paths::files;
    }
  }
  return found;
}

// The argument at this place; the last one stands for all that follow.
std::string argumentAt(const Command& command, std::size_t index) {
  const std::vector<std::string> places = recipe::split(command.arguments, ' ');
  if (places.empty() || index >= command.most) return {};
  return places[std::min(index, places.size() - 1)];
}

const Option* optionOf(const Command& command, std::string_view word) {
  for (const Option& option : command.options) {
    if (word == std::string("--") + option.name) return &option;
  }
  return nullptr;
}

Candidates optionsIn(const Command& command) {
  Candidates found;
  found.words.push_back({"--help", "Say what this command takes"});
  for (const Option& option : command.options) {
    found.words.push_back({std::string("--") + option.name, option.help});
  }
  return found;
}

// Words behind the command, the last of them being typed.
Candidates within(const Command& command, const std::vector<std::string>& words) {
  const std::string& typed = words.back();
  std::vector<std::string> arguments;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const Option* option = optionOf(command, words[i]);
    if (option != nullptr && option->argument != nullptr) {
      if (i + 2 == words.size()) return candidatesFor(option->argument, typed, arguments);
      ++i;
    } else if (!words[i].starts_with('-')) {
      arguments.push_back(words[i]);
    }
  }
  if (typed.starts_with('-')) return optionsIn(command);
  return candidatesFor(argumentAt(command, arguments.size()), typed);
}

Candidates candidatesBehind(const std::vector<std::string>& words) {
  const std::vector<std::string> before(words.begin(), words.end() - 1);
  const std::vector<std::string> sorted = commandFirst(before);
  if (const Command* command = sorted.empty() ? nullptr : commandNamed(sorted.front())) {
    std::vector<std::string> behind(sorted.begin() + 1, sorted.end());
    behind.push_back(words.back());
    return within(*command, behind);
  }
  if (!sorted.empty()) return {};
  if (!words.back().starts_with('-')) return candidatesFor("COMMAND", words.back());
  Candidates found;
  for (const char* option : {"--help", "--version", "--offline"}) {
    found.words.push_back({option, ""});
  }
  return found;
}

// A candidate a line, what it means behind a tab; then, where paths may stand, which.
int completeVerb(const Invocation& invocation) {
  if (invocation.positional.empty()) return kDone;
  Candidates found;
  try {
    found = candidatesBehind(invocation.positional);
  } catch (const Error&) {  // nothing is said in the middle of a line that is being typed
    return kDone;
  }
  for (const Candidates::Word& word : found.words) {
    if (!word.text.starts_with(invocation.positional.back())) continue;
    output() << word.text << (word.meaning.empty() ? "" : "\t") << word.meaning << '\n';
  }
  if (found.paths == Candidates::Paths::folders) output() << ":folders\n";
  if (found.paths == Candidates::Paths::files) output() << ":files\n";
  return kDone;
}

// `=` is a word of its own to bash, and not to the program.
constexpr const char* kBash = R"sh(_kindred() {
  local line cur=${COMP_WORDS[COMP_CWORD]} words=() word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do [ "$word" = = ] || words+=("$word"); done
  if [ "$cur" = = ]; then cur='' words+=(''); fi
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files|:folders)
        compopt -o filenames
        [ "$line" = :files ] && line=-f || line=-d
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$line" -- "$cur") ;;
      *) COMPREPLY+=("${line%%$'\t'*}") ;;
    esac
  done < <("${COMP_WORDS[0]/#\~/$HOME}" complete -- "${words[@]}" 2>/dev/null)
}
complete -F _kindred kindred
)sh";

constexpr const char* kZsh = R"sh(#compdef kindred
_kindred() {
  local line tab=$'\t' colon='\:'
  local -a found
  for line in ${(f)"$(${words[1]/#\~/$HOME} complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)"}; do
    case $line in
      :files) _files ;;
      :folders) _files -/ ;;
      *) line=${line//:/$colon}; found+=("${line/$tab/:}") ;;
    esac
  done
  (( $#found )) && _describe kindred found
}
if [ "$funcstack[1]" = _kindred ]; then _kindred "$@"; else compdef _kindred kindred; fi
)sh";

constexpr const char* kFish = R"sh(function __kindred_complete
  set -l current (commandline -ct)
  set -l words (commandline -opc) "$current"
  for line in ($words[1] complete -- $words[2..] 2>/dev/null)
    switch $line
      case :files
        __fish_complete_path "$current"
      case :folders
        __fish_complete_directories "$current"
      case '*'
        echo $line
    end
  end
end
complete -c kindred -f -a '(__kindred_complete)'
)sh";

}  // namespace

std::string completion(const std::string& shell) {
  return shell == "zsh" ? kZsh : shell == "fish" ? kFish : kBash;
}

const Command kCompleteCommand{
    "complete", "WORD", "Say what the last word may become", 0, 1'000, {}, completeVerb, false};

}  // namespace kindred::cli
