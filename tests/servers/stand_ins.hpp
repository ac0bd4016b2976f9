// Stand-ins for the four models of the dispute, as the Hub would serve them: real tensor names,
// shapes, dtypes and shards, published norm statistics, small tokenizers, and texts of our own.
#pragma once

#include <map>
#include <string>

#include "servers/giants.hpp"
#include "servers/stand_in_values.hpp"

namespace kindred::servers {

enum class Size {
  full,         // 100 to 220 GB a model
  few_experts,  // the same shapes with 8 experts a layer: a tenth of the tensors
  small         // the same families with 6 layers of width 256: for tests that read all of a model
};

inline constexpr StandIn kStandIns[] = {StandIn::solar, StandIn::glm, StandIn::phi,
                                        StandIn::intellect};

std::string repositoryOf(StandIn model);
MixtureConfig configOf(StandIn model, Size size = Size::full);
std::map<std::string, Content> standInFiles(StandIn model, Size size = Size::full);

// All four at `server`, each under its name and main.
void publishStandIns(RangeServer& server, Size size = Size::full);

}  // namespace kindred::servers
