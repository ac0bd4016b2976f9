// Small models in memory, tensor by tensor, and what a Hub serves of them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <kindred/dtype.hpp>

#include "servers/hub_files.hpp"
#include "support/safetensors.hpp"

namespace kindred::servers {

using support::Array;
using support::Arrays;
using support::TestTensor;

struct Draft {
  std::string config;  // config.json
  Arrays arrays;

  // The tensor of this name; throws where there is none.
  Array& at(const std::string& name) { return arrays.at(name); }
};

bool isMatrix(const Array& array);

// Seeded normal numbers.
Array normals(std::vector<std::uint64_t> shape, double mean, double sd, std::uint64_t seed);

// A model that was trained further: each matrix moves by `share` of its length in a direction of
// its own, each vector by a tenth of that.
Draft trained(Draft draft, double share, std::uint64_t seed);
// The first rows and columns of a matrix, or numbers of a vector.
Array cut(const Array& array, std::uint64_t rows, std::uint64_t columns = 0);
// Of BF16 or F16, to nearest even.
double rounded(DType dtype, double value);
void round(Draft& draft, DType dtype);

std::vector<TestTensor> stored(const Draft& draft, DType dtype);
// config.json and the weights: in one file, or in shards with their index; their names begin so.
std::map<std::string, Content> filesOf(const std::string& config,
                                       const std::vector<TestTensor>& tensors,
                                       std::size_t shards = 1, const std::string& stem = "model");
std::map<std::string, Content> filesOf(const Draft& draft, DType dtype, std::size_t shards = 1);

}  // namespace kindred::servers
