// Which parts of its encoding a tensor of codes has not beside it.
#pragma once

#include <string>

#include "models/checkpoint.hpp"

namespace kindred::models {

// "'qzeros' and 'scales'", as tools call them; empty: nothing that its encoding always has.
std::string missingCompanions(const Tensor& tensor);

// Why it is not read as numbers, what it lacks included: as whyNot().
std::string whyNotRead(const Tensor& tensor);

}  // namespace kindred::models
