// An unrooted tree of relatives: neighbour joining on how alike the rows of each pair are, with how
// often each branch is found again when layers are drawn anew. A tree says which of several models
// stand close together; it doesn't say which came first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/likeness.hpp"
#include "results/report.hpp"

namespace kindred::results {

// Symmetric: at(i, j) is the pair of models i and j.
class PairTable {
 public:
  explicit PairTable(std::size_t models) : models_(models), pairs_(models * models) {}
  std::size_t models() const { return models_; }
  const PairLikeness& at(std::size_t i, std::size_t j) const { return pairs_[place(i, j)]; }
  PairLikeness& at(std::size_t i, std::size_t j) { return pairs_[place(i, j)]; }

 private:
  std::size_t place(std::size_t i, std::size_t j) const {
    return i < j ? i * models_ + j : j * models_ + i;
  }

  std::size_t models_;
  std::vector<PairLikeness> pairs_;
};

inline constexpr std::size_t kLeastInTree = 3, kMostInTree = 200;

// The distance of a pair is -ln of its mean correlation, which adds up along a path of independent
// changes. Needs 3 to kMostInTree names, as many as the table has models, and a layer of every
// pair. Branches that fewer than half of the draws show are left out.
Tree treeOf(const std::vector<std::string>& names, const PairTable& pairs);

// The same tree as Newick text: with the root at the model of that name, where it is not empty.
std::string newickOf(const std::vector<TreeNode>& nodes, const std::string& root);

// The models on the smaller side of the branch above a node; of equal sides that below it.
std::vector<std::string> setApart(const std::vector<TreeNode>& nodes, std::size_t node);

}  // namespace kindred::results
