// What kindred inspect says of a model as a whole: how its bytes are stored, what of it tests can
// take, and what not and why.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/architecture.hpp"
#include "models/checkpoint.hpp"
#include "models/components.hpp"

namespace kindred::cli {

// A part of the model's bytes, 0 to 1.
struct Share {
  std::string what;
  double share = 0;
};

// By codec or dtype, the largest first: what a codec reads with its codes stands by itself.
std::vector<Share> encodingsOf(const models::Checkpoint& checkpoint);

// What must be read of a matrix of each codec: its largest one.
struct Price {
  std::string codec, matrix;
  std::uint64_t all = 0, row = 0;  // bytes
  std::uint64_t column = 0;        // 0: as much as the matrix
};
std::vector<Price> pricesOf(const models::Checkpoint& checkpoint);

struct Testable {
  // Gauges that the family has and whose matrices are there, with what they grant: "mlp-unit
  // (signs, order)".
  std::vector<std::string> granted;
  struct Refusal {
    std::string what, why;
  };
  std::vector<Refusal> refused;  // gauges that the family does not have
  std::vector<Share> left_out;   // bytes that no test reads
};
// `architecture`: null where the family is unknown. Of tensors of other components only those are
// left out that have no role there.
Testable testableOf(const models::Checkpoint& checkpoint, const models::Architecture* architecture,
                    const std::vector<models::ComponentPart>& components);

}  // namespace kindred::cli
