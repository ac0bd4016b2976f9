// Checks of what a plugin says about itself.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <kindred/conformance/report.hpp>
#include <kindred/conformance/subject.hpp>

namespace kindred::conformance {
namespace detail {

inline void checkText(const Descriptor& plugin, Findings& findings) {
  const std::string_view summary = plugin.summary;
  if (summary.size() > 90 || summary.ends_with('.')) {
    findings.add(Grade::warning, "the summary is longer than 90 letters or ends with a full stop",
                 "`kindred plugins` shows it as one line of a table", "shorten it to one phrase");
  }
  for (const Entry& entry : parametersOf(plugin)) {
    if (entry.type != ValueType::integer && entry.type != ValueType::number) continue;
    if (!std::isfinite(entry.least) || !std::isfinite(entry.most)) {
      findings.add(Grade::note, std::string("parameter '") + entry.name + "' has an open range",
                   "any finite number reaches the plugin", "state a range if there is one");
    }
  }
  for (const Entry& entry : figuresOf(plugin)) {
    if (!hasFigures(plugin.kind) || entry.unit != Unit::unstated) continue;
    findings.add(Grade::warning, std::string("figure '") + entry.name + "' does not say its unit",
                 "reports can't draw it on its range, nor say which value means no difference",
                 std::string("declare figure(\"") + entry.name +
                     "\", ...).in(unit, least, most), and .same(value) where there is one");
  }
}

inline void checkSettings(const Descriptor& plugin, const Settings& settings, Findings& findings) {
  std::set<std::string> given;
  for (const auto& [name, value] : settings) given.insert(name);
  for (const Entry& entry : parametersOf(plugin)) {
    if (!given.erase(entry.name) && !entry.fallback) {
      findings.error(std::string("parameter '") + entry.name + "' has no default",
                     "the test can't make the plugin without it", "pass it to run()");
    }
  }
  for (const std::string& name : given) {
    findings.error("the test sets '" + name + "', which the plugin does not declare",
                   "a slip in the test, or a parameter that was renamed",
                   "use the names of the plugin's declaration");
  }
}

}  // namespace detail

// The plugin's kind where the declaration is sound enough to go on.
inline std::optional<Kind> checkDeclaration(Report& report, const std::string& file,
                                            const Settings& settings) {
  report.check("declaration", "figures and parameters are declared soundly", [&](Findings& found) {
    const Descriptor& plugin = descriptorOf(file);
    for (const std::string& fault : faultsOf(plugin)) {
      found.error(fault, "the host refuses the plugin for this", "correct the closing macro");
    }
    if (!found.messages().empty()) return;
    std::string stem = std::filesystem::path(file).stem().string();
    if (stem.starts_with("lib")) stem.erase(0, 3);
    if (stem != plugin.name) {
      found.error("the file is named '" + stem + "', the plugin '" + plugin.name + "'",
                  "the host finds a plugin by its file's name", "give both the same name");
    }
    detail::checkText(plugin, found);
    detail::checkSettings(plugin, settings, found);
  });
  if (report.count(Grade::error) > 0) return std::nullopt;
  return descriptorOf(file).kind;
}

}  // namespace kindred::conformance
