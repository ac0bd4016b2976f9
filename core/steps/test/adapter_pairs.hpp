// The components of two adapters, module by module, for tests of signs.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <kindred/test.hpp>

#include "plan/models.hpp"
#include "plan/ranges.hpp"
#include "results/results.hpp"

namespace kindred::steps {

// Rows are components: what one reads (of length one) beside what it writes (likewise); what is
// zero or not finite stays zero. The tensor of a row's matrix is called as the module and has the
// shape [rank, inputs, outputs].
struct AdapterPairs {
  std::deque<TensorInfo> modules;  // that the matrices refer to
  std::vector<RowPair> rows;
  std::string none;                   // why there are no rows
  std::vector<std::string> left_out;  // modules that both change and that were not read
  std::vector<results::RangeRead> ranges;
};

// Modules that both change under one name and of one shape, in natural order, up to so many bytes
// of each adapter.
AdapterPairs pairAdapters(const plan::Model& a, const plan::Model& b, std::uint64_t budget);

// What that reads of each.
std::pair<std::vector<plan::ByteRange>, std::vector<plan::ByteRange>> adapterReads(
    const plan::Model& a, const plan::Model& b, std::uint64_t budget);

}  // namespace kindred::steps
