#include "models/missing_companions.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kindred::models {
namespace {

// What stands beside codes of an encoding in every file of it.
struct Needed {
  Encoding encoding;
  std::string_view word;  // that the companion's name holds
  std::string_view name;  // as its tools call it
};
constexpr auto kNeeded = std::to_array<Needed>({
    {Encoding::transposed_words, "qzeros", "qzeros"},
    {Encoding::transposed_words, "scales", "scales"},
    {Encoding::table_codes, "absmax", "absmax"},
    {Encoding::table_codes, "quant_map", "quant_map"},
    {Encoding::table_codes, "quant_state", "quant_state"},
    {Encoding::packed_words, "scale", "weight_scale"},
    {Encoding::grouped_words, "scales", "scales"},
    {Encoding::four_bit_floats, "scale", "weight_scale"},
    {Encoding::laid_over, "scale", "scale"},
    {Encoding::laid_over, "zero", "zero"},
    {Encoding::laid_over, "shape", "shape"},
    {Encoding::block_scaled, "scale", "weight_scale_inv"},
});

// Codes of several tools have nothing but their scales beside them.
bool isBareMatrix(const Tensor& tensor) {
  return tensor.encoding == Encoding::integers && tensor.shape.size() == 2 &&
         tensor.name.ends_with(".weight") &&
         (tensor.dtype == DType::I8 || tensor.dtype == DType::U8 || tensor.dtype == DType::U32);
}

bool isBeside(const Tensor& tensor, std::string_view word) {
  return std::any_of(tensor.companions.begin(), tensor.companions.end(), [&](const Companion& one) {
    return one.word.find(word) != std::string::npos;
  });
}

}  // namespace

std::string missingCompanions(const Tensor& tensor) {
  if (tensor.numbers) return {};
  std::vector<std::string> missing;
  for (const auto& [encoding, word, name] : kNeeded) {
    if (encoding == tensor.encoding && !isBeside(tensor, word)) {
      missing.push_back(fmt::format("'{}'", name));
    }
  }
  if (isBareMatrix(tensor)) {
    missing.emplace_back(tensor.dtype == DType::U8    ? "'absmax' or 'weight_scale'"
                         : tensor.dtype == DType::U32 ? "'scales'"
                                                      : "'SCB' or 'weight_scale'");
  }
  return fmt::format("{}", fmt::join(missing, " and "));
}

std::string whyNotRead(const Tensor& tensor) {
  const std::string missing = missingCompanions(tensor);
  const std::string why = whyNot(tensor.encoding, tensor.dtype);
  return missing.empty() ? why : fmt::format("{}, without {} beside them", why, missing);
}

}  // namespace kindred::models
