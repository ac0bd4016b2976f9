// Numbers as the plain types hold them.
#pragma once

#include <kindred/dtype.hpp>

namespace kindred::stats {

// To nearest, ties to even, as F16 and BF16 hold it; of any other type the value itself.
float rounded(DType dtype, float value);

}  // namespace kindred::stats
