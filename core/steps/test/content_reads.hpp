// Which rows of which matrices a test by content reads.
#pragma once

#include <cstdint>
#include <vector>

#include "results/left_out.hpp"
#include "steps/planned.hpp"

namespace kindred::steps {

inline constexpr std::size_t kOfAShape = 16;  // tensors of a shape that are used, of each model

// The first rows of one matrix, or of a kernel flattened to one.
struct ContentRead {
  std::size_t index;                 // into the side's selection
  std::vector<std::uint64_t> shape;  // without axes of length one
  std::uint64_t rows, columns;
  std::vector<plan::Segment> segments;
};

// In the order in which they are wanted: kOfAShape of each shape, then as many again for those of
// them that turn out to hold nothing random.
struct ContentReads {
  std::vector<ContentRead> a, b;
  std::vector<results::LeftOut> left_out;  // beyond the budget, or stored transposed
};

// Of matrices (and kernels) that the two sides have in like shapes, up to `budget` bytes a side.
// None where most of both models has roles, which other tests compare, or one is an adapter.
ContentReads contentReads(const TwoSides& sides, std::uint64_t budget);

std::vector<plan::ByteRange> rangesOf(const std::vector<ContentRead>& reads,
                                      const std::vector<plan::Selected>& side);

}  // namespace kindred::steps
