#include "reading/halves.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "models/matrix_rows.hpp"

namespace kindred::reading {
namespace {

using models::ByteRange;
using models::MatrixRows;
using models::Shard;
using models::Tensor;

// [heads, rows, columns] as heads * rows rows. Only of what is read as numbers.
MatrixRows rowsOf(const Tensor& tensor, const std::vector<Shard>& shards) {
  const std::uint64_t rows = tensor.shape[0] * tensor.shape[1];
  if (tensor.numbers) return {tensor.numbers->shard, DType::F32, 0, rows, tensor.shape[2]};
  return {shards[tensor.shard], tensor.dtype, tensor.offset, rows, tensor.shape[2]};
}

// Of each head rows of keys, then rows of values. A row costs its head.
class Heads final : public models::DecodedFile {
 public:
  // What the halves are made of lives as long as this.
  Heads(const Tensor& keys, const Tensor& values, const std::vector<Shard>& shards)
      : made_{keys.numbers, values.numbers},
        keys_(rowsOf(keys, shards)),
        values_(rowsOf(values, shards)),
        heads_(values.shape[0]) {}

  const std::string& place() const override { return values_.shard().file->place(); }
  std::uint64_t size() const override { return heads_ * headBytes(); }
  std::string identity() const override { return values_.shard().file->identity(); }

  std::vector<ByteRange> stored(std::uint64_t offset, std::uint64_t length) const override {
    std::vector<ByteRange> ranges;
    if (length == 0) return ranges;
    const auto [first, count] = headsOf(offset, length);
    keys_.addStored(first * rank(), count * rank(), ranges);
    values_.addStored(first * valueRows(), count * valueRows(), ranges);
    return ranges;
  }

  void decode(std::uint64_t offset, std::span<const std::span<const std::byte>> stored,
              std::span<std::byte> into) const override {
    if (into.empty()) return;
    const auto [first, count] = headsOf(offset, into.size());
    const std::vector<float> keys = keys_.take(first * rank(), count * rank(), stored);
    const std::vector<float> values =
        values_.take(first * valueRows(), count * valueRows(), stored);
    std::vector<float> heads;
    heads.reserve(keys.size() + values.size());
    for (std::uint64_t h = 0; h < count; ++h) {
      const float* of_head = keys.data() + h * rank() * keyRows();
      for (std::uint64_t i = 0; i < keyRows(); ++i) {
        for (std::uint64_t k = 0; k < rank(); ++k) heads.push_back(of_head[k * keyRows() + i]);
      }
      const auto at = values.begin() + static_cast<std::ptrdiff_t>(h * valueRows() * rank());
      heads.insert(heads.end(), at, at + static_cast<std::ptrdiff_t>(valueRows() * rank()));
    }
    std::memcpy(into.data(),
                std::as_bytes(std::span(heads)).data() + (offset - first * headBytes()),
                into.size());
  }

 private:
  std::uint64_t rank() const { return values_.columns(); }
  std::uint64_t keyRows() const { return keys_.columns(); }
  std::uint64_t valueRows() const { return values_.rows() / heads_; }
  std::uint64_t headBytes() const { return (keyRows() + valueRows()) * rank() * sizeof(float); }
  std::pair<std::uint64_t, std::uint64_t> headsOf(std::uint64_t offset,
                                                  std::uint64_t length) const {
    const std::uint64_t first = offset / headBytes();
    return {first, (offset + length - 1) / headBytes() + 1 - first};
  }

  std::array<std::shared_ptr<const models::Numbers>, 2> made_;
  MatrixRows keys_, values_;
  std::uint64_t heads_;
};

bool isReadable(const Tensor& tensor) {
  const bool plain = info(tensor.dtype).bits % 8 == 0 && !info(tensor.dtype).wide &&
                     models::shown(tensor) == models::Shown::values;
  return tensor.shape.size() == 3 && tensor.elements > 0 && (tensor.numbers || plain);
}

bool fit(const Tensor& keys, const Tensor& values) {
  return isReadable(keys) && isReadable(values) && keys.shape[0] == values.shape[0] &&
         keys.shape[1] == values.shape[2];
}

void join(Tensor& keys, Tensor& values, std::string name, const std::vector<Shard>& shards) {
  const std::uint64_t heads = values.shape[0], rank = values.shape[2];
  auto numbers = std::make_shared<models::Numbers>();
  const auto codecOf = [](const Tensor& tensor) {
    return tensor.numbers ? tensor.numbers->codec : std::string(kindred::name(tensor.dtype));
  };
  const auto symmetric = [](const Tensor& tensor) {
    return !tensor.numbers || tensor.numbers->symmetric;
  };
  numbers->codec = codecOf(values) + ", keys and values apart";
  numbers->symmetric = symmetric(keys) && symmetric(values);
  numbers->stored_name = values.name;
  numbers->stored_shape = values.numbers ? values.numbers->stored_shape : values.shape;
  numbers->stored_elements = values.numbers ? values.numbers->stored_elements : values.elements;
  const auto file = std::make_shared<Heads>(keys, values, shards);
  numbers->shard = {shards[values.shard].name, file, 0, file.get()};
  values.shape = {heads * (keys.shape[2] + values.shape[1]), rank};
  values.elements = keys.elements + values.elements;
  values.name = std::move(name);
  values.numbers = std::move(numbers);
  values.companions.push_back({"k_b_proj", keys.name});
  keys.encoding = models::Encoding::part;
}

}  // namespace

void joinHalves(std::vector<Tensor>& tensors, const std::vector<Shard>& shards) {
  constexpr std::string_view kKeys = ".k_b_proj.weight", kValues = ".v_b_proj.weight";
  std::map<std::string_view, Tensor*> keys;
  std::vector<std::string> wholes;
  for (Tensor& tensor : tensors) {
    if (tensor.name.ends_with(kKeys)) keys.emplace(tensor.name, &tensor);
    if (tensor.name.ends_with(".kv_b_proj.weight")) wholes.push_back(tensor.name);
  }
  for (Tensor& values : tensors) {
    if (!values.name.ends_with(kValues)) continue;
    const std::string stem = values.name.substr(0, values.name.size() - kValues.size());
    std::string whole = stem + ".kv_b_proj.weight";
    const auto found = keys.find(stem + std::string(kKeys));
    if (found == keys.end() || !fit(*found->second, values)) continue;
    if (std::find(wholes.begin(), wholes.end(), whole) != wholes.end()) continue;
    join(*found->second, values, std::move(whole), shards);
  }
}

}  // namespace kindred::reading
