// From the byte ranges that a caller wants to the requests that are sent. Pure functions.
//
// Two numbers decide. A gap is read and thrown away where that costs less than another request:
// at 10 MB/s, 64 KiB take 6 ms, a request on an open connection at least as long. A run is split
// where it is long enough that several connections finish it sooner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kindred::http {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kDefaultGap = 64 * kKiB;
inline constexpr std::uint64_t kLongestRun = 8 * kMiB;

// Bytes [offset, offset + length) of a file; offset + length does not overflow.
struct Extent {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t end() const { return offset + length; }
  bool operator==(const Extent&) const = default;
};

// The union of the extents, in order: what touches or overlaps is joined, as is what lies at most
// `gap` bytes apart. Empty extents vanish.
std::vector<Extent> joined(std::vector<Extent> extents, std::uint64_t gap);

// The requests to send: joined extents, those over `longest` cut into parts of nearly equal length.
std::vector<Extent> planRuns(std::vector<Extent> wanted, std::uint64_t gap, std::uint64_t longest);

// A place in memory for a range of a file.
struct Piece {
  std::uint64_t offset = 0;
  std::span<std::byte> into;
  std::uint64_t end() const { return offset + into.size(); }
};

// Puts arriving bytes where they belong. Pieces may overlap; bytes that none wants are dropped.
class Scatter {
 public:
  explicit Scatter(std::vector<Piece> pieces);  // in any order
  void put(std::uint64_t offset, std::span<const std::byte> bytes) const;
  const std::vector<Piece>& pieces() const { return pieces_; }

 private:
  std::vector<Piece> pieces_;  // by offset
  std::uint64_t longest_ = 0;  // how far before an offset a piece may start that covers it
};

}  // namespace kindred::http
