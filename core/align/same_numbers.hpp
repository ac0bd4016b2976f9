// Rows that hold the same numbers as each other, in another order and with other signs: those of a
// complex or a quaternion product written out, of a circulant or a tied matrix. Such rows are drawn
// together, and so are their coins.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <kindred/model_weights.hpp>

namespace kindred::align {

// Why rows (axis 0) or columns of this role have no signs of their own; nothing: hardly any two
// hold the same numbers. Rows of few values, as of one or two bits a weight, may do so by chance
// and don't count, nor do copies. Some rows of some layers are looked at.
std::optional<std::string> sameNumbersIn(const ModelWeights& weights, std::string_view role,
                                         unsigned axis);

}  // namespace kindred::align
