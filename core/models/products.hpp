// Matrices that no file holds: rows that act on a latent, times the matrix that writes it, are rows
// that act on the residual stream. Any basis of the latent gives the same.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "models/checkpoint.hpp"

namespace kindred::models {

// What a product is made of.
struct Product {
  View of;                      // [rows, rank]
  View times;                   // [rank, hidden]
  const View* gains = nullptr;  // of the norm on the latent, [rank]; null: there is none
  bool gains_plus_one = false;
  // Of each block of `block` rows those from `first` on, `count` of them.
  std::uint64_t block = 0, first = 0, count = 0;
};

// A view of the product, as numbers that are made when they are read, and the file that makes them,
// which must outlive it. A row costs its row of `of`, and all of `times`.
struct MadeMatrix {
  View view;
  std::shared_ptr<const Shard> shard;  // null: `problem` says why it cannot be made
  std::string problem;
};
MadeMatrix productOf(const Product& product);

}  // namespace kindred::models
