// A model's fingerprint.
#pragma once

#include <cstdint>

#include "fingerprint/fingerprint.hpp"
#include "plan/models.hpp"

namespace kindred::fingerprint {

inline constexpr std::uint64_t kSmallest = 200'000, kUsual = 1'000'000, kLargest = 4'000'000;

// Of at most about `size` bytes, from at most `read` bytes of weights of each component. Throws
// where the family is not known, or where its architecture grants no sign that could be tossed; of
// a composite where that is so of all its components.
Fingerprint make(const plan::Model& model, std::uint64_t size, std::uint64_t read);

}  // namespace kindred::fingerprint
