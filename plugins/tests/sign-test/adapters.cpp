#include "adapters.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <kindred/analysis/align/origins.hpp>
#include <kindred/analysis/linear/linear.hpp>
#include <kindred/analysis/linear/matching.hpp>

namespace kindred::sign_test {
namespace {

// Inputs by which copies are told.
constexpr std::uint64_t kTelling = 512;
// Above all cosines of rows that were drawn apart: of a billion pairs the largest is about 6.5
// standard deviations.
constexpr double kDeviations = 7, kLeastCopy = 0.5, kMostCopy = 0.95;
// Share of the modules that hold copies of their own components: no draw makes any.
constexpr double kDoubled = 0.25;

std::uint64_t inputsOf(const Matrix& matrix) { return matrix.tensor->shape[1]; }

// Components as columns; what they read and what they write have length one each, or are zero.
arma::fmat columnsOf(const Matrix& matrix) {
  return arma::fmat(matrix.values.data(), matrix.columns, matrix.rows);
}

// The first inputs of each, as columns of length one.
arma::fmat readingOf(const Matrix& matrix) {
  const std::uint64_t count = std::min(inputsOf(matrix), kTelling);
  arma::fmat columns = columnsOf(matrix).rows(0, count - 1);
  for (arma::uword k = 0; k < columns.n_cols; ++k) {
    const auto length = static_cast<float>(
        std::sqrt(linear::dot(columns.colptr(k), columns.colptr(k), columns.n_rows)));
    if (length > 0) columns.col(k) /= length;
  }
  return columns;
}

class Components {
 public:
  explicit Components(const std::vector<RowPair>& pairs) : pairs_(pairs), origins_(count(pairs)) {
    std::uint32_t first = 0;
    for (const RowPair& pair : pairs) {
      firsts_.push_back(first);
      reading_.push_back(readingOf(pair.a));
      first += static_cast<std::uint32_t>(pair.a.rows);
    }
    for (std::size_t x = 0; x < pairs.size(); ++x) {
      for (std::size_t y = x; y < pairs.size(); ++y) join(x, y);
    }
  }

  bool areDoubled() const {
    return static_cast<double>(doubled_) > kDoubled * static_cast<double>(firsts_.size());
  }
  std::uint32_t originOf(std::size_t pair, arma::uword component) {
    return origins_.find(firsts_[pair] + static_cast<std::uint32_t>(component));
  }
  std::uint64_t copies() {
    std::uint64_t copies = 0;
    for (std::uint32_t i = 0; i < total_; ++i) copies += origins_.find(i) != i ? 1 : 0;
    return copies;
  }

 private:
  std::size_t count(const std::vector<RowPair>& pairs) {
    for (const RowPair& pair : pairs) total_ += pair.a.rows;
    return total_;
  }

  // Factors that were drawn from one seed for each module are copies of each other.
  void join(std::size_t x, std::size_t y) {
    if (reading_[x].n_rows != reading_[y].n_rows) return;
    if (inputsOf(pairs_[x].a) != inputsOf(pairs_[y].a)) return;
    const auto width = static_cast<double>(reading_[x].n_rows);
    const auto least =
        static_cast<float>(std::clamp(kDeviations / std::sqrt(width), kLeastCopy, kMostCopy));
    const arma::fmat products = linear::innerProducts(reading_[x], reading_[y]);
    bool within = false;
    for (arma::uword j = 0; j < products.n_cols; ++j) {
      for (arma::uword i = 0; i < (x == y ? j : products.n_rows); ++i) {
        if (!(std::abs(products(i, j)) >= least)) continue;
        origins_.join(firsts_[x] + static_cast<std::uint32_t>(i),
                      firsts_[y] + static_cast<std::uint32_t>(j));
        within = within || x == y;
      }
    }
    doubled_ += within ? 1 : 0;
  }

  const std::vector<RowPair>& pairs_;
  std::size_t total_ = 0;
  align::Origins origins_;
  std::vector<std::uint32_t> firsts_;  // of each pair's components, among all
  std::vector<arma::fmat> reading_;
  std::size_t doubled_ = 0;  // modules with copies of components
};

// Numbers that are all equal, or of one sign, were not drawn as a start is.
bool wasDrawn(const Matrix& matrix, arma::uword component) {
  const float* reads = matrix.values.data() + component * matrix.columns;
  return align::isTelling(reads, inputsOf(matrix)) && !align::isOneSided(reads, inputsOf(matrix));
}

// The same of a module of the other adapter that this one does not belong to: what strangers reach
// by such a choice.
void addOthers(const arma::fmat& a, const arma::fmat& b, align::Sizes& sizes) {
  const arma::fmat products = linear::innerProducts(a, b);
  for (const auto& [i, j] : linear::pairsOf(linear::assign(arma::abs(products)))) {
    if (products(i, j) != 0) sizes.others.push_back(products(i, j) / 2);
  }
}

}  // namespace

AdapterTosses tossComponents(const std::vector<RowPair>& pairs) {
  AdapterTosses made;
  if (pairs.empty()) return made;
  Components components(pairs);
  if (components.areDoubled()) return made;
  made.copies = components.copies();
  made.modules = pairs.size();
  align::Sizes& sizes = made.tosses.sizes;
  sizes.chosen = true;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::size_t> last;  // of a shape
  double width = 0;
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const Matrix& of_a = pairs[p].a;
    const arma::fmat a = columnsOf(of_a), b = columnsOf(pairs[p].b);
    const arma::fmat products = linear::innerProducts(a, b);
    for (const auto& [i, j] : linear::pairsOf(linear::assign(arma::abs(products)))) {
      if (!wasDrawn(of_a, i)) continue;
      const double product = linear::dot(a.colptr(i), b.colptr(j), a.n_rows);
      if (product != 0) made.tosses.add(components.originOf(p, i), product / 2, -1, 2);
    }
    const std::uint64_t inputs = inputsOf(of_a), outputs = of_a.columns - inputs;
    width += 4 / (1 / static_cast<double>(inputs) + 1 / static_cast<double>(outputs));
    const auto [same, fresh] = last.try_emplace({inputs, outputs}, p);
    if (!fresh) addOthers(a, columnsOf(pairs[std::exchange(same->second, p)].b), sizes);
  }
  sizes.width = static_cast<std::uint64_t>(width / static_cast<double>(pairs.size()));
  return made;
}

}  // namespace kindred::sign_test
