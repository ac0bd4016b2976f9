// Symmetries by the names that architecture files and findings give them: what changes sign, or
// changes places, without a change of a model's function.
#pragma once

#include <string_view>

namespace kindred::gauge {

inline constexpr std::string_view kMlpUnit = "mlp-unit";          // a row of ups, a column of downs
inline constexpr std::string_view kValueDim = "value-dim";        // a value row, an output's column
inline constexpr std::string_view kRotaryPair = "rotary-pair";    // two key rows that turn together
inline constexpr std::string_view kRotaryFree = "rotary-free";    // a key row without a position
inline constexpr std::string_view kLatentDim = "latent-dim";      // of latent attention
inline constexpr std::string_view kResidualDim = "residual-dim";  // of the stream
inline constexpr std::string_view kExpert = "expert";             // a routed expert of a layer
inline constexpr std::string_view kKvGroup = "kv-group";  // a key-value head with its queries
// A component of an adapter: what it reads and what it writes.
inline constexpr std::string_view kAdapterRank = "adapter-rank";
inline constexpr std::string_view kLayer = "layer";  // layers as such: no symmetry

}  // namespace kindred::gauge
