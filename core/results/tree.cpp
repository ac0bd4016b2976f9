#include "results/tree.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace kindred::results {
namespace {

constexpr std::uint64_t kDraws = 200;
constexpr double kHalf = 0.5;
constexpr double kLeastBranch = 1e-9;  // shorter ones are ties, broken by the models' order

using Split = std::vector<bool>;  // of the leaves; the first is always on the other side

class Square {
 public:
  explicit Square(std::size_t n) : n_(n), values_(n * n, 0.0) {}
  double at(std::size_t i, std::size_t j) const { return values_[i * n_ + j]; }
  void set(std::size_t i, std::size_t j, double value) {
    values_[i * n_ + j] = values_[j * n_ + i] = value;
  }

 private:
  std::size_t n_;
  std::vector<double> values_;
};

// Joined from the leaves up: nodes before `leaves` are the models, the last one joins what is left.
struct Joined {
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> parent;
  std::vector<double> length;  // of the branch to the parent
};

// Saitou and Nei (1987), with the criterion of Studier and Keppler (1988).
Joined neighbourJoining(std::size_t leaves, const Square& distances) {
  const std::size_t most = 2 * leaves - 2;
  Square d(most);
  for (std::size_t i = 0; i < leaves; ++i) {
    for (std::size_t j = i + 1; j < leaves; ++j) d.set(i, j, distances.at(i, j));
  }
  Joined tree{std::vector<std::size_t>(leaves, Joined::kNone), std::vector<double>(leaves, 0)};
  std::vector<std::size_t> active(leaves);
  for (std::size_t i = 0; i < leaves; ++i) active[i] = i;
  std::vector<double> sums(most, 0);
  const auto join = [&](std::size_t node, std::size_t under, double length) {
    tree.parent[node] = under;
    tree.length[node] = std::max(0.0, length);
  };
  while (active.size() > 3) {
    for (const std::size_t i : active) {
      sums[i] = 0;
      for (const std::size_t j : active) sums[i] += d.at(i, j);
    }
    const double others = static_cast<double>(active.size()) - 2;
    double best = std::numeric_limits<double>::infinity();
    std::size_t x = active[0], y = active[1];
    for (std::size_t i = 0; i < active.size(); ++i) {
      for (std::size_t j = i + 1; j < active.size(); ++j) {
        const double q = others * d.at(active[i], active[j]) - sums[active[i]] - sums[active[j]];
        if (q < best) {
          best = q;
          x = active[i];
          y = active[j];
        }
      }
    }
    const std::size_t node = tree.parent.size();
    tree.parent.push_back(Joined::kNone);
    tree.length.push_back(0);
    const double of_x = d.at(x, y) / 2 + (sums[x] - sums[y]) / (2 * others);
    join(x, node, of_x);
    join(y, node, d.at(x, y) - of_x);
    std::erase(active, x);
    std::erase(active, y);
    for (const std::size_t k : active) {
      d.set(node, k, (d.at(x, k) + d.at(y, k) - d.at(x, y)) / 2);
    }
    active.push_back(node);
  }
  const std::size_t centre = tree.parent.size();
  tree.parent.push_back(Joined::kNone);
  tree.length.push_back(0);
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t a = active[i], b = active[(i + 1) % 3], c = active[(i + 2) % 3];
    join(a, centre, (d.at(a, b) + d.at(a, c) - d.at(b, c)) / 2);
  }
  return tree;
}

// The leaves below each node. Parents come after their children.
std::vector<Split> below(std::size_t leaves, const Joined& tree) {
  std::vector<Split> sets(tree.parent.size(), Split(leaves, false));
  for (std::size_t i = 0; i < tree.parent.size(); ++i) {
    if (i < leaves) sets[i][i] = true;
    if (tree.parent[i] == Joined::kNone) continue;
    Split& parent = sets[tree.parent[i]];
    for (std::size_t k = 0; k < leaves; ++k) parent[k] = parent[k] || sets[i][k];
  }
  return sets;
}

Split turned(Split split) {
  if (split.front()) split.flip();
  return split;
}

std::set<Split> splitsOf(std::size_t leaves, const Joined& tree) {
  const std::vector<Split> sets = below(leaves, tree);
  std::set<Split> splits;
  for (std::size_t i = leaves; i + 1 < sets.size(); ++i) splits.insert(turned(sets[i]));
  return splits;
}

// Layers drawn with replacement: how often each came. splitmix64, so that everybody draws alike.
class Draw {
 public:
  std::map<std::int64_t, double> next(const std::vector<std::int64_t>& layers) {
    std::map<std::int64_t, double> times;
    for (std::size_t i = 0; i < layers.size(); ++i) ++times[layers[number() % layers.size()]];
    return times;
  }

 private:
  std::uint64_t number() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  std::uint64_t state_ = 1;
};

// Without a layer of the draw a pair keeps the mean of all of its own.
Square distancesOf(const PairTable& pairs, const std::map<std::int64_t, double>* times) {
  Square distances(pairs.models());
  for (std::size_t i = 0; i < pairs.models(); ++i) {
    for (std::size_t j = i + 1; j < pairs.models(); ++j) {
      double alike = meanOf(pairs.at(i, j), times);
      if (std::isnan(alike)) alike = meanOf(pairs.at(i, j), nullptr);
      distances.set(i, j, distanceOf(alike));
    }
  }
  return distances;
}

// Share of the distances' variance that paths along the tree don't give back.
double misfitOf(std::size_t leaves, const Joined& tree, const Square& distances) {
  const auto pathLength = [&](std::size_t a, std::size_t b) {
    double length = 0;
    while (a != b) {  // a parent's number is larger than its child's
      std::size_t& lower = a < b ? a : b;
      length += tree.length[lower];
      lower = tree.parent[lower];
    }
    return length;
  };
  double mean = 0, count = 0, left = 0, all = 0;
  for (std::size_t i = 0; i < leaves; ++i) {
    for (std::size_t j = i + 1; j < leaves; ++j, ++count) mean += distances.at(i, j);
  }
  mean /= count;
  for (std::size_t i = 0; i < leaves; ++i) {
    for (std::size_t j = i + 1; j < leaves; ++j) {
      const double off = distances.at(i, j) - pathLength(i, j), far = distances.at(i, j) - mean;
      left += off * off;
      all += far * far;
    }
  }
  return all > 0 ? std::min(1.0, left / all) : 0;
}

std::string quoted(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '.';
  });
  if (plain && !name.empty()) return name;
  std::string text = "'";
  for (const char c : name) text += c == '\'' ? std::string("''") : std::string(1, c);
  return text + "'";
}

// Writes a tree from any of its nodes.
class Newick {
 public:
  explicit Newick(const std::vector<TreeNode>& nodes) : nodes_(nodes), branches_(nodes.size()) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].parent < 0) continue;
      const auto parent = static_cast<std::size_t>(nodes[i].parent);
      branches_[i].push_back({parent, i});
      branches_[parent].push_back({i, i});
    }
  }

  std::string from(std::size_t node) const { return described(node, Joined::kNone, {}) + ";"; }

 private:
  struct Branch {
    std::size_t to, owner;  // its length and support stand at the owner
  };

  std::string described(std::size_t node, std::size_t from, const std::string& support) const {
    std::string inner;
    for (const Branch& branch : branches_[node]) {
      if (branch.to == from) continue;
      const TreeNode& owner = nodes_[branch.owner];
      const std::string label =
          std::isnan(owner.support) ? std::string() : fmt::format("{:.0f}", 100 * owner.support);
      inner += (inner.empty() ? "" : ",") + described(branch.to, node, label) +
               fmt::format(":{:.6g}", owner.length);
    }
    const std::string name = nodes_[node].model.empty() ? support : quoted(nodes_[node].model);
    return (inner.empty() ? "" : "(" + inner + ")") + name;
  }

  const std::vector<TreeNode>& nodes_;
  std::vector<std::vector<Branch>> branches_;
};

// Inner branches that too few draws show are taken out: what they joined hangs one higher.
std::vector<TreeNode> collapsed(const std::vector<std::string>& names, const Joined& tree,
                                const std::map<Split, double>& support) {
  const std::size_t leaves = names.size(), count = tree.parent.size();
  const std::vector<Split> sets = below(leaves, tree);
  std::vector<bool> kept(count, true);
  std::vector<double> share(count, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = leaves; i + 1 < count; ++i) {
    share[i] = std::min(1.0, support.at(turned(sets[i])));
    kept[i] = share[i] >= kHalf && tree.length[i] >= kLeastBranch;
  }
  std::vector<std::int64_t> number(count, -1);
  std::int64_t next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (kept[i]) number[i] = next++;
  }
  std::vector<TreeNode> nodes;
  for (std::size_t i = 0; i < count; ++i) {
    if (!kept[i]) continue;
    std::size_t parent = tree.parent[i];
    while (parent != Joined::kNone && !kept[parent]) parent = tree.parent[parent];
    nodes.push_back({i < leaves ? names[i] : "", parent == Joined::kNone ? -1 : number[parent],
                     tree.length[i], share[i]});
  }
  return nodes;
}

}  // namespace

Tree treeOf(const std::vector<std::string>& names, const PairTable& pairs) {
  const std::size_t leaves = names.size();
  const Square distances = distancesOf(pairs, nullptr);
  const Joined whole = neighbourJoining(leaves, distances);
  std::map<Split, double> support;
  for (const Split& split : splitsOf(leaves, whole)) support[split] = 0;

  std::set<std::int64_t> all;
  for (std::size_t i = 0; i < leaves; ++i) {
    for (std::size_t j = i + 1; j < leaves; ++j) {
      for (const auto& [layer, likeness] : pairs.at(i, j)) all.insert(layer);
    }
  }
  const std::vector<std::int64_t> layers(all.begin(), all.end());
  Draw draw;
  for (std::uint64_t n = 0; n < kDraws && leaves > 3; ++n) {
    const auto times = draw.next(layers);
    for (const Split& split :
         splitsOf(leaves, neighbourJoining(leaves, distancesOf(pairs, &times)))) {
      if (const auto known = support.find(split); known != support.end()) {
        known->second += 1.0 / static_cast<double>(kDraws);
      }
    }
  }

  Tree tree;
  tree.nodes = collapsed(names, whole, support);
  tree.newick = newickOf(tree.nodes, {});
  tree.layers = layers.size();
  tree.misfit = misfitOf(leaves, whole, distances);
  return tree;
}

std::string newickOf(const std::vector<TreeNode>& nodes, const std::string& root) {
  std::size_t at = nodes.size() - 1;
  for (std::size_t i = 0; i < nodes.size() && !root.empty(); ++i) {
    if (nodes[i].model == root) at = i;
  }
  return Newick(nodes).from(at);
}

std::vector<std::string> setApart(const std::vector<TreeNode>& nodes, std::size_t node) {
  std::vector<std::string> below, above;
  for (const TreeNode& leaf : nodes) {
    if (leaf.model.empty()) continue;
    auto at = static_cast<std::int64_t>(&leaf - nodes.data());
    const auto wanted = static_cast<std::int64_t>(node);
    while (at >= 0 && at < wanted) at = nodes[static_cast<std::size_t>(at)].parent;
    (at == wanted ? below : above).push_back(leaf.model);
  }
  return below.size() <= above.size() ? below : above;
}

}  // namespace kindred::results
