// Small models by tensor name, made of seeded normal numbers: independent ones, and copies that
// moved as training moves them. And the ways in which tools store them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "support/safetensors.hpp"

namespace kindred::clitest {

using support::Array;
using Toy = support::Arrays;

struct ToyShape {
  std::uint64_t layers = 2, units = 176;
};
// Layers that are 64 wide, with the names of Llama; their configurations.
Toy toyLlama(std::uint64_t seed, const ToyShape& shape = {});
std::string toyLlamaConfig(const std::string& model_type = "llama", const ToyShape& shape = {});
// The same with eight experts of 48 units a layer, each matrix by itself.
Toy toyMoe(std::uint64_t seed);
std::string toyMoeConfig(const std::string& model_type = "qwen3_moe");
// Every tensor moved by 15 % of its length, norms by little.
Toy tuned(const Toy& toy, std::uint64_t seed);

// `from` at the beginning of a name becomes `to`; other names stay.
Toy renamed(const Toy& toy, const std::string& from, const std::string& to);

// How matrices whose name holds "proj" are stored; all but `plain` leave out numbers for codes.
enum class Coding {
  plain,
  words_with_biases,      // U32 with scales and biases, as MLX has it
  words_along_inputs,     // I32 with zero points, as GPTQ has it
  words,                  // I32 with scales alone, as compressed-tensors has it
  words_alone,            // U32 with nothing beside them
  table_codes,            // U8 pairs with absmax and a table, as bitsandbytes has it
  table_codes_as_halves,  // the same bytes declared BF16
  pairs_of_floats,        // U8 pairs with scales of blocks
  bytes_with_zero,        // U8 with a zero point
  signed_with_zero,       // I8 with a zero point
  signed_alone,           // I8 with a scale for each row
  shifted_floats,         // the U8 codes as F32, with scales and zero points
  bytes_alone,            // U8 with nothing beside them
};
std::vector<support::TestTensor> stored(const Toy& toy, Coding coding = Coding::plain);

// Writes model.safetensors and config.json (none where `config` is empty).
void saveModel(const std::filesystem::path& folder, const std::vector<support::TestTensor>& tensors,
               const std::string& config);

}  // namespace kindred::clitest
