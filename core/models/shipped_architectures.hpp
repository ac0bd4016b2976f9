// Which architecture files came with the program. Exact tests rest on the gauges that these files
// grant; those of anybody else's file are nobody's word but its author's.
#pragma once

#include <string_view>

namespace kindred::models {

// Whether a file of this name (without .yaml) ships with the program, and has this text.
bool isShipped(std::string_view name, std::string_view text);

}  // namespace kindred::models
