#include "steps/test/spikes.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace kindred::steps {

void setSpikesAside(std::span<float> values) {
  constexpr float kMost = 8;
  std::vector<float> sizes;
  for (const float x : values) {
    if (x != 0 && std::isfinite(x)) sizes.push_back(std::abs(x));
  }
  if (sizes.empty()) return;
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::nth_element(sizes.begin(), middle, sizes.end());
  for (float& x : values) {
    if (std::abs(x) > kMost * *middle) x = 0;
  }
}

}  // namespace kindred::steps
