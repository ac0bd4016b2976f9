#include "differences.hpp"

#include <algorithm>
#include <type_traits>

#include <kindred/metric.hpp>

// Scalable vectors can't stand in arrays; those machines have NEON or scalar code as well.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "differences.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace kindred::mad::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// At most one AVX-512 register, so that the lanes are the same everywhere.
template <class Number>
using Tag = hn::CappedTag<Number, 64 / sizeof(Number)>;

// Vectors a sum and pass, as many as the registers hold.
constexpr std::size_t kVectors = HWY_TARGET <= HWY_AVX3 || HWY_TARGET == HWY_NEON ? 4 : 2;

// Lanes of one block: 4 AVX-512 registers.
template <class Number>
constexpr std::size_t kBlockLanes = 4 * 64 / sizeof(Number);

// Counts have the size of the numbers, so that they come from comparisons without a detour.
template <class Number>
using Count = std::conditional_t<sizeof(Number) == 4, std::uint32_t, std::uint64_t>;

template <class Number>
struct Lanes {
  HWY_ALIGN Number absolute[kBlockLanes<Number>];
  HWY_ALIGN Number squared[kBlockLanes<Number>];
  HWY_ALIGN Number reference[kBlockLanes<Number>];
  HWY_ALIGN Number largest[kBlockLanes<Number>];
  HWY_ALIGN Count<Number> unequal[kBlockLanes<Number>];
  HWY_ALIGN Count<Number> signs[kBlockLanes<Number>];  // that differ
};

HWY_ATTR HWY_INLINE hn::Vec<Tag<float>> load(Tag<float> d, const float* from) {
  return hn::LoadU(d, from);
}
HWY_ATTR HWY_INLINE hn::Vec<Tag<double>> load(Tag<double> d, const double* from) {
  return hn::LoadU(d, from);
}
HWY_ATTR HWY_INLINE hn::Vec<Tag<double>> load(Tag<double> d, const float* from) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<float, Tag<double>>(), from));
}

template <class Number, class T>
HWY_ATTR HWY_INLINE void pass(const T* a, const T* b, std::size_t size, std::size_t first,
                              Lanes<Number>& lanes) {
  const Tag<Number> d;
  const hn::RebindToUnsigned<Tag<Number>> counts;
  constexpr std::size_t kWidth = hn::MaxLanes(Tag<Number>());
  constexpr int kSignBit = sizeof(Number) * 8 - 1;
  using Vector = hn::Vec<Tag<Number>>;
  using Counts = hn::Vec<hn::RebindToUnsigned<Tag<Number>>>;
  Vector absolute[kVectors], squared[kVectors], reference[kVectors], largest[kVectors];
  Counts unequal[kVectors], signs[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) {
    absolute[v] = squared[v] = reference[v] = largest[v] = hn::Zero(d);
    unequal[v] = signs[v] = hn::Zero(counts);
  }
  const Counts one = hn::Set(counts, 1);
  for (std::size_t i = first; i < size; i += kBlockLanes<Number>) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      const Vector x = load(d, a + i + v * kWidth);
      const Vector y = load(d, b + i + v * kWidth);
      const Vector difference = hn::Sub(x, y);
      const Vector distance = hn::Abs(difference);
      absolute[v] = hn::Add(absolute[v], distance);
      squared[v] = hn::MulAdd(difference, difference, squared[v]);
      reference[v] = hn::MulAdd(x, x, reference[v]);
      largest[v] = hn::Max(largest[v], distance);
      // A difference is zero only between equal numbers (gradual underflow); its bits, taken as an
      // integer, are then the only ones below 1.
      unequal[v] = hn::Add(unequal[v], hn::Min(hn::BitCast(counts, distance), one));
      signs[v] = hn::Add(signs[v], hn::ShiftRight<kSignBit>(hn::BitCast(counts, hn::Xor(x, y))));
    }
  }
  for (std::size_t v = 0; v < kVectors; ++v) {
    const std::size_t lane = first + v * kWidth;
    hn::Store(absolute[v], d, lanes.absolute + lane);
    hn::Store(squared[v], d, lanes.squared + lane);
    hn::Store(reference[v], d, lanes.reference + lane);
    hn::Store(largest[v], d, lanes.largest + lane);
    hn::Store(unequal[v], counts, lanes.unequal + lane);
    hn::Store(signs[v], counts, lanes.signs + lane);
  }
}

struct Plus {
  template <class V>
  HWY_ATTR HWY_INLINE V operator()(V a, V b) const {
    return hn::Add(a, b);
  }
};
struct Larger {
  template <class V>
  HWY_ATTR HWY_INLINE V operator()(V a, V b) const {
    return hn::Max(a, b);
  }
};

// Folds the lanes of one block into its first kLanes.
template <class Lane, class Fold>
HWY_ATTR HWY_INLINE void fold(Lane* lanes, std::size_t count, Fold f) {
  const Tag<Lane> d;
  for (std::size_t half = count / 2; half >= kLanes; half /= 2) {
    for (std::size_t i = 0; i < half; i += hn::Lanes(d)) {
      hn::Store(f(hn::Load(d, lanes + i), hn::Load(d, lanes + i + half)), d, lanes + i);
    }
  }
}

// Whether float lanes held the block: no sum left the range in which squares keep their precision.
// A sum of no squares at all is fine where nothing was squared but zeros; that the differences were
// zeros is known from their absolute sums, that the elements of `a` were is not.
template <class Number>
HWY_ATTR HWY_INLINE bool precise(const Lanes<Number>& sums) {
  constexpr double kLeast = 0x1p-80;
  constexpr double kMost = 0x1p120;
  bool fine = true;
  for (std::size_t i = 0; i < kLanes; ++i) {
    const bool differences = sums.squared[i] >= kLeast || sums.absolute[i] == 0;
    fine &= differences & (sums.reference[i] >= kLeast);
    fine &= (sums.squared[i] <= kMost) & (sums.reference[i] <= kMost);
  }
  return fine;
}

// Adds a block, padded to a multiple of the lanes, with lanes of type Number. False: they did not
// hold it, and nothing was added.
template <class Number, class T>
HWY_ATTR HWY_INLINE bool add(const T* a, const T* b, std::size_t size, Differences& into) {
  constexpr std::size_t kAtOnce = kVectors * hn::MaxLanes(Tag<Number>());
  Lanes<Number> lanes;
  for (std::size_t first = 0; first < kBlockLanes<Number>; first += kAtOnce) {
    pass<Number>(a, b, size, first, lanes);
  }
  fold(lanes.absolute, kBlockLanes<Number>, Plus());
  fold(lanes.squared, kBlockLanes<Number>, Plus());
  fold(lanes.reference, kBlockLanes<Number>, Plus());
  fold(lanes.largest, kBlockLanes<Number>, Larger());
  fold(lanes.unequal, kBlockLanes<Number>, Plus());
  fold(lanes.signs, kBlockLanes<Number>, Plus());
  if (std::is_same_v<Number, float> && !precise(lanes)) return false;
  const Tag<double> d;
  for (std::size_t i = 0; i < kLanes; i += hn::Lanes(d)) {
    const auto gather = [&](const Number* from, double* sums, auto f) HWY_ATTR {
      hn::Store(f(hn::Load(d, sums + i), load(d, from + i)), d, sums + i);
    };
    gather(lanes.absolute, &into.absolute[0], Plus());
    gather(lanes.squared, &into.squared[0], Plus());
    gather(lanes.reference, &into.reference[0], Plus());
    gather(lanes.largest, &into.largest[0], Larger());
  }
  for (std::size_t i = 0; i < kLanes; ++i) {
    into.unequal += lanes.unequal[i];
    into.signs += lanes.signs[i];
  }
  return true;
}

HWY_ATTR void addFloats(const float* a, const float* b, std::size_t size, Differences& into) {
  if (!add<float>(a, b, size, into)) add<double>(a, b, size, into);
}
HWY_ATTR void addFloatsPrecisely(const float* a, const float* b, std::size_t size,
                                 Differences& into) {
  add<double>(a, b, size, into);
}
HWY_ATTR void addDoubles(const double* a, const double* b, std::size_t size, Differences& into) {
  add<double>(a, b, size, into);
}

}  // namespace kindred::mad::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kindred::mad {

HWY_EXPORT(addFloats);
HWY_EXPORT(addFloatsPrecisely);
HWY_EXPORT(addDoubles);

namespace {

constexpr std::size_t kPadTo = 64;  // the lanes of a block of floats

// A block whose size is no multiple of the lanes is the last of its segment: it is copied and
// filled up with zeros, which add nothing.
template <class T, class F>
void padded(const T* a, const T* b, std::size_t size, F&& add) {
  if (size % kPadTo == 0) return add(a, b, size);
  std::array<T, kBlock> whole_a{}, whole_b{};
  std::copy_n(a, size, whole_a.begin());
  std::copy_n(b, size, whole_b.begin());
  add(whole_a.data(), whole_b.data(), size + kPadTo - size % kPadTo);
}

}  // namespace

void addBlock(const float* a, const float* b, std::size_t size, Summing summing,
              Differences& into) {
  padded(a, b, size, [&](const float* x, const float* y, std::size_t n) {
    if (summing == Summing::precise) {
      HWY_DYNAMIC_DISPATCH(addFloatsPrecisely)(x, y, n, into);
    } else {
      HWY_DYNAMIC_DISPATCH(addFloats)(x, y, n, into);
    }
  });
}

void addBlock(const double* a, const double* b, std::size_t size, Summing, Differences& into) {
  padded(a, b, size, [&](const double* x, const double* y, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(addDoubles)(x, y, n, into);
  });
}

}  // namespace kindred::mad
#endif
