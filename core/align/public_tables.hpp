// Tables that everybody has without any model: rows that were set to them, or began near them, are
// alike in models that have nothing else in common.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace kindred::align {

struct PublicTable {
  std::string_view name;  // "the identity"
  // Row `number` of the table, from 0, as wide as `into`.
  void (*row)(std::uint64_t number, std::span<double> into);
};

// The identity, the Walsh-Hadamard matrix in its natural order, the cosine transform (DCT-II).
std::span<const PublicTable> publicTables();

}  // namespace kindred::align
