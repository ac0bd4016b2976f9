// ggml's numbers of element types, those that files hold and those that only have a name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <kindred/dtype.hpp>

namespace kindred::gguf {

// A plain type, or a block type by its name.
using Type = std::variant<DType, std::string_view>;

// Nothing for a type that files don't hold.
std::optional<Type> typeOf(std::uint32_t id);
// For errors, of any number: "Q4_0_4_4 (repacked for a processor)", "type 133 of a fork".
std::string typeName(std::uint32_t id);

}  // namespace kindred::gguf
