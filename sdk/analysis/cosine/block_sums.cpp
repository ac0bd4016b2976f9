#include <kindred/analysis/cosine/block_sums.hpp>

#include <array>
#include <cmath>

// Scalable vectors can't stand in arrays; those machines have NEON or scalar code as well.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kindred/analysis/cosine/block_sums.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace kindred::cosine::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::CappedTag<double, 8>;
constexpr std::size_t kWidth = hn::MaxLanes(Doubles());
constexpr std::size_t kLanes = 32;
// Vectors a sum and pass: as many as the registers hold. A pass takes some of the lanes through the
// whole block; lanes don't meet, so the number of passes changes no bits.
constexpr std::size_t kVectors = HWY_TARGET <= HWY_AVX3 || HWY_TARGET == HWY_NEON ? 4 : 2;

HWY_ATTR HWY_INLINE hn::Vec<Doubles> load(const float* from) {
  return hn::PromoteTo(Doubles(), hn::LoadU(hn::Rebind<float, Doubles>(), from));
}
HWY_ATTR HWY_INLINE hn::Vec<Doubles> load(const double* from) { return hn::LoadU(Doubles(), from); }

enum Sum { kAA, kBB, kAB, kA, kB, kSums };

struct Lanes {
  HWY_ALIGN double sums[kSums][kLanes];
};

// Lanes [first, first + kWidth * kVectors) over the first `size` elements, a multiple of kLanes.
template <bool kShift, class T>
HWY_ATTR HWY_INLINE void pass(const T* a, const T* b, std::size_t size, std::size_t first,
                              double shift_a, double shift_b, Lanes& lanes) {
  const Doubles d;
  using Vector = hn::Vec<Doubles>;
  Vector aa[kVectors], bb[kVectors], ab[kVectors], sum_a[kVectors], sum_b[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) {
    aa[v] = bb[v] = ab[v] = sum_a[v] = sum_b[v] = hn::Zero(d);
  }
  const Vector shift_x = hn::Set(d, shift_a);
  const Vector shift_y = hn::Set(d, shift_b);
  for (std::size_t i = first; i < size; i += kLanes) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      Vector x = load(a + i + v * kWidth);
      Vector y = load(b + i + v * kWidth);
      if constexpr (kShift) {
        x = hn::Sub(x, shift_x);
        y = hn::Sub(y, shift_y);
        sum_a[v] = hn::Add(sum_a[v], x);
        sum_b[v] = hn::Add(sum_b[v], y);
      }
      aa[v] = hn::MulAdd(x, x, aa[v]);
      bb[v] = hn::MulAdd(y, y, bb[v]);
      ab[v] = hn::MulAdd(x, y, ab[v]);
    }
  }
  for (std::size_t v = 0; v < kVectors; ++v) {
    const std::size_t lane = first + v * kWidth;
    hn::Store(aa[v], d, lanes.sums[kAA] + lane);
    hn::Store(bb[v], d, lanes.sums[kBB] + lane);
    hn::Store(ab[v], d, lanes.sums[kAB] + lane);
    if constexpr (kShift) {
      hn::Store(sum_a[v], d, lanes.sums[kA] + lane);
      hn::Store(sum_b[v], d, lanes.sums[kB] + lane);
    }
  }
}

HWY_ATTR HWY_INLINE double folded(double* lanes) {
  for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

template <bool kShift, class T>
HWY_ATTR HWY_INLINE BlockSums sums(const T* a, const T* b, std::size_t size, double shift_a,
                                   double shift_b) {
  Lanes lanes;
  const std::size_t whole = size - size % kLanes;
  for (std::size_t first = 0; first < kLanes; first += kWidth * kVectors) {
    pass<kShift>(a, b, whole, first, shift_a, shift_b, lanes);
  }
  for (std::size_t i = whole; i < size; ++i) {
    const std::size_t lane = i - whole;
    const double x = kShift ? a[i] - shift_a : a[i];
    const double y = kShift ? b[i] - shift_b : b[i];
    lanes.sums[kAA][lane] = std::fma(x, x, lanes.sums[kAA][lane]);
    lanes.sums[kBB][lane] = std::fma(y, y, lanes.sums[kBB][lane]);
    lanes.sums[kAB][lane] = std::fma(x, y, lanes.sums[kAB][lane]);
    if constexpr (kShift) {
      lanes.sums[kA][lane] += x;
      lanes.sums[kB][lane] += y;
    }
  }
  BlockSums total;
  total.aa = folded(lanes.sums[kAA]);
  total.bb = folded(lanes.sums[kBB]);
  total.ab = folded(lanes.sums[kAB]);
  if constexpr (kShift) {
    total.a = folded(lanes.sums[kA]);
    total.b = folded(lanes.sums[kB]);
  }
  return total;
}

HWY_ATTR BlockSums productsOfFloats(const float* a, const float* b, std::size_t size) {
  return sums<false>(a, b, size, 0, 0);
}
HWY_ATTR BlockSums productsOfDoubles(const double* a, const double* b, std::size_t size) {
  return sums<false>(a, b, size, 0, 0);
}
HWY_ATTR BlockSums shiftedFloats(const float* a, const float* b, std::size_t size, double shift_a,
                                 double shift_b) {
  return sums<true>(a, b, size, shift_a, shift_b);
}
HWY_ATTR BlockSums shiftedDoubles(const double* a, const double* b, std::size_t size,
                                  double shift_a, double shift_b) {
  return sums<true>(a, b, size, shift_a, shift_b);
}

}  // namespace kindred::cosine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kindred::cosine {

HWY_EXPORT(productsOfFloats);
HWY_EXPORT(productsOfDoubles);
HWY_EXPORT(shiftedFloats);
HWY_EXPORT(shiftedDoubles);

BlockSums products(const float* a, const float* b, std::size_t size) {
  return HWY_DYNAMIC_DISPATCH(productsOfFloats)(a, b, size);
}
BlockSums products(const double* a, const double* b, std::size_t size) {
  return HWY_DYNAMIC_DISPATCH(productsOfDoubles)(a, b, size);
}
BlockSums shifted(const float* a, const float* b, std::size_t size, double shift_a,
                  double shift_b) {
  return HWY_DYNAMIC_DISPATCH(shiftedFloats)(a, b, size, shift_a, shift_b);
}
BlockSums shifted(const double* a, const double* b, std::size_t size, double shift_a,
                  double shift_b) {
  return HWY_DYNAMIC_DISPATCH(shiftedDoubles)(a, b, size, shift_a, shift_b);
}

}  // namespace kindred::cosine
#endif
