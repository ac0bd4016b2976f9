// Tensors of two models whose names or families are not known, matched by shape and content.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "run/executor.hpp"
#include "steps/step.hpp"

namespace kindred::steps {

// Tensors in pairs, for tests of rows and columns. The matching has seen what the test looks at, so
// a test's p-value is to be multiplied by the number of pairs that could have been chosen.
struct ContentPairs {
  struct Chosen {
    std::size_t a, b;  // into the step's selections
    double cosine;     // of all elements read, the most similar first
  };
  std::vector<Chosen> chosen;
  std::vector<RowPair> rows;  // the same pairs, with the first rows of each tensor
  // What the rows are called, in the shape in which they are compared.
  std::vector<std::unique_ptr<const TensorInfo>> infos;
  std::uint64_t candidates = 0;  // pairs of equal shape
  std::vector<results::RangeRead> ranges;
  std::vector<results::LeftOut> left_out;
};

// Reads what the step planned, pairs each of B's matrices with the most similar of A's, and returns
// the most similar pairs. Tensors that hold computed values are listed as left out.
ContentPairs pairByContent(const TestContents& step, run::Executor& executor);

}  // namespace kindred::steps
