#include "reading/block_scales.hpp"

#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "words/names.hpp"

namespace kindred::reading {
namespace {

using models::ByteRange;
using models::Shard;
using models::Tensor;

// The numbers of blocks, each times its expert's scale.
class Multiplied final : public models::DecodedFile {
 public:
  Multiplied(std::shared_ptr<const models::Numbers> blocks, ByteRange scales, std::uint64_t of_each)
      : blocks_(std::move(blocks)), scales_(scales), of_each_(of_each) {}

  const std::string& place() const override { return blocks_->shard.file->place(); }
  std::uint64_t size() const override { return blocks_->shard.file->size(); }
  std::string identity() const override { return blocks_->shard.file->identity(); }

  std::vector<ByteRange> stored(std::uint64_t offset, std::uint64_t length) const override {
    if (length == 0) return {};
    std::vector<ByteRange> ranges = blocks_->shard.decoded->stored(offset, length);
    ranges.push_back(scales_);
    return ranges;
  }

  void decode(std::uint64_t offset, std::span<const std::span<const std::byte>> stored,
              std::span<std::byte> into) const override {
    if (into.empty()) return;
    blocks_->shard.decoded->decode(offset, stored.first(stored.size() - 1), into);
    for (std::size_t at = 0; at + sizeof(float) <= into.size(); at += sizeof(float)) {
      float value = 0, scale = 0;
      std::memcpy(&value, into.data() + at, sizeof value);
      const std::uint64_t expert = (offset + at) / sizeof(float) / of_each_;
      std::memcpy(&scale, stored.back().data() + expert * sizeof scale, sizeof scale);
      value *= scale;
      std::memcpy(into.data() + at, &value, sizeof value);
    }
  }

 private:
  std::shared_ptr<const models::Numbers> blocks_;
  ByteRange scales_;
  std::uint64_t of_each_;  // numbers under one scale
};

// Numbers under one scale, of the matrix, of each expert or of each row; 0: the scales do not fit.
std::uint64_t numbersOfEach(const Tensor& matrix, const Tensor& scales) {
  if (scales.numbers || scales.dtype != DType::F32 || scales.elements == 0) return 0;
  const bool of_experts = matrix.shape.size() == 3 && scales.elements == matrix.shape[0];
  const bool of_rows = scales.elements == matrix.elements / matrix.shape.back();
  const bool fit = scales.elements == 1 || of_experts || of_rows;
  return fit ? matrix.elements / scales.elements : 0;
}

void multiply(Tensor& matrix, Tensor& scales, std::uint64_t of_each,
              const std::vector<Shard>& shards) {
  auto numbers = std::make_shared<models::Numbers>(*matrix.numbers);
  const auto file = std::make_shared<Multiplied>(
      matrix.numbers, ByteRange{&shards[scales.shard], scales.offset, scales.bytes}, of_each);
  numbers->shard = {shards[matrix.shard].name, file, 0, file.get()};
  numbers->by_columns = {};
  matrix.numbers = std::move(numbers);
  matrix.companions.push_back({"scale", scales.name});
  scales.encoding = models::Encoding::part;
}

}  // namespace

void applyScales(std::vector<Tensor>& tensors, const std::vector<Shard>& shards,
                 std::vector<std::string>& notes) {
  constexpr std::string_view kScale = ".scale", kWeight = ".weight";
  std::map<std::string, Tensor*> scales;  // by what they belong to
  for (Tensor& tensor : tensors) {
    if (!tensor.name.ends_with(kScale)) continue;
    scales.emplace(tensor.name.substr(0, tensor.name.size() - kScale.size()), &tensor);
  }
  for (Tensor& matrix : tensors) {
    if (matrix.encoding != models::Encoding::blocks || !matrix.name.ends_with(kWeight)) continue;
    const auto found = scales.find(matrix.name.substr(0, matrix.name.size() - kWeight.size()));
    if (found == scales.end() || !matrix.numbers || matrix.elements == 0) continue;
    if (const std::uint64_t of_each = numbersOfEach(matrix, *found->second); of_each > 0) {
      multiply(matrix, *found->second, of_each, shards);
    } else {
      notes.push_back(
          fmt::format("'{}' has {} numbers of {}, which fit neither '{}' nor its rows: it "
                      "is not applied",
                      words::escaped(found->second->name), found->second->elements,
                      kindred::name(found->second->dtype), words::escaped(matrix.name)));
    }
  }
}

}  // namespace kindred::reading
