// The built plugins, opened as the host opens them, for the plugins' own tests and benchmarks.
#pragma once

#include <memory>
#include <string>

#include <kindred/conformance/subject.hpp>

namespace kindred::support {

// plugin("cosine", {{"centred", true}})
inline conformance::Subject plugin(const std::string& name, conformance::Settings settings = {}) {
  return {KINDRED_PLUGIN_DIR "/" + name + ".so", std::move(settings)};
}

template <class Base>
std::unique_ptr<Base> load(const std::string& name, conformance::Settings settings = {}) {
  return plugin(name, std::move(settings)).make<Base>();
}

// What the conformance kit holds against the plugin; empty where nothing.
std::string complaints(const std::string& name, conformance::Settings settings = {},
                       const conformance::Expected& expected = {});

}  // namespace kindred::support
