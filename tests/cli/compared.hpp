#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "support/temp_dir.hpp"

namespace kindred::clitest {

// What `compare --json` prints of two models in a folder, whose results go to its folder `out`;
// expected to end with exit code 0.
nlohmann::json compared(const support::TempDir& dir, const std::string& a = "a",
                        const std::string& b = "b");

}  // namespace kindred::clitest
