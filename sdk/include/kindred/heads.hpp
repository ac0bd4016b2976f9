// The heads of one layer's attention. Layers of a model may differ, and keys from values.
#pragma once

#include <cstdint>

namespace kindred {

// Zero: not stated, or the layer has none of its own.
struct HeadShape {
  std::uint64_t heads = 0, kv_heads = 0;     // of queries; of keys and values
  std::uint64_t key_dim = 0, value_dim = 0;  // rows of a head's key and of its query; of its value
  std::uint64_t rotary_dim = 0;              // rows of a key that positions turn: its first

  friend bool operator==(const HeadShape&, const HeadShape&) = default;
};

}  // namespace kindred
