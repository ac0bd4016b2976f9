// Reads the beginning of a file field by field, little-endian, in windows: however long a header
// is, no more of it is held than the window and what the caller keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/source.hpp>

namespace kindred::formats {

// Part of a file, which the caller has checked to be no larger than it may be.
std::vector<std::byte> bytesAt(File& file, std::uint64_t offset, std::uint64_t count);

class HeaderStream {
 public:
  // The file must outlive it.
  explicit HeaderStream(File& file, std::uint64_t position = 0);

  std::uint64_t position() const { return position_; }
  std::uint64_t left() const { return size_ - position_; }

  // The next `count` bytes, valid until the next call. Where the file ends before, an Error says
  // that it ends inside `what`.
  std::span<const std::byte> take(std::uint64_t count, std::string_view what);
  void skip(std::uint64_t count, std::string_view what);

  template <class T>
  T number(std::string_view what) {
    const std::span<const std::byte> bytes = take(sizeof(T), what);
    T value{};
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::byte*>(&value));
    return value;
  }

 private:
  void endsInside(std::string_view what) const;

  File& file_;
  std::uint64_t size_;
  std::uint64_t position_;
  std::uint64_t first_ = 0;  // of the window, in the file
  std::vector<std::byte> window_;
  std::uint64_t next_window_;
};

}  // namespace kindred::formats
