// What permutation tests have in common: match the reference's units with the other model's, and
// count those that are matched with their own number. If A's order is random and independent of B,
// the matching is a uniformly random permutation (or injection), whatever the similarities are.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <kindred/analysis/linear/linear.hpp>
#include <kindred/matrix_test.hpp>

namespace kindred::exchange {

// Sums fixed points over parts of the reference whose orders are independent of each other.
class FixedPoints {
 public:
  explicit FixedPoints(std::uint64_t seed) : seed_(seed) {}

  // Matches by greatest total similarity (rows: A). Ties are broken by a random renumbering, since
  // a rule that favours low numbers would favour the identity; a constant matrix, which says
  // nothing, and one with values that are not finite are passed over. Returns the matching of A's
  // units, kUnassigned where B has fewer; empty where it was passed over. `width`: the similarities
  // are cosines of rows of that length, and the finding is to say how alike the rows are.
  // `numbers`: of each of A's rows how many numbers it is made of (linear::effectiveNumbers());
  // rows of a few are alike wherever one pattern of zeros was given to two models, and are not
  // counted as copies.
  std::vector<std::size_t> add(const arma::fmat& similarity, std::uint64_t width = 0,
                               std::span<const double> numbers = {});

  std::uint64_t parts() const { return sizes_.size(); }
  std::uint64_t units() const { return units_; }
  std::uint64_t fixed() const { return fixed_; }

  // Fixed points with their exact tail (rencontres numbers), or its bound for unequal sizes.
  Finding finding(const std::string& null) const;

 private:
  void addSizes(const arma::fmat& cosines, const std::vector<std::size_t>& matching,
                std::span<const double> numbers);

  std::uint64_t seed_;
  std::vector<std::uint64_t> sizes_;  // of the smaller side
  bool square_ = true;
  std::uint64_t larger_ = 0;  // side of the last part
  std::uint64_t units_ = 0;
  std::uint64_t fixed_ = 0;
  std::uint64_t optimal_ = 0;  // assignments that their dual prices prove
  // Of the rows of A the cosines matched, and the sum of the largest other ones; how many rows are
  // copies; and the rows' width.
  std::vector<float> matched_;
  double others_ = 0;
  std::uint64_t clear_ = 0;
  std::uint64_t width_ = 0;
};

// Whether nearly all units of a part have origins of their own. Copies within one part are matched
// together, and the order of all is not drawn at random.
bool mostlyDistinct(std::span<const std::uint32_t> origins);

// For each set of joined MLPs of A the match that is most similar: doubled parts share one order.
// Without MLPs that hold copies of their own units.
std::vector<MlpMatch> oncePerGroup(const MatrixTask& task);

// Pairs of layers (A, B), by their most similar MLPs; each layer of A, or each set of joined ones,
// once.
std::vector<std::pair<std::int64_t, std::int64_t>> layerPairs(
    const MatrixTask& task, const std::vector<std::uint32_t>& groups);

// What the reference's training is assumed to be.
std::string assumption(const ModelWeights& reference, const std::string& what);

}  // namespace kindred::exchange
