#include "steps/compare/variety.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace kindred::steps {
namespace {

constexpr std::uint64_t kLookedAt = std::uint64_t{1} << 14;  // elements

std::size_t unitOf(DType dtype) {
  const unsigned bits = info(dtype).bits;
  return bits % 8 == 0 ? bits / 8 : 1;
}

}  // namespace

Variety::Variety(const TensorInfo& tensor) : unit_(unitOf(tensor.dtype)) {
  const std::uint64_t bytes = tensor.elements * info(tensor.dtype).bits / 8;
  const std::uint64_t units = bytes / unit_;
  if (units <= kLookedAt) {
    windows_.push_back({0, units * unit_, {}});
    return;
  }
  const std::uint64_t half = kLookedAt / 2, middle = std::max(half, units / 2);
  windows_.push_back({0, half * unit_, {}});
  windows_.push_back({middle * unit_, std::min(units, middle + half) * unit_, {}});
}

void Variety::add(std::span<const std::byte> raw) {
  for (Window& window : windows_) {
    const std::uint64_t from = std::max(window.first, seen_);
    const std::uint64_t to = std::min<std::uint64_t>(window.end, seen_ + raw.size());
    if (from >= to) continue;
    const auto part = raw.subspan(from - seen_, to - from);
    window.raw.insert(window.raw.end(), part.begin(), part.end());
  }
  seen_ += raw.size();
}

double Variety::bits() const {
  std::vector<std::uint64_t> elements;
  for (const Window& window : windows_) {
    for (std::size_t at = 0; at + unit_ <= window.raw.size(); at += unit_) {
      std::uint64_t element = 0;  // of the last eight bytes, where it has more
      std::memcpy(&element, window.raw.data() + at + (unit_ > 8 ? unit_ - 8 : 0),
                  std::min<std::size_t>(unit_, 8));
      elements.push_back(element);
    }
  }
  std::sort(elements.begin(), elements.end());
  const auto total = static_cast<double>(elements.size());
  double sum = 0;
  for (auto first = elements.begin(); first != elements.end();) {
    const auto last = std::upper_bound(first, elements.end(), *first);
    const double share = static_cast<double>(last - first) / total;
    sum -= share * std::log2(share);
    first = last;
  }
  return sum;
}

}  // namespace kindred::steps
