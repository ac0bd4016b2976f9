// Replays a merge: computes sampled rows of the result from the models that it is said to be made
// of, and counts the values that are equal to the last bit of the type in which they are stored.
// Where the result was quantised afterwards, its codes are made again, if there is an encoder.
// Only values at which these models differ count. Equality of bits needs no null: a weight that is
// off by one part in ten thousand already misses many.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plan/models.hpp"
#include "replay/arithmetic.hpp"
#include "replay/merge.hpp"

namespace kindred::replay {

struct Tally {
  std::uint64_t values = 0;     // that were replayed
  std::uint64_t differing = 0;  // of these, at which the parents differ: the others say nothing
  std::array<std::uint64_t, kArithmetics.size()> equal = {};  // of the differing, by arithmetic
  std::array<std::uint64_t, kArithmetics.size()> near = {};   // equal, or one step beside

  Tally& operator+=(const Tally& other);
};

struct TensorReplay {
  std::string tensor;
  DType dtype = DType::F32;
  Tally tally;
};

struct LeftOut {
  std::string tensor, reason;
};

struct Replay {
  std::vector<TensorReplay> tensors;
  std::vector<LeftOut> left_out;
  Tally all;
  bool whole = true;             // every row was replayed
  std::uint64_t bytes_read = 0;  // of all models together
  bool copies = false;           // every value counts: a copy has one parent, which can't differ

  // The arithmetic that gives the most equal values; of equals the first.
  std::size_t best() const;
};

// Opened models by what the merge calls them; of one with an adapter its base as well.
struct Models {
  std::map<std::string, const plan::Model*> by_name;
  std::map<std::string, const plan::Model*> bases;
};

// `most`: bytes of the result that are read at most; of each parent about as many. Errors: a layer
// that a model does not have, nothing that can be replayed; Ctrl-C.
Replay replay(const Merge& merge, const Models& models, const plan::Model& result,
              std::uint64_t most);

// Rows of a tensor, in rising order, as float. [any-thread]
std::vector<float> rowsOf(const plan::Model& model, const models::Tensor& tensor,
                          std::span<const std::uint64_t> rows, std::uint64_t& bytes_read);
// A vector is one row.
std::uint64_t rowCount(const models::Tensor& tensor);
// Why a tensor's numbers can't be replayed; empty: they can.
std::string unreadable(const models::Tensor& tensor);
// The number of the layer that a tensor's name stands in; none: it is in no layer.
std::optional<std::uint64_t> layerOf(std::string_view name);
std::string withLayer(std::string_view name, std::uint64_t layer);
// Evenly spaced.
std::vector<std::uint64_t> spacedRows(std::uint64_t rows, std::uint64_t wanted);

}  // namespace kindred::replay
