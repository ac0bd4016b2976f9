#include "run/tiles.hpp"

#include <algorithm>
#include <boost/align/aligned_allocator.hpp>
#include <vector>

#include <kindred/error.hpp>

#include "models/dtypes.hpp"
#include "plugin/guard.hpp"
#include "words/names.hpp"

namespace kindred::run {
namespace {

// One read: large enough that a call costs little, small enough that the bytes are still in L2 when
// they are converted.
constexpr std::size_t kWindow = std::size_t{128} << 10;  // bytes
// One conversion: two tiles of floats (16 KiB) and what a metric keeps fit in L1.
constexpr std::size_t kTile = kBlock;  // elements

// Begins on a cache line: a wide vector that straddles two of them loads and stores at half speed.
template <class T>
using Buffer = std::vector<T, boost::alignment::aligned_allocator<T, 64>>;

// One side of a stream: a window of raw bytes, and a tile of numbers.
class Side {
 public:
  void begin(const Stored& from, bool wide) {
    from_ = &from;
    wide_ = wide;
    bits_ = info(from.dtype).bits;
    next_ = from.offset;
    raw_.resize(kWindow);
    if (wide) {
      doubles_.resize(kTile);
    } else {
      floats_.resize(kTile);
    }
  }

  // Reads the next `elements` (at most windowElements()) into the window.
  void fill(std::uint64_t elements) {
    const std::uint64_t bytes = (elements * bits_ + 7) / 8;
    from_->file.read(next_, std::span(raw_.data(), bytes));
    next_ += bytes;
    used_ = 0;
  }

  // Converts the window's next `count` elements.
  Values convert(std::size_t count) {
    const std::uint64_t bytes = (count * bits_ + 7) / 8;
    const std::span<const std::byte> raw(raw_.data() + used_, bytes);
    used_ += bytes;
    try {
      if (wide_) {
        models::toDouble(from_->dtype, raw, {doubles_.data(), count});
        return {{}, {doubles_.data(), count}};
      }
      models::toFloat(from_->dtype, raw, {floats_.data(), count});
      return {{floats_.data(), count}, {}};
    } catch (const Error& error) {
      throw inputError(from_->file.place(),
                       "tensor '" + words::escaped(from_->tensor) + "': " + error.message(),
                       error.remedy());
    }
  }

  static std::uint64_t windowElements(unsigned bits) {
    return std::max<std::uint64_t>(kTile, kWindow * 8 / bits / kTile * kTile);
  }

 private:
  const Stored* from_ = nullptr;
  bool wide_ = false;
  unsigned bits_ = 0;
  std::uint64_t next_ = 0;
  std::size_t used_ = 0;
  Buffer<std::byte> raw_;
  Buffer<float> floats_;
  Buffer<double> doubles_;
};

bool isWide(DType dtype) { return info(dtype).wide; }

// Elements in one window of the widest dtype that takes part.
std::uint64_t windowFor(std::initializer_list<DType> dtypes) {
  unsigned bits = 1;
  for (const DType dtype : dtypes) bits = std::max(bits, info(dtype).bits);
  return Side::windowElements(bits);
}

// Calls f(first, count) for tiles of [0, elements), and before(count) where a window begins.
template <class Before, class Tile>
void forTiles(std::uint64_t elements, std::uint64_t window, Before&& before, Tile&& tile) {
  for (std::uint64_t done = 0; done < elements;) {
    const std::uint64_t in_window = std::min(window, elements - done);
    before(in_window);
    for (std::uint64_t at = 0; at < in_window;) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kTile, in_window - at));
      tile(done + at, count);
      at += count;
    }
    done += in_window;
  }
}

}  // namespace

void streamPair(const Stored& a, const Stored& b, std::uint64_t elements, std::uint64_t position,
                std::span<const PairUse> uses) {
  thread_local Side side_a, side_b;
  const bool wide = isWide(a.dtype) || isWide(b.dtype);
  side_a.begin(a, wide);
  side_b.begin(b, wide);
  forTiles(
      elements, windowFor({a.dtype, b.dtype}),
      [&](std::uint64_t count) {
        side_a.fill(count);
        side_b.fill(count);
      },
      [&](std::uint64_t first, std::size_t count) {
        const PairTile tile{side_a.convert(count), side_b.convert(count), position + first};
        for (const PairUse& use : uses) {
          plugin::guard(use.plugin, [&] { use.accumulator->add(tile); });
        }
      });
}

void streamTensor(const Stored& a, std::uint64_t elements, std::uint64_t position,
                  std::span<const TensorUse> uses) {
  thread_local Side side;
  side.begin(a, isWide(a.dtype));
  forTiles(
      elements, windowFor({a.dtype}), [&](std::uint64_t count) { side.fill(count); },
      [&](std::uint64_t first, std::size_t count) {
        const TensorTile tile{side.convert(count), position + first};
        for (const TensorUse& use : uses) {
          plugin::guard(use.plugin, [&] { use.accumulator->add(tile); });
        }
      });
}

void readFloats(const Stored& from, std::span<float> into) {
  thread_local Side side;
  side.begin(from, isWide(from.dtype));
  forTiles(
      into.size(), windowFor({from.dtype}), [&](std::uint64_t count) { side.fill(count); },
      [&](std::uint64_t first, std::size_t count) {
        const Values values = side.convert(count);
        for (std::size_t i = 0; i < count; ++i) {
          into[first + i] = static_cast<float>(values[i]);
        }
      });
}

}  // namespace kindred::run
