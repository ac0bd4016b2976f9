// Qwen3-1.7B, what is left of it with one bit a weight and with three values, and a stranger of its
// width.
#include <algorithm>
#include <cmath>

#include "servers/cases/models.hpp"

namespace kindred::servers {
namespace {

constexpr std::size_t kGroup = 128, kZeros = 42;

// Each group of a row becomes its signs times one size, the smallest numbers zero.
void grouped(Array& array, std::size_t zeros) {
  for (std::size_t start = 0; start < array.values.size(); start += kGroup) {
    const auto group = array.values.begin() + static_cast<std::ptrdiff_t>(start);
    std::vector<double> sizes;
    for (std::size_t i = 0; i < kGroup; ++i) sizes.push_back(std::abs(group[static_cast<long>(i)]));
    std::sort(sizes.begin(), sizes.end());
    double mean = 0;
    for (std::size_t i = zeros; i < kGroup; ++i) {
      mean += sizes[i] / static_cast<double>(kGroup - zeros);
    }
    for (std::size_t i = 0; i < kGroup; ++i) {
      double& value = group[static_cast<long>(i)];
      value = zeros > 0 && std::abs(value) < sizes[zeros] ? 0 : std::copysign(mean, value);
    }
  }
}

Draft coarse(Draft model, std::size_t zeros, std::uint64_t seed) {
  const Draft moved = trained(model, 0.003, seed);
  for (auto& [name, array] : model.arrays) {
    if (!isMatrix(array)) continue;  // norms are kept
    array = moved.arrays.at(name);
    grouped(array, zeros);
  }
  return model;
}

}  // namespace

std::vector<CaseModel> bonsai() {
  const Decoder qwen{.type = "qwen3",
                     .architecture = "Qwen3ForCausalLM",
                     .hidden = 128,
                     .layers = 6,
                     .heads = 4,
                     .kv_heads = 2,
                     .head_dim = 32,
                     .units = 256,
                     .head_norms = true,
                     .tied = true};
  const Decoder smol{.hidden = 128,
                     .layers = 6,
                     .heads = 4,
                     .kv_heads = 4,
                     .head_dim = 32,
                     .units = 384,  // MLPs of other shapes, as the real one's
                     .tied = true};
  Draft base = decoder(qwen, 1);
  round(base, DType::BF16);
  return {{"Qwen/Qwen3-1.7B", filesOf(base, DType::BF16, 2)},
          {"prism-ml/Bonsai-1.7B-unpacked", filesOf(coarse(base, 0, 2), DType::F16)},
          {"prism-ml/Ternary-Bonsai-1.7B-unpacked", filesOf(coarse(base, kZeros, 3), DType::F16)},
          {"HuggingFaceTB/SmolLM2-1.7B", filesOf(decoder(smol, 4), DType::BF16)}};
}

}  // namespace kindred::servers
