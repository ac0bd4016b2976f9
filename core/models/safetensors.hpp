// The header of one safetensors file: 8 bytes of length, JSON, then the tensors' bytes end to end.
// Whoever wrote it is not trusted.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/checkpoint.hpp"

namespace kindred::models {

class PaddedText;

inline constexpr std::uint64_t kLengthBytes = 8;
inline constexpr std::uint64_t kMaxHeader = 100'000'000;  // the format's own limit

// The length that the first 8 bytes state, checked against the file's size and the limit.
std::uint64_t headerLength(const std::string& place, std::span<const std::byte> first,
                           std::uint64_t file_size);

class HeaderParser {
 public:
  HeaderParser();
  ~HeaderParser();

  // The tensors of the shard with index `shard`, in natural order of names. Checked: names differ,
  // bytes are what dtype and shape need, and the spans cover the file without gap or overlap.
  std::vector<Tensor> parse(const std::string& place, const PaddedText& header,
                            std::uint64_t file_size, std::size_t shard);

 private:
  struct Json;
  std::unique_ptr<Json> json_;  // reused: its buffers grow to the largest header
};

}  // namespace kindred::models
