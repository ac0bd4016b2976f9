// Cosines between the rows of two matrices.
#pragma once

#include <cstdint>
#include <vector>

#include <kindred/test.hpp>

namespace kindred {

struct RowCosines {
  std::vector<std::uint64_t> rows;  // the row numbers that take part
  std::vector<double> values;       // rows x rows: B's down, A's across

  std::size_t size() const { return rows.size(); }
};

// The first `most` rows that both have, without those whose norm is zero or not finite in A or B.
// Leaving them out keeps a test exact: the rest of A's rows are as exchangeable as all. Matrices of
// other width are an input error.
RowCosines rowCosines(const Matrix& a, const Matrix& b, std::uint64_t most);

}  // namespace kindred
