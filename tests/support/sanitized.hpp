// Whether tests run under a sanitizer, which keeps books of its own in memory and slows everything.
#pragma once

namespace kindred::support {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace kindred::support
