// Which rows of which matrices a test by content reads.
#pragma once

#include <cstdint>
#include <vector>

#include "results/left_out.hpp"
#include "steps/planned.hpp"

namespace kindred::steps {

inline constexpr std::size_t kOfAShape = 64;      // tensors of a shape that are used, of each model
inline constexpr std::uint64_t kLeastLines = 16;  // rows, and columns

// How what is read becomes rows of one matrix.
enum class Lie {
  rows,           // as it is: a matrix, or a kernel [out, in, ..] flattened
  channels_last,  // [out, .., in], whose inputs go before the places
  outputs_last    // [.., in, out], turned whole
};

// The first rows of one matrix, or of a kernel flattened to one.
struct ContentRead {
  std::size_t index;                 // into the side's selection
  std::vector<std::uint64_t> shape;  // as its counterparts have it, without axes of length one
  std::uint64_t rows, columns;
  std::vector<plan::Segment> segments;
  Lie lie = Lie::rows;
  bool of_stack = false;  // one matrix of a few in one tensor
};

// Rows of that many columns, of what was read in the order of the file.
std::vector<float> arranged(const ContentRead& read, std::vector<float> values);

// In the order in which they are wanted: kOfAShape of each shape, then as many again for those of
// them that turn out to hold nothing random.
struct ContentReads {
  std::vector<ContentRead> a, b;
  std::vector<results::LeftOut> left_out;  // and why, a line for each reason
};

// Of matrices, kernels and matrices in stacks that the two sides have in like shapes, turned ones
// too, up to `budget` bytes a side. Whole numbers count where they are signed bytes without zero
// points: up to factors of rows these are weights. None where nearly all of both models has roles,
// which other tests compare, or one is an adapter.
ContentReads contentReads(const TwoSides& sides, std::uint64_t budget);

std::vector<plan::ByteRange> rangesOf(const std::vector<ContentRead>& reads,
                                      const std::vector<plan::Selected>& side);

}  // namespace kindred::steps
