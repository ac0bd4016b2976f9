// Coins that several rows of the reference share, being copies of each other.
#pragma once

#include <cstdint>
#include <string>

#include <kindred/matrix_test.hpp>

#include "tosses.hpp"

namespace kindred::sign_test {

struct SharedCoins {
  std::uint64_t copies = 0;  // rows that share the coin of another row
  std::string note;          // which parts are copies, in words; empty: none on the whole
};

SharedCoins sharedCoins(const MatrixTask& task, const Tosses& tosses);

}  // namespace kindred::sign_test
