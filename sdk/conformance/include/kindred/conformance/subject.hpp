// The plugin under test: its library, opened, and the parameters and expectations of the test.
#pragma once

#include <dlfcn.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <kindred/conformance/report.hpp>
#include <kindred/declaration.hpp>

namespace kindred::conformance {

// {{"centred", true}, {"blocks", 16}, {"root", "/data"}}
using Settings = std::vector<std::pair<std::string, Parameters::Value>>;

// One input of a metric and the figures that it must give, in the order declared; NaN means NaN.
struct Case {
  std::vector<float> a = {};
  std::vector<float> b = {};  // pair metrics: as long as a
  std::vector<double> figures = {};
  double tolerance = 1e-12;  // relative, and absolute below 1
};

// What the author knows about the plugin's answers.
struct Expected {
  std::vector<Case> cases = {};                   // metrics
  std::string address = {};                       // sources: a location that exists
  std::map<std::string, std::string> files = {};  // sources and formats: files, whole
  unsigned seconds = 120;                         // a check that takes longer has hung
};

// An open library; it stays open until the process ends.
inline const Descriptor& descriptorOf(const std::string& file) {
  const std::string path = file.find('/') == std::string::npos ? "./" + file : file;
  void* library = ::dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (!library) throw Unusable(::dlerror());
  void* mark = ::dlsym(library, KINDRED_STRING(KINDRED_ABI_SYMBOL));
  if (!mark) {
    throw Unusable(
        "the library does not export " KINDRED_STRING(KINDRED_ABI_SYMBOL) ": it was built with "
        "other SDK headers or another compiler than this test, or lacks the closing macro");
  }
  void* symbol = ::dlsym(library, "kindred_plugin");
  if (!symbol) throw Unusable("the library does not export kindred_plugin");
  const auto& descriptor = *static_cast<const Descriptor*>(symbol);
  if (descriptor.magic != kMagic || descriptor.interface != KINDRED_INTERFACE) {
    throw Unusable("kindred_plugin is not a descriptor of this interface");
  }
  return descriptor;
}

// Defaults with the test's settings over them.
inline Parameters parametersFor(const Descriptor& plugin, const Settings& settings) {
  Parameters parameters;
  for (const Entry& entry : parametersOf(plugin)) {
    if (entry.fallback) parameters.set(entry.name, *valueOf(entry, entry.fallback));
  }
  for (const auto& [name, value] : settings) parameters.set(name, value);
  return parameters;
}

struct Subject {
  std::string file;
  Settings settings;

  const Descriptor& descriptor() const { return descriptorOf(file); }
  template <class Base>
  std::unique_ptr<Base> make() const {
    const Descriptor& plugin = descriptor();
    void* object = plugin.create(parametersFor(plugin, settings));
    if (!object) throw std::runtime_error("create gave no object");
    return std::unique_ptr<Base>(static_cast<Base*>(object));
  }
};

}  // namespace kindred::conformance
