#include "results/families.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <set>

#include "results/lineage.hpp"
#include "results/nearest.hpp"
#include "results/tree.hpp"

namespace kindred::results {

Edge ordered(const std::string& a, const std::string& b) { return std::minmax(a, b); }

std::vector<std::vector<std::string>> connected(
    const std::vector<std::string>& keys,
    const std::vector<std::pair<std::string, std::string>>& related) {
  std::vector<std::size_t> parent(keys.size());
  std::iota(parent.begin(), parent.end(), 0);
  const auto root = [&](std::size_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < keys.size(); ++i) index.emplace(keys[i], i);
  for (const auto& [a, b] : related) {
    const auto of_a = index.find(a), of_b = index.find(b);
    if (of_a == index.end() || of_b == index.end()) continue;
    parent[root(of_a->second)] = root(of_b->second);
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

namespace {

// Finds out what holds a family together.
class Joiner {
 public:
  // `related`: pairs that share weights; `apart`: pairs in which tests found nothing.
  Joiner(const std::set<Edge>& related, const std::set<Edge>& apart)
      : related_(related), apart_(apart) {}

  void join(Family& family) const {
    std::vector<std::string> joints;
    for (const std::vector<std::string>& group : twins(family.models)) {
      if (!partsWithout(family.models, group).empty()) {
        joints.insert(joints.end(), group.begin(), group.end());
      }
    }
    if (joints.empty()) return;
    std::sort(joints.begin(), joints.end());
    family.parts = partsWithout(family.models, joints);
    if (!family.parts.empty()) family.joints = std::move(joints);
  }

 private:
  // Models with the same relatives stand in the same place: a merge and what was made of it.
  std::vector<std::vector<std::string>> twins(const std::vector<std::string>& models) const {
    std::map<std::set<std::string>, std::vector<std::string>> groups;
    for (const std::string& model : models) {
      std::set<std::string> relatives{model};
      for (const std::string& other : models) {
        if (related_.contains(ordered(model, other))) relatives.insert(other);
      }
      groups[relatives].push_back(model);
    }
    std::vector<std::vector<std::string>> list;
    for (auto& [_, group] : groups) list.push_back(std::move(group));
    return list;
  }

  // What is left of a family; empty where it holds together, or where that is not known.
  std::vector<std::vector<std::string>> partsWithout(
      const std::vector<std::string>& models, const std::vector<std::string>& left_out) const {
    std::vector<std::string> rest;
    std::copy_if(models.begin(), models.end(), std::back_inserter(rest), [&](const auto& model) {
      return std::find(left_out.begin(), left_out.end(), model) == left_out.end();
    });
    auto parts = connected(rest, {related_.begin(), related_.end()});
    if (parts.size() < 2 || !allApart(parts)) parts.clear();
    return parts;
  }

  bool allApart(const std::vector<std::vector<std::string>>& parts) const {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      for (std::size_t j = i + 1; j < parts.size(); ++j) {
        for (const std::string& a : parts[i]) {
          for (const std::string& b : parts[j]) {
            if (!apart_.contains(ordered(a, b))) return false;
          }
        }
      }
    }
    return true;
  }

  const std::set<Edge>& related_;
  const std::set<Edge>& apart_;
};

// Pairs of different families of which nothing is known.
void countUndecided(const Report& report, std::vector<Family>& families) {
  std::map<std::string, Family*> family;
  for (Family& one : families) {
    for (const std::string& model : one.models) family.emplace(model, &one);
  }
  for (const Pair& pair : report.pairs) {
    const auto a = family.find(pair.a), b = family.find(pair.b);
    if (a == family.end() || b == family.end() || a->second == b->second) continue;
    if (evidence::isRelated(pair.verdict.klass)) continue;
    if (pair.verdict.klass == evidence::Class::no_evidence) continue;
    ++a->second->undecided;
    ++b->second->undecided;
  }
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
  std::vector<std::string> keys;
  for (const Model& model : report.models) {
    if (!isControl(report, model.key)) keys.push_back(model.key);
  }
  std::set<Edge> related, apart;
  for (const Pair& pair : report.pairs) {
    if (hasControl(report, pair)) continue;
    if (evidence::isRelated(pair.verdict.klass)) related.insert(ordered(pair.a, pair.b));
    if (pair.verdict.klass == evidence::Class::no_evidence) apart.insert(ordered(pair.a, pair.b));
  }
  std::vector<Family> list;
  const Joiner joiner(related, apart);
  for (std::vector<std::string>& models : connected(keys, {related.begin(), related.end()})) {
    Family family{std::move(models), {}, {}, 0};
    joiner.join(family);
    plantTrees(report, family);
    const bool planted = std::any_of(family.trees.begin(), family.trees.end(),
                                     [](const Tree& tree) { return !tree.nodes.empty(); });
    if (!planted) family.nearest = nearestOf(report, family.models);
    list.push_back(std::move(family));
  }
  countUndecided(report, list);
  return list;
}

}  // namespace kindred::results
