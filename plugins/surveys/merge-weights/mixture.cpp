#include "mixture.hpp"

#include <algorithm>
#include <cmath>

#include <kindred/analysis/stats/rounding.hpp>

namespace kindred::merge {
namespace {

constexpr std::size_t kBlocks = 20;  // of rows, for the jackknife
constexpr double kT = 2.093;         // 97.5 % of Student's t with that many less one
// Share of elements that are left out, where parents agree most.
constexpr double kMostAlike = 0.75;
constexpr double kEnough = 0.02;  // share of elements that differ by more than these
constexpr int kRefits = 8;        // with the rounding of the weights fitted before
constexpr double kSettled = 1e-7;
constexpr double kAway[] = {-0.1, -0.05, 0.05, 0.1};  // in a weight

using Span = std::span<const float>;

// The values at the elements at which the parents differ most, in order. What is chosen by the
// parents alone leaves the child's weights unbiased.
Values whereParentsDiffer(const Values& values) {
  std::vector<float> spread(values[0].size());
  for (std::size_t i = 0; i < spread.size(); ++i) {
    float least = values[1][i], most = least;
    for (std::size_t p = 2; p < values.size(); ++p) {
      least = std::min(least, values[p][i]);
      most = std::max(most, values[p][i]);
    }
    spread[i] = values.size() == 2 ? std::abs(least) : most - least;
  }
  std::vector<float> sorted(spread);
  const auto at =
      sorted.begin() + static_cast<std::ptrdiff_t>(kMostAlike * static_cast<double>(sorted.size()));
  std::nth_element(sorted.begin(), at, sorted.end());
  // On a lattice many differ by the same: these are taken only where few differ by more.
  const auto beyond = std::count_if(spread.begin(), spread.end(), [&](float x) { return x > *at; });
  const bool enough = static_cast<double>(beyond) >= kEnough * static_cast<double>(spread.size());
  Values chosen(values.size());
  for (std::size_t i = 0; i < spread.size(); ++i) {
    if (enough ? !(spread[i] > *at) : spread[i] < *at) continue;
    for (std::size_t m = 0; m < values.size(); ++m) chosen[m].push_back(values[m][i]);
  }
  return chosen;
}

double product(Span x, Span y) { return linear::dot(x.data(), y.data(), x.size()); }

// Of the elements [first, end). `rounding` empty: of all parents alone.
Products productsOf(const Values& values, Span rounding, std::size_t first, std::size_t end) {
  Products products(values.size() - 1);
  products.elements = end - first;
  if (end == first) return products;
  std::vector<Span> regressors;
  const auto part = [&](Span all) { return all.subspan(first, end - first); };
  for (std::size_t p = 1; p < values.size(); ++p) regressors.push_back(part(values[p]));
  if (!rounding.empty()) regressors.push_back(part(rounding));
  const Span child = part(values[0]);
  products.square = product(child, child);
  for (std::size_t i = 0; i < regressors.size(); ++i) {
    products.child[i] = product(child, regressors[i]);
    for (std::size_t j = 0; j <= i; ++j) {
      products.gram(i, j) = products.gram(j, i) = product(regressors[i], regressors[j]);
    }
  }
  return products;
}

std::vector<Products> blocksOf(const Values& telling, Span rounding) {
  const std::size_t count = telling[0].size();
  std::vector<Products> blocks;
  for (std::size_t b = 0; b < kBlocks; ++b) {
    blocks.push_back(productsOf(telling, rounding, b * count / kBlocks, (b + 1) * count / kBlocks));
  }
  return blocks;
}

Products totalBut(const std::vector<Products>& blocks, std::size_t left_out) {
  Products sum(blocks.front().parents());
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    if (b != left_out) sum += blocks[b];
  }
  return sum;
}

// x of the symmetric gram * x = right, each regressor brought to length one first. Empty where two
// of them can't be told apart.
arma::mat solved(const arma::mat& gram, const arma::mat& right) {
  constexpr double kLeast = 1e-10;
  const arma::vec sizes = arma::sqrt(gram.diag());
  arma::mat x;
  if (!gram.is_finite() || !(sizes.min() > 0)) return x;
  const arma::mat cosines = gram / (sizes * sizes.t());
  if (arma::rcond(cosines) < kLeast ||
      !arma::solve(x, cosines, right.each_col() / sizes, arma::solve_opts::no_approx)) {
    return {};
  }
  x.each_col() /= sizes;
  return x;
}

arma::mat ofParents(const Products& products) {
  const arma::uword last = products.parents() - 1;
  return products.gram.submat(0, 0, last, last);
}

// Of the parents; empty where they can't be told apart.
arma::vec weightsOf(const Products& products) {
  const arma::uword parents = products.parents();
  if (!(products.gram(parents, parents) > 0)) {
    return solved(ofParents(products), products.child.head(parents));
  }
  const arma::vec all = solved(products.gram, products.child);
  return all.is_empty() ? all : arma::vec(all.head(parents));
}

// What rounding to the stored type adds to a mixture.
std::vector<float> roundingOf(const Values& values, const arma::vec& weights, DType stored) {
  std::vector<float> rounding(values[0].size());
  for (std::size_t i = 0; i < rounding.size(); ++i) {
    double sum = 0;
    for (std::size_t p = 0; p < weights.n_elem; ++p) sum += weights[p] * double{values[p + 1][i]};
    const auto mixed = static_cast<float>(sum);
    rounding[i] = stats::rounded(stored, mixed) - mixed;
  }
  return rounding;
}

// Fits again with the rounding that the weights found before would suffer, as one more regressor:
// its weight is one where the mixture was rounded and nothing else, and none where the child was
// changed further.
arma::vec fitRounded(const Values& telling, DType stored, std::vector<Products>& blocks) {
  arma::vec weights = weightsOf(totalBut(blocks, kBlocks));
  for (int i = 0; i < kRefits && !weights.is_empty(); ++i) {
    std::vector<Products> refit = blocksOf(telling, roundingOf(telling, weights, stored));
    const arma::vec next = weightsOf(totalBut(refit, kBlocks));
    if (next.is_empty()) break;
    const bool settled = arma::abs(next - weights).max() < kSettled;
    weights = next;
    blocks = std::move(refit);
    if (settled) break;
  }
  return weights;
}

// Moves one weight, the others by what keeps the mixture as near as it can be.
arma::vec moved(const arma::vec& weights, const arma::mat& inverse, arma::uword parent, double by) {
  return weights + by * inverse.col(parent) / inverse(parent, parent);
}

std::vector<arma::vec> nearbyOf(const Values& telling, DType stored, const arma::vec& weights,
                                const arma::mat& gram) {
  const arma::uword parents = weights.n_elem;
  const arma::mat inverse = solved(gram, arma::eye(parents, parents));
  std::vector<arma::vec> mixtures{weights};
  for (arma::uword p = 0; p < parents && !inverse.is_empty(); ++p) {
    for (const double by : kAway) mixtures.push_back(moved(weights, inverse, p, by));
  }
  std::vector<arma::vec> nearby;
  for (const arma::vec& mixture : mixtures) {
    const std::vector<float> rounding = roundingOf(telling, mixture, stored);
    arma::vec& with = nearby.emplace_back(parents);
    for (arma::uword p = 0; p < parents; ++p) with[p] = product(telling[p + 1], rounding);
  }
  return nearby;
}

std::size_t nearbyCount(std::size_t parents) { return 1 + std::size(kAway) * parents; }

// How much an error of the child is magnified in the weights: the root of the ratio of the largest
// and the least eigenvalue of the parents' cosines. Infinite for equal parents.
double conditionOf(const arma::mat& gram) {
  const arma::vec sizes = arma::sqrt(gram.diag());
  const arma::mat cosines = gram / (sizes * sizes.t());
  arma::vec values;
  if (!cosines.is_finite() || !arma::eig_sym(values, cosines)) return Mixture::kNone;
  constexpr double kNothing = 1e-12;
  return values.min() > kNothing ? std::sqrt(values.max() / values.min())
                                 : std::numeric_limits<double>::infinity();
}

std::vector<double> errorsOf(const Sums& sums) {
  const std::size_t parents = sums.all.parents();
  std::vector<arma::vec> list;
  for (std::size_t b = 0; b < kBlocks; ++b) {
    if (sums.telling[b].elements == 0) continue;
    arma::vec weights = weightsOf(totalBut(sums.telling, b));
    if (!weights.is_empty()) list.push_back(std::move(weights));
  }
  std::vector<double> errors(parents, Mixture::kNone);
  if (list.size() < 2) return errors;
  const auto count = static_cast<double>(list.size());
  for (std::size_t p = 0; p < parents; ++p) {
    double mean = 0, squares = 0;
    for (const arma::vec& weights : list) mean += weights[p] / count;
    for (const arma::vec& weights : list) squares += (weights[p] - mean) * (weights[p] - mean);
    errors[p] = std::sqrt((count - 1) / count * squares);
  }
  return errors;
}

std::vector<double> mostOfRounding(const Sums& sums, const arma::mat& gram) {
  arma::vec most(sums.all.parents(), arma::fill::zeros);
  for (const arma::vec& with : sums.nearby) {
    const arma::mat shift = solved(gram, with);
    if (!shift.is_empty()) most = arma::max(most, arma::abs(arma::vec(shift)));
  }
  return {most.begin(), most.end()};
}

void addLine(const Products& all, Mixture& mixture) {
  if (all.parents() != 2) return;
  const arma::mat& g = all.gram;
  const double apart = g(0, 0) - 2 * g(0, 1) + g(1, 1);
  const double child = all.square - 2 * all.child[1] + g(1, 1);
  const double both = all.child[0] - all.child[1] - g(0, 1) + g(1, 1);
  if (!(apart > 0)) return;
  mixture.along = both / apart;
  if (child > 0) mixture.collinearity = std::clamp(both / std::sqrt(apart * child), -1.0, 1.0);
}

}  // namespace

Products::Products(std::size_t parents)
    : gram(parents + 1, parents + 1, arma::fill::zeros), child(parents + 1, arma::fill::zeros) {}

Products& Products::operator+=(const Products& other) {
  gram += other.gram;
  child += other.child;
  square += other.square;
  elements += other.elements;
  return *this;
}

Sums::Sums(std::size_t parents)
    : all(parents),
      telling(kBlocks, Products(parents)),
      nearby(nearbyCount(parents), arma::vec(parents, arma::fill::zeros)) {}

Sums& Sums::operator+=(const Sums& other) {
  all += other.all;
  for (std::size_t b = 0; b < kBlocks; ++b) telling[b] += other.telling[b];
  for (std::size_t i = 0; i < nearby.size(); ++i) nearby[i] += other.nearby[i];
  return *this;
}

Sums sumsOf(const Values& values, DType stored) {
  Sums sums(values.size() - 1);
  sums.all = productsOf(values, {}, 0, values[0].size());
  const Values telling = whereParentsDiffer(values);
  sums.telling = blocksOf(telling, {});
  if (stored != DType::BF16 && stored != DType::F16) return sums;
  const arma::vec weights = fitRounded(telling, stored, sums.telling);
  if (weights.is_empty()) return sums;
  auto nearby = nearbyOf(telling, stored, weights, ofParents(totalBut(sums.telling, kBlocks)));
  std::move(nearby.begin(), nearby.end(), sums.nearby.begin());
  return sums;
}

double Mixture::half(std::size_t parent) const { return kT * errors[parent] + rounding[parent]; }

Mixture mixtureOf(const Sums& sums) {
  const Products& products = sums.all;
  const std::size_t parents = products.parents();
  Mixture mixture;
  mixture.weights = mixture.errors = mixture.rounding =
      std::vector<double>(parents, Mixture::kNone);
  if (!(products.square > 0) || !products.gram.is_finite()) return mixture;
  double best = 0;
  for (arma::uword i = 0; i < parents; ++i) {
    if (!(products.gram(i, i) > 0)) return mixture;
    best = std::max(best, products.child[i] * products.child[i] / products.gram(i, i));
  }
  const auto share = [&](double explained) {
    return std::max(0.0, 1 - explained / products.square);
  };
  mixture.alone = share(best);
  addLine(products, mixture);
  const Products telling = totalBut(sums.telling, kBlocks);
  const arma::mat gram = ofParents(telling);
  mixture.condition = conditionOf(gram);
  // Equal parents have no weights of their own: their Gram matrix is singular.
  const arma::vec weights = weightsOf(telling);
  if (weights.is_empty()) return mixture;
  mixture.weights.assign(weights.begin(), weights.end());
  mixture.errors = errorsOf(sums);
  mixture.rounding = mostOfRounding(sums, gram);
  mixture.unexplained = share(2 * arma::dot(weights, products.child.head(parents)) -
                              arma::as_scalar(weights.t() * ofParents(products) * weights));
  return mixture;
}

}  // namespace kindred::merge
