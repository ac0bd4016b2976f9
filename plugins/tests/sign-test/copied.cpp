#include "copied.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <kindred/analysis/align/coins.hpp>
#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/stats/tails.hpp>

namespace kindred::sign_test {

bool areCopies(const arma::fmat& x, const arma::fmat& y, std::size_t tried) {
  constexpr double kLog10Alpha = -2;
  align::Coins coins;
  for (arma::uword i = 0; i < std::min(x.n_cols, y.n_cols); ++i) {
    coins.add(static_cast<std::uint32_t>(i), linear::dot(x.colptr(i), y.colptr(i), x.n_rows));
  }
  const align::SignCount signs = coins.count();
  const double log10_p =
      stats::twoSided(stats::binomialTail(signs.coins, signs.heads),
                      stats::binomialTail(signs.coins, signs.coins - signs.heads));
  return log10_p + std::log10(static_cast<double>(std::max<std::size_t>(tried, 1))) <= kLog10Alpha;
}

}  // namespace kindred::sign_test
