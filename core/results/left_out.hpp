// What was selected and not compared.
#pragma once

#include <string>

namespace kindred::results {

// Something that was selected and could not be compared, with the reason. One side may be empty.
struct LeftOut {
  std::string step;
  std::string model_a, tensor_a, model_b, tensor_b;
  std::string reason;
};

}  // namespace kindred::results
