#include "align/public_tables.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace kindred::align {
namespace {

void identity(std::uint64_t number, std::span<double> into) {
  std::fill(into.begin(), into.end(), 0.0);
  if (!into.empty()) into[number % into.size()] = 1;
}

void hadamard(std::uint64_t number, std::span<double> into) {
  if (into.empty()) return;
  into[0] = 1;
  for (std::uint64_t half = 1; half < into.size(); half *= 2) {
    const double sign = (number & half) != 0 ? -1 : 1;
    const std::uint64_t end = std::min<std::uint64_t>(2 * half, into.size());
    for (std::uint64_t c = half; c < end; ++c) into[c] = sign * into[c - half];
  }
}

// The cosines of all multiples of a quarter turn by the width, kept for the next row as wide.
const std::vector<double>& turnsOf(std::uint64_t width) {
  thread_local std::vector<double> turns;
  if (turns.size() == 4 * width) return turns;
  turns.resize(4 * width);
  const double step = std::numbers::pi / (2 * static_cast<double>(width));
  for (std::uint64_t k = 0; k < turns.size(); ++k)
    turns[k] = std::cos(step * static_cast<double>(k));
  return turns;
}

void cosines(std::uint64_t number, std::span<double> into) {
  const std::uint64_t width = into.size();
  if (width == 0) return;
  const std::vector<double>& turns = turnsOf(width);
  // Angles are whole numbers, so that they are exact for any row.
  const std::uint64_t first = number % width, step = 2 * first;
  std::uint64_t angle = first;
  for (double& x : into) {
    x = turns[angle];
    angle += step;
    if (angle >= turns.size()) angle -= turns.size();
  }
}

constexpr PublicTable kTables[] = {{"the identity", identity},
                                   {"the Hadamard matrix", hadamard},
                                   {"the cosine transform", cosines}};

}  // namespace

std::span<const PublicTable> publicTables() { return kTables; }

}  // namespace kindred::align
