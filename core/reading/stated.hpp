// What config.json says of quantisation, where shapes alone do not say it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace kindred::reading {

struct Stated {
  std::string method;               // quant_method: "gptq"
  std::string checkpoint_format;    // of GPTQ: "gptq_v2"
  std::string version;              // of AWQ: "gemm", "gemv"
  std::uint64_t group_size = 0;     // 0: not stated
  std::vector<std::uint64_t> bits;  // that some tensors have
  std::uint64_t block_height = 0, block_width = 0;
  // MLX states what differs by module.
  std::map<std::string, std::uint64_t, std::less<>> group_size_of;
  std::string mode;  // MLX: "affine", "mxfp4"
};

// A damaged text says nothing: whoever needs config.json says what is wrong with it.
Stated statedIn(const std::string& config);

}  // namespace kindred::reading
