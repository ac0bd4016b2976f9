#include "codecs/blocks.hpp"

namespace kindred::codecs {

const BlockType* blockType(std::string_view name) {
  for (const auto family :
       {plainBlocks(), superBlocks(), latticeBlocks(), floatBlocks(), ternaryBlocks()}) {
    for (const BlockType& type : family) {
      if (type.name == name) return &type;
    }
  }
  return nullptr;
}

void decode(const BlockType& type, std::span<const std::byte> raw, std::span<float> values) {
  const std::size_t blocks = raw.size() / type.bytes;
  for (std::size_t i = 0; i < blocks; ++i) {
    type.decode(raw.data() + i * type.bytes, values.data() + i * type.elements);
  }
}

}  // namespace kindred::codecs
