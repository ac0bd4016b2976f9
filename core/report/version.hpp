#pragma once

namespace kindred::report {

inline constexpr const char* kVersion = KINDRED_VERSION;

}  // namespace kindred::report
