// Coins from bands: a row of the down matrix holds one coordinate of every unit, a row of the
// attention's output one of every value dimension, and each lies in one piece. So a few rows show
// every unit of a large model, also those that somebody shuffled.
#pragma once

#include <cstdint>

#include "tosses.hpp"

namespace kindred::sign_test {

// Of the role in the task (mlp.down: mlp-unit, attention.o: value-dim) one coin for each unit of
// the reference that is paired, in matrices of which not all rows were read. Units are paired by
// the absolute cosines of one half of the band's rows, and the other half tosses: nothing that a
// coin shows chose its pair.
Tosses tossBands(const MatrixTask& task);

// The copies that these tosses would have shown at a level of 10^log10_alpha.
Power powerOfBands(const MatrixTask& task, const Tosses& tosses, std::uint64_t coins,
                   double log10_alpha);

}  // namespace kindred::sign_test
