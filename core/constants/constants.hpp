// Tensors that hold computed values and not trained ones: Fourier bases, windows, mel filters,
// rotary frequencies, position tables, masks, ranges, ones. Every model that computes the same has
// the same bytes, so equality of such tensors is no evidence of a common origin.
//
// The rules are wide on purpose. Taking a trained tensor for a computed one costs a little
// evidence; the other way round, strangers would look related.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <kindred/tensor.hpp>

namespace kindred::constants {

// Why these values (row-major, `columns` a row, rounded to `dtype`) are taken for computed; empty:
// no rule fits. A vector is one row.
std::string computed(DType dtype, std::uint64_t columns, std::span<const float> values);
// The same for a tensor's first rows under every way to take its axes together as rows and columns:
// a table over a grid may be stored as [height, width, features].
std::string computed(const TensorInfo& tensor, std::span<const float> values);

// Why neither the order of the rows nor that of the columns of these first rows can be random: both
// carry meaning, as in tables of sines under noise and in filter banks. Empty: one of them can.
std::string ordered(const TensorInfo& tensor, std::span<const float> values);

// Why the numbers of rows and of columns both mean something in these first rows, though nothing
// joins neighbours: a computed pattern lies under them, such as the start of a layer that began as
// an identity or as a table of cosines. Empty: one of both orders can be random.
std::string patterned(const TensorInfo& tensor, std::span<const float> values);

// Watches a tensor's bytes flow past. The rules look at its first rows and at rows from its middle;
// that all elements are equal is checked throughout.
class Recogniser {
 public:
  explicit Recogniser(const TensorInfo& tensor);
  // The next bytes of the tensor, in order.
  void add(std::span<const std::byte> raw);
  // Why the tensor is taken for computed, or empty.
  std::string finish() const;
  // Whether its rows and columns follow from their neighbours, though no rule says how: it may be a
  // table that was computed, and it may be trained.
  bool isOrdered() const;

 private:
  struct Block {
    std::uint64_t first = 0, end = 0;  // bytes of the tensor
    std::vector<std::byte> raw;
  };

  void compareWithFirst(std::span<const std::byte> raw);
  std::vector<std::vector<float>> planesOf(const Block& block) const;
  std::string judge(const Block& block) const;

  DType dtype_;
  std::uint64_t elements_;
  std::vector<std::uint64_t> columns_;  // of the ways to see it as a matrix, longest first
  std::size_t unit_;  // bytes of an element; packed: of as few as fill whole bytes
  std::vector<std::byte> first_unit_;
  bool constant_ = true;
  std::uint64_t seen_ = 0;  // bytes
  std::vector<Block> blocks_;
};

}  // namespace kindred::constants
