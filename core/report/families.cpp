#include "report/families.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "report/wording.hpp"

namespace kindred::report {

std::vector<std::vector<std::string>> families(
    const std::vector<std::string>& keys,
    const std::vector<std::pair<std::string, std::string>>& related) {
  std::vector<std::size_t> parent(keys.size());
  std::iota(parent.begin(), parent.end(), 0);
  const auto root = [&](std::size_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  const auto index = [&](const std::string& key) {
    return static_cast<std::size_t>(std::find(keys.begin(), keys.end(), key) - keys.begin());
  };
  for (const auto& [a, b] : related) {
    if (index(a) < keys.size() && index(b) < keys.size()) parent[root(index(a))] = root(index(b));
  }
  std::map<std::size_t, std::vector<std::string>> groups;
  for (std::size_t i = 0; i < keys.size(); ++i) groups[root(i)].push_back(keys[i]);
  std::vector<std::vector<std::string>> list;
  for (auto& [_, group] : groups) {
    std::sort(group.begin(), group.end());
    list.push_back(std::move(group));
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& x, const auto& y) { return x.size() > y.size(); });
  return list;
}

std::vector<std::vector<std::string>> families(const Context& context) {
  std::vector<std::string> keys;
  for (const ModelFacts& model : context.models) keys.push_back(model.key);
  std::vector<std::pair<std::string, std::string>> related;
  for (const PairVerdict& pair : context.verdicts) {
    if (verdict::isRelated(pair.verdict.klass)) related.emplace_back(pair.a, pair.b);
  }
  return families(keys, related);
}

std::string familySummary(const Context& context) {
  std::string text;
  std::size_t number = 0;
  for (const std::vector<std::string>& family : families(context)) {
    text += family.size() == 1 ? fmt::format("alone: {}\n", family.front())
                               : fmt::format("family {}:\n", ++number);
    if (family.size() == 1) continue;
    for (const std::string& model : family) text += "  " + model + "\n";
  }
  text += fmt::format("\n{:<26} {:<26} {:<15} {:>9}\n", "model", "model", "verdict", "log p");
  std::map<std::string, std::size_t> counts;
  for (const PairVerdict& pair : context.verdicts) {
    ++counts[verdict::name(pair.verdict.klass)];
    if (!verdict::isRelated(pair.verdict.klass)) continue;
    text += fmt::format("{:<26.26} {:<26.26} {:<15} {:>9.1f}\n", pair.a, pair.b,
                        verdict::name(pair.verdict.klass), pair.verdict.log10_p);
  }
  text += fmt::format("\n{} pairs:", context.verdicts.size());
  for (const auto& [klass, count] : counts) text += fmt::format(" {} {}", count, klass);
  return text +
         ".\nlog p: decimal logarithm of the p-value, adjusted by Holm over all pairs and tests.\n"
         "The graph says who shares weights, not who descends from whom.\n";
}

}  // namespace kindred::report
