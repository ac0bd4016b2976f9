#include "plugin/fingerprint.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <kindred/plugin.hpp>

namespace kindred::plugin {
namespace {

constexpr std::string_view kPrefix = "kindred_abi_";

// interface, compiler, standard library, hash of the SDK's headers
using Parts = std::array<std::string_view, 4>;

std::optional<Parts> partsOf(std::string_view symbol) {
  symbol.remove_prefix(kPrefix.size());
  Parts parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t bar = symbol.find('_');
    if ((bar == std::string_view::npos) != (i + 1 == parts.size())) return std::nullopt;
    parts[i] = symbol.substr(0, bar);
    if (bar != std::string_view::npos) symbol.remove_prefix(bar + 1);
  }
  return parts;
}

struct Difference {
  std::string what;
  std::string remedy;
};

Difference difference(std::string_view symbol) {
  const std::optional<Parts> theirs = partsOf(symbol);
  const Parts ours = *partsOf(hostFingerprint());
  const auto both = [&](std::size_t i) {
    return " (" + std::string((*theirs)[i]) + ", the host has " + std::string(ours[i]) + ")";
  };
  if (!theirs) return {"in a form this host does not know", "rebuild it against this host's SDK"};
  if ((*theirs)[0] != ours[0]) {
    return {"another plugin interface" + both(0), "rebuild it against this host's SDK"};
  }
  if ((*theirs)[1] != ours[1]) {
    return {"another compiler" + both(1), "rebuild the plugin with " + std::string(ours[1]) +
                                              ", or the host with " + std::string((*theirs)[1])};
  }
  if ((*theirs)[2] != ours[2]) {
    return {"another C++ standard library or library mode" + both(2),
            "rebuild the plugin with the host's flags"};
  }
  return {"other SDK headers" + both(3),
          "rebuild it against this host's SDK: cmake -DCMAKE_PREFIX_PATH=PREFIX, then build"};
}

}  // namespace

std::string_view hostFingerprint() { return KINDRED_STRING(KINDRED_ABI_SYMBOL); }

void checkFingerprint(const std::filesystem::path& file, const std::vector<std::string>& symbols) {
  const auto refuse = [&](const std::string& what, const std::string& remedy) {
    throw Error(Category::plugin, file.string(), what, remedy);
  };
  if (std::find(symbols.begin(), symbols.end(), "kindred_plugin") == symbols.end()) {
    refuse("is not a plugin: it does not export 'kindred_plugin'",
           "end its source with KINDRED_METRIC or KINDRED_SOURCE, or remove the file from the "
           "plugin folder");
  }
  std::vector<std::string_view> marks;
  for (const std::string& symbol : symbols) {
    if (symbol.starts_with(kPrefix)) marks.push_back(symbol);
  }
  const std::string host(hostFingerprint());
  if (marks.empty()) {
    refuse("does not say what it was built with: no symbol " + std::string(kPrefix) +
               "..., the host's is " + host,
           "rebuild it with the macros of this host's SDK");
  }
  if (marks.size() > 1) {
    refuse("says twice what it was built with: " + std::string(marks[0]) + " and " +
               std::string(marks[1]),
           "put one plugin into one library");
  }
  if (marks[0] == host) return;
  const Difference found = difference(marks[0]);
  refuse("was built with " + found.what + "; its fingerprint is " + std::string(marks[0]) +
             ", the host's is " + host,
         found.remedy);
}

}  // namespace kindred::plugin
