// ggml's numbers of element types, those that files hold and those that only have a name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "formats/gguf.hpp"

namespace kindred::formats {

// Nothing for a type without a codec.
std::optional<GgufType> ggufType(std::uint32_t id);
// For errors, of any number: "Q4_0_4_4 (repacked for a processor)", "type 133 of a fork".
std::string ggufTypeName(std::uint32_t id);
std::string ggufTypeName(const GgufType& type);

// Elements and bytes of a block; a plain element is a block of one.
std::pair<unsigned, unsigned> blockOf(const GgufType& type);

}  // namespace kindred::formats
