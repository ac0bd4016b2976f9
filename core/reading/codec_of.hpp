// Which codec makes numbers of a tensor of codes: told from its encoding, from the shapes of what
// stands beside it, and from config.json where these leave a choice. Nothing fits: it stays codes.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codecs/codec.hpp"
#include "models/checkpoint.hpp"
#include "reading/stated.hpp"

namespace kindred::reading {

struct Found {
  std::unique_ptr<codecs::Codec> codec;
  std::vector<const models::Tensor*> parts;  // in the codec's order
  std::vector<std::uint64_t> shape;          // of the numbers; rows of several axes are folded
};

// Small companions whose contents say how the codes are laid out, by name: shapes, states as JSON.
using Contents = std::map<std::string, std::string, std::less<>>;
// Whether it is one.
bool isDescription(const models::Companion& companion, const models::Tensor& tensor);

class CodecFinder {
 public:
  // All must outlive it. `by_name` holds every tensor that a companion may name.
  CodecFinder(const Stated& stated, const Contents& contents,
              const std::map<std::string_view, const models::Tensor*>& by_name)
      : stated_(stated), contents_(contents), by_name_(by_name) {}

  std::optional<Found> of(const models::Tensor& tensor) const;

 private:
  using Tensor = models::Tensor;
  using Text = std::string_view;

  const Tensor* beside(const Tensor& tensor, std::initializer_list<Text> words) const;
  std::optional<std::string> content(const Tensor& tensor, Text word) const;
  std::optional<Found> ofFloats(const Tensor& tensor) const;
  std::optional<Found> ofBytes(const Tensor& tensor) const;
  std::optional<Found> ofHqq(const Tensor& tensor) const;
  std::optional<Found> ofPackedWords(const Tensor& tensor) const;
  std::optional<Found> ofTransposedWords(const Tensor& tensor) const;
  std::optional<Found> ofGroupedWords(const Tensor& tensor) const;
  std::optional<Found> ofTableCodes(const Tensor& tensor) const;
  std::optional<Found> ofFourBitFloats(const Tensor& tensor) const;

  const Stated& stated_;
  const Contents& contents_;
  const std::map<std::string_view, const models::Tensor*>& by_name_;
};

// The matrix that codes are called after: "q_proj.weight" for "q_proj.qweight" and
// "q_proj.weight_packed", "gate_up_proj" for "gate_up_proj_blocks", "q_proj.weight" for
// "q_proj.weight._data"; others keep their names.
std::string matrixName(const std::string& codes);

}  // namespace kindred::reading
