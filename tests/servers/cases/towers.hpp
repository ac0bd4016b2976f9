// What sees and what listens in front of a language model, in the layouts of their families.
#pragma once

#include <cstdint>
#include <string>

#include "servers/cases/draft.hpp"

namespace kindred::servers {

// The vision tower of Qwen2.5-VL with the projector behind it, which ends in `out` channels.
struct VisionTower {
  static constexpr std::uint64_t kHidden = 64, kUnits = 48, kDepth = 32;
  static Draft make(const std::string& prefix, std::uint64_t out, std::uint64_t seed);
  static std::string config();  // what config.json says of it
};

// A stack of Whisper: the encoder, or the decoder, which looks at the encoder besides.
struct WhisperStack {
  static constexpr std::uint64_t kHidden = 64, kUnits = 96;
  static Draft make(const std::string& prefix, std::uint64_t layers, bool decodes,
                    std::uint64_t seed);
};

// The same numbers under names that begin otherwise.
Draft renamed(const Draft& draft, const std::string& from, const std::string& to);

}  // namespace kindred::servers
