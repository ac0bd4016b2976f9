#include "plugin/bind.hpp"

#include <algorithm>
#include <set>

#include <kindred/declaration.hpp>

#include "words/meant_number.hpp"
#include "words/near.hpp"

namespace kindred::plugin {
namespace {

std::string hintFor(const std::string& word, const Plugin& plugin) {
  std::vector<std::string> known;
  for (const Entry& entry : plugin.parameters) known.emplace_back(entry.name);
  if (known.empty()) return "it takes no parameters";
  const std::vector<std::string> near = words::near(word, known, 1);
  if (!near.empty()) return "did you mean '" + near.front() + "'?";
  std::string all;
  for (const std::string& name : known) all += (all.empty() ? "it takes " : ", ") + name;
  return all;
}

// What a value may be, or how the number is written that it probably is.
std::string remedyFor(const Entry& entry, const Given& given) {
  if (!given.is_scalar) return allowed(entry);
  std::string meant;
  if (entry.type == ValueType::number) meant = words::meantNumber(given.value);
  if (entry.type == ValueType::integer) meant = words::meantInteger(given.value);
  return meant.empty() || !valueOf(entry, meant) ? allowed(entry) : "write " + meant;
}

}  // namespace

Bound bindParameters(const Plugin& plugin, std::span<const Given> given) {
  using Where = Misfit::Where;
  Bound bound;
  std::set<std::string> seen;
  const auto misfit = [&](Where where, std::size_t index, std::string message, std::string hint) {
    bound.misfits.push_back({where, index, std::move(message), std::move(hint)});
  };
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto entry = std::find_if(plugin.parameters.begin(), plugin.parameters.end(),
                                    [&](const Entry& e) { return given[i].name == e.name; });
    if (entry == plugin.parameters.end()) {
      misfit(Where::name, i,
             "unknown parameter '" + given[i].name + "' of plugin '" + plugin.name() + "'",
             hintFor(given[i].name, plugin));
      continue;
    }
    if (!seen.insert(given[i].name).second) {
      misfit(Where::name, i, "parameter '" + given[i].name + "' is given twice", "");
      continue;
    }
    const auto value = given[i].is_scalar ? valueOf(*entry, given[i].value) : std::nullopt;
    if (!value) {
      const std::string what = given[i].is_scalar ? "'" + given[i].value + "'" : "a list or map";
      misfit(Where::value, i,
             "parameter '" + given[i].name + "' of plugin '" + plugin.name() + "' can't be " + what,
             remedyFor(*entry, given[i]));
      continue;
    }
    bound.parameters.set(given[i].name, *value);
  }
  for (const Entry& entry : plugin.parameters) {
    if (seen.contains(entry.name)) continue;
    if (entry.fallback) {
      bound.parameters.set(entry.name, *valueOf(entry, entry.fallback));
    } else {
      misfit(Where::absent, 0,
             "plugin '" + plugin.name() + "' needs the parameter '" + entry.name + "'",
             allowed(entry));
    }
  }
  return bound;
}

}  // namespace kindred::plugin
