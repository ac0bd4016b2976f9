// What of a model changes sign together, matrix by matrix.
#pragma once

#include <cstdint>
#include <vector>

#include <kindred/alignment.hpp>

namespace kindred::align {

// What changes sign together: one row, or the two of a rotary pair.
struct Unit {
  std::uint32_t origin = kNoOrigin;
  std::vector<std::uint32_t> rows;
};

// One matrix of a gauge.
struct Part {
  Place place;
  std::vector<Unit> units;
};

// Those of a gauge, as sign tests toss them; none of the residual stream, whose units are columns
// of all matrices. Copies share an origin.
std::vector<Part> partsOf(const ModelProfile& model, const GaugeUse& use);

}  // namespace kindred::align
