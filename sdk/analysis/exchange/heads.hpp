// How alike the key-value heads of two layers are, blind to signs and order within a head.
#pragma once

#include <cstdint>
#include <string_view>

#include <kindred/analysis/linear/linear.hpp>
#include <kindred/matrix_test.hpp>

namespace kindred::exchange {

// How much of each head's rows of A (rows) lies in the plane that each of B's spans (columns): the
// Frobenius norm of the cosines of their unit rows, from 0 to the rows of a head. Empty where a
// model lacks the role or does not state its head's size.
arma::fmat headOverlaps(const MatrixTask& task, std::string_view role, std::int64_t layer_a,
                        std::int64_t layer_b);

}  // namespace kindred::exchange
