#include "align/public_tables.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace kindred::align {
namespace {

void identity(std::uint64_t number, std::span<double> into) {
  std::fill(into.begin(), into.end(), 0.0);
  if (!into.empty()) into[number % into.size()] = 1;
}

void hadamard(std::uint64_t number, std::span<double> into) {
  for (std::uint64_t c = 0; c < into.size(); ++c) into[c] = std::popcount(number & c) % 2 ? -1 : 1;
}

void cosines(std::uint64_t number, std::span<double> into) {
  const std::uint64_t width = into.size();
  if (width == 0) return;
  const double step = std::numbers::pi / (2 * static_cast<double>(width));
  for (std::uint64_t c = 0; c < width; ++c) {
    // Reduced as integers, so that it is exact for any number.
    into[c] = std::cos(step * static_cast<double>((2 * c + 1) * (number % width) % (4 * width)));
  }
}

constexpr PublicTable kTables[] = {{"the identity", identity},
                                   {"the Hadamard matrix", hadamard},
                                   {"the cosine transform", cosines}};

}  // namespace

std::span<const PublicTable> publicTables() { return kTables; }

}  // namespace kindred::align
