// Coins of rows and columns as they stand: layer, part and number are the same in both models.
// What pairs them is no cosine, so that a copy too faint to be matched by its own rows is seen, and
// one of this matrix alone; a shuffle or a rotation hides it.
#pragma once

#include "tosses.hpp"

namespace kindred::sign_test {

// One coin for each unit of the use's gauge. None where the two models' streams are of two widths
// or what was read of a matrix is not the same of both; nor where the alignment put every row
// opposite to the one of its own number, so that it has tossed them already.
Tosses tossInPlace(const MatrixTask& task);

Power powerInPlace(const MatrixTask& task, const Tosses& tosses, std::uint64_t coins,
                   double log10_alpha);

}  // namespace kindred::sign_test
