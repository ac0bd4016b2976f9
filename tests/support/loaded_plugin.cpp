#include "loaded_plugin.hpp"

#include <dlfcn.h>

#include <span>
#include <stdexcept>

namespace kindred::support {

namespace {

Parameters::Value typed(const Entry& entry, const std::string& text) {
  switch (entry.type) {
    case ValueType::flag:
      return text == "true";
    case ValueType::integer:
      return std::int64_t{std::stoll(text)};
    case ValueType::number:
      return std::stod(text);
    case ValueType::text:
    case ValueType::choice:
      break;
  }
  return text;
}

}  // namespace

const Descriptor& descriptorOf(const std::string& name) {
  const std::string path = std::string(KINDRED_PLUGIN_DIR) + "/" + name + ".so";
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);  // stays open, as in the host
  void* const symbol = library != nullptr ? dlsym(library, "kindred_plugin") : nullptr;
  if (symbol == nullptr) throw std::runtime_error(dlerror());
  return *static_cast<const Descriptor*>(symbol);
}

Parameters parametersFor(const Descriptor& plugin,
                         const std::map<std::string, std::string>& settings) {
  Parameters parameters;
  for (const Entry& entry : std::span(plugin.entries, plugin.entry_count)) {
    if (entry.is != Entry::Is::parameter) continue;
    const auto given = settings.find(entry.name);
    if (given == settings.end() && entry.fallback == nullptr) {
      throw std::runtime_error(std::string("no value for ") + entry.name);
    }
    parameters.set(entry.name,
                   typed(entry, given == settings.end() ? entry.fallback : given->second));
  }
  return parameters;
}

}  // namespace kindred::support
