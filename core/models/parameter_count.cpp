#include <fmt/format.h>

#include "models/architecture.hpp"
#include "models/config_remedy.hpp"

namespace kindred::models {
namespace {

// value * part / of without overflow on the way; part <= of.
std::uint64_t fraction(std::uint64_t value, std::uint64_t part, std::uint64_t of) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(static_cast<Wide>(value) * part / of);
}

}  // namespace

ParameterCount countParameters(const Checkpoint& checkpoint, const Architecture* architecture) {
  ParameterCount count;
  for (const Tensor& tensor : checkpoint.tensors()) {
    if (tensor.encoding != Encoding::part) count.total += tensor.elements;
  }
  if (architecture == nullptr) return count;
  Dimensions dimensions = dimensionsOf(checkpoint);
  dimensions.layers *= architecture->layersOfEach();
  if (dimensions.experts == 0 || dimensions.experts_per_token == 0) return count;
  if (dimensions.experts_per_token > dimensions.experts) {
    throw inputError(checkpoint.configPlace(),
                     fmt::format("a token goes to {} experts, but there are {}",
                                 dimensions.experts_per_token, dimensions.experts),
                     configRemedy(checkpoint.configPlace()));
  }
  std::uint64_t always = 0, routed = 0;
  for (const Tensor& tensor : checkpoint.tensors()) {
    if (tensor.encoding == Encoding::part) continue;
    const auto placement = architecture->placementOf(tensor.name);
    const bool further = placement && dimensions.layers > 0 && placement->layer >= 0 &&
                         static_cast<std::uint64_t>(placement->layer) >= dimensions.layers;
    if (further) continue;
    const bool is_routed = placement && (placement->expert >= 0 || placement->all_experts);
    (is_routed ? routed : always) += tensor.elements;
  }
  count.active = always + fraction(routed, dimensions.experts_per_token, dimensions.experts);
  return count;
}

}  // namespace kindred::models
