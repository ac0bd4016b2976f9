// The header of one safetensors file: 8 bytes of length, JSON, then the tensors' bytes end to end.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <kindred/format.hpp>

#include "words/json_walk.hpp"

namespace kindred::safetensors {

inline constexpr std::uint64_t kLengthBytes = 8;
inline constexpr std::uint64_t kMaxHeader = 100'000'000;  // the format's own limit

// The length that the first 8 bytes state, checked against the file's size and the limit.
std::uint64_t headerLength(const std::string& place, std::span<const std::byte> first,
                           std::uint64_t file_size);

class HeaderParser {
 public:
  HeaderParser();
  ~HeaderParser();

  // Adds the tensors of the file with index `file` as the header states them, offsets counted from
  // the first byte behind it.
  void parse(const std::string& place, const words::PaddedText& header, std::size_t file,
             std::vector<CatalogueTensor>& tensors);

 private:
  struct Json;
  std::unique_ptr<Json> json_;  // reused: its buffers grow to the largest header
};

}  // namespace kindred::safetensors
