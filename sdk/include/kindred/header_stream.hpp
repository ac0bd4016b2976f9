// Reads a header field by field, little-endian, in windows: however long it is, no more of it is
// held than a window and what the caller keeps.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/source.hpp>

namespace kindred {

// Part of a file, which the caller has checked to be no larger than it may be.
inline std::vector<std::byte> bytesAt(File& file, std::uint64_t offset, std::uint64_t count) {
  checkRange(file, offset, count);
  std::vector<std::byte> bytes(count);
  file.read(offset, bytes);
  return bytes;
}

class HeaderStream {
 public:
  // The file must outlive it. `beginning`: its first bytes, where they are known.
  explicit HeaderStream(File& file, std::uint64_t position = 0,
                        std::span<const std::byte> beginning = {})
      : file_(file),
        size_(file.size()),
        position_(std::min(position, size_)),
        window_(beginning.begin(), beginning.end()),
        next_window_(beginning.empty() ? kFirstWindow : 4 * kFirstWindow) {}

  std::uint64_t position() const { return position_; }
  std::uint64_t left() const { return size_ - position_; }

  // The next `count` bytes, valid until the next call. Where the file ends before, an Error says
  // that it ends inside `what`.
  std::span<const std::byte> take(std::uint64_t count, std::string_view what) {
    if (count > left()) endsInside(what);
    const std::uint64_t held = window_.size();
    if (position_ < first_ || position_ - first_ > held || count > held - (position_ - first_)) {
      first_ = position_;
      window_.resize(std::min(left(), std::max(count, next_window_)));
      file_.read(first_, window_);
      next_window_ = std::min(4 * next_window_, kLargestWindow);
    }
    const auto bytes = std::span<const std::byte>(window_).subspan(position_ - first_, count);
    position_ += count;
    return bytes;
  }

  void skip(std::uint64_t count, std::string_view what) {
    if (count > left()) endsInside(what);
    position_ += count;
  }

  template <class T>
  T number(std::string_view what) {
    const std::span<const std::byte> bytes = take(sizeof(T), what);
    std::array<std::byte, sizeof(T)> value;
    std::copy_n(bytes.data(), value.size(), value.data());
    return std::bit_cast<T>(value);
  }

 private:
  // Most headers fit in the first window; a vocabulary takes a few of the largest.
  static constexpr std::uint64_t kFirstWindow = std::uint64_t{1} << 20;
  static constexpr std::uint64_t kLargestWindow = std::uint64_t{16} << 20;

  [[noreturn]] void endsInside(std::string_view what) const {
    throw inputError(
        file_.place(),
        "the file of " + std::to_string(size_) + " bytes ends inside " + std::string(what),
        "fetch it again: it is cut off or damaged");
  }

  File& file_;
  std::uint64_t size_;
  std::uint64_t position_;
  std::uint64_t first_ = 0;  // of the window, in the file
  std::vector<std::byte> window_;
  std::uint64_t next_window_;
};

}  // namespace kindred
