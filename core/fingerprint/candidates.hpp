// Which rows of a model a fingerprint may take, by their sizes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <kindred/model_weights.hpp>

namespace kindred::fingerprint {

// One row that may be taken.
struct Sized {
  Place place;
  std::int32_t part = -1, number = 0;
  std::uint32_t row = 0;  // of the matrix
  float size = 0;
};

// The Euclidean length of each row; 0 of those that can tell no signs.
std::vector<double> lengthsOfRows(const Matrix& matrix);

// Adds the units of an MLP, each by the product of the lengths of its rows and its column.
void addUnits(const ModelWeights& weights, const Place& place, std::vector<Sized>& candidates);
// The value rows of a layer, each by its length and that of the columns that read it.
void addValues(const ModelWeights& weights, const Place& place, std::vector<Sized>& candidates);
// The columns of some rows of a matrix, each by its length.
void addColumns(const Matrix& rows, const Place& place, std::vector<Sized>& candidates);

// The largest, the first of equal ones.
void keepLargest(std::vector<Sized>& candidates, std::size_t most);

}  // namespace kindred::fingerprint
