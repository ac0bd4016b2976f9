// adapter-rank: the components of two adapters. (A_k, B_k) and (-A_k, -B_k), what a component reads
// and what it writes, are one change; it begins at either with equal probability, and training is
// odd in it. So the sign of its product with another adapter's component is a fair coin, whichever
// was chosen by the product's size.
#pragma once

#include <vector>

#include <kindred/matrix_test.hpp>

#include "tosses.hpp"

namespace kindred::sign_test {

struct AdapterTosses {
  Tosses tosses;
  std::uint64_t copies = 0;  // components that share another's coin, being copies of it
  std::uint64_t modules = 0;
};

// One coin for each component of the first of each pair. No coins where components of one module
// come in copies: such a start was made of something, and not drawn at random.
AdapterTosses tossComponents(const std::vector<RowPair>& pairs);

}  // namespace kindred::sign_test
