#include "results/families.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "results/lineage.hpp"
#include "results/nearest.hpp"
#include "results/tree.hpp"

namespace kindred::results {
namespace {

using Numbers = std::vector<std::size_t>;

// Finds out what holds a family together.
class Joiner {
 public:
  explicit Joiner(const Relations& relations) : relations_(relations) {}

  void join(const Numbers& models, Family& family) const {
    Numbers joints;
    for (const Numbers& group : twins(models)) {
      if (!partsWithout(models, group).empty()) {
        joints.insert(joints.end(), group.begin(), group.end());
      }
    }
    if (joints.empty()) return;
    const auto parts = partsWithout(models, joints);
    for (const Numbers& part : parts) family.parts.push_back(relations_.namesOf(part));
    if (!parts.empty()) family.joints = relations_.namesOf(joints);
  }

 private:
  // Models with the same relatives stand in the same place: a merge and what was made of it.
  std::vector<Numbers> twins(const Numbers& models) const {
    std::map<std::vector<bool>, Numbers> groups;
    for (const std::size_t model : models) {
      std::vector<bool> relatives;
      for (const std::size_t other : models) {
        relatives.push_back(other == model || relations_.of(model, other) == Known::related);
      }
      groups[std::move(relatives)].push_back(model);
    }
    std::vector<Numbers> list;
    for (auto& [_, group] : groups) list.push_back(std::move(group));
    return list;
  }

  // What is left of a family; empty where it holds together, or where that is not known.
  std::vector<Numbers> partsWithout(const Numbers& models, const Numbers& left_out) const {
    std::vector<bool> out(relations_.models().size(), false);
    for (const std::size_t model : left_out) out[model] = true;
    auto parts = connected(relations_, models, out);
    if (parts.size() < 2 || !allApart(parts)) parts.clear();
    return parts;
  }

  bool allApart(const std::vector<Numbers>& parts) const {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      for (std::size_t j = i + 1; j < parts.size(); ++j) {
        for (const std::size_t a : parts[i]) {
          for (const std::size_t b : parts[j]) {
            if (relations_.of(a, b) != Known::apart) return false;
          }
        }
      }
    }
    return true;
  }

  const Relations& relations_;
};

// Pairs of a family's models with others of which nothing is known.
std::uint64_t undecidedOf(const Relations& relations, const Numbers& family) {
  std::vector<bool> inside(relations.models().size(), false);
  for (const std::size_t model : family) inside[model] = true;
  std::uint64_t count = 0;
  for (const std::size_t model : family) {
    for (std::size_t other = 0; other < inside.size(); ++other) {
      count += !inside[other] && relations.of(model, other) == Known::undecided;
    }
  }
  return count;
}

Relations relationsOf(const Report& report) {
  std::vector<std::string> keys;
  for (const Model& model : report.models) {
    if (!isControl(report, model.key)) keys.push_back(model.key);
  }
  Relations relations(std::move(keys));
  for (const Pair& pair : report.pairs) {
    relations.set(pair.a, pair.b, knownBy(pair.verdict.klass));
  }
  return relations;
}

// No tree holds a merge of strangers: without it each part has its own.
void plantTrees(const Report& report, Family& family) {
  const std::vector<std::vector<std::string>> whole{family.models};
  for (const auto& part : family.parts.empty() ? whole : family.parts) {
    if (part.size() >= kLeastInTree) family.trees.push_back(lineageOf(report, part));
  }
}

}  // namespace

std::vector<Family> familiesOf(const Report& report) {
  return familiesOf(report, relationsOf(report));
}

std::vector<Family> familiesOf(const Report& report, const Relations& relations) {
  std::vector<Family> list;
  const Joiner joiner(relations);
  for (const Numbers& models : connected(relations)) {
    Family family{relations.namesOf(models), {}, {}, undecidedOf(relations, models)};
    joiner.join(models, family);
    plantTrees(report, family);
    const bool planted = std::any_of(family.trees.begin(), family.trees.end(),
                                     [](const Tree& tree) { return !tree.nodes.empty(); });
    if (!planted) family.nearest = nearestOf(report, family.models);
    list.push_back(std::move(family));
  }
  return list;
}

}  // namespace kindred::results
