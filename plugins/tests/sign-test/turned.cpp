#include "turned.hpp"

#include <algorithm>

namespace kindred::sign_test {

void addTurned(const arma::fmat& products, align::Sizes& sizes) {
  constexpr std::size_t kBlocks = 8;
  const arma::uword rows = std::min(products.n_rows, products.n_cols);
  if (sizes.turned.size() >= kBlocks || rows < 2) return;
  const arma::fvec singular = linear::singularValues(products);
  if (!singular.is_empty())
    sizes.turned.push_back(arma::accu(singular) / static_cast<double>(rows));
}

}  // namespace kindred::sign_test
