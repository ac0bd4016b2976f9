#include "formats/header_stream.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kindred::formats {
namespace {

// Most headers fit in the first window; a vocabulary takes a few of the largest.
constexpr std::uint64_t kFirstWindow = std::uint64_t{1} << 20;
constexpr std::uint64_t kLargestWindow = std::uint64_t{16} << 20;

}  // namespace

std::vector<std::byte> bytesAt(File& file, std::uint64_t offset, std::uint64_t count) {
  std::vector<std::byte> bytes(count);
  file.read(offset, bytes);
  return bytes;
}

HeaderStream::HeaderStream(File& file, std::uint64_t position)
    : file_(file),
      size_(file.size()),
      position_(std::min(position, size_)),
      next_window_(kFirstWindow) {}

std::span<const std::byte> HeaderStream::take(std::uint64_t count, std::string_view what) {
  if (count > left()) endsInside(what);
  const std::uint64_t held = window_.size();
  if (position_ < first_ || position_ - first_ > held || count > held - (position_ - first_)) {
    first_ = position_;
    window_.resize(std::min(left(), std::max(count, next_window_)));
    file_.read(first_, window_);
    next_window_ = std::min(4 * next_window_, kLargestWindow);
  }
  const auto bytes = std::span(window_).subspan(position_ - first_, count);
  position_ += count;
  return bytes;
}

void HeaderStream::skip(std::uint64_t count, std::string_view what) {
  if (count > left()) endsInside(what);
  position_ += count;
}

void HeaderStream::endsInside(std::string_view what) const {
  throw inputError(file_.place(), fmt::format("the file of {} bytes ends inside {}", size_, what),
                   "fetch it again: it is cut off or damaged");
}

}  // namespace kindred::formats
