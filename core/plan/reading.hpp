// Which weights of a model matrix tests may read within a budget of bytes: worked out from headers
// alone, so that a plan can count it and a run repeat it.
//
// A model that fits is read whole. Of a larger one come, in this order: all norms; embeddings of
// some tokens; keys and values (queries, latents) of some layers; some routers; and rows of MLPs
// with what is left. Keys and values that are products (of latent attention) are as large as those
// of other models and cost less to read: no more of them is made than memory has room for. An MLP
// that fits in half of that is read whole, since only whole ones show how their units were
// shuffled. Of others that are dense come a few rows of down, which hold a number of every unit
// each, and so of attention's output where values are not read. The rest goes to the first rows of
// every MLP, all experts included, of as many layers as have room for a few rows each: few layers
// with all experts and not one expert of every layer, since only a whole layer shows how its
// experts were shuffled.
//
// Layers are taken in an order that does not depend on depth (32, 16, 48, 8, 24, ...): a smaller
// budget reads part of what a larger one does, and two models of different depth the same layers.
//
// Whoever knows that rule knows what is read, and can plant there. With a beacon, a value that
// nobody could predict when the models' files were fixed, layers come in an order that it draws,
// and so do the rows of what is not read whole: as many, in runs that lie all over the matrix, of
// the same numbers in all layers and in all models (layers of a copy may have moved). What is read
// whole is as without one.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kindred/model_weights.hpp>

#include "models/role_shapes.hpp"
#include "plan/models.hpp"
#include "plan/ranges.hpp"

namespace kindred::plan {

// A role as tests name it, and where it stands.
using MatrixKey = std::pair<std::string, Place>;

struct ReadableMatrix {
  models::View view;
  std::uint64_t rows = 0;                   // that may be read
  std::vector<std::uint32_t> numbers = {};  // theirs, ascending; empty: they are the first

  std::uint32_t number(std::uint32_t row) const {
    return numbers.empty() ? row : row < numbers.size() ? numbers[row] : kNoRow;
  }
  std::vector<ByteRange> ranges() const;

  static constexpr std::uint32_t kNoRow = 0xffffffffu;
};

struct WeightReading {
  std::map<MatrixKey, ReadableMatrix> matrices;
  std::vector<Place> mlps;   // with gates and ups: by layer; dense, shared, then routed experts
  std::uint64_t tokens = 0;  // rows of embedding and head at most
  std::uint64_t bytes = 0;   // at most
  // Files of matrices that are products of others: their views refer to them.
  std::vector<std::shared_ptr<const models::Shard>> made;
  bool whole = true;   // nothing was left out for want of room
  std::string beacon;  // that drew tokens, layers and rows; empty: none did
  // What the matrices' shapes are in terms of, and what was left out because it does not fit.
  models::Dimensions dimensions;
  std::vector<models::Misfit> misfits;
};

// Shared tokens that tests use at most.
inline constexpr std::uint64_t kMostTokens = 4096;

// Bytes of weights that a test of whole models reads of each, where nobody says.
inline constexpr std::uint64_t kDefaultRead = 64'000'000;

// How much may be read, and what draws it.
struct ReadLimit {
  std::uint64_t bytes = 0;
  std::string beacon = {};  // empty: the rule that headers tell

  friend auto operator<=>(const ReadLimit&, const ReadLimit&) = default;
};

// Of a model whose architecture is known.
WeightReading readingOf(const Model& model, const ReadLimit& limit);
inline WeightReading readingOf(const Model& model, std::uint64_t bytes) {
  return readingOf(model, ReadLimit{bytes});
}

// Numbers that it may read: of embeddings those of as many tokens as tests use.
std::uint64_t elementsRead(const WeightReading& reading);

// Whether its rows are those of tokens, of which the models' vocabularies choose some.
inline bool ofTokens(std::string_view role) {
  return role == role::kEmbedding || role == role::kOutput;
}

// What the reading may read; tokens as if they lay evenly.
std::vector<ByteRange> rangesOf(const WeightReading& reading);

}  // namespace kindred::plan
