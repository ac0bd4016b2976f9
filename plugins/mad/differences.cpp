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

template <class Number>
struct Lanes {
  HWY_ALIGN Number absolute[kBlockLanes<Number>];
  HWY_ALIGN Number squared[kBlockLanes<Number>];
  HWY_ALIGN Number reference[kBlockLanes<Number>];
  HWY_ALIGN Number largest[kBlockLanes<Number>];
  std::uint64_t equal = 0;
  std::uint64_t same_sign = 0;
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
  constexpr std::size_t kWidth = hn::MaxLanes(Tag<Number>());
  using Vector = hn::Vec<Tag<Number>>;
  Vector absolute[kVectors], squared[kVectors], reference[kVectors], largest[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) {
    absolute[v] = squared[v] = reference[v] = largest[v] = hn::Zero(d);
  }
  const Vector zero = hn::Zero(d);
  std::size_t equal = 0;
  std::size_t same_sign = 0;
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
      equal += hn::CountTrue(d, hn::Eq(x, y));
      same_sign += hn::CountTrue(d, hn::Not(hn::Xor(hn::Lt(x, zero), hn::Lt(y, zero))));
    }
  }
  for (std::size_t v = 0; v < kVectors; ++v) {
    const std::size_t lane = first + v * kWidth;
    hn::Store(absolute[v], d, lanes.absolute + lane);
    hn::Store(squared[v], d, lanes.squared + lane);
    hn::Store(reference[v], d, lanes.reference + lane);
    hn::Store(largest[v], d, lanes.largest + lane);
  }
  lanes.equal += equal;
  lanes.same_sign += same_sign;
}

// Folds the lanes of one block to kLanes and widens them.
template <class Number>
HWY_ATTR HWY_INLINE void fold(const Number* lanes, double* sums) {
  for (std::size_t i = 0; i < kLanes; ++i) {
    Number sum = lanes[i];
    for (std::size_t k = i + kLanes; k < kBlockLanes<Number>; k += kLanes) sum += lanes[k];
    sums[i] = sum;
  }
}

struct Folded {
  HWY_ALIGN double absolute[kLanes];
  HWY_ALIGN double squared[kLanes];
  HWY_ALIGN double reference[kLanes];
  HWY_ALIGN double largest[kLanes];
};

// Whether float lanes held the block: no sum left the range in which squares keep their precision.
// A sum of no squares at all is fine where nothing was squared but zeros; that the differences were
// zeros is known from their absolute sums, that the elements of `a` were is not.
HWY_ATTR HWY_INLINE bool precise(const Folded& sums) {
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
  Folded sums;
  fold(lanes.absolute, sums.absolute);
  fold(lanes.squared, sums.squared);
  fold(lanes.reference, sums.reference);
  if (std::is_same_v<Number, float> && !precise(sums)) return false;
  for (std::size_t i = 0; i < kLanes; ++i) {
    into.absolute[i] += sums.absolute[i];
    into.squared[i] += sums.squared[i];
    into.reference[i] += sums.reference[i];
    for (std::size_t k = i; k < kBlockLanes<Number>; k += kLanes) {
      into.largest[i] = std::max(into.largest[i], double{lanes.largest[k]});
    }
  }
  into.equal += lanes.equal;
  into.same_sign += lanes.same_sign;
  return true;
}

HWY_ATTR void addFloats(const float* a, const float* b, std::size_t size, Differences& into) {
  if (!add<float>(a, b, size, into)) add<double>(a, b, size, into);
}
HWY_ATTR void addDoubles(const double* a, const double* b, std::size_t size, Differences& into) {
  add<double>(a, b, size, into);
}

}  // namespace kindred::mad::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kindred::mad {

HWY_EXPORT(addFloats);
HWY_EXPORT(addDoubles);

namespace {

constexpr std::size_t kPadTo = 64;  // the lanes of a block of floats

// A block whose size is no multiple of the lanes is the last of its segment: it is copied and
// filled up with zeros, which add nothing but counts.
template <class T, class F>
void padded(const T* a, const T* b, std::size_t size, Differences& into, F&& add) {
  if (size % kPadTo == 0) return add(a, b, size);
  std::array<T, kBlock> whole_a{}, whole_b{};
  std::copy_n(a, size, whole_a.begin());
  std::copy_n(b, size, whole_b.begin());
  const std::size_t padding = kPadTo - size % kPadTo;
  add(whole_a.data(), whole_b.data(), size + padding);
  into.equal -= padding;
  into.same_sign -= padding;
}

}  // namespace

void addBlock(const float* a, const float* b, std::size_t size, Differences& into) {
  padded(a, b, size, into, [&](const float* x, const float* y, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(addFloats)(x, y, n, into);
  });
}

void addBlock(const double* a, const double* b, std::size_t size, Differences& into) {
  padded(a, b, size, into, [&](const double* x, const double* y, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(addDoubles)(x, y, n, into);
  });
}

}  // namespace kindred::mad
#endif
