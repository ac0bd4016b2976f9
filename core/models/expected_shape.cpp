#include "models/expected_shape.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace kindred::models {
namespace {

bool matches(const std::vector<std::uint64_t>& shape, const ExpectedShape& expected) {
  return std::equal(shape.begin(), shape.end(), expected.shape.begin(), expected.shape.end(),
                    [](std::uint64_t length, std::uint64_t wanted) {
                      return wanted == 0 ? length > 0 : length == wanted;
                    });
}

}  // namespace

std::string shapeText(const std::vector<std::uint64_t>& shape, bool wanted) {
  std::vector<std::string> lengths;
  for (const std::uint64_t length : shape) {
    lengths.push_back(wanted && length == 0 ? "n" : std::to_string(length));
  }
  return fmt::format("[{}]", fmt::join(lengths, ", "));
}

std::string mismatch(const TensorInfo& info, const ExpectedShape& expected) {
  if (matches(info.shape, expected)) return {};
  const std::string because = expected.because.empty() ? "" : " (" + expected.because + ")";
  const std::vector<std::uint64_t> turned(info.shape.rbegin(), info.shape.rend());
  return fmt::format("{} {}, expected {}{}{}", info.elements == 0 ? "is empty: shape" : "has shape",
                     shapeText(info.shape), shapeText(expected.shape, true), because,
                     turned.size() == 2 && matches(turned, expected) ? ": it is transposed" : "");
}

}  // namespace kindred::models
