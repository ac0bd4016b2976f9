// From a tree to values, with the checks that need more than one place at once: references, names
// used twice. Nodes of a wrong type are passed over: check() reports them.
#pragma once

#include <string>
#include <vector>

#include "recipe/values.hpp"
#include "yaml/document.hpp"

namespace kindred::recipe {

using yaml::Node;

// What readers of parts share.
struct Reading {
  Given& given;  // what was read so far
  std::vector<Diagnostic>& diagnostics;

  void report(const Place& place, std::string message, std::string hint = {}) {
    diagnostics.push_back({place, std::move(message), std::move(hint)});
  }
  // As nearest(), but empty once there are many diagnostics: each costs a pass over all names.
  std::string near(std::string_view word, const std::vector<std::string>& known,
                   std::string_view none) const;
};

// The text of a scalar; empty where there is none.
std::string textOf(const Node* node);
// The numbers of scalars that check() has let pass; zero where it has not.
double numberIn(const Node* node);
std::int64_t integerIn(const Node* node);
std::uint64_t bytesIn(const Node* node);

void readSources(const Node& sources, Reading& reading);
void readModels(const Node& models, Reading& reading);
void readSelections(const Node& selections, Reading& reading);
// A selection, or the name of one of those given; null selects everything.
Selection readSelect(const Node* node, Reading& reading);
Meeting readMeeting(const Node* node);
Sample readSample(const Node* node);
// {plugin: NAME, as: NAME, anything: else}
PluginUse readPluginUse(const Node& node);
// A list of these, each under a name of its own.
std::vector<PluginUse> readMetrics(const Node* node, Reading& reading);

}  // namespace kindred::recipe
