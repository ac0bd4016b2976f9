#include "layer_table.hpp"

#include <cmath>
#include <map>
#include <string>
#include <utility>

#include <kindred/error.hpp>

namespace kindred {

namespace {

struct Cell {
  double sum = 0;
  double count = 0;
};
using Cells = std::map<std::pair<std::int64_t, std::int64_t>, Cell>;

Cells cellsOf(const Table& table) {
  Cells cells;
  for (const TableRow& row : table.rows) {
    if (row.layer_a < 0 || row.layer_b < 0) {
      throw inputError(
          table.figure,
          "'" + row.tensor_a + "' against '" + row.tensor_b + "' belongs to no pair of layers",
          "select tensors with a {layer} capture or a role of the layers");
    }
    if (!std::isfinite(row.value)) continue;  // undefined for this pair, a constant tensor say
    Cell& cell = cells[{row.layer_a, row.layer_b}];
    cell.sum += row.value;
    ++cell.count;
  }
  return cells;
}

bool hasOffDiagonal(const Cells& cells) {
  for (const auto& [layers, cell] : cells) {
    if (layers.first != layers.second) return true;
  }
  return false;
}

}  // namespace

LayerTable layerTable(const Table& table) {
  const Cells cells = cellsOf(table);
  LayerTable result;
  for (const auto& [layers, cell] : cells) {
    if (layers.first == layers.second) result.layers.push_back(layers.first);
  }
  if (!hasOffDiagonal(cells)) {
    throw inputError(table.figure,
                     "the table has values of same layers only; the test compares them with those "
                     "of different layers",
                     "give the step that measures it 'pair: all-layers'");
  }
  if (result.layers.size() < 2) {
    throw inputError(table.figure, "fewer than two layers have the same number in both models",
                     "compare models that both have layers 0, 1, ...");
  }
  for (const std::int64_t a : result.layers) {
    for (const std::int64_t b : result.layers) {
      const auto cell = cells.find({a, b});
      if (cell == cells.end()) {
        throw inputError(table.figure,
                         "no defined value for layer " + std::to_string(a) +
                             " of A against layer " + std::to_string(b) + " of B",
                         "give the step that measures it 'pair: all-layers', and leave out "
                         "constant tensors");
      }
      result.values.push_back(cell->second.sum / cell->second.count);
    }
  }
  return result;
}

}  // namespace kindred
