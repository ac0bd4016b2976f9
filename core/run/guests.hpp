// Plugins that did not come with the program are guests: what uses one is computed by a process of
// its own, which runs the same command as far as that unit and tells what it came to. A guest that
// crashes, exits or hangs ends that process and no other.
#pragma once

#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace kindred::run {

class Guests {
 public:
  struct Settings {
    std::set<std::string> plugins;     // that are guests
    std::vector<std::string> command;  // the program and its arguments
    std::filesystem::path results;     // where this run keeps what it has finished
    std::chrono::seconds limit;        // of a unit's computation
  };
  explicit Guests(Settings settings) : settings_(std::move(settings)) {}

  // The first of these plugins that is a guest; empty: none is.
  std::string among(const std::vector<std::string>& plugins) const;

  // The text of a unit that uses this plugin. What the unit throws is thrown; an Error names the
  // plugin where its process ended otherwise, or did not end in time. Throws Stopped where the run
  // was asked to stop. [any-thread]
  std::string compute(const std::string& unit, const std::string& plugin) const;

 private:
  Settings settings_;
};

}  // namespace kindred::run
