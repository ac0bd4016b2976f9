// The embedded demo checkpoints.
#pragma once

#include <filesystem>

namespace kindred::clitest {

inline const std::filesystem::path kDemo =
    std::filesystem::path(KINDRED_SOURCE_DIR) / "configs/demo";

}  // namespace kindred::clitest
