// Edits of rows and columns that symmetries and transformations are made of.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "trainer/weights.hpp"

namespace kindred::trainer {

template <class T>
void scaleRows(Matrix<T>& matrix, std::span<const T> factors) {
  for (std::size_t i = 0; i < matrix.rows; ++i) {
    for (std::size_t j = 0; j < matrix.columns; ++j) matrix(i, j) *= factors[i];
  }
}

template <class T>
void scaleColumns(Matrix<T>& matrix, std::span<const T> factors) {
  for (std::size_t i = 0; i < matrix.rows; ++i) {
    for (std::size_t j = 0; j < matrix.columns; ++j) matrix(i, j) *= factors[j];
  }
}

// Row i becomes row order[i]; the order may leave rows out or repeat them.
template <class T>
void takeRows(Matrix<T>& matrix, std::span<const std::size_t> order) {
  Matrix<T> result(order.size(), matrix.columns);
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = 0; j < matrix.columns; ++j) result(i, j) = matrix(order[i], j);
  }
  matrix = std::move(result);
}

template <class T>
void takeColumns(Matrix<T>& matrix, std::span<const std::size_t> order) {
  Matrix<T> result(matrix.rows, order.size());
  for (std::size_t i = 0; i < matrix.rows; ++i) {
    for (std::size_t j = 0; j < order.size(); ++j) result(i, j) = matrix(i, order[j]);
  }
  matrix = std::move(result);
}

// Everything along the residual stream: matrices that read or write it with their columns
// (embedding, output, q, k, v, gate, up, router) and those that write it with their rows (o, down).
template <class T>
struct ResidualAxis {
  std::vector<Matrix<T>*> columns, rows, gains;
};

template <class T>
ResidualAxis<T> residualAxis(Weights<T>& weights) {
  ResidualAxis<T> axis{{&weights.embedding, &weights.output}, {}, {&weights.final_norm}};
  for (Layer<T>& layer : weights.layers) {
    for (Matrix<T>* reader : {&layer.q, &layer.k, &layer.v}) axis.columns.push_back(reader);
    if (layer.mixture()) axis.columns.push_back(&layer.router);
    axis.rows.push_back(&layer.o);
    for (Mlp<T>* mlp : mlpsOf(layer)) {
      axis.columns.push_back(&mlp->gate);
      axis.columns.push_back(&mlp->up);
      axis.rows.push_back(&mlp->down);
    }
    axis.gains.push_back(&layer.attention_norm);
    axis.gains.push_back(&layer.mlp_norm);
  }
  return axis;
}

// Blocks of equal size in a new order: the order of their rows.
inline std::vector<std::size_t> blockOrder(std::span<const std::size_t> blocks,
                                           std::size_t block_size) {
  std::vector<std::size_t> order;
  for (const std::size_t block : blocks) {
    for (std::size_t i = 0; i < block_size; ++i) order.push_back(block * block_size + i);
  }
  return order;
}

}  // namespace kindred::trainer
