// Small models as tools quantise them: the layouts that published checkpoints have, each of which
// has a decoder.
#pragma once

#include <string>
#include <vector>

#include "support/safetensors.hpp"

namespace kindred::support {

enum class Quantised {
  fp8_blocks,    // F8_E4M3 under a scale for blocks of 32 x 32
  fp8_rows,      // under a scale for each row
  int8_rows,     // bitsandbytes int8
  int8_shifted,  // compressed-tensors, with zero points
  nf4,           // bitsandbytes, codes of a table
  gptq,          // 4 bit, symmetric
  gptq_shifted,  // with zero points of groups
  awq,
  awq_gemv,  // words along the outputs' rows, scales and zero points padded to whole words
  packed,    // compressed-tensors, 4 bit
  mlx,       // 4 bit
  nvfp4,     // as ModelOpt has it
  hqq,       // 4 bit, groups of columns, as safetensors
};
inline constexpr Quantised kAllQuantised[] = {
    Quantised::fp8_blocks, Quantised::fp8_rows, Quantised::int8_rows,    Quantised::int8_shifted,
    Quantised::nf4,        Quantised::gptq,     Quantised::gptq_shifted, Quantised::awq,
    Quantised::awq_gemv,   Quantised::packed,   Quantised::mlx,          Quantised::nvfp4,
    Quantised::hqq};

const char* nameOf(Quantised how);

// Matrices whose names hold "proj" (of GPT-2 "c_attn" and "c_fc", too) are coded, all others stay
// BF16. Rows and columns are multiples of 16, elements of 64.
std::vector<TestTensor> quantised(const Arrays& arrays, Quantised how);
// `config` with what the tool writes there.
std::string quantisedConfig(const std::string& config, Quantised how);

}  // namespace kindred::support
