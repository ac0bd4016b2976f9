// What models are called on the terminal.
#pragma once

#include <map>
#include <string>

#include "results/report.hpp"

namespace kindred::report {

// By key: "orgA/Llama-3-8B" of a model that lies so and whose key is its last name; of revisions of
// one model also which; else the key. No two are alike.
std::map<std::string, std::string> shownNames(const results::Report& report);

}  // namespace kindred::report
