// Reads the fields of a tree by hand, for files that no schema describes. Every function reports
// what is wrong and then goes on with what is right.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/document.hpp"

namespace kindred::yaml {

class Fields {
 public:
  explicit Fields(std::vector<Diagnostic>& diagnostics) : diagnostics_(diagnostics) {}

  void wrong(const Place& place, std::string what, std::string hint = {}) const;
  // "unknown role 'mlp.upp' (did you mean 'mlp.up'?)"
  void unknown(const Place& place, std::string_view what, const std::string& word,
               const std::vector<std::string>& known) const;

  using Read = std::function<void(const Node& key, const Node& value)>;
  // Calls read for every pair of a map.
  void eachPair(const Node& map, std::string_view what, const Read& read) const;
  // Calls the reader of every key; one that is not listed is wrong.
  void eachKnown(const Node& map, std::string_view what,
                 const std::map<std::string, std::function<void(const Node&)>>& readers) const;
  // Text that is not empty; empty where it is wrong.
  std::string text(const Node& node, std::string_view what) const;
  // One text or a list of texts, each with its node.
  void eachText(const Node& node, std::string_view what,
                const std::function<void(const std::string&, const Node&)>& read) const;

 private:
  std::vector<Diagnostic>& diagnostics_;
};

}  // namespace kindred::yaml
