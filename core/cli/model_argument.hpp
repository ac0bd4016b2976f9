// A model as the command line names it: a local path, a name on the Hub, or a web address.
#pragma once

#include <string>
#include <vector>

#include <kindred/addresses/remote_address.hpp>

namespace kindred::cli {

struct ModelArgument {
  std::string key;         // its name in results: letters, digits, '.', '_', '-' and, of two, '/'
  std::string above;       // the name of what it lies in: an organisation, a folder; may be empty
  std::string plugin;      // local-mmap, http-range or somebody's own
  std::string typed = {};  // PLUGIN:ADDRESS as it was typed; empty: the plugin was not named
  std::string root;        // local: the folder above the model, absolute
  addresses::Layout layout = addresses::Layout::hub;  // remote
  std::string endpoint;   // remote: the server; empty: the one that the environment names
  std::string address;    // below the root, or the server's name for it
  std::string date = {};  // when it was published, as the user says: 2026-01-31
  bool guessed = false;   // org/name that is no path here, so that a server is asked
  std::vector<ModelArgument> adapter = {};  // that is applied to it: one or none
};

// What exists as a path is a path; the prefixes file: and hub: settle doubt. Web addresses and
// hf:// are asked of their servers; WORD:ADDRESS with any other word is an address of the source
// plugin of that name. A text that looks like a path (a separator at an end or
// several, a file's suffix, a parent folder that exists) is never sent to a network, nor is
// anything that does not look like org/name, a single word included: these are Errors.
// BASE+ADAPTER, where that is no path that exists, is two such models, the second of which changes
// the first.
ModelArgument modelArgument(const std::string& text);

// The names on the Hub that a text was taken for because nothing here is called so; none where it
// says what it is, or is no model.
std::vector<std::string> guessedNames(const std::string& text);

// Keys that are equal get the name of what they lie in before them where that differs, else their
// place behind them: orgA/x and orgB/x; x, x-2.
void makeKeysDistinct(std::vector<ModelArgument>& models);

// What people know it by: org/name of a server's, else its key.
std::string knownAs(const ModelArgument& model);

// The sources: and models: parts of a recipe over these models. The last `controls` of them are
// controls.
std::string recipeHead(const std::vector<ModelArgument>& models, std::size_t controls);

}  // namespace kindred::cli
