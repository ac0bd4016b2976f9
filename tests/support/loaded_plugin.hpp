// Opens a built plugin as the host does, for the plugins' own tests and benchmarks.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <kindred/plugin.hpp>

namespace kindred::support {

// The descriptor of the built plugin NAME; throws std::runtime_error where it can't be opened.
const Descriptor& descriptorOf(const std::string& name);

// Its declared defaults, with `settings` (as a recipe would write them) over them.
Parameters parametersFor(const Descriptor& plugin,
                         const std::map<std::string, std::string>& settings = {});

// load<PairMetric>("cosine", {{"centred", "true"}})
template <class Base>
std::unique_ptr<Base> load(const std::string& name,
                           const std::map<std::string, std::string>& settings = {}) {
  const Descriptor& plugin = descriptorOf(name);
  return std::unique_ptr<Base>(static_cast<Base*>(plugin.create(parametersFor(plugin, settings))));
}

}  // namespace kindred::support
