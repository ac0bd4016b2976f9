// Writes safetensors files, good ones and bad ones.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/dtype.hpp>

namespace kindred::support {

struct TestTensor {
  std::string name;
  DType dtype = DType::F32;
  std::vector<std::uint64_t> shape;
  std::string bytes;  // as stored
};

struct Array {
  std::vector<std::uint64_t> shape;
  std::vector<double> values;  // row by row
};
using Arrays = std::map<std::string, Array>;  // by tensor name

// A tensor from numbers, rounded to nearest even; F64, F32, F16 and BF16.
TestTensor tensorOf(std::string name, DType dtype, std::vector<std::uint64_t> shape,
                    const std::vector<double>& values);
// A tensor of the size that dtype and shape need, filled with seeded small normal numbers (floating
// dtypes of at least 16 bits) or seeded bytes (all others).
TestTensor randomTensor(std::string name, DType dtype, std::vector<std::uint64_t> shape,
                        std::uint64_t seed);
// The bits of `value` in a dtype of 16 bits, rounded to nearest even.
std::uint16_t halfBits(DType dtype, double value);
// The number that such bits stand for.
double halfValue(DType dtype, std::uint16_t bits);

// The JSON header of these tensors, laid out one behind the other.
std::string safetensorsHeader(const std::vector<TestTensor>& tensors);
// A whole file: length, header, data. The header may be anything.
std::string safetensorsBytes(std::string_view header, std::string_view data);
std::string safetensorsBytes(const std::vector<TestTensor>& tensors);
void writeSafetensors(const std::filesystem::path& file, const std::vector<TestTensor>& tensors);
// Shards model-0000i-of-0000n.safetensors with model.safetensors.index.json.
void writeShards(const std::filesystem::path& folder,
                 const std::vector<std::vector<TestTensor>>& shards);

// The text as a JSON string, quotes included.
std::string jsonString(std::string_view text);

}  // namespace kindred::support
