// JSON whose objects keep the order in which their members were added.
#pragma once

#include <nlohmann/json.hpp>

namespace kindred::results {

using Json = nlohmann::ordered_json;

}  // namespace kindred::results
