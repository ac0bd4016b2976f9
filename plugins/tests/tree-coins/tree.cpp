#include "tree.hpp"

#include <cmath>

namespace kindred::tree_coins {

std::vector<Edge> largestTree(const arma::mat& values) {
  const arma::uword count = values.n_rows;
  std::vector<Edge> edges;
  std::vector<double> best(count, 0);
  std::vector<arma::uword> from(count, 0);
  std::vector<bool> taken(count, false);
  for (arma::uword step = 0; step < count; ++step) {
    arma::uword next = count;
    for (arma::uword i = 0; i < count; ++i) {
      if (!taken[i] && (next == count || best[i] > best[next])) next = i;
    }
    taken[next] = true;
    if (best[next] > 0) edges.push_back({from[next], next});
    for (arma::uword i = 0; i < count; ++i) {
      const double size = std::abs(values.at(next, i));
      if (taken[i] || !(size > best[i])) continue;
      best[i] = size;
      from[i] = next;
    }
  }
  return edges;
}

}  // namespace kindred::tree_coins
